//! The sessions that are not sealed: LIVE ones and those that ended lately.

use crate::answer::list::{List, TailRow};
use crate::key::Key;
use crate::row::Change;

/// Sessions in the order of `created`. A clone is two counters up and stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Tail {
    /// These change all the time…
    pub(crate) live: List,
    /// …and these do not, so that what is derived from them lasts.
    pub(crate) ended: List,
}

impl Tail {
    /// Rows.
    pub fn len(&self) -> usize {
        self.live.len() + self.ended.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// LIVE ones.
    pub fn live(&self) -> usize {
        self.live.len()
    }

    /// Ended ones.
    pub fn ended(&self) -> usize {
        self.ended.len()
    }

    pub(crate) fn find(&self, key: &Key) -> Option<&TailRow> {
        self.live.find(key).or_else(|| self.ended.find(key))
    }

    /// Puts in or replaces the row with this start and id.
    pub(crate) fn put(&mut self, change: &Change) {
        let key = (change.row.started_ms, change.row.id);
        let row = TailRow::new(change, self.find(&key));
        if row.is_live() {
            self.ended.remove(&key);
            self.live.put(row);
        } else {
            self.live.remove(&key);
            self.ended.put(row);
        }
    }

    /// Takes out the row with this start and id.
    pub(crate) fn remove(&mut self, key: &Key) {
        self.live.remove(key);
        self.ended.remove(key);
    }

    /// Takes out the rows that ended at or before `sealed_seq`, and returns them.
    pub(crate) fn drop_sealed(&mut self, sealed_seq: u64) -> Vec<Key> {
        self.ended.remove_all(|row| row.ended_seq.is_some_and(|seq| seq <= sealed_seq))
    }

    /// The ended rows.
    pub(crate) fn ended_changes(&self) -> impl Iterator<Item = Change> {
        let rows = self.ended.rows(0, self.ended.len());
        rows.map(|(_, row)| Change { row: row.row.clone(), ended_seq: row.ended_seq })
    }
}
