//! The sessions in memory as sources of a page.

use crate::answer::found::is_within;
use crate::answer::list::{Chunk, List, TailRow};
use crate::answer::request::Request;
use crate::answer::select::{Place, Source};
use crate::answer::source::{ChunkMinutes, ListSpan, Sorted};
use crate::answer::unsorted::Unsorted;
use crate::key::Key;
use crate::query::{Sort, Status};

/// The matches among LIVE and lately ended sessions.
pub(crate) fn in_memory<'a>(request: &Request<'a>) -> Vec<Box<dyn Source + 'a>> {
    let (tail, q) = (&request.snapshot.tail, request.q);
    type Of<'a> = (Status, &'a List, fn(usize) -> Place);
    let lists: [Of<'a>; 2] =
        [(Status::Live, &tail.live, Place::Live), (Status::Ended, &tail.ended, Place::Ended)];
    let mut sources: Vec<Box<dyn Source + 'a>> = Vec::new();
    for (status, list, place) in lists {
        if q.status.is_some_and(|wanted| wanted != status) {
            continue;
        }
        let (from, to) = range(request, list);
        if from == to {
            continue;
        }
        let filtered =
            q.meeting.is_some() || q.peak_min.is_some() || q.peak_max.is_some() || request.term.is_some();
        match (q.sort, status) {
            (Sort::CreatedAt, _) if !filtered => sources.push(Box::new(ListSpan { list, from, to, place })),
            (Sort::CreatedAt, _) => sources.push(Box::new(Sorted(matches(request, list, from, to, place)))),
            (Sort::MinutesConsumed, Status::Ended) if !filtered => {
                ended_by_minutes(request, list, from, to, &mut sources);
            }
            (Sort::MinutesConsumed, _) => {
                sources.push(Box::new(Unsorted::new(matches(request, list, from, to, place))));
            }
        }
    }
    sources
}

/// The positions that the time filter leaves.
fn range(request: &Request<'_>, list: &List) -> (usize, usize) {
    let q = request.q;
    let from = q.from_ms.map_or(0, |from| list.below(&(from, 0)));
    let after = q.to_ms.and_then(|to| to.checked_add(1));
    let to = after.map_or(list.len(), |after| list.below(&(after, 0)));
    (from.min(to), to)
}

/// Whole chunks know their order; of those at the edges of the range the rows are taken.
fn ended_by_minutes<'a>(
    request: &Request<'a>,
    list: &'a List,
    from: usize,
    to: usize,
    sources: &mut Vec<Box<dyn Source + 'a>>,
) {
    let mut edges = Vec::new();
    for chunk in list.chunks(from, to) {
        let end = chunk.start + chunk.rows().len();
        if from <= chunk.start && end <= to {
            sources.push(Box::new(ChunkMinutes(chunk)));
        } else {
            edges.extend(matches(request, list, from.max(chunk.start), to.min(end), Place::Ended));
        }
    }
    if !edges.is_empty() {
        sources.push(Box::new(Unsorted::new(edges)));
    }
}

/// The matches among the positions `[from, to)`, by `created`, with their keys of the sort.
fn matches(
    request: &Request<'_>,
    list: &List,
    from: usize,
    to: usize,
    place: fn(usize) -> Place,
) -> Vec<(Key, Place)> {
    let mut found = Vec::new();
    for chunk in list.chunks(from, to) {
        let named = request.term.map(|term| term.places(chunk));
        let skip = from.saturating_sub(chunk.start);
        let take = to.saturating_sub(chunk.start.max(from));
        for (nth, row) in (0_u32..).zip(chunk.rows()).skip(skip).take(take) {
            if named.as_ref().is_none_or(|named| named.has(nth)) && is_match(request, row) {
                found.push((key(request, row), place(position(chunk, nth))));
            }
        }
    }
    found
}

fn position(chunk: &Chunk, nth: u32) -> usize {
    chunk.start + nth as usize
}

/// The filters besides time, status and term.
fn is_match(request: &Request<'_>, row: &TailRow) -> bool {
    let q = request.q;
    let peak = (q.peak_min.unwrap_or(0), q.peak_max.unwrap_or(u64::MAX));
    q.meeting.is_none_or(|meeting| meeting == row.row.meeting) && is_within(row.row.peak, peak)
}

fn key(request: &Request<'_>, row: &TailRow) -> Key {
    let value = match request.q.sort {
        Sort::CreatedAt => row.row.started_ms,
        Sort::MinutesConsumed => row.row.consumed_ms(request.q.now_ms),
    };
    (value, row.row.id)
}
