//! One page of the session list and the number of all matches.
//!
//! Every source of sessions (each segment, the tail) says how many matches it has and gives the one at a position; the
//! page is cut out by [`select::page`]. What that takes depends on the filter:
//! - time alone: rows in order, or a wavelet matrix by minutes; nothing is built;
//! - titles and meetings: codes of the dictionary, whose sessions are counted already; the page is walked to from an
//!   end, or found in lists of few rows;
//! - anything else, and far pages of many matches: one bit for every row of the segments.

use crate::answer::app::Snapshot;
use crate::answer::found::{Found, Wanted};
use crate::answer::memory::in_memory;
use crate::answer::picked::PickedMinutes;
use crate::answer::request::Request;
use crate::answer::search::{Codes, Term};
use crate::answer::select::{self, Place, Source, Walk};
use crate::answer::source::{Budget, Minutes, Numbered, Picked, Rows, Span, walk_created, walk_minutes};
use crate::answer::unsorted::Unsorted;
use crate::limits::{CHEAP_ROWS, Ways};
use crate::query::{Answer, Query, Sort, Status};
use crate::row::Row;

impl Snapshot {
    /// One page and the number of all matches (SEMANTICS §3.3–3.6). An offset beyond the end gives no rows.
    pub fn answer(&self, q: &Query) -> Answer<&str> {
        self.answer_within(q, Ways::USUAL)
    }

    /// The same, of which the rows are read later with [`Snapshot::rows`].
    pub fn find(&self, q: &Query) -> Places {
        self.find_within(q, Ways::USUAL)
    }

    pub(crate) fn answer_within(&self, q: &Query, ways: Ways) -> Answer<&str> {
        let page = self.find_within(q, ways);
        Answer { rows: self.rows(&page), total: page.total }
    }

    fn find_within(&self, q: &Query, ways: Ways) -> Places {
        let term = q.search.as_ref().map(Term::new);
        let request = Request { snapshot: self, q, term: term.as_ref(), ways };
        let (total, places) = request.page();
        Places { places, total }
    }

    /// The rows of a page of this snapshot. What is looked up in the dictionary is fetched for all of them before it is
    /// looked at: memory answers many questions in the time of one, unless one has to be answered before the next is
    /// asked.
    pub fn rows(&self, page: &Places) -> Vec<Row<&str>> {
        let places = &page.places;
        let mut rows = Vec::with_capacity(places.len());
        let mut sealed = Vec::with_capacity(places.len());
        for place in places {
            match *place {
                Place::Live(position) => {
                    rows.extend(self.tail.live.at(position).map(|row| row.row.borrowed()))
                }
                Place::Ended(position) => {
                    rows.extend(self.tail.ended.at(position).map(|row| row.row.borrowed()))
                }
                Place::Sealed { segment, row } => {
                    let Some(segment) = self.sealed.segments.get(segment as usize) else { continue };
                    let flat = segment.flat(row);
                    sealed.push((rows.len(), segment, flat.code));
                    rows.push(flat.row());
                }
            }
        }
        sealed.iter().for_each(|(_, _, code)| self.sealed.dict.fetch(*code));
        for (at, segment, code) in sealed {
            let found = self.sealed.dict.pair(code).or_else(|| segment.doubt(None));
            if let (Some(row), Some(found)) = (rows.get_mut(at), found) {
                (row.meeting, row.title) = found;
            }
        }
        rows
    }

    /// Whether the answer takes microseconds: no title is searched and no column scanned.
    pub fn is_cheap(&self, q: &Query) -> bool {
        if q.search.is_some() || q.peak_min.is_some() || q.peak_max.is_some() {
            return false;
        }
        if self.tail.len() as u64 > 4 * CHEAP_ROWS && (q.meeting.is_some() || q.sort == Sort::MinutesConsumed)
        {
            return false;
        }
        q.meeting.is_none_or(|meeting| Codes::of_meeting(meeting, &self.sealed).sessions <= CHEAP_ROWS)
    }
}

/// Where the rows of a page are, and the number of all matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    places: Vec<Place>,
    /// All matches.
    pub total: u64,
}

impl<'a> Request<'a> {
    fn page(&self) -> (u64, Vec<Place>) {
        if self.q.from_ms.zip(self.q.to_ms).is_some_and(|(from, to)| from > to) {
            return (0, Vec::new());
        }
        let Some(wanted) = self.wanted() else { return self.cut(Vec::new()) };
        if let Some(codes) = wanted.only_codes()
            && let Some(answer) = self.by_codes(codes)
        {
            return answer;
        }
        let found: Vec<(Numbered<'a>, Found<'a>)> = self
            .segments()
            .map(|(of, from, to)| (of, wanted.find(of, from, to)))
            .filter(|(_, found)| found.count() > 0)
            .collect();
        match self.q.sort {
            Sort::CreatedAt => self.cut(found.into_iter().map(|(of, found)| by_created(of, found)).collect()),
            Sort::MinutesConsumed if wanted.is_all() => {
                let minutes = |(of, found): (Numbered<'a>, Found<'a>)| -> Option<Box<dyn Source + 'a>> {
                    let Found::All(from, to) = found else { return None };
                    Some(Box::new(Minutes::new(of, from, to)?))
                };
                self.cut(found.into_iter().filter_map(minutes).collect())
            }
            Sort::MinutesConsumed => self.by_minutes(&found),
        }
    }

    /// What sealed rows must have; `None` when none can match.
    fn wanted(&self) -> Option<Wanted<'a>> {
        let (q, sealed) = (self.q, &*self.snapshot.sealed);
        if q.status == Some(Status::Live) || sealed.segments.is_empty() {
            return None;
        }
        let peak = match (q.peak_min, q.peak_max) {
            (None, None) => None,
            (least, most) => Some((least.unwrap_or(0), most.unwrap_or(u64::MAX))),
        };
        let scope = q.meeting.map(|meeting| Codes::of_meeting(meeting, sealed));
        if scope.as_ref().is_some_and(|scope| scope.list.is_empty()) {
            return None;
        }
        let Some(term) = self.term else {
            return Some(Wanted {
                codes: scope,
                id: None,
                scope: None,
                peak,
                rows: sealed.rows,
                ways: self.ways,
            });
        };
        let codes = match &scope {
            Some(scope) => scope.with_term(term, sealed),
            None => Codes::of_term(term, sealed),
        };
        if codes.list.is_empty() && term.id.is_none() {
            return None;
        }
        let (rows, ways) = (sealed.rows, self.ways);
        Some(Wanted { codes: Some(codes), id: term.id.as_ref(), scope, peak, rows, ways })
    }

    /// The segments with the rows that the time filter leaves, if any.
    fn segments(&self) -> impl Iterator<Item = (Numbered<'a>, u32, u32)> {
        let (from_ms, to_ms) = (self.q.from_ms, self.q.to_ms);
        (0_u32..).zip(&self.snapshot.sealed.segments).filter_map(move |(number, segment)| {
            let of = Numbered { number, segment };
            let from = from_ms.map_or(0, |from| segment.lower_bound(from, 0));
            let after = to_ms.and_then(|to| to.checked_add(1));
            let to = after.map_or(segment.rows(), |after| segment.lower_bound(after, 0));
            (from < to).then_some((of, from, to))
        })
    }

    /// The total and the page of sealed sources and the tail.
    fn cut(&self, mut sources: Vec<Box<dyn Source + 'a>>) -> (u64, Vec<Place>) {
        sources.extend(in_memory(self));
        let total = sources.iter().map(|source| source.len()).sum();
        let page = select::page(&sources, self.q.ascending, self.q.offset, self.q.limit);
        (total, page)
    }

    /// Matches that are told by their code alone, in all of time: counted already. `None` when a walk to the page
    /// would be long.
    fn by_codes(&self, codes: &Codes) -> Option<(u64, Vec<Place>)> {
        let rows = self.snapshot.sealed.rows;
        let whole = self.segments().map(|(_, from, to)| u64::from(to - from)).sum::<u64>() == rows;
        if !whole {
            return None;
        }
        let tail = in_memory(self);
        let total = codes.sessions + tail.iter().map(|source| source.len()).sum::<u64>();
        let reach = Reach::new(total, self.q);
        let steps = reach.steps(rows, total);
        if steps > self.ways.walk || steps >= self.ways.lookup(codes.list.len(), codes.sessions) {
            return None;
        }
        let (ascending, budget) = (reach.ascending, Budget::new(self.ways.walk));
        let mut walks: Vec<Walk<'_>> = self
            .segments()
            .map(|(of, from, to)| -> Walk<'_> {
                let column = of.segment.codes();
                let test = move |row: u32| column.get(row as usize).is_some_and(|code| codes.has(*code));
                match self.q.sort {
                    Sort::CreatedAt => walk_created(of, (from, to), ascending, &budget, test),
                    Sort::MinutesConsumed => walk_minutes(of, ascending, &budget, test),
                }
            })
            .collect();
        walks.extend(tail.iter().map(|source| reach.walk(&**source)));
        let page = reach.page(walks);
        (!budget.is_spent()).then_some((total, page))
    }

    /// Any matches by minutes.
    fn by_minutes(&self, found: &[(Numbered<'a>, Found<'a>)]) -> (u64, Vec<Place>) {
        let tail = in_memory(self);
        let sealed: u64 = found.iter().map(|(_, found)| found.count()).sum();
        let total = sealed + tail.iter().map(|source| source.len()).sum::<u64>();
        let reach = Reach::new(total, self.q);
        let rows = found.iter().map(|(of, _)| u64::from(of.segment.rows())).sum();
        let few = sealed <= self.ways.sort;
        if !few && reach.steps(rows, total) <= self.ways.walk {
            let budget = Budget::new(self.ways.walk);
            let mut walks: Vec<Walk<'_>> = found
                .iter()
                .map(|(of, found)| walk_minutes(*of, reach.ascending, &budget, |row| found.has(row)))
                .collect();
            walks.extend(tail.iter().map(|source| reach.walk(&**source)));
            let page = reach.page(walks);
            if !budget.is_spent() {
                return (total, page);
            }
        }
        let mut sources: Vec<Box<dyn Source + '_>> = tail.into_iter().map(|source| source as _).collect();
        if few {
            let keys = found.iter().flat_map(|(of, found)| found.iter().map(|row| of.minutes(row)));
            sources.push(Box::new(Unsorted::new(keys.collect())));
        } else {
            sources.extend(found.iter().map(|(of, found)| -> Box<dyn Source + '_> {
                Box::new(PickedMinutes::new(*of, found, !reach.ascending))
            }));
        }
        let page = select::page(&sources, self.q.ascending, self.q.offset, self.q.limit);
        (total, page)
    }
}

fn by_created<'a>(of: Numbered<'a>, found: Found<'a>) -> Box<dyn Source + 'a> {
    match found {
        Found::All(from, to) => Box::new(Span { of, from, to }),
        Found::Rows(rows) => Box::new(Rows { of, rows }),
        Found::Set(rows) => Box::new(Picked { of, rows }),
    }
}

/// A page as it is walked to from the nearer end.
struct Reach {
    /// Direction of the walk.
    ascending: bool,
    /// Whether that is against the direction of the page.
    flipped: bool,
    skip: u64,
    take: u32,
}

impl Reach {
    fn new(total: u64, q: &Query) -> Self {
        let left = total.saturating_sub(q.offset);
        let take = u32::try_from(left).map_or(q.limit, |left| left.min(q.limit));
        let behind = left - u64::from(take);
        if behind < q.offset {
            Self { ascending: !q.ascending, flipped: true, skip: behind, take }
        } else {
            Self { ascending: q.ascending, flipped: false, skip: q.offset, take }
        }
    }

    /// How many of `rows` are met on the way when `matches` of them match.
    fn steps(&self, rows: u64, matches: u64) -> u64 {
        if self.take == 0 {
            return 0;
        }
        let reach = self.skip.saturating_add(u64::from(self.take));
        reach.saturating_mul(rows / matches.max(1) + 1)
    }

    /// The walk over a whole source.
    fn walk<'s>(&self, source: &'s dyn Source) -> Walk<'s> {
        source.walk(if self.ascending { 0 } else { source.len() }, self.ascending)
    }

    fn page(&self, walks: Vec<Walk<'_>>) -> Vec<Place> {
        let mut page = select::merge(walks, self.ascending, self.skip, self.take);
        if self.flipped {
            page.reverse();
        }
        page.into_iter().map(|(_, place)| place).collect()
    }
}
