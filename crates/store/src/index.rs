//! The session list's index beside the ledger (docs/decisions/0009-index.md).
//!
//! Ended sessions of large apps are sealed into segments (`crates/index`); what is LIVE or ended lately stands in
//! memory and is fed by the writer: after a commit, before anybody is told of it. Everything here is derived from the
//! ledger; whatever goes wrong with it, the answers come from SQL instead.

mod answers;
mod build;
mod coming;
mod commands;
mod files;
mod former;
mod indexes;
mod options;
mod rows;
mod sealer;
mod source;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use sederunt_index::Shelf;

use crate::Result;
use crate::reader::Readers;
use crate::transaction::Transaction;
use crate::writer::Writer;

pub(crate) use indexes::Indexes;
pub(crate) use sealer::Sealer;

use files::folder;
use options::Counters;

pub use commands::{IndexInfo, IndexReport};
pub use options::{IndexOptions, IndexStats, StoreOptions};

/// Opens the index of a ledger, installs the indexes that are soon ready, and starts the sealer once the writer runs.
/// A fault of the index is none of the ledger: it is logged and counted, and SQL answers.
pub(crate) fn open(dir: &Path, ledger: &mut Transaction, indexes: &Arc<Indexes>) -> Result<Option<Opened>> {
    let id = source::ledger_id(&ledger.conn)?;
    if !indexes.options.serve {
        return Ok(None);
    }
    former::give_back(dir);
    let open = sealer::Open { dir: folder(dir), ledger: id };
    let (shelf, apps) = match open.open() {
        Ok((shelf, apps)) => (Some(shelf), apps),
        Err(error) => {
            Counters::add(&indexes.counters.failures, 1);
            tracing::error!(%error, "the index cannot be opened; lists are answered from the ledger itself");
            (None, Vec::new())
        }
    };
    let mut wanted: BTreeSet<i64> =
        source::apps_from(&ledger.conn, indexes.options.from_sessions)?.into_iter().collect();
    wanted.extend(&apps);
    if let Some(shelf) = &shelf {
        let IndexOptions { start_sessions, start_facts, start_bytes, .. } = indexes.options;
        let mut budget = Budget { sessions: start_sessions, facts: start_facts, bytes: start_bytes };
        for app in apps {
            match budget.attach(shelf, ledger, indexes, app) {
                Ok(true) => {
                    wanted.remove(&app);
                }
                Ok(false) => {}
                Err(error) => {
                    Counters::add(&indexes.counters.failures, 1);
                    tracing::error!(app, %error, "the index of an app cannot be loaded");
                }
            }
        }
    }
    ledger.tell(Arc::<Indexes>::clone(indexes));
    Ok(Some(Opened { open, shelf, wanted }))
}

/// What the sealer starts with.
#[derive(Debug)]
pub(crate) struct Opened {
    open: sealer::Open,
    shelf: Option<Shelf>,
    /// Apps that should have an index and have none yet.
    wanted: BTreeSet<i64>,
}

impl Opened {
    /// Starts the sealer.
    pub(crate) fn start(
        self,
        indexes: &Arc<Indexes>,
        readers: &Arc<Readers>,
        writer: &Arc<Writer>,
    ) -> Result<Sealer> {
        let Self { open, shelf, wanted } = self;
        let (indexes, readers, writer) = (Arc::clone(indexes), Arc::clone(readers), Arc::clone(writer));
        Sealer::start(sealer::Seat { indexes, readers, writer, open, shelf, wanted })
    }
}

/// What a start may still read before it lets the rest wait.
struct Budget {
    sessions: u64,
    facts: u64,
    bytes: u64,
}

impl Budget {
    /// Installs the index of an app; `false` = it is for the sealer, who has it soon if its files are fine.
    fn attach(&mut self, shelf: &Shelf, ledger: &Transaction, indexes: &Indexes, app: i64) -> Result<bool> {
        let conn = &ledger.conn;
        let Some(sealed) = build::load(shelf, conn, app, &indexes.counters)? else { return Ok(false) };
        let bytes = sealed.info().bytes;
        let sessions = source::count(conn, app)?.saturating_sub(sealed.rows());
        let is_too_much = bytes > self.bytes || sessions > self.sessions;
        let facts = source::facts_since(conn, app, sealed.sealed_seq(), self.facts + 1)?;
        if is_too_much || facts > self.facts {
            if let Some(id) = source::app_id(conn, app)? {
                indexes.coming.expect(app, id);
            }
            return Ok(false);
        }
        self.sessions -= sessions;
        self.facts -= facts;
        self.bytes -= bytes;
        if !build::is_sound(shelf, app, &indexes.counters)? {
            return Ok(false);
        }
        indexes.attach(build::index(conn, app, sealed)?);
        Ok(true)
    }
}
