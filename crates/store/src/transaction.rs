//! The writer's side of a transaction: the connection, the next sequence number, short keys of apps and nodes, and what
//! it has changed so far.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use sederunt_core::fact::{Fact, FactKind};
use sederunt_core::id::{AppId, SessionId};
use sederunt_core::time::Reading;

use crate::rows::{self, BLOCK_BITS, NewFact, Place, SessionState};
use crate::sql::{blob, find};
use crate::touched::{Mark, OnCommit, Touched};
use crate::{Result, StoreError, Thing, report_rows, schema};

/// LIVE sessions whose last fact is remembered between transactions, some 50 bytes each; beyond it they are looked up
/// again.
const CHAINS_MAX: usize = 100_000;

/// Owned by the writer's thread, for one transaction after the other. Every method but [`Self::begin`] runs inside one.
pub(crate) struct Transaction {
    pub conn: Connection,
    /// What it has changed.
    pub touched: Touched,
    /// Who hears of that.
    listeners: Vec<Arc<dyn OnCommit>>,
    /// Sequence number of the last fact; the next has one more, without a gap.
    pub last_seq: i64,
    known: Known,
    /// What is remembered of rows may be that of a transaction that was lost.
    stale: bool,
    /// The disk refused something since the last look, and how many rows had been changed then.
    refused: bool,
    changed_rows: u64,
}

/// What is remembered of rows, those of the transaction included.
#[derive(Default)]
struct Known {
    apps: HashMap<AppId, i64>,
    nodes: HashMap<String, i64>,
    /// The last fact of LIVE sessions.
    chains: HashMap<SessionId, i64>,
    /// The last block in which an app has facts.
    blocks: HashMap<i64, i64>,
}

impl Transaction {
    /// Opens the ledger; no transaction is under way.
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        let conn = schema::open_writer(dir)?;
        let mut ledger = Self {
            conn,
            touched: Touched::default(),
            listeners: Vec::new(),
            last_seq: 0,
            known: Known::default(),
            stale: true,
            refused: false,
            changed_rows: 0,
        };
        ledger.forget()?;
        Ok(ledger)
    }

    /// Tells `listener` of every transaction from now on, after those that are there.
    pub(crate) fn tell(&mut self, listener: Arc<dyn OnCommit>) {
        self.listeners.push(listener);
    }

    pub(crate) fn begin(&mut self) -> Result<()> {
        let begun = self.try_begin();
        self.note_refusal(&begun);
        begun
    }

    /// What the disk did since the last call: `Some(true)` = rows are durable, `Some(false)` = it refused, `None` = it was
    /// not asked.
    pub(crate) fn what_the_disk_did(&mut self) -> Option<bool> {
        let rows = self.conn.total_changes();
        let wrote = std::mem::replace(&mut self.changed_rows, rows) != rows;
        if std::mem::take(&mut self.refused) { Some(false) } else { wrote.then_some(true) }
    }

    fn note_refusal<T>(&mut self, result: &Result<T>) {
        self.refused |= result.as_ref().is_err_and(StoreError::is_disk);
    }

    fn try_begin(&mut self) -> Result<()> {
        if self.stale {
            // The disk would not even be read when the last transaction was lost.
            self.forget()?;
        }
        // Only here: what a transaction has yet to write is found nowhere else.
        if self.known.chains.len() > CHAINS_MAX {
            self.known.chains.clear();
        }
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        Ok(())
    }

    /// Makes the transaction durable. On error nothing of it is, and the ledger is as before it.
    pub(crate) fn commit(&mut self) -> Result<()> {
        let outcome = self.try_commit();
        self.note_refusal(&outcome);
        outcome
    }

    fn try_commit(&mut self) -> Result<()> {
        let outcome = if self.conn.is_autocommit() {
            Err(given_up())
        } else {
            self.conn.execute_batch("COMMIT").map_err(StoreError::from)
        };
        if outcome.is_ok() {
            // Before the answers: whoever got one finds its facts in the next list.
            self.touched.through = self.last_seq();
            self.listeners.iter().for_each(|listener| listener.committed(&self.touched));
            self.touched.clear();
        } else {
            self.listeners.iter().for_each(|listener| listener.failed(&self.touched));
            self.take_back()?;
        }
        outcome
    }

    /// Runs `f` in a savepoint: its error takes back its changes only.
    pub(crate) fn guarded<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.conn.is_autocommit() {
            // The transaction is lost already; a savepoint would open another one.
            return Err(given_up());
        }
        let (last_seq, mark) = (self.last_seq, self.touched.mark());
        self.conn.prepare_cached("SAVEPOINT verb")?.execute([])?;
        let result = f(self);
        self.refused |= matches!(&result, Err(e @ StoreError::Sqlite(_)) if e.is_disk());
        if result.is_ok() {
            self.conn.prepare_cached("RELEASE verb")?.execute([])?;
        } else {
            self.last_seq = last_seq;
            self.touched.rewind(mark);
            self.known = Known::default();
            if !self.conn.is_autocommit() {
                self.conn.execute_batch("ROLLBACK TO verb; RELEASE verb")?;
            }
        }
        result
    }

    /// Runs `f` without a savepoint, as the first in a transaction: its error takes the transaction back.
    pub(crate) fn unguarded<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let result = f(self);
        self.refused |= matches!(&result, Err(e @ StoreError::Sqlite(_)) if e.is_disk());
        if result.is_err() {
            self.take_back()?;
        }
        result
    }

    /// Nothing of the transaction stands.
    fn take_back(&mut self) -> Result<()> {
        self.stale = true;
        if !self.conn.is_autocommit() {
            self.conn.execute_batch("ROLLBACK")?;
        }
        self.forget()
    }

    /// Runs `f` between two transactions, for what needs several of its own.
    pub(crate) fn outside<T>(&mut self, f: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.commit()?;
        let result = f(&self.conn);
        self.begin()?;
        result
    }

    /// Drops what is remembered of rows and reads the last sequence number again.
    fn forget(&mut self) -> Result<()> {
        self.known = Known::default();
        self.touched.rewind(Mark::default());
        self.last_seq = self.conn.query_row("SELECT coalesce(max(seq), 0) FROM fact", [], |r| r.get(0))?;
        self.stale = false;
        Ok(())
    }

    pub(crate) fn last_seq(&self) -> u64 {
        u64::try_from(self.last_seq).unwrap_or(0)
    }

    /// Notes what facts that were just inserted did to sessions.
    pub(crate) fn note<'a>(
        &mut self,
        facts: &[NewFact<'_>],
        states: impl Iterator<Item = &'a SessionState<'a>>,
    ) {
        let wants = |app| self.listeners.iter().any(|listener| listener.wants_sessions(app));
        self.touched.facts(facts, states, wants);
    }

    /// The place of the next fact, which must be appended in this transaction.
    pub(crate) fn place(&mut self, fact: &Fact) -> Result<Place> {
        let seq = self.last_seq + 1;
        let starts = matches!(fact.kind, FactKind::SessionStarted { .. });
        let prev = match self.known.chains.get(&fact.session) {
            Some(last) => Some(*last),
            None if starts => None,
            None => {
                let sql = "SELECT last_seq FROM session WHERE id = ?1";
                find(&self.conn, sql, [blob(fact.session.as_u128())], |r| r.get(0))?
            }
        };
        if matches!(fact.kind, FactKind::SessionEnded { .. }) {
            self.known.chains.remove(&fact.session);
        } else {
            self.known.chains.insert(fact.session, seq);
        }
        self.last_seq = seq;
        Ok(Place { seq, prev })
    }

    /// Writes facts that have their places.
    pub(crate) fn append(&mut self, facts: &[NewFact<'_>]) -> Result<()> {
        rows::insert_facts(&self.conn, facts)?;
        if let (Some(first), Some(last)) = (facts.first(), facts.last()) {
            crate::peers::write_runs(&self.conn, first.place.seq, last.place.seq)?;
        }
        let mut blocks = Vec::new();
        for new in facts {
            let block = new.place.seq >> BLOCK_BITS;
            if self.known.blocks.insert(new.app, block) != Some(block) {
                blocks.push((new.app, block));
            }
        }
        rows::insert_blocks(&self.conn, &blocks)
    }

    /// Short key of an app.
    pub(crate) fn app_no(&mut self, app: &AppId) -> Result<i64> {
        if let Some(no) = self.known.apps.get(app) {
            return Ok(*no);
        }
        let no =
            crate::sql::find(&self.conn, "SELECT no FROM app WHERE id = ?1", [app.as_str()], |r| r.get(0))?
                .ok_or(StoreError::NotFound(Thing::App))?;
        self.known.apps.insert(app.clone(), no);
        Ok(no)
    }

    /// Short key of a node, made on first use.
    pub(crate) fn node_no(&mut self, name: &str) -> Result<i64> {
        if let Some(no) = self.known.nodes.get(name) {
            return Ok(*no);
        }
        let find = "SELECT no FROM node WHERE name = ?1";
        let no = match crate::sql::find(&self.conn, find, [name], |r| r.get(0))? {
            Some(no) => no,
            None => {
                self.conn.prepare_cached("INSERT INTO node (name) VALUES (?1)")?.execute([name])?;
                self.conn.last_insert_rowid()
            }
        };
        self.known.nodes.insert(name.to_owned(), no);
        Ok(no)
    }

    /// Records that a node was alive at `now`. A beat that comes late does not take a later one away.
    pub(crate) fn heartbeat(&mut self, node: &str, now: Reading) -> Result<()> {
        let no = self.node_no(node)?;
        self.conn
            .prepare_cached(
                "UPDATE node SET heartbeat_ms = ?2, offset_ms = ?3
                 WHERE no = ?1 AND (heartbeat_ms IS NULL OR heartbeat_ms <= ?2)",
            )?
            .execute([no, now.steady.0, now.offset_ms])?;
        report_rows::forget_old(&self.conn, now.wall())
    }

    /// Leaves a ledger without a WAL behind, so that a copy of the one file is complete.
    pub(crate) fn close(self) {
        let truncated = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(e) = truncated {
            tracing::warn!(error = %e, "the ledger's log was not folded into its file; the next start does it");
        }
    }
}

/// A full disk or a failing one makes SQLite give up the whole transaction by itself.
fn given_up() -> StoreError {
    StoreError::Io {
        context: "writing the ledger".to_owned(),
        source: std::io::Error::other("SQLite gave up the transaction (disk full or failing)"),
    }
}
