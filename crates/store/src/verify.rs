//! `sederunt verify`: folds all facts again and compares every projection with what they say.

use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Connection, ToSql};
use sederunt_core::fact::{Fact, FactKind};
use sederunt_core::id::{AppId, MeetingId, PeerId, SessionId};
use sederunt_core::tally::{SessionColumns, Stay, Tally};
use sederunt_core::time::Day;

use crate::imported::{self, IMPORTERS};
use crate::peers::{self, RUN_BITS};
use crate::replay::{self, Recorded};
use crate::rows::{self, BLOCK_BITS, DayChange, SessionState, StayState};
use crate::sql::{blob, list};
use crate::table::Named;
use crate::{Pace, Result, Store};

/// Differences that are told in words; more are only counted.
const DIFFERENCES_TOLD: usize = 1_000;

/// Facts between two calls of the progress function.
const PROGRESS_EVERY: u64 = 4_096;

/// What `verify` compared and found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Facts folded.
    pub facts: u64,
    /// Sessions compared.
    pub sessions: u64,
    /// Stays compared.
    pub stays: u64,
    /// Number of differences. 0 = the projections are what the facts say.
    pub difference_count: u64,
    /// The differences in words; at most the first 1 000.
    pub differences: Vec<String>,
}

impl VerifyReport {
    fn differs(&mut self, words: String) {
        self.difference_count += 1;
        if self.differences.len() < DIFFERENCES_TOLD {
            self.differences.push(words);
        }
    }
}

impl Store {
    /// Rebuilds every projection from the facts and compares it with what is stored, in one snapshot; checks the
    /// sequence for gaps and the file for damage; then the index of people, if there is one, with the joins. Changes nothing. Blocks: call it outside the async runtime or in
    /// `spawn_blocking`. `progress` gets the facts so far and the facts in all.
    pub fn verify(&self, progress: impl FnMut(u64, u64)) -> Result<VerifyReport> {
        self.verify_at(&Pace::default(), progress)
    }

    /// [`Self::verify`] at a pace.
    pub fn verify_at(&self, pace: &Pace, mut progress: impl FnMut(u64, u64)) -> Result<VerifyReport> {
        let mut report = self.readers().long(pace, |conn| {
            let mut report = VerifyReport::default();
            for fault in list(conn, "PRAGMA integrity_check(100)", [], |r| r.get::<_, String>(0))? {
                if fault != "ok" {
                    report.differs(format!("the file is damaged: {fault}"));
                }
            }
            let mut ledger = Refolded {
                conn,
                report,
                open: HashMap::new(),
                meetings: HashMap::new(),
                apps: HashMap::new(),
                days: HashMap::new(),
                blocks: Blocks::default(),
                runs: 0,
                in_runs: 0,
                importers: list(conn, IMPORTERS, [], |row| row.get(0))?,
                here: (0, 0),
            };
            ledger.facts(&mut progress)?;
            ledger.finish()?;
            Ok(ledger.report)
        })?;
        // On a snapshot of its own: it is derived, and looked at as far as it knows the ledger.
        self.inner.people.verify(self.readers(), pace, &mut |words| report.differs(words))?;
        Ok(report)
    }
}

/// The state of the second fold: only what is open, and the sums.
struct Refolded<'c> {
    conn: &'c Connection,
    report: VerifyReport,
    open: HashMap<SessionId, Open>,
    meetings: HashMap<MeetingId, MeetingSum>,
    apps: HashMap<i64, i64>,
    days: HashMap<(i64, Day), DayChange>,
    blocks: Blocks,
    /// Facts of later runs are in none yet.
    runs: i64,
    in_runs: u64,
    /// Nodes that import, and the stretch of the sequence at hand that is not known as theirs.
    importers: Vec<i64>,
    here: (i64, i64),
}

/// Where apps have facts.
#[derive(Default)]
struct Blocks {
    last: HashMap<i64, i64>,
    count: u64,
}

struct Open {
    app: i64,
    tally: Tally,
    last_seq: i64,
    /// Node of the latest fact of each open stay.
    nodes: HashMap<PeerId, i64>,
}

struct MeetingSum {
    sessions: i64,
    first_joined_ms: i64,
    together_ms: i64,
    stays: i64,
}

impl Refolded<'_> {
    fn facts(&mut self, progress: &mut impl FnMut(u64, u64)) -> Result<()> {
        let conn = self.conn;
        let all: i64 = conn.query_row("SELECT count(*) FROM fact", [], |r| r.get(0))?;
        let all = u64::try_from(all).unwrap_or(0);
        let last: i64 = conn.query_row("SELECT coalesce(max(seq), 0) FROM fact", [], |r| r.get(0))?;
        self.runs = peers::incomplete_run(last);
        let names = replay::apps(conn)?;
        let numbers: HashMap<AppId, i64> = names.iter().map(|(no, id)| (id.clone(), *no)).collect();
        let mut statement = conn.prepare(&format!("SELECT {} FROM fact ORDER BY seq", replay::COLUMNS))?;
        let mut rows = statement.query([])?;
        let mut expected = 1_i64;
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(0)?;
            if seq != expected {
                self.report
                    .differs(format!("the sequence has a gap: fact {expected} is missing before {seq}"));
            }
            expected = seq + 1;
            match replay::read(row, &names) {
                Ok(recorded) => {
                    let app = numbers.get(&recorded.fact.app).copied().unwrap_or_default();
                    self.block(app, seq)?;
                    self.place(seq, recorded.node)?;
                    self.run(seq, &recorded.fact)?;
                    self.fact(app, &recorded)?;
                }
                Err(e) => self.report.differs(e.to_string()),
            }
            self.report.facts += 1;
            if self.report.facts.is_multiple_of(PROGRESS_EVERY) {
                progress(self.report.facts, all);
            }
        }
        progress(self.report.facts, all);
        Ok(())
    }

    fn fact(&mut self, app: i64, recorded: &Recorded) -> Result<()> {
        let Recorded { seq, node, prev, fact } = recorded;
        let session = fact.session;
        let before = self.open.get(&session).map(|open| open.last_seq);
        if *prev != before {
            let words = |seq: Option<i64>| seq.map_or_else(|| "none".to_owned(), |seq| format!("fact {seq}"));
            self.report.differs(format!(
                "fact {seq}: the fact of its session before it is {}, not {}",
                words(before),
                words(*prev)
            ));
        }
        if matches!(fact.kind, FactKind::SessionStarted { .. }) {
            return self.start(app, *seq, fact);
        }
        let Some(open) = self.open.get_mut(&session) else {
            self.report.differs(format!("fact {seq}: session {session} is not open"));
            return Ok(());
        };
        open.last_seq = *seq;
        match open.tally.apply(fact) {
            Ok(Some(stay)) if stay.left_at.is_some() => {
                open.nodes.remove(&stay.peer);
                self.stay(session, *node, &stay)?;
            }
            Ok(Some(stay)) => {
                open.nodes.insert(stay.peer, *node);
            }
            Ok(None) => {}
            Err(e) => self.report.differs(format!("fact {seq}: {e}")),
        }
        let ended = self.open.get(&session).is_some_and(|o| o.tally.columns().ended_at.is_some());
        if ended && let Some(open) = self.open.remove(&session) {
            let columns = open.tally.columns();
            if let Some(sum) = self.meetings.get_mut(&columns.meeting) {
                sum.together_ms += columns.together_ms;
                sum.stays += i64::from(columns.stay_count);
            }
            self.days.entry((open.app, columns.started_at.day())).or_default().add(columns);
            self.session(open.app, columns, open.last_seq)?;
        }
        Ok(())
    }

    /// Whether it is written down that the app has facts in this part of the sequence.
    fn block(&mut self, app: i64, seq: i64) -> Result<()> {
        let block = seq >> BLOCK_BITS;
        if self.blocks.last.insert(app, block) == Some(block) {
            return Ok(());
        }
        self.blocks.count += 1;
        let key: [(&str, &dyn ToSql); 2] = [("app", &app), ("block", &block)];
        self.compare("fact_block", &format!("facts of app number {app}"), &key, &[("block", int(block))])
    }

    /// Whether a fact that was recorded here is not said to be imported.
    fn place(&mut self, seq: i64, node: i64) -> Result<()> {
        if seq > self.here.1 {
            self.here = imported::between(self.conn, seq)?;
        }
        if seq < self.here.0 && !self.importers.contains(&node) {
            self.report.differs(format!("fact {seq} was recorded here, and is said to be imported"));
        }
        Ok(())
    }

    /// Whether a join is found by its peer.
    fn run(&mut self, seq: i64, fact: &Fact) -> Result<()> {
        let (run, FactKind::PeerJoined { peer, .. }) = (seq >> RUN_BITS, &fact.kind) else { return Ok(()) };
        if run >= self.runs {
            return Ok(());
        }
        self.in_runs += 1;
        let (peer_key, session_key) = (blob(peer.as_u128()), blob(fact.session.as_u128()));
        let key: [(&str, &dyn ToSql); 3] = [("run", &run), ("peer", &peer_key), ("session", &session_key)];
        let what = format!("stay {peer} of session {}", fact.session);
        self.compare("peer_run", &what, &key, &[("run", int(run))])
    }

    fn start(&mut self, app: i64, seq: i64, fact: &Fact) -> Result<()> {
        let tally = match Tally::start(fact) {
            Ok(tally) if !self.open.contains_key(&fact.session) => tally,
            _ => {
                self.report.differs(format!("fact {seq}: session {} starts twice", fact.session));
                return Ok(());
            }
        };
        self.open.insert(fact.session, Open { app, tally, last_seq: seq, nodes: HashMap::new() });
        let sum = self.meetings.entry(fact.meeting).or_insert(MeetingSum {
            sessions: 0,
            first_joined_ms: fact.at.0,
            together_ms: 0,
            stays: 0,
        });
        sum.sessions += 1;
        sum.first_joined_ms = sum.first_joined_ms.min(fact.at.0);
        *self.apps.entry(app).or_insert(0) += 1;
        Ok(())
    }

    /// Compares what is still open, the sums, and looks for rows that no fact knows.
    fn finish(&mut self) -> Result<()> {
        for (session, open) in std::mem::take(&mut self.open) {
            self.session(open.app, open.tally.columns(), open.last_seq)?;
            for stay in open.tally.open() {
                let node = open.nodes.get(&stay.peer).copied().unwrap_or_default();
                self.stay(session, node, stay)?;
            }
        }
        let mut meetings = std::mem::take(&mut self.meetings).into_iter().collect::<Vec<_>>();
        meetings.sort_by_key(|(id, _)| *id);
        for (meeting, sum) in &meetings {
            let expected = [
                ("sessions", int(sum.sessions)),
                ("first_joined_ms", int(sum.first_joined_ms)),
                ("together_ms", int(sum.together_ms)),
                ("stays", int(sum.stays)),
            ];
            let key: [(&str, &dyn ToSql); 1] = [("meeting", &blob(meeting.as_u128()))];
            self.compare("meeting_tally", &format!("meeting {meeting}"), &key, &expected)?;
        }
        let apps = std::mem::take(&mut self.apps);
        for (app, sessions) in &apps {
            let key: [(&str, &dyn ToSql); 1] = [("app", app)];
            self.compare("app_tally", &format!("app number {app}"), &key, &[("sessions", int(*sessions))])?;
        }
        let days = self.days()?;
        self.surplus("session", self.report.sessions)?;
        self.surplus("stay", self.report.stays)?;
        self.surplus("meeting_tally", meetings.len() as u64)?;
        self.surplus("app_tally", apps.len() as u64)?;
        self.surplus("app_day", days)?;
        self.surplus("fact_block", self.blocks.count)?;
        self.surplus("peer_run", self.in_runs)
    }

    /// Compares the sums of apps' days; returns how many there are.
    fn days(&mut self) -> Result<u64> {
        let mut days: Vec<_> = std::mem::take(&mut self.days).into_iter().collect();
        days.sort_unstable_by_key(|(key, _)| *key);
        for change in &days {
            let (app, day) = change.0;
            let expected = Named::of::<rows::DaySums, _>(change)?;
            let key: [(&str, &dyn ToSql); 2] = [("app", &app), ("day", &day.0)];
            self.compare("app_day", &format!("day {} of app number {app}", day.0), &key, &expected.0)?;
        }
        Ok(days.len() as u64)
    }

    fn session(&mut self, app: i64, c: &SessionColumns, last_seq: i64) -> Result<()> {
        self.report.sessions += 1;
        // The offset is no part of the fold.
        let state = SessionState { app, columns: c, last_seq, renamed: false, offset_ms: 0 };
        let expected = Named::of::<rows::OfFacts, _>(&state)?;
        let key: [(&str, &dyn ToSql); 1] = [("id", &blob(c.session.as_u128()))];
        self.compare("session", &format!("session {}", c.session), &key, &expected.0)
    }

    fn stay(&mut self, session: SessionId, node: i64, s: &Stay) -> Result<()> {
        self.report.stays += 1;
        let state = StayState { session, node, stay: s, person: None };
        let expected = Named::of::<rows::StayOfFacts, _>(&state)?;
        let (session_key, peer_key) = (blob(session.as_u128()), blob(s.peer.as_u128()));
        let key: [(&str, &dyn ToSql); 2] = [("session", &session_key), ("peer", &peer_key)];
        self.compare("stay", &format!("stay {} of session {session}", s.peer), &key, &expected.0)
    }

    /// Compares a row column by column.
    fn compare(
        &mut self,
        table: &'static str,
        what: &str,
        key: &[(&'static str, &dyn ToSql)],
        expected: &[(&'static str, Value)],
    ) -> Result<()> {
        let columns: Vec<_> = expected.iter().map(|(name, _)| *name).collect();
        let conditions: Vec<_> = key.iter().map(|(name, _)| format!("{name} = ?")).collect();
        let sql = format!("SELECT {} FROM {table} WHERE {}", columns.join(", "), conditions.join(" AND "));
        let params: Vec<&dyn ToSql> = key.iter().map(|(_, value)| *value).collect();
        let conn = self.conn;
        let mut statement = conn.prepare_cached(&sql)?;
        let mut rows = statement.query(&*params)?;
        let Some(row) = rows.next()? else {
            self.report.differs(format!("{what}: has facts, but no row in {table}"));
            return Ok(());
        };
        for (i, (name, expected)) in expected.iter().enumerate() {
            let stored: Value = row.get(i)?;
            if stored != *expected {
                self.report.differs(format!(
                    "{what}: {name} is {}, the facts say {}",
                    words(&stored),
                    words(expected)
                ));
            }
        }
        Ok(())
    }

    fn surplus(&mut self, table: &'static str, expected: u64) -> Result<()> {
        let rows: i64 = self.conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0))?;
        if u64::try_from(rows).ok() != Some(expected) {
            self.report.differs(format!("{table} has {rows} rows, the facts lead to {expected}"));
        }
        Ok(())
    }
}

fn int(v: i64) -> Value {
    Value::Integer(v)
}

fn words(v: &Value) -> String {
    match v {
        Value::Null => "not set".to_owned(),
        Value::Integer(n) => n.to_string(),
        Value::Real(n) => n.to_string(),
        Value::Text(t) => format!("{t:?}"),
        Value::Blob(b) => match <[u8; 16]>::try_from(b.as_slice()) {
            Ok(id) => sederunt_core::id::Id::from_u128(u128::from_be_bytes(id)).to_string(),
            Err(_) => format!("{} bytes", b.len()),
        },
    }
}
