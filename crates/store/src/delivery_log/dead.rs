//! Events that failed for good, upwards: what a replay of what failed sends again.

use std::collections::BTreeMap;

use rusqlite::params;

use super::answer::{DeadLetters, DeadQuery, KEYS_MAX};
use super::day_file::int;
use super::files::{Fault, Known, read};
use super::fold::FOLD_MAX;
use super::rows::{STRETCH, stretch};
use super::shared::Shared;
use super::successes;
use crate::Result;
use crate::delivery::Key;
use crate::sql::find;

/// Attempts that a call looks at, after which it ends with what it has.
const LOOK_MAX: usize = 65_536;
/// Stretches that a call looks at.
const STRETCHES_MAX: usize = 256;

/// An event, whatever replays it: sequence and part.
type Event = (u64, u8);

/// A list of events.
pub(super) fn dead_letters(shared: &Shared, query: &DeadQuery) -> Result<DeadLetters> {
    read(shared, query.endpoint, None, |files| list(files, query, LOOK_MAX))
}

fn list(files: &[Known], query: &DeadQuery, look_max: usize) -> std::result::Result<DeadLetters, Fault> {
    let limit = query.limit.clamp(1, KEYS_MAX);
    let (mut keys, mut looked) = (Vec::new(), 0);
    let mut after = query.after;
    for _ in 0..STRETCHES_MAX {
        let next = after.map_or(Some(Key::first(query.from_seq)), Key::next);
        let first = next.map(|next| first(files, next.seq.max(query.from_seq), query.to_seq)).transpose()?;
        let Some(first) = first.flatten() else {
            return Ok(DeadLetters { keys, next: None });
        };
        if looked >= look_max {
            return Ok(DeadLetters { keys, next: after });
        }
        let mut last = stretch(first).saturating_add(STRETCH - 1).min(query.to_seq);
        let mut dead = BTreeMap::new();
        for file in files {
            let (n, whole) = file.here(add(file, (first, last), look_max, &mut dead))?;
            (looked, last) = (looked + n, last.min(whole));
        }
        dead.retain(|event, _| event.0 <= last && after.is_none_or(|after| *event > (after.seq, after.part)));
        looked += take_delivered(files, (first, last), &mut dead)?;
        for ((seq, part), replay) in dead {
            let key = Key { seq, part, replay };
            if keys.len() == limit {
                return Ok(DeadLetters { keys, next: after });
            }
            keys.push(key);
            after = Some(key);
        }
        if last == query.to_seq {
            return Ok(DeadLetters { keys, next: None });
        }
        after = Some(Key::last(last));
    }
    Ok(DeadLetters { keys, next: after })
}

/// The first sequence from `from` on with something that failed for good.
fn first(files: &[Known], from: u64, to: u64) -> std::result::Result<Option<u64>, Fault> {
    let sql =
        "SELECT min(seq) FROM bad WHERE endpoint = ?1 AND seq >= ?2 AND seq <= ?3 AND final IS NOT NULL";
    let mut first: Option<i64> = None;
    for file in files {
        let values = params![file.no, int(from), int(to)];
        let here = file.here(find(&file.conn, sql, values, |r| r.get::<_, Option<i64>>(0)))?.flatten();
        first = [first, here].into_iter().flatten().min();
    }
    Ok(first.map(i64::cast_unsigned))
}

/// Adds what failed for good; returns how much it was, and the last fact that was looked at as a whole: with `most` it ends, though not
/// at the first fact.
fn add(
    file: &Known,
    (first, last): (u64, u64),
    most: usize,
    dead: &mut BTreeMap<Event, u32>,
) -> Result<(usize, u64)> {
    let sql = "SELECT seq, part, replay FROM bad
               WHERE endpoint = ?1 AND seq >= ?2 AND seq <= ?3 AND final IS NOT NULL ORDER BY seq";
    let mut statement = file.conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![file.no, int(first), int(last)])?;
    let mut n = 0;
    while let Some(row) = rows.next()? {
        let event: Event = (row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?);
        if n >= most && event.0 > first {
            return Ok((n, event.0 - 1));
        }
        let replay: u32 = row.get(2)?;
        dead.entry(event).and_modify(|first: &mut u32| *first = replay.min(*first)).or_insert(replay);
        n += 1;
    }
    Ok((n, last))
}

/// Takes away what was delivered; returns how many successes were looked at.
fn take_delivered(
    files: &[Known],
    (first, last): (u64, u64),
    dead: &mut BTreeMap<Event, u32>,
) -> std::result::Result<usize, Fault> {
    let mut n = 0;
    for file in files {
        if dead.is_empty() {
            break;
        }
        let rows = (stretch(first), last);
        n += file.here(successes::newest(file, rows, FOLD_MAX.saturating_sub(n), |success| {
            dead.remove(&(success.key.seq, success.key.part));
        }))?;
    }
    Ok(n)
}
