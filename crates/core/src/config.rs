//! What a room is made of: its settings, and the session that the store still has open.

use crate::id::{AppId, MeetingId};
use crate::tally::Tally;
use crate::words::chat::ChatMessage;
use crate::words::polls::StoredPoll;

/// Settings of a room, from the meeting's row and the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomConfig {
    /// The app.
    pub app: AppId,
    /// The meeting.
    pub meeting: MeetingId,
    /// The meeting whose breakout room it is.
    pub parent: Option<MeetingId>,
    /// Title; `""` when the meeting has none.
    pub title: String,
    /// `false` = INACTIVE or terminated: nobody may join, those inside stay (SEMANTICS §2.1).
    pub open: bool,
    /// Keep-alive, ms.
    pub keep_alive_ms: i64,
    /// Reconnect grace, ms.
    pub reconnect_grace_ms: i64,
    /// Pagecall `max_meeting_seconds`, as ms of `meeting_time`.
    pub max_together_ms: Option<i64>,
    /// What was said in earlier sessions is shown in the next one (`persist_chat`).
    pub persist_chat: bool,
    /// `meeting_time` of the earlier sessions of this room, ms. The room adds its own sessions as they end.
    pub prior_together_ms: i64,
}

/// A session that was open when the room was loaded from the store.
#[derive(Debug, Clone)]
pub struct OpenSession {
    /// Folded from its facts.
    pub tally: Tally,
    /// Newest [`crate::limit::CHAT_HISTORY_MAX`] messages, oldest first.
    pub chat: Vec<ChatMessage>,
    /// Its polls, oldest first.
    pub polls: Vec<StoredPoll>,
    /// The session's own time minus the steady clock of this process.
    pub offset_ms: i64,
}
