//! Who came and who went, minute by minute or hour by hour, from the facts of an app between an instant and now.
//!
//! How many were there is told from now backwards: as many as are now, without those who came and with those who went since. What
//! was imported happened elsewhere, and does not count.

use std::collections::HashMap;

use rusqlite::{Connection, Row, Rows};
use sederunt_core::fact::{FactName, LeaveReason};
use sederunt_core::id::{AppId, SessionId};
use sederunt_core::time::UnixMs;

use crate::events::app_no;
use crate::imported::{self, IMPORTERS};
use crate::replay::of_range;
use crate::sql::{Blob, find, id, list, signed};
use crate::{Pace, Result, Store, StoreError, instants};

/// Sessions with losses that are told: whoever looks begins with the worst.
const LOSSES_MAX: usize = 20;

/// Which stretches.
#[derive(Debug, Clone)]
pub struct ActivityQuery {
    /// The app.
    pub app: AppId,
    /// The edges of the stretches, rising; none is after now.
    pub edges: Vec<UnixMs>,
    /// Lost connections count as late ones from this instant on.
    pub lately: UnixMs,
    /// More facts since the first edge are [`StoreError::Limit`].
    pub facts_max: usize,
}

/// A stretch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ActivityRow {
    /// Stays that began.
    pub joins: u64,
    /// Stays that ended.
    pub leaves: u64,
    /// Those of them whose connection was lost, or whose server was.
    pub lost: u64,
    /// The most stays that were open at a time.
    pub people: u64,
    /// The most sessions that were LIVE at a time.
    pub sessions: u64,
}

/// A LIVE session with late losses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Losses {
    /// The session.
    pub session: SessionId,
    /// Its title.
    pub title: String,
    /// Stays that were lost.
    pub lost: u64,
    /// Stays that are open.
    pub live: u64,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// One for each stretch.
    pub rows: Vec<ActivityRow>,
    /// LIVE sessions with late losses, most first; at most twenty.
    pub losses: Vec<Losses>,
}

impl Store {
    /// Who came and who went, from one snapshot. [`StoreError::NotFound`] when there is no such app. Blocks: call it in
    /// `spawn_blocking`.
    pub fn activity(&self, pace: &Pace, q: &ActivityQuery) -> Result<Activity> {
        self.readers().long(pace, |conn| activity(conn, q))
    }
}

/// What a fact changes: at an instant so many more stays, and so many more sessions.
#[derive(Debug, Clone, Copy)]
struct Step {
    at: i64,
    stays: i8,
    sessions: i8,
    is_loss: bool,
}

fn activity(conn: &Connection, q: &ActivityQuery) -> Result<Activity> {
    let app = app_no(conn, &q.app)?;
    let edges: Vec<i64> = q.edges.iter().map(|edge| edge.0).collect();
    let Some(from) = q.edges.first() else { return Ok(Activity { rows: Vec::new(), losses: Vec::new() }) };
    let live = "SELECT coalesce(sum(live_count), 0), count(*) FROM session INDEXED BY session_live
                WHERE app = ?1 AND ended_ms IS NULL";
    let live = find(conn, live, [app], |r| Ok((r.get(0)?, r.get(1)?)))?.unwrap_or((0, 0));
    let (steps, lost) = match instants::between(conn, app, *from, UnixMs(i64::MAX))? {
        Some((first, _)) => steps(conn, app, signed(first), q)?,
        None => (Vec::new(), HashMap::new()),
    };
    Ok(Activity { rows: rows(&edges, steps, live), losses: losses(conn, lost)? })
}

type Lost = HashMap<Blob, u64>;

/// What happened, as far as it was read.
#[derive(Default)]
struct Steps {
    steps: Vec<Step>,
    /// Which sessions had late losses.
    lost: Lost,
    seen: usize,
}

/// The steps from a fact on, and which sessions had late losses.
fn steps(conn: &Connection, app: i64, mut from: i64, q: &ActivityQuery) -> Result<(Vec<Step>, Lost)> {
    let facts = of_range("seq, node, at_ms, session, kind, reason", "ORDER BY block, seq");
    let sql = format!("SELECT at_ms, session, kind, reason FROM ({facts}) WHERE node NOT IN ({IMPORTERS})");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut read = Steps::default();
    loop {
        let (first, last) = imported::between(conn, from)?;
        read.take(&mut statement.query([app, first, last])?, q)?;
        if last == i64::MAX {
            return Ok((read.steps, read.lost));
        }
        from = last + 1;
    }
}

impl Steps {
    fn take(&mut self, rows: &mut Rows<'_>, q: &ActivityQuery) -> Result<()> {
        while let Some(row) = rows.next()? {
            self.seen += 1;
            if self.seen > q.facts_max {
                return Err(StoreError::Limit { what: "facts since then", max: q.facts_max });
            }
            self.fact(row, q.lately)?;
        }
        Ok(())
    }

    fn fact(&mut self, row: &Row<'_>, lately: UnixMs) -> Result<()> {
        let at: i64 = row.get(0)?;
        let (stays, sessions) = match FactName::parse(row.get_ref(2)?.as_str().unwrap_or_default()) {
            Some(FactName::SessionStarted) => (0, 1),
            Some(FactName::SessionEnded) => (0, -1),
            Some(FactName::PeerJoined) => (1, 0),
            Some(FactName::PeerLeft) => (-1, 0),
            Some(
                FactName::SessionRetitled
                | FactName::KeepAliveChanged
                | FactName::PeerAway
                | FactName::PeerBack,
            )
            | None => return Ok(()),
        };
        let reason = row.get_ref(3)?.as_str_or_null().ok().flatten().and_then(LeaveReason::parse);
        let is_loss =
            stays < 0 && matches!(reason, Some(LeaveReason::ConnectionLost | LeaveReason::NodeLost));
        if is_loss && at >= lately.0 {
            *self.lost.entry(row.get(1)?).or_default() += 1;
        }
        self.steps.push(Step { at, stays, sessions, is_loss });
        Ok(())
    }
}

/// `live`: stays and sessions after the last step.
fn rows(edges: &[i64], mut steps: Vec<Step>, live: (i64, i64)) -> Vec<ActivityRow> {
    let (mut stays, mut sessions) = live;
    for step in &steps {
        stays -= i64::from(step.stays);
        sessions -= i64::from(step.sessions);
    }
    // A loss is told late, with the instant at which it was.
    steps.sort_by_key(|step| (step.at, -step.stays, -step.sessions));
    let mut steps = steps.into_iter().peekable();
    let mut rows = Vec::with_capacity(edges.len());
    let mut take = |until: i64, row: &mut ActivityRow| {
        while let Some(step) = steps.next_if(|step| step.at < until) {
            stays += i64::from(step.stays);
            sessions += i64::from(step.sessions);
            row.joins += u64::from(step.stays > 0);
            row.leaves += u64::from(step.stays < 0);
            row.lost += u64::from(step.is_loss);
            row.most(stays, sessions);
        }
        (stays, sessions)
    };
    let Some(first) = edges.first() else { return rows };
    let mut at = take(*first, &mut ActivityRow::default());
    for until in edges.iter().skip(1) {
        let mut row = ActivityRow::default();
        row.most(at.0, at.1);
        at = take(*until, &mut row);
        rows.push(row);
    }
    rows
}

impl ActivityRow {
    fn most(&mut self, stays: i64, sessions: i64) {
        self.people = self.people.max(u64::try_from(stays).unwrap_or(0));
        self.sessions = self.sessions.max(u64::try_from(sessions).unwrap_or(0));
    }
}

fn losses(conn: &Connection, lost: Lost) -> Result<Vec<Losses>> {
    let mut lost: Vec<(Blob, u64)> = lost.into_iter().collect();
    lost.sort_unstable_by_key(|(session, lost)| (std::cmp::Reverse(*lost), *session));
    let mut found = Vec::new();
    for (session, lost) in lost {
        let sql = "SELECT id, title, live_count FROM session WHERE id = ?1 AND ended_ms IS NULL";
        found.extend(list(conn, sql, [session], |r| {
            let live = u64::from(r.get::<_, u32>(2)?);
            Ok(Losses { session: id(r, "id")?, title: r.get(1)?, lost, live })
        })?);
        if found.len() == LOSSES_MAX {
            break;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// A ledger of app 1 with a fact of its own before and after an import of so many facts.
    fn imported_between(dir: &std::path::Path, count: i64) -> Connection {
        let conn = crate::schema::open_writer(dir).unwrap();
        let sql = "BEGIN; INSERT INTO app (no, id, account, name, name_fold, created_ms) VALUES (1, 'p', 'acc', 'P', 'p', 0);
                   INSERT INTO node (no, name) VALUES (1, 'node-a'), (2, 'import');";
        conn.execute_batch(sql).unwrap();
        for seq in 1..=count + 2 {
            let (node, at) = if seq == 1 || seq == count + 2 { (1, seq) } else { (2, 0) };
            let fact = "INSERT INTO fact (seq, node, at_ms, app, meeting, session, kind)
                        VALUES (?1, ?2, ?3, 1, zeroblob(16), zeroblob(16), 'peer_joined')";
            conn.prepare_cached(fact).unwrap().execute([seq, node, at]).unwrap();
            let block = "INSERT INTO fact_block VALUES (1, ?1) ON CONFLICT DO NOTHING";
            conn.prepare_cached(block).unwrap().execute([seq >> crate::rows::BLOCK_BITS]).unwrap();
        }
        for batch in (2..=count + 1).step_by(100) {
            imported::record(&conn, batch, (batch + 99).min(count + 1)).unwrap();
        }
        conn.execute_batch("COMMIT").unwrap();
        conn
    }

    /// Steps of SQLite's machine that the answer takes.
    fn cost(conn: &mut Connection, to: i64) -> u64 {
        let steps = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&steps);
        let count = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            false
        };
        conn.progress_handler(1, Some(count)).unwrap();
        let edges = vec![UnixMs(0), UnixMs(to + 1)];
        let q = ActivityQuery { app: "p".into(), edges, lately: UnixMs(0), facts_max: 2 };
        let found = activity(conn, &q).unwrap();
        conn.progress_handler(1, None::<fn() -> bool>).unwrap();
        assert_eq!(found.rows.first().map(|row| row.joins), Some(2));
        steps.load(Ordering::Relaxed)
    }

    #[test]
    fn a_longer_import_costs_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let cost_of =
            |count: i64| cost(&mut imported_between(&dir.path().join(count.to_string()), count), count + 2);
        let (short, long) = (cost_of(1_000), cost_of(30_000));
        // The place of the first one is looked for by halving.
        assert!(long < short * 2, "{short} steps past 1000 imported facts, {long} past 30000");
    }

    const fn step(at: i64, stays: i8, sessions: i8, is_loss: bool) -> Step {
        Step { at, stays, sessions, is_loss }
    }

    #[test]
    fn how_many_were_there_is_told_from_now_backwards() {
        // Two were there before; one comes, one is lost at 15 and told so at 40, the last but one goes at 25.
        let steps =
            vec![step(5, 0, 1, false), step(12, 1, 0, false), step(25, -1, 0, false), step(15, -1, 0, true)];
        let rows = rows(&[10, 20, 30, 40], steps, (1, 1));
        let row = |joins, leaves, lost, people| ActivityRow { joins, leaves, lost, people, sessions: 1 };
        assert_eq!(rows, [row(1, 1, 1, 3), row(0, 1, 0, 2), row(0, 0, 0, 1)]);
    }

    #[test]
    fn nothing_happened() {
        assert_eq!(rows(&[], Vec::new(), (3, 1)), []);
        assert_eq!(
            rows(&[0, 1], Vec::new(), (3, 1)),
            [ActivityRow { people: 3, sessions: 1, ..ActivityRow::default() }]
        );
    }
}
