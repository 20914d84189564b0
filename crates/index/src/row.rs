//! Sessions as they come in and go out.

use std::sync::Arc;

/// A session. Ids are 128-bit numbers, instants UTC milliseconds since 1970. With a title that is borrowed, a row costs no
/// allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<Title = Arc<str>> {
    /// Id.
    pub id: u128,
    /// Meeting.
    pub meeting: u128,
    /// Title; frozen at the end.
    pub title: Title,
    /// Start, which is also `created_at`.
    pub started_ms: i64,
    /// End; `None` = LIVE.
    pub ended_ms: Option<i64>,
    /// Why it ended: the caller's code, kept as given. 0 while LIVE.
    pub end_reason: u8,
    /// Latest change.
    pub updated_ms: i64,
    /// Most connected peers at a time.
    pub peak: u32,
    /// Stays ever.
    pub stay_count: u32,
    /// Milliseconds of finished stays; for an ended session all that it consumed.
    pub closed_ms: i64,
    /// Connected peers; 0 when ended.
    pub live_count: u32,
    /// Connected peers that consume at this moment; 0 when ended.
    pub ticking_count: u32,
    /// Sum of the joins of those.
    pub ticking_joined_sum_ms: i64,
    /// Added to the instant that is asked for: the session's own time differs by it. 0 when ended.
    pub offset_ms: i64,
    /// The session that this one is a breakout room of.
    pub parent: Option<u128>,
}

impl Row {
    /// The same, with the title where it is.
    pub fn borrowed(&self) -> Row<&str> {
        self.with_title(&self.title)
    }
}

impl Row<&str> {
    /// With a title of its own.
    pub fn owned(&self) -> Row {
        self.with_title(self.title.into())
    }
}

impl<Title> Row<Title> {
    fn with_title<T>(&self, title: T) -> Row<T> {
        Row {
            id: self.id,
            meeting: self.meeting,
            title,
            started_ms: self.started_ms,
            ended_ms: self.ended_ms,
            end_reason: self.end_reason,
            updated_ms: self.updated_ms,
            peak: self.peak,
            stay_count: self.stay_count,
            closed_ms: self.closed_ms,
            live_count: self.live_count,
            ticking_count: self.ticking_count,
            ticking_joined_sum_ms: self.ticking_joined_sum_ms,
            offset_ms: self.offset_ms,
            parent: self.parent,
        }
    }

    /// Milliseconds consumed at `now_ms` (DECISIONS §3); for an ended session the same at any instant.
    pub fn consumed_ms(&self, now_ms: i64) -> i64 {
        let own_ms = now_ms.saturating_add(self.offset_ms);
        let ticking = i64::from(self.ticking_count) * own_ms - self.ticking_joined_sum_ms;
        self.closed_ms.saturating_add(ticking.max(0))
    }
}

/// The state of a session after a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The session as it is now.
    pub row: Row,
    /// Ledger sequence number of the fact that ended it; `None` while LIVE.
    pub ended_seq: Option<u64>,
}
