//! What an endpoint keeps: its cursor, and one row for every event that waits. Times are those of the clock that the
//! endpoint was given.

use sederunt_core::id::MeetingId;
use sederunt_core::time::UnixMs;

use crate::told::Key;

/// Where an endpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The low watermark: every event of this fact and of all before is settled, or covered by a row.
    pub done_seq: u64,
    /// Its health.
    pub health: SavedHealth,
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

/// What an endpoint begins with after a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Its cursor.
    pub cursor: Cursor,
    /// Its rows.
    pub rows: Vec<Row>,
}
