//! Pages of deliveries: from the newest stretch of sequences downwards, until the page is full or enough was looked at.

use std::collections::BTreeSet;

use rusqlite::params;
use sederunt_core::id::{Id, MeetingId};
use sederunt_core::time::UnixMs;

use super::answer::{ATTEMPTS_MAX, ATTEMPTS_SHOWN, Attempt, Delivery, Failure, PAGE_MAX, Page, Query};
use super::day_file::int;
use super::entry::Final;
use super::files::{Fault, Known, read};
use super::fold::{FOLD_MAX, Fold, Folded, Range};
use super::pack::Success;
use super::rows::stretch;
use super::shared::Shared;
use super::step::Steps;
use crate::Result;
use crate::delivery::Key;
use crate::sql::{bad, id, list};

/// Attempts that a call looks at, after which it ends with what it has: some milliseconds.
const LOOK_MAX: usize = 65_536;
/// Stretches that a call looks at: an endpoint with few events in a large ledger has each in one of its own.
const STRETCHES_MAX: usize = 512;

type Found<T> = std::result::Result<T, Fault>;

/// A page of deliveries.
pub(super) fn page(shared: &Shared, query: &Query) -> Result<Page> {
    let limit = query.limit.clamp(1, PAGE_MAX);
    read(shared, query.endpoint, None, |files| {
        let Chosen { keys, next } = choose(files, query, limit)?;
        let shown = keys.into_iter().map(|(key, folded)| show(files, key, folded, ATTEMPTS_SHOWN));
        Ok(Page { deliveries: shown.collect::<Found<_>>()?, next })
    })
}

/// One delivery; `None` = the log has no attempt of it.
pub(super) fn delivery(shared: &Shared, endpoint: Id, key: Key) -> Result<Option<Delivery>> {
    let found = read(shared, endpoint, None, |files| several(files, &[key], ATTEMPTS_MAX, LOOK_MAX));
    Ok(found?.deliveries.pop())
}

/// Several, as a page shows them.
pub(super) fn deliveries(shared: &Shared, endpoint: Id, keys: &[Key]) -> Result<Page> {
    read(shared, endpoint, None, |files| several(files, keys, ATTEMPTS_SHOWN, LOOK_MAX))
}

/// Those that have these keys, the newest first, each stretch folded once. With `look_max` attempts it ends.
fn several(files: &[Known], keys: &[Key], attempts_max: usize, look_max: usize) -> Found<Page> {
    let (mut page, mut looked) = (Page::default(), 0);
    let mut wanted: BTreeSet<Key> = keys.iter().take(PAGE_MAX).copied().collect();
    while let Some(highest) = wanted.last().copied() {
        if looked >= look_max {
            return Ok(page);
        }
        let start = stretch(highest.seq);
        let here = wanted.split_off(&Key::first(start));
        let fold = Fold::only(files, start, &here, FOLD_MAX)?;
        looked += fold.looked.max(1);
        let (done, left): (Vec<Key>, Vec<Key>) =
            here.iter().partition(|key| fold.floor.is_none_or(|floor| **key > floor));
        for (key, folded) in fold.keys.into_iter().rev() {
            page.deliveries.push(show(files, key, folded, attempts_max)?);
        }
        page.next = done.first().copied();
        wanted.extend(left);
    }
    page.next = None;
    Ok(page)
}

/// The deliveries of a page, newest first, and where the next one goes on.
struct Chosen {
    keys: Vec<(Key, Folded)>,
    next: Option<Key>,
}

fn choose(files: &[Known], query: &Query, limit: usize) -> Found<Chosen> {
    let first = query.after_seq.map_or(Some(0), |after| after.checked_add(1));
    let before = [query.before_seq.map(Key::first), query.cursor].into_iter().flatten().min();
    let (mut keys, mut looked) = (Vec::new(), 0);
    let Some(first) = first else { return Ok(Chosen { keys, next: None }) };
    let from = query.from.unwrap_or(UnixMs(i64::MIN));
    let to = query.to.unwrap_or(UnixMs(i64::MAX));
    let mut range = Range { first: Key::first(first), before, from, to };
    let mut steps = Steps::new(files, query.state, (from, to))?;
    for _ in 0..STRETCHES_MAX {
        let newest = steps.newest(files, range.before)?;
        let Some(start) = newest.map(stretch).filter(|start| *start >= stretch(first)) else {
            return Ok(Chosen { keys, next: None });
        };
        if looked >= LOOK_MAX {
            return Ok(Chosen { keys, next: range.before });
        }
        let mut fold = Fold::stretch(files, start, range, FOLD_MAX)?;
        looked += fold.looked.max(1);
        // What is lower has not been looked at.
        let end = fold.floor.and_then(Key::next).unwrap_or(Key::first(start));
        while let Some((key, folded)) = fold.keys.pop_last() {
            if folded.is_in_time && query.state.is_none_or(|state| folded.state == state) {
                if keys.len() == limit {
                    return Ok(Chosen { keys, next: range.before });
                }
                keys.push((key, folded));
            }
            // From here on, whatever ends the page.
            range.before = Some(key);
        }
        range.before = Some(end);
    }
    Ok(Chosen { keys, next: range.before })
}

/// A delivery with its newest attempts.
fn show(files: &[Known], key: Key, folded: Folded, attempts_max: usize) -> Found<Delivery> {
    let mut attempts: Vec<Attempt> = folded.successes.iter().map(success).collect();
    let mut meeting = None;
    for file in folded.failed_in.iter().filter_map(|at| files.get(*at)) {
        let failures = file.here(failures(file, key, attempts_max))?;
        for (attempt, of) in failures {
            meeting = Some(of);
            attempts.push(attempt);
        }
    }
    attempts.sort_by_key(|attempt| (attempt.at, attempt.attempt));
    let surplus = attempts.len().saturating_sub(attempts_max);
    attempts.drain(..surplus);
    Ok(Delivery { key, meeting, state: folded.state, attempts, attempts_total: folded.attempts })
}

const fn success(success: &Success) -> Attempt {
    let Success { attempt, at, latency_ms, status, .. } = *success;
    Attempt { attempt, at, latency_ms, status: Some(status), failure: None }
}

/// The newest failures of a delivery in a file, each with its meeting.
fn failures(file: &Known, key: Key, most: usize) -> Result<Vec<(Attempt, MeetingId)>> {
    let sql = "SELECT attempt, at, latency_ms, status, phase, excerpt, final, meeting FROM bad
               WHERE endpoint = ?1 AND seq = ?2 AND part = ?3 AND replay = ?4 ORDER BY at DESC LIMIT ?5";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let values = params![file.no, int(key.seq), key.part, key.replay, most];
    list(&file.conn, sql, values, |r| {
        let end = r.get::<_, Option<i64>>("final")?;
        let end = end.map(|code| Final::of_code(code).ok_or_else(|| bad("final", &code.to_string())));
        let failure = Failure { phase: r.get("phase")?, excerpt: r.get("excerpt")?, end: end.transpose()? };
        let attempt = Attempt {
            attempt: r.get("attempt")?,
            at: UnixMs(r.get("at")?),
            latency_ms: r.get("latency_ms")?,
            status: r.get("status")?,
            failure: Some(failure),
        };
        Ok((attempt, id(r, "meeting")?))
    })
}

#[cfg(test)]
mod tests;
