//! Which stays a person had, over all sessions of an app (docs/decisions/0052-console-numbers.md).
//!
//! People choose their ids, so an index by them would cost each join a page of its own. Instead a file beside the ledger says of
//! every number of a person which joins were his (`people/file.rs`); whoever asks brings it up to the ledger first, so a join costs
//! nothing. The file has no names and no ids, only numbers made of them, and leads to rows of the ledger, which are compared:
//! whatever was erased there is not found any more, without a change of the file. It can be deleted at any time.

mod file;
mod rows;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use sederunt_core::id::{AppId, MeetingId, ParticipantId, SessionId};
use sederunt_core::tally::Stay;
use sederunt_core::time::UnixMs;

use crate::reader::Readers;
use crate::{EventPerson, Pace, Result, Store, StoreError};

use file::File;

/// A rest between two steps of a build that nobody waits for.
const REST: Duration = Duration::from_millis(20);

/// The file, opened when somebody asks for the first time; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct PeopleFile {
    shared: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    dir: std::path::PathBuf,
    file: Option<File>,
    /// Somebody brings it up to the ledger in the background.
    is_building: bool,
}

/// How far the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeopleProgress {
    /// Facts that it knows.
    pub known: u64,
    /// Facts of the ledger.
    pub all: u64,
}

impl PeopleProgress {
    /// Whether it knows everything that was durable when it was asked.
    pub const fn is_done(self) -> bool {
        self.known >= self.all
    }
}

/// A stay of a person, with what is shown of its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonStay {
    /// The session.
    pub session: SessionId,
    /// Its meeting.
    pub meeting: MeetingId,
    /// Its title.
    pub title: String,
    /// The interval.
    pub stay: Stay,
    /// Names at the join; `None` when they were erased.
    pub person: Option<EventPerson>,
    /// Until when it is counted: its end, its loss, or the session's own time.
    pub until: UnixMs,
}

/// The stays of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonStays {
    /// The latest joins first.
    pub stays: Vec<PersonStay>,
    /// There are more, which were recorded before.
    pub has_more: bool,
}

/// Somebody who was in a session of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The participant of the latest stay.
    pub participant: ParticipantId,
    /// Names at that join.
    pub person: EventPerson,
    /// When that was.
    pub joined_at: UnixMs,
    /// How many stays there are.
    pub stays: u64,
}

/// Which people.
#[derive(Debug, Clone)]
pub struct PeopleQuery {
    /// The app.
    pub app: AppId,
    /// Part of a name, of the caller's own id or of the user, in any case, or of the participant's id.
    pub search: Option<String>,
    /// People to skip.
    pub offset: usize,
    /// People wanted.
    pub limit: usize,
    /// People who are looked at: those who came last.
    pub looked_at_max: usize,
}

/// A page of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeoplePage {
    /// Who came last first.
    pub people: Vec<PersonRow>,
    /// How many passed.
    pub total: usize,
    /// Nobody was left out.
    pub is_all: bool,
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
    fn step(&self, readers: &Readers) -> Result<PeopleProgress> {
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
    fn ask<T>(&self, ask: impl FnOnce(&File) -> Result<T>) -> Result<T> {
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

impl Store {
    /// Brings the index of people up to what is durable now, for so long at most; what is left then is done in the background, and
    /// whoever asks again is told how far it is. Blocks: call it in `spawn_blocking` of a Tokio runtime.
    pub fn people_ready(&self, patience: Duration) -> Result<PeopleProgress> {
        let (from, people) = (Instant::now(), &self.inner.people);
        let all = *self.durable().borrow();
        loop {
            let at = people.step(self.readers())?;
            let progress = PeopleProgress { known: at.known, all };
            if progress.is_done() {
                return Ok(progress);
            }
            if from.elapsed() >= patience {
                build_on(people, self.readers());
                return Ok(progress);
            }
        }
    }

    /// The stays of whoever is known by `key`: the caller's own id, a user of the workspace, or a participant. At most `most`, those
    /// that were recorded last. After [`Self::people_ready`]. Blocks.
    pub fn person_stays(
        &self,
        pace: &Pace,
        app: &AppId,
        key: &str,
        most: usize,
        now: UnixMs,
    ) -> Result<PersonStays> {
        self.readers().long(pace, |conn| {
            let Some(no) = rows::app(conn, app)? else {
                return Ok(PersonStays { stays: Vec::new(), has_more: false });
            };
            let seqs = self.inner.people.ask(|file| file.stays(no, key, most + 1))?;
            rows::stays(conn, &seqs, key, most, now)
        })
    }

    /// A page of the people of an app. After [`Self::people_ready`]. Blocks.
    pub fn people(&self, pace: &Pace, q: &PeopleQuery) -> Result<PeoplePage> {
        self.readers().long(pace, |conn| {
            let nobody = PeoplePage { people: Vec::new(), total: 0, is_all: true };
            let Some(no) = rows::app(conn, &q.app)? else { return Ok(nobody) };
            let people = &self.inner.people;
            let known = people.ask(|file| file.people(no, q.looked_at_max + 1))?;
            let others = |key| people.ask(|file| file.latest(no, key));
            rows::people(conn, known, q, others)
        })
    }
}

/// Goes on in the background until the file knows everything, unless somebody does already.
fn build_on(people: &PeopleFile, readers: &Arc<Readers>) {
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

fn build(shared: &Weak<Mutex<State>>, readers: &Weak<Readers>) -> Result<()> {
    loop {
        let (Some(shared), Some(readers)) = (shared.upgrade(), readers.upgrade()) else { return Ok(()) };
        if (PeopleFile { shared }).step(&readers)?.is_done() {
            return Ok(());
        }
        drop(readers);
        std::thread::sleep(REST);
    }
}
