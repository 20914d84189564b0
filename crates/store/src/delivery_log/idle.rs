//! Connections that wait for the next read: to open a month of files takes ten times as long as to ask them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use sederunt_core::time::Day;

/// A connection a day, outside of any transaction.
#[derive(Debug, Default)]
pub(super) struct Idle {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// The [state of the folder](super::folder::Folder::changes) that they belong to.
    changes: u64,
    connections: BTreeMap<Day, Connection>,
}

impl Idle {
    /// A connection to the file of a day that is there now.
    pub(super) fn take(&self, changes: u64, day: Day) -> Option<Connection> {
        let mut held = self.lock();
        if held.changes != changes {
            // Some may be of files that are gone.
            *held = Held { changes, ..Held::default() };
        }
        held.connections.remove(&day)
    }

    /// Keeps a connection that was opened in this state of the folder. One a day is enough.
    pub(super) fn give(&self, changes: u64, day: Day, conn: Connection) {
        let mut held = self.lock();
        if held.changes == changes {
            held.connections.insert(day, conn);
        }
    }

    /// Closes all.
    pub(super) fn clear(&self) {
        self.lock().connections.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
