//! Reading what is added up: from the app's index where it has one, else from the ledger; stays are read of those sessions
//! alone of which they are wanted.

use std::ops::ControlFlow;

use rusqlite::{Connection, Row, params};
use sederunt_core::tally;
use sederunt_core::time::UnixMs;
use sederunt_index::{Brief, Snapshot};

use super::row::{Span, Sums, Whole};
use super::{PeopleMost, Usage, UsageQuery};
use crate::pace::SharedCourse;
use crate::person_key::PersonNo;
use crate::sql::{Blob, blob, find, id};
use crate::{Result, StoreError};

/// What of a session is added up. From the index alone it is told which those are.
const SESSION: &str = "id, started_ms, ended_ms, updated_ms, stay_count, closed_ms, ticking_count, ticking_joined_sum_ms, \
                       offset_ms, peak FROM session";
/// Of an app.
const OF_APP: &str = "INDEXED BY session_started WHERE app = ?1";

const STAYS: &str =
    "SELECT joined_ms, left_ms, away_ms, participant, coalesce(custom_participant_id, user_id)
                     FROM stay WHERE session = ?1";

/// Sessions of an index between two looks at the pace: some 0.1 ms.
const LOOK_EVERY: u32 = 4_096;

/// Where the sums are taken from.
pub(super) enum Source<'a> {
    /// An index, which is not newer than the ledger's snapshot, and the pace of reading it.
    Index(&'a Snapshot, &'a SharedCourse),
    /// The ledger alone.
    Ledger,
}

/// The sums, and people where they can be told; `None`: the index is damaged.
pub(super) fn usage(conn: &Connection, q: &UsageQuery, source: &Source<'_>) -> Result<Option<Usage>> {
    if matches!(source, Source::Index(..)) {
        // Takes no time, and says whether the stays are few enough to look through.
        let numbers = sums(conn, q, source, None)?;
        let stays = numbers.as_ref().map_or(u64::MAX, |usage| usage.sum.stays);
        if q.people.is_none_or(|most| stays > most.stays as u64) {
            return Ok(numbers);
        }
    }
    sums(conn, q, source, q.people)
}

fn sums(
    conn: &Connection,
    q: &UsageQuery,
    source: &Source<'_>,
    people: Option<PeopleMost>,
) -> Result<Option<Usage>> {
    let edges: Vec<i64> = q.edges.iter().map(|edge| edge.0).collect();
    let mut sums = Sums::new(&edges, q.rule, people);
    let app = find(conn, "SELECT no FROM app WHERE id = ?1", [q.app.as_str()], |r| r.get::<_, i64>(0))?;
    let (Some(app), Some(first), Some(last)) = (app, edges.first(), edges.last()) else {
        return Ok(Some(sums.finish()));
    };
    let walk = Walk { conn, now: q.now };
    match source {
        Source::Ledger => {
            let earlier = format!(
                "SELECT {SESSION} {OF_APP} AND started_ms < ?2 AND (ended_ms IS NULL OR ended_ms >= ?2)"
            );
            let within = format!("SELECT {SESSION} {OF_APP} AND started_ms >= ?2 AND started_ms < ?3");
            walk.over(&earlier, params![app, first], &mut sums)?;
            walk.over(&within, params![app, first, last], &mut sums)?;
        }
        Source::Index(snapshot, course) => {
            walk.over_index(snapshot, (*first, *last), course, &mut sums)?;
            if snapshot.sealed().is_suspect() {
                return Ok(None);
            }
            let one = format!("SELECT {SESSION} WHERE id = ?1");
            for session in snapshot.live_before(*last) {
                walk.over(&one, params![blob(session)], &mut sums)?;
            }
        }
    }
    Ok(Some(sums.finish()))
}

struct Walk<'c> {
    conn: &'c Connection,
    now: UnixMs,
}

impl Walk<'_> {
    fn over(&self, sql: &str, range: impl rusqlite::Params, sums: &mut Sums<'_>) -> Result<()> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(range)?;
        while let Some(row) = rows.next()? {
            let session: Blob = row.get(0)?;
            let own = self.now.plus_ms(row.get(8)?);
            self.add(session, own, &whole(row, own)?, sums)?;
        }
        Ok(())
    }

    /// The sessions that have ended: they are what they were, so whatever the ledger has of them is of the same state.
    fn over_index(
        &self,
        snapshot: &Snapshot,
        range: (i64, i64),
        course: &SharedCourse,
        sums: &mut Sums<'_>,
    ) -> Result<()> {
        let mut looked = 0_u32;
        let walked = snapshot.ended_in(range, |brief| {
            looked = looked.wrapping_add(1);
            if looked.is_multiple_of(LOOK_EVERY) && course.is_over() {
                return ControlFlow::Break(StoreError::Closed);
            }
            match self.add(blob(brief.id), self.now, &Whole::from(brief), sums) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => ControlFlow::Break(error),
            }
        });
        match walked {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(error) => Err(error),
        }
    }

    fn add(&self, session: Blob, own: UnixMs, whole: &Whole, sums: &mut Sums<'_>) -> Result<()> {
        let stays = if sums.wants_stays(whole) { self.stays(session, own)? } else { Vec::new() };
        sums.add(whole, &stays);
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

impl From<Brief> for Whole {
    fn from(brief: Brief) -> Self {
        Self {
            started: brief.started_ms,
            until: brief.ended_ms.max(brief.started_ms),
            stays: u64::from(brief.stays),
            ms: brief.closed_ms,
            peak: brief.peak,
        }
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
