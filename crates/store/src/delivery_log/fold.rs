//! The deliveries of a stretch of sequences, folded from attempts in all files.

use std::collections::BTreeMap;

use rusqlite::params;
use sederunt_core::time::UnixMs;

use super::answer::{ATTEMPTS_MAX, State};
use super::day_file::int;
use super::files::{Fault, Known};
use super::pack::{Success, unpack};
use super::rows::{STRETCH, of_minute};
use crate::delivery::Key;
use crate::{Result, StoreError};

/// Deliveries that a fold holds: two for each fact of a stretch. One that was replayed often has more; the rest is left for the
/// next call.
const KEYS_MAX: usize = 8_192;

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
pub(super) struct Fold {
    range: Range,
    pub keys: BTreeMap<Key, Folded>,
    /// What is at or below this was not kept.
    pub floor: Option<Key>,
    /// Attempts that were looked at.
    pub looked: usize,
}

impl Fold {
    /// Everything of the stretch that begins at `start`.
    pub(super) fn stretch(files: &[Known], start: u64, range: Range) -> std::result::Result<Self, Fault> {
        let mut fold = Self { range, keys: BTreeMap::new(), floor: None, looked: 0 };
        for (at, file) in files.iter().enumerate() {
            file.here(fold.add_successes(file, start))?;
            file.here(fold.add_failures(file, at, start))?;
        }
        Ok(fold)
    }

    fn add_successes(&mut self, file: &Known, start: u64) -> Result<()> {
        let sql = "SELECT first_seq, minute, packed FROM ok
                   WHERE endpoint = ?1 AND first_seq >= ?2 AND first_seq <= ?3";
        let mut statement = file.conn.prepare_cached(sql)?;
        let last = self.range.before.map_or(u64::MAX, |before| before.seq);
        let to = last.min(start.saturating_add(STRETCH - 1));
        let mut rows = statement.query(params![file.no, int(start), int(to)])?;
        while let Some(row) = rows.next()? {
            let packed = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
            let first_seq = row.get::<_, i64>(0)?.cast_unsigned();
            each_success(first_seq, row.get(1)?, packed, |success| {
                self.looked += 1;
                if let Some(folded) = self.folded(success.key, success.at) {
                    folded.state = State::Delivered;
                    folded.add_success(success);
                }
            })?;
        }
        Ok(())
    }

    fn add_failures(&mut self, file: &Known, place: usize, start: u64) -> Result<()> {
        let sql = "SELECT seq, part, replay, at, final FROM bad
                   WHERE endpoint = ?1 AND seq >= ?2 AND seq <= ?3";
        let mut statement = file.conn.prepare_cached(sql)?;
        let last = self.range.before.map_or(u64::MAX, |before| before.seq);
        let to = last.min(start.saturating_add(STRETCH - 1));
        let mut rows = statement.query(params![file.no, int(start.max(self.range.first.seq)), int(to)])?;
        while let Some(row) = rows.next()? {
            self.looked += 1;
            let key =
                Key { seq: row.get::<_, i64>(0)?.cast_unsigned(), part: row.get(1)?, replay: row.get(2)? };
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
        if !self.range.has(key) || self.floor.is_some_and(|floor| key <= floor) {
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

/// The successes of a row.
pub(super) fn each_success(
    first_seq: u64,
    minute: i64,
    packed: &[u8],
    each: impl FnMut(Success),
) -> Result<()> {
    let packed = unpack(first_seq, of_minute(minute), packed, each);
    packed.map_err(|_| StoreError::Damaged("a row of successes cannot be unpacked".to_owned()))
}
