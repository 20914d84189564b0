//! The own time of a LIVE session, in the process that wrote its last fact and in the one after it.
//!
//! A session's time is a steady clock plus an offset that never changes, so the wall clock may be set in the middle of it. A
//! process that takes a session over has a steady clock of its own: it begins with the wall clock. The session's time goes
//! on by what the wall clock says has passed since the last heartbeat, which knows both, less what the wall clock was set by in
//! processes between that wrote nothing of this session.

use rusqlite::{Connection, OptionalExtension as _};
use sederunt_core::id::SessionId;
use sederunt_core::tally::Tally;
use sederunt_core::time::{Reading, UnixMs};

use crate::sql::{blob, opt_ms};
use crate::{Result, StoreError};

/// What the ledger knows of a session's time.
#[derive(Debug)]
pub(crate) struct OwnTime {
    /// Its time minus the steady clock of `node`.
    offset_ms: i64,
    /// The process that wrote its last fact.
    node: String,
    /// The last heartbeat of that, on its steady clock.
    beat: Option<UnixMs>,
    /// The wall clock minus the steady clock at that heartbeat.
    wall_offset_ms: i64,
    /// By how much the wall clock was set in the processes that came after that one.
    set_since_ms: i64,
}

impl OwnTime {
    /// Of a session that has facts.
    pub(crate) fn of(conn: &Connection, session: SessionId) -> Result<Self> {
        let sql = "SELECT s.offset_ms AS own_ms, n.name, n.heartbeat_ms, n.offset_ms,
                     (SELECT coalesce(sum(later.offset_ms), 0) FROM node later WHERE later.no > n.no) AS since_ms
                   FROM session s JOIN fact f ON f.seq = s.last_seq JOIN node n ON n.no = f.node WHERE s.id = ?1";
        let mut statement = conn.prepare_cached(sql)?;
        let found = statement.query_row([blob(session.as_u128())], |r| {
            Ok(Self {
                offset_ms: r.get("own_ms")?,
                node: r.get("name")?,
                beat: opt_ms(r, "heartbeat_ms")?,
                wall_offset_ms: r.get("offset_ms")?,
                set_since_ms: r.get("since_ms")?,
            })
        });
        found.optional()?.ok_or_else(|| StoreError::Damaged(format!("session {session} has no last fact")))
    }

    /// An instant of the steady clock of the process that wrote the last fact, as the session tells it.
    pub(crate) fn told(&self, steady: UnixMs) -> UnixMs {
        steady.plus_ms(self.offset_ms)
    }

    /// The offset with which the session goes on in another process whose clocks show `now`. Its time never goes back
    /// behind what is known of it.
    pub(crate) fn taken_over(&self, tally: &Tally, now: Reading) -> i64 {
        let skew_ms = self.offset_ms.saturating_sub(self.wall_offset_ms).saturating_sub(self.set_since_ms);
        let known = self.beat.map_or(tally.latest(), |beat| self.told(beat).max(tally.latest()));
        now.wall().plus_ms(skew_ms).max(known).0.saturating_sub(now.steady.0)
    }

    /// The offset with which the session goes on in the process `node`.
    pub(crate) fn in_process(&self, node: &str, tally: &Tally, now: Reading) -> i64 {
        if self.node == node { self.offset_ms } else { self.taken_over(tally, now) }
    }
}
