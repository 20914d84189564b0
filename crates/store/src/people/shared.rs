//! The file as all who ask share it: opened when somebody asks for the first time, and brought up to the ledger.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::file::{self, File, PeopleProgress};
use crate::reader::Readers;
use crate::{Result, StoreError};

/// A rest between two steps of a build that nobody waits for.
const REST: Duration = Duration::from_millis(20);

/// The file, opened when somebody asks for the first time; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct PeopleFile {
    pub(super) shared: Arc<Mutex<State>>,
}

#[derive(Debug)]
pub(super) struct State {
    dir: PathBuf,
    file: Option<File>,
    /// Somebody brings it up to the ledger in the background.
    is_building: bool,
}

impl PeopleFile {
    /// Below the data folder; nothing is opened yet.
    pub(crate) fn new(dir: &Path) -> Self {
        let state = State { dir: file::folder(dir), file: None, is_building: false };
        Self { shared: Arc::new(Mutex::new(state)) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One step on. What is wrong with the file is made good by making it anew, once.
    pub(super) fn step(&self, readers: &Readers) -> Result<PeopleProgress> {
        let mut state = self.lock();
        let state = &mut *state;
        let mut step = |is_new: bool| {
            readers.snapshot(|conn| {
                if is_new {
                    state.file = None;
                    file::remove(&state.dir)?;
                }
                if state.file.is_none() {
                    state.file = Some(File::open(&state.dir, conn)?);
                }
                state.file.as_mut().map_or(Ok(PeopleProgress { known: 0, all: 0 }), |file| file.step(conn))
            })
        };
        step(false).or_else(|error| {
            tracing::warn!(%error, "the index of people is made anew");
            step(true)
        })
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

/// Goes on in the background until the file knows everything, unless somebody does already.
pub(super) fn build_on(people: &PeopleFile, readers: &Arc<Readers>) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    if std::mem::replace(&mut people.lock().is_building, true) {
        return;
    }
    // The ledger may be closed meanwhile: a build does not keep it open.
    let (shared, readers) = (Arc::downgrade(&people.shared), Arc::downgrade(readers));
    runtime.spawn_blocking(move || {
        if let Err(error) = build(&shared, &readers) {
            tracing::warn!(%error, "the index of people cannot be built");
        }
        if let Some(shared) = shared.upgrade() {
            PeopleFile { shared }.lock().is_building = false;
        }
    });
}

pub(super) fn build(shared: &Weak<Mutex<State>>, readers: &Weak<Readers>) -> Result<()> {
    loop {
        let (Some(shared), Some(readers)) = (shared.upgrade(), readers.upgrade()) else { return Ok(()) };
        if (PeopleFile { shared }).step(&readers)?.is_done() {
            return Ok(());
        }
        drop(readers);
        std::thread::sleep(REST);
    }
}
