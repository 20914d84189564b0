//! Reading what is added up.

use rusqlite::{Connection, Row, params};
use sederunt_core::tally;
use sederunt_core::time::UnixMs;

use super::row::{Span, Sums, Whole};
use super::{Usage, UsageQuery};
use crate::person_key::PersonNo;
use crate::sql::{Blob, find, id};
use crate::{Result, StoreError};

/// What of a session is added up. From the index alone it is told which those are.
const SESSION: &str = "id, started_ms, ended_ms, updated_ms, stay_count, closed_ms, ticking_count, ticking_joined_sum_ms, \
                       offset_ms, peak FROM session INDEXED BY session_started WHERE app = ?1";

const STAYS: &str =
    "SELECT joined_ms, left_ms, away_ms, participant, coalesce(custom_participant_id, user_id)
                     FROM stay WHERE session = ?1";

pub(super) fn usage(conn: &Connection, q: &UsageQuery) -> Result<Usage> {
    let edges: Vec<i64> = q.edges.iter().map(|edge| edge.0).collect();
    let mut sums = Sums::new(&edges, q.rule, q.people_max);
    let app = find(conn, "SELECT no FROM app WHERE id = ?1", [q.app.as_str()], |r| r.get::<_, i64>(0))?;
    let (Some(app), Some(from), Some(to)) = (app, edges.first(), edges.last()) else {
        return Ok(sums.finish());
    };
    let earlier = format!(
        "SELECT {SESSION} AND started_ms < ?2 AND (ended_ms IS NULL OR ended_ms >= ?2) ORDER BY started_ms, id"
    );
    let within = format!("SELECT {SESSION} AND started_ms >= ?2 AND started_ms < ?3 ORDER BY started_ms, id");
    let mut walk = Walk { conn, now: q.now, left: q.sessions_max, max: q.sessions_max };
    walk.over(&earlier, params![app, from], &mut sums)?;
    walk.over(&within, params![app, from, to], &mut sums)?;
    Ok(sums.finish())
}

struct Walk<'c> {
    conn: &'c Connection,
    now: UnixMs,
    left: usize,
    max: usize,
}

impl Walk<'_> {
    fn over(&mut self, sql: &str, range: impl rusqlite::Params, sums: &mut Sums<'_>) -> Result<()> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(range)?;
        while let Some(row) = rows.next()? {
            self.left =
                self.left.checked_sub(1).ok_or(StoreError::Limit { what: "sessions", max: self.max })?;
            let session: Blob = row.get(0)?;
            let own = self.now.plus_ms(row.get(8)?);
            let whole = whole(row, own)?;
            let stays = if sums.wants_stays(&whole) { self.stays(session, own)? } else { Vec::new() };
            sums.add(&whole, &stays);
        }
        Ok(())
    }

    fn stays(&self, session: Blob, own: UnixMs) -> Result<Vec<Span>> {
        let mut statement = self.conn.prepare_cached(STAYS)?;
        let span = |r: &Row<'_>| {
            let from: i64 = r.get(0)?;
            let ended = r.get::<_, Option<i64>>(1)?.or(r.get(2)?);
            let own_id = r.get_ref(4)?.as_str_or_null()?;
            Ok(Span {
                from,
                to: ended.unwrap_or(own.0).max(from),
                who: PersonNo::of_stay(own_id, id(r, "participant")?),
            })
        };
        Ok(statement.query_map([session], span)?.collect::<rusqlite::Result<_>>()?)
    }
}

/// `own`: the session's own time, for one that is LIVE.
fn whole(row: &Row<'_>, own: UnixMs) -> rusqlite::Result<Whole> {
    let started: i64 = row.get(1)?;
    let ended: Option<i64> = row.get(2)?;
    let until = match ended {
        Some(ended) => ended,
        None => own.0.max(row.get(3)?),
    };
    Ok(Whole {
        started,
        until: until.max(started),
        stays: u64::from(row.get::<_, u32>(4)?),
        ms: tally::consumed_ms(row.get(5)?, row.get(6)?, row.get(7)?, own),
        peak: row.get(9)?,
    })
}
