//! How an app gets its index: from its folder if that fits the ledger, else from the ledger.

use std::sync::Arc;

use rusqlite::Connection;
use sederunt_index::{AppIndex, Depth, Loaded, Sealed, Shelf};

use super::files::fault;
use super::indexes::IndexedApp;
use super::options::Counters;
use super::sealer::Worker;
use super::source::{self, End};
use crate::{Result, StoreError, Thing};

/// Ends that are read and sealed at a time while an index catches up: some 16 MB.
const CATCH_UP: usize = 65_536;

/// What came of building.
pub(super) enum Built {
    /// The index answers.
    Done,
    /// The app is too small; it lacks so many ended sessions.
    Missing(u64),
}

/// What an app's folder holds, if it is whole as far as a look tells, and fits the ledger. What does not is set aside.
pub(super) fn load(
    shelf: &Shelf,
    conn: &Connection,
    app: i64,
    counters: &Counters,
) -> Result<Option<Sealed>> {
    let why = match shelf.load(app).map_err(fault)? {
        Loaded::Nothing => return Ok(None),
        Loaded::Sealed(sealed) => {
            let last = End { seq: sealed.sealed_seq(), session: sealed.last_id() };
            if source::has_end(conn, app, last)? {
                return Ok(Some(sealed));
            }
            shelf.set_aside(app).map_err(fault)?;
            "the ledger is older, or another one".to_owned()
        }
        Loaded::SetAside(error) => error.to_string(),
    };
    Counters::add(&counters.set_aside, 1);
    tracing::warn!(app, why, "the index of an app is set aside and built anew");
    Ok(None)
}

/// Whether every byte of an app's files is what was written. What is not is set aside.
pub(super) fn is_sound(shelf: &Shelf, app: i64, counters: &Counters) -> Result<bool> {
    let report = shelf.verify(app, Depth::Full).map_err(fault)?;
    let Some(why) = report.faults.first() else { return Ok(true) };
    shelf.set_aside(app).map_err(fault)?;
    Counters::add(&counters.set_aside, 1);
    tracing::warn!(app, why, "the index of an app is set aside and built anew");
    Ok(false)
}

/// The index of sealed sessions and all others of the app. In the writer's transaction nothing can slip between.
pub(super) fn index(conn: &Connection, no: i64, sealed: Sealed) -> Result<IndexedApp> {
    let id = source::app_id(conn, no)?.ok_or(StoreError::NotFound(Thing::App))?;
    let ended = source::ended_since(conn, no, sealed.sealed_seq(), usize::MAX)?;
    let live = source::live(conn, no)?;
    let index = AppIndex::new(Arc::new(sealed), ended.into_iter().chain(live));
    Ok(IndexedApp { no, id, index })
}

impl Worker {
    /// Builds and installs the index of an app.
    pub(super) fn build(&mut self, app: i64) -> Result<Built> {
        let loaded = self.readers.snapshot(|conn| load(&self.shelf, conn, app, &self.indexes.counters))?;
        let sealed = match loaded {
            Some(sealed) if is_sound(&self.shelf, app, &self.indexes.counters)? => sealed,
            _ => {
                // That takes as long as it takes: who waits for it is answered by SQL.
                self.indexes.coming.done(app);
                let ended = self.readers.snapshot(|conn| source::ended_count(conn, app))?;
                let missing = self.indexes.options.from_sessions.saturating_sub(ended);
                if missing > 0 || ended == 0 {
                    return Ok(Built::Missing(missing.max(1)));
                }
                let sealed = self.readers.snapshot(|conn| rebuild(&self.shelf, conn, app, &mut |_| {}))?;
                Counters::add(&self.indexes.counters.rebuilds, 1);
                tracing::info!(app, sessions = sealed.rows(), "the index of an app was built");
                sealed
            }
        };
        self.install(app, sealed)?;
        Ok(Built::Done)
    }

    /// Builds the index of an app from the ledger, whatever it has, and answers from it. An app without ended
    /// sessions has none afterwards.
    pub(super) fn build_anew(&mut self, app: i64, progress: &mut dyn FnMut(u64)) -> Result<()> {
        if self.readers.snapshot(|conn| source::ended_count(conn, app))? == 0 {
            self.indexes.detach(app);
            return self.shelf.remove(app).map_err(fault);
        }
        let sealed = self.readers.snapshot(|conn| rebuild(&self.shelf, conn, app, progress))?;
        Counters::add(&self.indexes.counters.rebuilds, 1);
        self.install(app, sealed)
    }

    /// Answers from this state, and what ended since.
    fn install(&self, app: i64, sealed: Sealed) -> Result<()> {
        let sealed = self.caught_up(app, sealed)?;
        // In a transaction of its own, which waits for no place: there is one sealer.
        let indexes = Arc::clone(&self.indexes);
        let attached = self.writer.submit_alone(move |ledger| {
            indexes.arrive(index(&ledger.conn, app, sealed)?);
            Ok(())
        })?;
        attached.blocking_recv().map_err(|_| StoreError::Closed)?
    }

    /// Seals what ended meanwhile, until the rest is a short job for the writer.
    fn caught_up(&self, app: i64, mut sealed: Sealed) -> Result<Sealed> {
        loop {
            let ended =
                self.readers.snapshot(|c| source::ended_since(c, app, sealed.sealed_seq(), CATCH_UP))?;
            if ended.len() < self.indexes.options.seal_sessions {
                return Ok(sealed);
            }
            sealed = self.shelf.seal(app, &sealed, ended).map_err(fault)?;
            while let Some(merged) = self.shelf.merge_due(app, &sealed).map_err(fault)? {
                sealed = merged;
            }
        }
    }
}

/// Builds the index of an app from the ledger, whatever its folder holds. `progress` gets the sessions so far.
pub(super) fn rebuild(
    shelf: &Shelf,
    conn: &Connection,
    app: i64,
    progress: &mut dyn FnMut(u64),
) -> Result<Sealed> {
    let Some(last) = source::last_end(conn, app)? else {
        return Err(StoreError::NotFound(Thing::EndedSession));
    };
    let mut done = 0_u64;
    source::with_ended(conn, app, |rows| {
        let mut rows = rows.inspect(|_| {
            done += 1;
            progress(done);
        });
        shelf.rebuild(app, &mut rows, last.seq, last.session).map_err(fault)
    })
}
