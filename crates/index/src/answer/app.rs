//! The sessions of one app: the sealed ones and the tail, changed together.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::answer::tail::Tail;
use crate::key::Key;
use crate::row::{Change, Row};
use crate::shelf::sealed::Sealed;

/// The sessions of an app at one instant. Whoever holds it sees nothing of later changes.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub(crate) sealed: Arc<Sealed>,
    pub(crate) tail: Tail,
}

impl Snapshot {
    /// The sealed part.
    pub fn sealed(&self) -> &Arc<Sealed> {
        &self.sealed
    }

    /// The part in memory.
    pub fn tail(&self) -> &Tail {
        &self.tail
    }

    /// All sessions.
    pub fn len(&self) -> u64 {
        self.sealed.rows + self.tail.len() as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The current sessions of an app. The lock is held to take a snapshot and to change it, never while answering.
pub struct AppIndex {
    state: Mutex<State>,
}

struct State {
    current: Snapshot,
    /// Start of each session of the tail, which is what the tail is sorted by.
    starts: HashMap<u128, i64>,
}

impl AppIndex {
    /// The sealed sessions and all others: LIVE ones and those that ended after [`Sealed::sealed_seq`]. Changes that
    /// are sealed already are left out.
    pub fn new(sealed: Arc<Sealed>, tail: impl Iterator<Item = Change>) -> Self {
        let current = Snapshot { sealed, tail: Tail::default() };
        let mut state = State { current, starts: HashMap::new() };
        for change in tail {
            state.apply(&change);
        }
        Self { state: Mutex::new(state) }
    }

    /// The sessions as they are now.
    pub fn snapshot(&self) -> Snapshot {
        self.lock().current.clone()
    }

    /// The changes of one commit, all at once for whoever takes a snapshot.
    pub fn apply(&self, changes: &[Change]) {
        let mut state = self.lock();
        for change in changes {
            state.apply(change);
        }
    }

    /// Puts other segments in place; what they hold leaves the tail at the same instant.
    pub fn install(&self, sealed: Arc<Sealed>) {
        let mut state = self.lock();
        for (_, id) in state.current.tail.drop_sealed(sealed.sealed_seq) {
            state.starts.remove(&id);
        }
        state.current.sealed = sealed;
    }

    /// How many sessions have ended and are not sealed.
    pub fn unsealed(&self) -> usize {
        self.lock().current.tail.ended()
    }

    /// The sessions that have ended and are not sealed, in the order in which they ended.
    pub fn ended_tail(&self) -> Vec<Change> {
        let mut changes: Vec<Change> = self.snapshot().tail.ended_changes().collect();
        changes.sort_by_key(|change| change.ended_seq);
        changes
    }

    /// One session.
    pub fn get(&self, id: u128) -> Option<Row> {
        let (snapshot, start) = {
            let state = self.lock();
            (state.current.clone(), state.starts.get(&id).copied())
        };
        match start {
            Some(start) => snapshot.tail.find(&(start, id)).map(|row| row.row.clone()),
            None => snapshot.sealed.find(id).map(|(segment, row)| segment.row(row, &snapshot.sealed.dict)),
        }
    }

    /// A panic while the lock is held leaves single changes whole, so the state is as good as ever.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn apply(&mut self, change: &Change) {
        let key: Key = (change.row.started_ms, change.row.id);
        let old = self.starts.get(&key.1).copied();
        let sealed = change.ended_seq.is_some_and(|seq| seq <= self.current.sealed.sealed_seq);
        if let Some(old) = old
            && (sealed || old != key.0)
        {
            self.current.tail.remove(&(old, key.1));
            self.starts.remove(&key.1);
        }
        if !sealed {
            self.current.tail.put(change);
            self.starts.insert(key.1, key.0);
        }
    }
}

impl fmt::Debug for AppIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("AppIndex")
            .field("sealed", &state.current.sealed.rows)
            .field("tail", &state.current.tail.len())
            .finish_non_exhaustive()
    }
}
