//! What an endpoint keeps: its cursor, and one row for every event that waits.

pub use sederunt_store::delivery::{Change, Cursor, OffReason, Row, Saved, SavedHealth, Tried};

use crate::told::Key;

/// One job for the store: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its number, to be answered with when it is durable.
    pub number: u64,
    /// The cursor.
    pub cursor: Cursor,
    /// New and changed rows.
    pub put: Vec<Row>,
    /// Rows that go.
    pub remove: Vec<Key>,
}

impl Batch {
    /// What the store keeps.
    pub fn into_change(self) -> Change {
        Change { cursor: self.cursor, put: self.put, remove: self.remove }
    }
}
