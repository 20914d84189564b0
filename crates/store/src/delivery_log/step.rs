//! Where in the files something may be that is asked for, from the newest sequence downwards.

use rusqlite::params;
use sederunt_core::time::UnixMs;

use super::answer::State;
use super::day_file::int;
use super::files::{Fault, Known};
use super::rows::minute;
use crate::Result;
use crate::delivery::Key;
use crate::sql::find;

/// What has sequences.
#[derive(Debug, Clone, Copy)]
enum Table {
    Successes,
    Failures,
    Dead,
}

impl Table {
    /// Those that have what is in a state.
    const fn of(state: Option<State>) -> &'static [Self] {
        match state {
            None => &[Self::Successes, Self::Failures],
            Some(State::Delivered) => &[Self::Successes],
            Some(State::Failed) => &[Self::Failures],
            Some(State::Dead) => &[Self::Dead],
        }
    }

    const fn newest(self) -> &'static str {
        match self {
            Self::Successes => "SELECT max(first_seq) FROM ok WHERE endpoint = ?1 AND first_seq <= ?2",
            Self::Failures => "SELECT max(seq) FROM bad WHERE endpoint = ?1 AND seq <= ?2",
            Self::Dead => "SELECT max(seq) FROM bad WHERE endpoint = ?1 AND seq <= ?2 AND final IS NOT NULL",
        }
    }

    /// Between two minutes, or two instants.
    const fn within(self) -> &'static str {
        match self {
            Self::Successes => {
                "SELECT min(first_seq), max(first_seq) FROM ok
                 WHERE endpoint = ?1 AND minute >= ?2 AND minute <= ?3"
            }
            Self::Failures => {
                "SELECT min(seq), max(seq) FROM bad WHERE endpoint = ?1 AND at >= ?2 AND at <= ?3"
            }
            Self::Dead => {
                "SELECT min(seq), max(seq) FROM bad
                 WHERE endpoint = ?1 AND at >= ?2 AND at <= ?3 AND final IS NOT NULL"
            }
        }
    }
}

/// One table of one file.
#[derive(Debug)]
struct Step {
    file: usize,
    table: Table,
    lowest: i64,
    highest: i64,
    /// The newest at or below what was asked last.
    newest: Option<i64>,
}

/// The way down.
#[derive(Debug)]
pub(super) struct Steps {
    steps: Vec<Step>,
}

impl Steps {
    /// Over what has deliveries of a state, or attempts in `from..to` where that is not all: what makes the state may have been
    /// at another time.
    pub(super) fn new(
        files: &[Known],
        state: Option<State>,
        (from, to): (UnixMs, UnixMs),
    ) -> std::result::Result<Self, Fault> {
        let mut steps = Vec::new();
        let last = to.plus_ms(-1);
        let is_any_time = from == UnixMs(i64::MIN) && to == UnixMs(i64::MAX);
        let tables = Table::of(state.filter(|_| is_any_time));
        for (at, file) in files.iter().enumerate() {
            let (begin, end) = (file.day.start(), file.day.end());
            if from > end || last < begin {
                continue;
            }
            let is_whole = from <= begin && last >= end;
            for table in tables {
                let all = Some((0, i64::MAX));
                let bounds = if is_whole { all } else { file.here(within(file, *table, from, last))? };
                steps.extend(bounds.map(|(lowest, highest)| Step {
                    file: at,
                    table: *table,
                    lowest,
                    highest,
                    newest: Some(i64::MAX),
                }));
            }
        }
        Ok(Self { steps })
    }

    /// A sequence in the newest stretch that may have a delivery before `before`, which never grows.
    pub(super) fn newest(
        &mut self,
        files: &[Known],
        before: Option<Key>,
    ) -> std::result::Result<Option<u64>, Fault> {
        let to = match before {
            None => Some(u64::MAX),
            Some(key) if key == Key::first(key.seq) => key.seq.checked_sub(1),
            Some(key) => Some(key.seq),
        };
        let Some(to) = to.map(int) else { return Ok(None) };
        let mut newest = None;
        for step in &mut self.steps {
            if step.newest.is_some_and(|known| known > to || known == i64::MAX)
                && let Some(file) = files.get(step.file)
            {
                step.newest = file.here(step.find(file, to))?;
            }
            newest = newest.max(step.newest);
        }
        // A row in the lowest stretch may begin before it: whoever asks looks at stretches.
        self.steps.retain(|step| step.newest.is_some());
        Ok(newest.map(i64::cast_unsigned))
    }
}

impl Step {
    fn find(&self, file: &Known, to: i64) -> Result<Option<i64>> {
        let values = params![file.no, to.min(self.highest)];
        let newest = find(&file.conn, self.table.newest(), values, |r| r.get::<_, Option<i64>>(0))?;
        Ok(newest.flatten().filter(|newest| *newest >= self.lowest))
    }
}

/// The lowest and the highest sequence of a time.
fn within(file: &Known, table: Table, from: UnixMs, last: UnixMs) -> Result<Option<(i64, i64)>> {
    let (from, last) = match table {
        Table::Successes => (minute(from), minute(last)),
        Table::Failures | Table::Dead => (from.0, last.0),
    };
    let bounds = find(&file.conn, table.within(), params![file.no, from, last], |r| {
        Ok(r.get::<_, Option<i64>>(0)?.zip(r.get::<_, Option<i64>>(1)?))
    })?;
    Ok(bounds.flatten())
}
