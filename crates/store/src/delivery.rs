//! What is kept of deliveries to a receiver of webhooks: its cursor, and one row for every event that waits. Times are those of
//! the clock that the receiver's machine was given (the steady one).
//!
//! A delivery has an id: that of the webhook, or one that follows from what it delivers.

use sederunt_core::id::{AppId, Id, MeetingId};
use sederunt_core::time::UnixMs;

/// Names an event of a webhook, and sorts as the ledger does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The fact's number in the ledger.
    pub seq: u64,
    /// A fact may make several events: 0 for the first.
    pub part: u8,
    /// Number of the replay, 0 = the first time.
    pub replay: u32,
}

impl Key {
    /// The first event that a fact may make.
    pub const fn first(seq: u64) -> Self {
        Self { seq, part: 0, replay: 0 }
    }

    /// The highest key that a fact may have.
    pub const fn last(seq: u64) -> Self {
        Self { seq, part: u8::MAX, replay: u32::MAX }
    }

    /// The key after this one; `None` = it is the last of all.
    pub(crate) fn next(self) -> Option<Self> {
        let part = || self.part.checked_add(1).map(|part| Self { part, replay: 0, ..self });
        let replay = self.replay.checked_add(1).map(|replay| Self { replay, ..self });
        replay.or_else(part).or_else(|| self.seq.checked_add(1).map(Self::first))
    }
}

/// Where an endpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The low watermark: every event of this fact and of all before is settled, or covered by a row.
    pub done_seq: u64,
    /// Its health.
    pub health: SavedHealth,
}

impl Cursor {
    /// Whether it is switched off.
    pub const fn is_off(&self) -> bool {
        matches!(self.health, SavedHealth::Off { .. })
    }
}

/// What is kept of the health of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SavedHealth {
    /// Served.
    Up,
    /// Nothing is sent but a probe now and then.
    Down {
        /// When it went down, for whoever asks.
        since: UnixMs,
        /// How long it has been down while this server ran and watched, ms: time that nobody watched, or by which a
        /// clock was set, gives nobody up.
        for_ms: i64,
        /// When the next probe is due.
        probe_at: UnixMs,
    },
    /// Switched off: nothing is read.
    Off {
        /// Why.
        reason: OffReason,
        /// The first fact that may have been missed; the last is the one before the webhook is switched on again.
        from: u64,
    },
}

/// Why an endpoint is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffReason {
    /// By its owner.
    Disabled,
    /// It was down for too long.
    GivenUp,
}

/// A row: an event that waits, or a lane that is behind, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The event that waits. Without [`Self::tried`]: the place from which its lane is behind.
    pub key: Key,
    /// Its meeting.
    pub lane: MeetingId,
    /// What has been tried; `None` = no event waits.
    pub tried: Option<Tried>,
    /// All events of the lane from this fact up to the watermark are still to be sent, but for those that have rows.
    pub behind_from: Option<u64>,
}

/// What has been tried of an event that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// Attempts that failed and count.
    pub attempts: u32,
    /// When the first one failed, for whoever asks.
    pub first_at: UnixMs,
    /// Until when its lane waits for it.
    pub hold_until: UnixMs,
    /// When the next one is due.
    pub next_at: UnixMs,
    /// Status of the last answer.
    pub last_status: Option<u16>,
    /// It has held its meeting long enough and goes on alone.
    pub is_alone: bool,
}

/// What an endpoint begins with after a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Its cursor.
    pub cursor: Cursor,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A receiver with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: Id,
    /// Its app.
    pub app: AppId,
    /// Of room webhooks: where they go.
    pub url: Option<String>,
    /// What was decided in another epoch is not kept.
    pub epoch: u64,
    /// Cursor and rows.
    pub saved: Saved,
}

/// What changed of a receiver; all of it is kept or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its cursor.
    pub cursor: Cursor,
    /// New and changed rows.
    pub put: Vec<Row>,
    /// Rows that go.
    pub remove: Vec<Key>,
}
