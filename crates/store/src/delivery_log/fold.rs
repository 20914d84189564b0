//! The deliveries of a stretch of sequences, folded from attempts in all files.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;
use sederunt_core::time::UnixMs;

use super::answer::{ATTEMPTS_MAX, State};
use super::day_file::int;
use super::files::{Fault, Known};
use super::pack::Success;
use super::rows::STRETCH;
use super::successes;
use crate::Result;
use crate::delivery::Key;

/// Deliveries that a fold holds: two for each fact of a stretch. One that was replayed often has more; the rest is left for the
/// next call.
const KEYS_MAX: usize = 8_192;

/// Attempts of a stretch that a fold looks at, successes and failures each: a tenth of a second. A stretch has more when its facts
/// were replayed more than a hundred times.
pub(super) const FOLD_MAX: usize = 1 << 20;

/// Which deliveries, and which of their attempts matter to whoever asks by time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    /// Deliveries from here on.
    pub first: Key,
    /// Deliveries before this; `None` = to the end.
    pub before: Option<Key>,
    /// Attempts from here on.
    pub from: UnixMs,
    /// Attempts before this.
    pub to: UnixMs,
}

impl Range {
    pub(super) fn has(&self, key: Key) -> bool {
        key >= self.first && self.before.is_none_or(|before| key < before)
    }

    fn has_time(&self, at: UnixMs) -> bool {
        at >= self.from && at < self.to
    }
}

/// What is known of a delivery.
#[derive(Debug)]
pub(super) struct Folded {
    pub state: State,
    /// An attempt is within the times asked for.
    pub is_in_time: bool,
    /// The newest.
    pub successes: Vec<Success>,
    /// Places of files that have failures of it.
    pub failed_in: Vec<usize>,
    pub attempts: u64,
}

impl Folded {
    const fn new() -> Self {
        Self {
            state: State::Failed,
            is_in_time: false,
            successes: Vec::new(),
            failed_in: Vec::new(),
            attempts: 0,
        }
    }
}

/// Deliveries of one stretch.
#[derive(Debug)]
pub(super) struct Fold<'a> {
    range: Range,
    /// Of the range, these alone; `None` = all.
    only: Option<&'a BTreeSet<Key>>,
    pub keys: BTreeMap<Key, Folded>,
    /// What is at or below this was not kept.
    pub floor: Option<Key>,
    /// Attempts that were looked at.
    pub looked: usize,
}

impl<'a> Fold<'a> {
    /// Of the stretch that begins at `start`, all of a range. Of each kind of attempt `most` are looked at, [`FOLD_MAX`] is usual: what
    /// has too many failures is left below the floor, of successes the oldest are left out.
    pub(super) fn stretch(
        files: &[Known],
        start: u64,
        range: Range,
        most: usize,
    ) -> std::result::Result<Self, Fault> {
        Self::of(files, start, (range, None), most)
    }

    /// The same, of some deliveries.
    pub(super) fn only(
        files: &[Known],
        start: u64,
        keys: &'a BTreeSet<Key>,
        most: usize,
    ) -> std::result::Result<Self, Fault> {
        let first = keys.first().copied().unwrap_or(Key::first(start));
        let before = keys.last().and_then(|last| last.next());
        let range = Range { first, before, from: UnixMs(i64::MIN), to: UnixMs(i64::MAX) };
        Self::of(files, start, (range, Some(keys)), most)
    }

    fn of(
        files: &[Known],
        start: u64,
        (range, only): (Range, Option<&'a BTreeSet<Key>>),
        most: usize,
    ) -> std::result::Result<Self, Fault> {
        let mut fold = Self { range, only, keys: BTreeMap::new(), floor: None, looked: 0 };
        let last = range.before.map_or(u64::MAX, |before| before.seq);
        let to = last.min(start.saturating_add(STRETCH - 1));
        let failures_max = most / files.len().max(1);
        let mut successes = 0;
        for (at, file) in files.iter().enumerate() {
            successes += file.here(fold.add_successes(file, (start, to), most - successes.min(most)))?;
            file.here(fold.add_failures(file, at, (start, to), failures_max))?;
        }
        fold.looked += successes;
        if let Some(floor) = fold.floor {
            fold.keys.retain(|key, _| *key > floor);
        }
        Ok(fold)
    }

    fn add_successes(&mut self, file: &Known, rows: (u64, u64), most: usize) -> Result<usize> {
        successes::newest(file, rows, most, |success| {
            if let Some(folded) = self.folded(success.key, success.at) {
                folded.state = State::Delivered;
                folded.add_success(success);
            }
        })
    }

    /// From the newest fact downwards: with `most` attempts it ends, and what is below is not kept.
    fn add_failures(
        &mut self,
        file: &Known,
        place: usize,
        (start, to): (u64, u64),
        most: usize,
    ) -> Result<()> {
        let sql = "SELECT seq, part, replay, at, final FROM bad
                   WHERE endpoint = ?1 AND seq >= ?2 AND seq <= ?3
                   ORDER BY seq DESC, part DESC, replay DESC";
        let mut statement = file.conn.prepare_cached(sql)?;
        let from = start.max(self.range.first.seq).max(self.floor.map_or(0, |floor| floor.seq));
        let mut rows = statement.query(params![file.no, int(from), int(to)])?;
        let (mut n, mut newest) = (0, None);
        while let Some(row) = rows.next()? {
            self.looked += 1;
            let key =
                Key { seq: row.get::<_, i64>(0)?.cast_unsigned(), part: row.get(1)?, replay: row.get(2)? };
            if !self.range.has(key) {
                continue;
            }
            n += 1;
            // The newest one is looked at to its end, so that there is always something to go on from.
            if n > most && *newest.get_or_insert(key) != key {
                self.floor = self.floor.max(Some(key));
                return Ok(());
            }
            newest.get_or_insert(key);
            let is_final = row.get::<_, Option<i64>>(4)?.is_some();
            if let Some(folded) = self.folded(key, UnixMs(row.get(3)?)) {
                folded.state = folded.state.max(if is_final { State::Dead } else { State::Failed });
                folded.attempts += 1;
                if folded.failed_in.last() != Some(&place) {
                    folded.failed_in.push(place);
                }
            }
        }
        Ok(())
    }

    /// The delivery of an attempt, if it is asked for. Where there are too many, the lowest goes.
    fn folded(&mut self, key: Key, at: UnixMs) -> Option<&mut Folded> {
        let is_asked = self.range.has(key) && self.only.is_none_or(|only| only.contains(&key));
        if !is_asked || self.floor.is_some_and(|floor| key <= floor) {
            return None;
        }
        if self.keys.len() >= KEYS_MAX && !self.keys.contains_key(&key) {
            let lowest = self.keys.first_key_value().map(|(lowest, _)| *lowest);
            if lowest.is_none_or(|lowest| key < lowest) {
                self.floor = Some(key);
                return None;
            }
            self.floor = self.keys.pop_first().map(|(lowest, _)| lowest);
        }
        let is_in_time = self.range.has_time(at);
        let folded = self.keys.entry(key).or_insert_with(Folded::new);
        folded.is_in_time |= is_in_time;
        Some(folded)
    }
}

impl Folded {
    fn add_success(&mut self, success: Success) {
        self.attempts += 1;
        if self.successes.len() < ATTEMPTS_MAX {
            self.successes.push(success);
        } else if let Some(oldest) = self.successes.iter_mut().min_by_key(|s| s.at)
            && oldest.at < success.at
        {
            *oldest = success;
        }
    }
}
