//! What is kept: one batch at a time, made of one moment.

use std::collections::BTreeSet;

use sederunt_core::id::MeetingId;
use sederunt_core::time::UnixMs;

use super::{Endpoint, KEEP_MS};
use crate::rows::{Batch, Cursor, SavedHealth};
use crate::told::Key;
use crate::words::Out;

/// What has been handed out to be kept, and what has to be.
#[derive(Debug)]
pub(super) struct Keep {
    /// The cursor as it was handed out last.
    sent: Cursor,
    /// Number of the last batch.
    number: u64,
    /// It is not durable yet.
    is_out: bool,
    /// When it was handed out.
    at: Option<UnixMs>,
    /// Something must not wait for a second.
    pub(super) is_urgent: bool,
    /// Lanes whose rows may have changed.
    pub(super) dirty: BTreeSet<MeetingId>,
    /// Rows that go with their lanes.
    pub(super) gone: Vec<Key>,
    /// What a broken rule keeps back.
    #[cfg(test)]
    pub(super) late: Vec<crate::rows::Row>,
}

impl Keep {
    pub(super) const fn of(cursor: Cursor) -> Self {
        Self {
            sent: cursor,
            number: 0,
            is_out: false,
            at: None,
            is_urgent: false,
            dirty: BTreeSet::new(),
            gone: Vec::new(),
            #[cfg(test)]
            late: Vec::new(),
        }
    }

    /// The watermark as it was handed out last. It never goes back.
    pub(super) const fn done_seq(&self) -> u64 {
        self.sent.done_seq
    }

    pub(super) fn persisted(&mut self, number: u64) {
        self.is_out &= number != self.number;
    }

    fn is_changed(&self, cursor: Cursor) -> bool {
        cursor != self.sent || !self.dirty.is_empty() || !self.gone.is_empty()
    }

    /// When the next batch is due; `None` when nothing is to be kept, or one is out.
    fn due_at(&self, cursor: Cursor) -> Option<UnixMs> {
        if self.is_out || !self.is_changed(cursor) {
            return None;
        }
        let in_turn = self.at.map_or(UnixMs(i64::MIN), |at| at.plus_ms(KEEP_MS));
        Some(if self.is_urgent { UnixMs(i64::MIN) } else { in_turn })
    }

    pub(super) fn wake_at(&self, done_seq: u64, health: SavedHealth) -> Option<UnixMs> {
        self.due_at(Cursor { done_seq, health })
    }
}

impl Endpoint {
    /// Hands out a batch if one is due.
    pub(super) fn persist(&mut self) {
        let cursor = Cursor { done_seq: self.done_seq(), health: self.health.saved() };
        if self.keep.due_at(cursor).is_none_or(|at| at > self.now) {
            return;
        }
        let (mut put, mut remove) = (Vec::new(), std::mem::take(&mut self.keep.gone));
        for id in std::mem::take(&mut self.keep.dirty) {
            let waiting = &self.waiting;
            if let Some(lane) = self.lanes.get_mut(&id) {
                let tried = |key: Key| waiting.get(&key).map(|waiting| waiting.tried);
                let (rows, keys) = lane.changes(tried, id, lane.behind_from());
                put.extend(rows);
                remove.extend(keys);
            }
            self.touch(id);
        }
        remove.retain(|key| put.iter().all(|row| row.key != *key));
        self.keep.is_urgent = false;
        if cursor == self.keep.sent && put.is_empty() && remove.is_empty() {
            return;
        }
        self.keep.number += 1;
        self.keep.is_out = true;
        self.keep.at = Some(self.now);
        self.keep.sent = cursor;
        let batch = Batch { number: self.keep.number, cursor, put, remove };
        #[cfg(test)]
        let batch = self.spoiled(batch);
        self.out.push(Out::Persist(batch));
    }
}
