//! Stay rows: RealtimeKit session participants, and Pagecall sessions.

use sederunt_core::effect::Person;
use sederunt_core::id::{AppId, MeetingId, SessionId};
use sederunt_core::tally::Stay;
use sederunt_core::time::UnixMs;

/// A stay with its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayRow {
    /// Its app.
    pub app: AppId,
    /// Its meeting.
    pub meeting: MeetingId,
    /// Its session.
    pub session: SessionId,
    /// The interval.
    pub stay: Stay,
    /// Who it was, as of the join.
    pub person: Person,
    /// [`crate::SessionRow::offset_ms`] of its session while the stay is open; 0 when it is not.
    pub offset_ms: i64,
}

impl StayRow {
    /// Length in milliseconds at an instant of the steady clock.
    pub fn duration_ms(&self, steady: UnixMs) -> i64 {
        self.stay.duration_ms(steady.plus_ms(self.offset_ms))
    }
}

/// Sort key of stays; ties by peer id in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaySort {
    /// `joined_at`.
    JoinedAt,
    /// `left_at`, open stays last when ascending.
    LeftAt,
    /// Length at [`StayQuery::now`].
    Duration,
}

/// `GET …/sessions/{id}/participants` (SEMANTICS §2.4).
#[derive(Debug, Clone)]
pub struct StayQuery {
    /// The session.
    pub session: SessionId,
    /// For the length of open stays: an instant of the session's own time.
    pub now: UnixMs,
    /// Literal case-folded substring of participant id, custom participant id or display name.
    pub search: Option<String>,
    /// Sort key.
    pub sort: StaySort,
    /// Ascending.
    pub ascending: bool,
    /// Items to skip.
    pub offset: u64,
    /// Page size.
    pub limit: u32,
}

/// `GET /rooms/{room_id}/sessions` (SEMANTICS §6.4).
#[derive(Debug, Clone)]
pub struct RoomStayQuery {
    /// The room.
    pub meeting: MeetingId,
    /// Exact match with the stay's `user_id`.
    pub user_id: Option<String>,
    /// `Some(true)` = no `disconnected_at`.
    pub connecting: Option<bool>,
    /// `JoinedAt` or `LeftAt`.
    pub sort: StaySort,
    /// Ascending.
    pub ascending: bool,
    /// Items to skip.
    pub offset: u64,
    /// `None` = all.
    pub limit: Option<u32>,
}

/// A part of a streamed answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StayBatch {
    /// Sent first: all matches.
    Total(u64),
    /// The next rows.
    Rows(Vec<StayRow>),
}
