//! The facts of a few sessions, each found from its last one back (`prev`): what they cost is their own number, however large the
//! ledger.

use std::collections::VecDeque;

use rusqlite::Connection;
use sederunt_core::id::SessionId;

use crate::Result;
use crate::replay;
use crate::sql::{blob, find, signed, unsigned};

/// Facts that may be ahead of a reader: eight bytes each, and some half a second to find them. A session that is told whole has
/// no more, either.
const AHEAD_MAX: usize = 500_000;

/// What was found and not told yet.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// Every fact of the sessions up to here is in, or was told.
    known: u64,
    /// Oldest first.
    seqs: VecDeque<i64>,
    /// There are too many of them: the ledger is walked instead.
    too_many: bool,
}

impl Ahead {
    /// Of whoever was told everything up to `after`.
    pub(super) fn after(after: u64) -> Self {
        Self { known: after, ..Self::default() }
    }

    /// Finds what the sessions have up to `last`; one that is not of the app has nothing. False when that is too much.
    pub(super) fn find(&mut self, conn: &Connection, app: i64, of: &[SessionId], last: u64) -> Result<bool> {
        if self.too_many {
            return Ok(false);
        }
        let mut found = Vec::new();
        for session in of {
            let sql = "SELECT last_seq FROM session WHERE id = ?1 AND app = ?2";
            let mut next = find(conn, sql, (blob(session.as_u128()), app), |r| r.get::<_, i64>(0))?;
            while let Some(seq) = next.filter(|seq| *seq > signed(self.known)) {
                // What is younger than the snapshot's last durable fact is told the next time.
                if unsigned(seq) <= last {
                    found.push(seq);
                }
                if found.len() + self.seqs.len() > AHEAD_MAX {
                    *self = Self { too_many: true, ..Self::default() };
                    return Ok(false);
                }
                next = replay::before(conn, seq)?;
            }
        }
        found.sort_unstable();
        self.seqs.extend(found);
        self.known = self.known.max(last);
        Ok(true)
    }

    /// The next one up to `to`.
    pub(super) fn next(&mut self, to: u64) -> Option<i64> {
        self.seqs.pop_front_if(|seq| unsigned(*seq) <= to)
    }

    /// Whether there is one up to `to`.
    pub(super) fn has_next(&self, to: u64) -> bool {
        self.seqs.front().is_some_and(|seq| unsigned(*seq) <= to)
    }
}
