//! What an app's sessions came to by UTC day (SEMANTICS §5, analytics).
//!
//! The sums of ended sessions are rows, written with each end. Those of LIVE sessions are added when asked, from the columns
//! that the session list computes with, so that both say the same at any instant.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use sederunt_core::id::AppId;
use sederunt_core::tally;
use sederunt_core::time::{Day, UnixMs};

use crate::sql::{find, list};
use crate::{Result, Store};

/// Which days.
#[derive(Debug, Clone)]
pub struct DayQuery {
    /// The app.
    pub app: AppId,
    /// The first day.
    pub first: Day,
    /// The last day, inclusive.
    pub last: Day,
    /// The instant of the steady clock for which LIVE sessions are computed.
    pub now: UnixMs,
}

/// The sessions that began on a day, LIVE ones included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRow {
    /// The day.
    pub day: Day,
    /// How many there are; never 0.
    pub sessions: u64,
    /// Milliseconds that they have consumed, whenever that was.
    pub consumed_ms: i64,
}

impl Store {
    /// The days of a range on which sessions of an app began, first day first, from one snapshot. An unknown app has none.
    pub async fn days(&self, q: DayQuery) -> Result<Vec<DayRow>> {
        self.read(move |c| days(c, &q)).await
    }
}

fn days(conn: &Connection, q: &DayQuery) -> Result<Vec<DayRow>> {
    let find_app = "SELECT no FROM app WHERE id = ?1";
    let Some(app) = find(conn, find_app, [q.app.as_str()], |r| r.get::<_, i64>(0))? else {
        return Ok(Vec::new());
    };
    let ended = "SELECT day, sessions, consumed_ms FROM app_day WHERE app = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day";
    let ended = list(conn, ended, params![app, q.first.0, q.last.0], |r| {
        Ok((Day(r.get(0)?), r.get::<_, i64>(1)?, r.get::<_, i64>(2)?))
    })?;
    let live = "SELECT started_ms, closed_ms, ticking_count, ticking_joined_sum_ms, offset_ms
                FROM session INDEXED BY session_live
                WHERE app = ?1 AND ended_ms IS NULL AND started_ms BETWEEN ?2 AND ?3";
    let live = list(conn, live, params![app, q.first.start().0, q.last.end().0], |r| {
        let own = q.now.plus_ms(r.get(4)?);
        let consumed_ms = tally::consumed_ms(r.get(1)?, r.get(2)?, r.get(3)?, own);
        Ok((UnixMs(r.get(0)?).day(), 1, consumed_ms))
    })?;
    let mut days: BTreeMap<Day, DayRow> = BTreeMap::new();
    for (day, sessions, consumed_ms) in ended.into_iter().chain(live) {
        let row = days.entry(day).or_insert(DayRow { day, sessions: 0, consumed_ms: 0 });
        row.sessions = row.sessions.saturating_add(u64::try_from(sessions).unwrap_or(0));
        row.consumed_ms = row.consumed_ms.saturating_add(consumed_ms);
    }
    Ok(days.into_values().collect())
}
