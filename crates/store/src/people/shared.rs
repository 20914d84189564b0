//! The file as all who ask share it: opened when somebody asks for the first time, and brought up to the ledger.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::file::{self, File, LEAP, PeopleProgress, STEP};
use crate::reader::Readers;
use crate::{DiskTrouble, Result, StoreError};

/// A build that nobody waits for works so long …
const WORK: Duration = Duration::from_millis(10);
/// … between two rests: half of the time at most, like every long read.
const REST: Duration = Duration::from_millis(10);

/// The file, opened when somebody asks for the first time; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct PeopleFile {
    pub(super) shared: Arc<Mutex<State>>,
    /// How far a build in the background is, which nobody waits for.
    building: Arc<Building>,
}

#[derive(Debug, Default)]
struct Building {
    is_on: AtomicBool,
    known: AtomicU64,
}

#[derive(Debug)]
pub(super) struct State {
    dir: PathBuf,
    file: Option<File>,
    /// Whose stays were asked for lately, the oldest first.
    own: VecDeque<Own>,
}

/// People whose joins are kept: some 160 KiB each at most.
const OWN_KEPT: usize = 16;

/// Somebody's joins as the file has them, and the state of the ledger's names.
#[derive(Debug)]
pub(super) struct Of<'a> {
    pub(super) app: i64,
    pub(super) key: &'a str,
    /// Those recorded last first.
    pub(super) joins: &'a [i64],
    /// Changes whenever a name is changed or erased.
    pub(super) names: i64,
}

/// Joins that were compared with the ledger.
#[derive(Debug)]
struct Own {
    app: i64,
    key: String,
    newest: Option<i64>,
    count: usize,
    names: i64,
    /// Those that are theirs, the latest joins first.
    seqs: Arc<[i64]>,
}

impl Own {
    fn of(of: &Of<'_>, seqs: Arc<[i64]>) -> Self {
        let (newest, count) = (of.joins.first().copied(), of.joins.len());
        Self { app: of.app, key: of.key.to_owned(), newest, count, names: of.names, seqs }
    }

    fn is(&self, of: &Of<'_>) -> bool {
        let joins = (of.joins.first().copied(), of.joins.len());
        self.app == of.app
            && self.key == of.key
            && self.names == of.names
            && joins == (self.newest, self.count)
    }
}

/// There is no place for another file, either.
fn is_full(error: &StoreError) -> bool {
    let StoreError::Sqlite(error) = error else { return matches!(error, StoreError::Io { .. }) };
    matches!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DiskFull | rusqlite::ErrorCode::ReadOnly))
}

impl PeopleFile {
    /// Below the data folder; nothing is opened yet.
    pub(crate) fn new(dir: &Path) -> Self {
        let state = State { dir: file::folder(dir), file: None, own: VecDeque::new() };
        Self { shared: Arc::new(Mutex::new(state)), building: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.shared)
    }

    /// How far the build is that goes on in the background: whoever asks meanwhile does not wait for its step.
    pub(super) fn building(&self) -> Option<u64> {
        self.building.is_on.load(Ordering::SeqCst).then(|| self.building.known.load(Ordering::SeqCst))
    }

    /// One step on.
    pub(super) fn step(&self, readers: &Readers) -> Result<PeopleProgress> {
        step(&mut self.lock(), readers, STEP, &mut || ())
    }

    /// What `ask` makes of the open file, if it is open.
    pub(super) fn open<T>(&self, ask: impl FnOnce(Option<&File>) -> Result<T>) -> Result<T> {
        ask(self.lock().file.as_ref())
    }

    /// What `ask` makes of the file as it is; `None` when there is none that whoever asks would go on with.
    pub(super) fn look<T>(
        &self,
        readers: &Readers,
        ask: impl FnOnce(&File) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut state = self.lock();
        if state.file.is_none() {
            state.file = readers.snapshot(|conn| File::look(&state.dir, conn))?;
        }
        state.file.as_ref().map(ask).transpose()
    }

    /// The joins of somebody as they were compared lately, if nothing has changed since.
    pub(super) fn own(&self, of: &Of<'_>) -> Option<Arc<[i64]>> {
        self.lock().own.iter().find(|known| known.is(of)).map(|known| Arc::clone(&known.seqs))
    }

    /// Keeps them for whoever turns the pages.
    pub(super) fn keep_own(&self, of: &Of<'_>, seqs: Arc<[i64]>) {
        let own = &mut self.lock().own;
        own.retain(|known| known.app != of.app || known.key != of.key);
        own.push_back(Own::of(of, seqs));
        if own.len() > OWN_KEPT {
            own.pop_front();
        }
    }

    /// What `ask` makes of the file. One that cannot be read is made anew when somebody asks again.
    pub(super) fn ask<T>(&self, ask: impl FnOnce(&File) -> Result<T>) -> Result<T> {
        let mut state = self.lock();
        // Somebody else has just found it unreadable: whoever asks again gets another one.
        let answer = ask(state.file.as_ref().ok_or(StoreError::Busy(0))?);
        if answer.is_err() {
            state.file = None;
            file::remove(&state.dir)?;
        }
        answer
    }
}

/// One step on. What is wrong with the file is made good by making it anew, once.
fn step(state: &mut State, readers: &Readers, most: i64, rest: &mut dyn FnMut()) -> Result<PeopleProgress> {
    let mut stepped = |is_new: bool| {
        readers.snapshot(|conn| {
            if is_new {
                state.file = None;
                file::remove(&state.dir)?;
            }
            if state.file.is_none() {
                state.file = Some(File::open(&state.dir, conn)?);
            }
            state
                .file
                .as_mut()
                .map_or(Ok(PeopleProgress { known: 0, all: 0 }), |file| file.step(conn, most, rest))
        })
    };
    let stepped = match stepped(false) {
        // Another file would not fit either.
        Err(error) if is_full(&error) => Err(error),
        Err(error) => {
            tracing::warn!(%error, "the index of people is made anew");
            stepped(true)
        }
        done => done,
    };
    stepped.map_err(|error| {
        if !error.is_disk() {
            return error;
        }
        tracing::warn!(%error, "the index of people cannot be written");
        StoreError::Unwritable(DiskTrouble::Failing)
    })
}

/// Goes on in the background until the file knows everything, unless somebody does already.
pub(super) fn build_on(people: &PeopleFile, readers: &Arc<Readers>, known: u64) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    if people.building.is_on.swap(true, Ordering::SeqCst) {
        return;
    }
    people.building.known.store(known, Ordering::SeqCst);
    // The ledger may be closed meanwhile: a build does not keep it open.
    let (shared, readers) = (Arc::downgrade(&people.shared), Arc::downgrade(readers));
    let on = On(Arc::clone(&people.building));
    runtime.spawn_blocking(move || {
        let told = |known| on.0.known.store(known, Ordering::SeqCst);
        if let Err(error) = build(&shared, &readers, told) {
            tracing::warn!(%error, "the index of people cannot be built");
        }
    });
}

/// Somebody builds; when that ends, however it does, nobody does.
struct On(Arc<Building>);

impl Drop for On {
    fn drop(&mut self) {
        self.0.is_on.store(false, Ordering::SeqCst);
    }
}

/// `told` gets how far it is.
pub(super) fn build(shared: &Weak<Mutex<State>>, readers: &Weak<Readers>, told: impl Fn(u64)) -> Result<()> {
    let mut worked = Instant::now();
    let mut rest = || {
        if worked.elapsed() >= WORK {
            std::thread::sleep(REST);
            worked = Instant::now();
        }
    };
    loop {
        let (Some(shared), Some(readers)) = (shared.upgrade(), readers.upgrade()) else { return Ok(()) };
        let progress = step(&mut lock(&shared), &readers, LEAP, &mut rest)?;
        if progress.is_done() {
            return Ok(());
        }
        told(progress.known);
    }
}

fn lock(shared: &Mutex<State>) -> MutexGuard<'_, State> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
