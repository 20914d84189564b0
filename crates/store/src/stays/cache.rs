//! Columns of the sessions and rooms that were asked for lately, within a bound of bytes.
//!
//! Derived and never authoritative: an answer uses columns only after looking, in its own snapshot, for facts that
//! they lack; those are added first. What is not in memory, or too far behind, is answered by SQL, and read into
//! memory meanwhile. Columns are never newer than the snapshot that uses them: they come from snapshots that
//! were taken while nobody held them, and a reader takes its own while it holds them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::columns::Columns;
use super::state::{Behind, Scope, State};
use crate::Result;
use crate::reader::Readers;

/// Below this SQL needs some milliseconds at most for any list.
pub(super) const STAYS_MIN: u64 = 1_024;

/// Memory of all columns: five sessions of 100 000 stays, or fifty of 10 000.
const BYTES_MAX: usize = 64 << 20;

/// Scopes that are remembered, also those that do not fit.
const SCOPES_MAX: usize = 256;

/// See the module.
#[derive(Debug)]
pub(crate) struct StayCache {
    scopes: Mutex<Scopes>,
    /// One build at a time: it is a background matter.
    builds: Arc<Semaphore>,
    bytes_max: usize,
}

#[derive(Debug, Default)]
struct Scopes {
    slots: HashMap<Scope, Slot>,
    bytes: usize,
    uses: u64,
}

#[derive(Debug)]
struct Slot {
    /// `None`: too large for memory.
    state: Option<Arc<RwLock<State>>>,
    bytes: usize,
    used: u64,
}

/// Whether columns have answered.
#[derive(Debug)]
pub(super) enum Answer<T> {
    Here(T),
    /// Not in memory, or too old: SQL answers, and `build` is worth its cost.
    Absent,
    /// Too large for memory.
    Never,
}

impl Default for StayCache {
    fn default() -> Self {
        Self::with_bytes(BYTES_MAX)
    }
}

impl StayCache {
    pub(super) fn with_bytes(bytes_max: usize) -> Self {
        Self { scopes: Mutex::default(), builds: Arc::new(Semaphore::new(1)), bytes_max }
    }

    /// Answers from columns that are brought up to the snapshot of `conn`, which must not have been read from yet.
    pub(super) fn answer<T>(
        &self,
        conn: &Connection,
        scope: Scope,
        answer: impl FnOnce(&Columns) -> T,
    ) -> Result<Answer<T>> {
        let state = match self.find(scope) {
            Some(Some(state)) => state,
            Some(None) => return Ok(Answer::Never),
            None => return Ok(Answer::Absent),
        };
        let Ok(held) = state.read() else { return Ok(self.drop_scope(scope)) };
        if held.is_fresh(conn)? {
            return Ok(Answer::Here(answer(&held.columns)));
        }
        drop(held);
        let Ok(mut held) = state.write() else { return Ok(self.drop_scope(scope)) };
        // Another reader may have come further than this snapshot: nothing of it is used, another one is taken.
        conn.execute_batch("COMMIT; BEGIN")?;
        match held.behind(conn)? {
            Behind::Fresh => {}
            Behind::TooFar => return Ok(self.drop_scope(scope)),
            Behind::By(changes) => {
                held.catch_up(changes);
                self.resized(scope, held.columns.bytes());
            }
        }
        let held = RwLockWriteGuard::downgrade(held);
        Ok(Answer::Here(answer(&held.columns)))
    }

    /// Reads a scope into memory on another thread, if nothing else is being read. Within a Tokio runtime.
    pub(super) fn build_soon(self: &Arc<Self>, readers: &Arc<Readers>, scope: Scope) {
        let (Ok(turn), Ok(runtime)) =
            (Arc::clone(&self.builds).try_acquire_owned(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        // The ledger may be closed meanwhile: a build does not keep it open.
        let (cache, readers) = (Arc::downgrade(self), Arc::downgrade(readers));
        runtime.spawn_blocking(move || {
            let _turn = turn;
            let (Some(this), Some(readers)) = (cache.upgrade(), readers.upgrade()) else { return };
            let bytes_max = this.bytes_max;
            drop(this);
            // Vectors that grow hold up to twice what they need.
            let go_on = |bytes| bytes <= bytes_max * 2 && cache.strong_count() > 0;
            let built = readers.snapshot(|conn| State::read(conn, scope, &go_on));
            drop(readers);
            match (cache.upgrade(), built) {
                (Some(cache), Ok(state)) => cache.keep(scope, state),
                (None, _) => {}
                (_, Err(e)) => tracing::warn!(error = %e, "stays were not read into memory"),
            }
        });
    }

    /// Keeps a state that was read, or that it is too large.
    pub(super) fn keep(&self, scope: Scope, state: Option<State>) {
        let state = state.filter(|state| state.columns.bytes() <= self.bytes_max);
        let bytes = state.as_ref().map_or(0, |state| state.columns.bytes());
        let mut scopes = self.scopes();
        let used = scopes.tick();
        let slot = Slot { state: state.map(|s| Arc::new(RwLock::new(s))), bytes, used };
        let old = scopes.slots.insert(scope, slot);
        scopes.bytes = scopes.bytes + bytes - old.map_or(0, |slot| slot.bytes);
        scopes.evict(self.bytes_max);
    }

    /// Number of scopes in memory, and their bytes.
    pub(super) fn held(&self) -> (usize, usize) {
        let scopes = self.scopes();
        (scopes.slots.values().filter(|slot| slot.state.is_some()).count(), scopes.bytes)
    }

    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        self.builds.available_permits() == 1
    }

    pub(super) fn find(&self, scope: Scope) -> Option<Option<Arc<RwLock<State>>>> {
        let mut scopes = self.scopes();
        let used = scopes.tick();
        let slot = scopes.slots.get_mut(&scope)?;
        slot.used = used;
        Some(slot.state.clone())
    }

    fn drop_scope<T>(&self, scope: Scope) -> Answer<T> {
        let mut scopes = self.scopes();
        if let Some(slot) = scopes.slots.remove(&scope) {
            scopes.bytes -= slot.bytes;
        }
        Answer::Absent
    }

    fn resized(&self, scope: Scope, bytes: usize) {
        let mut scopes = self.scopes();
        // Another thread may have evicted it.
        let Some(slot) = scopes.slots.get_mut(&scope) else { return };
        let old = std::mem::replace(&mut slot.bytes, bytes);
        if bytes > self.bytes_max {
            // From now on by SQL; whoever holds the columns still uses them.
            (slot.state, slot.bytes) = (None, 0);
        }
        let new = slot.bytes;
        scopes.bytes = scopes.bytes + new - old;
        scopes.evict(self.bytes_max);
    }

    fn scopes(&self) -> MutexGuard<'_, Scopes> {
        self.scopes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Scopes {
    fn tick(&mut self) -> u64 {
        self.uses += 1;
        self.uses
    }

    /// Forgets what was not used for the longest time, until the rest fits.
    fn evict(&mut self, bytes_max: usize) {
        while self.bytes > bytes_max || self.slots.len() > SCOPES_MAX {
            let Some(oldest) = self.slots.iter().min_by_key(|(_, slot)| slot.used).map(|(scope, _)| *scope)
            else {
                return;
            };
            if let Some(slot) = self.slots.remove(&oldest) {
                self.bytes -= slot.bytes;
            }
        }
    }
}
