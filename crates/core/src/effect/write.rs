//! What must be durable before anybody is told.

use crate::chat::ChatMessage;
use crate::fact::Fact;
use crate::id::{ChatId, MeetingId, SessionId};
use crate::removal::Removal;
use crate::tally::{SessionColumns, Stay};
use crate::time::UnixMs;

/// Something durable.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly every write is a fact")]
pub enum Write {
    /// A fact, with the projections it leads to.
    Fact {
        /// The fact.
        fact: Fact,
        /// The session after the fact.
        columns: SessionColumns,
        /// The stay that the fact touched.
        stay: Option<Stay>,
        /// Personal data of a new stay (only with `PeerJoined`), kept apart from facts (DECISIONS §6).
        person: Option<Person>,
        /// The session's own time minus the steady clock of this process: what a row needs to be read at any instant.
        /// No fold depends on it.
        offset_ms: i64,
    },
    /// A chat message, new or changed.
    Chat(ChatMessage),
    /// A chat message was deleted.
    ChatDeleted {
        /// Session of the message.
        session: SessionId,
        /// Which.
        chat: ChatId,
    },
    /// A peer id may not enter its meeting again. Not a fact: what the record tells of it is the stay's own end.
    Removed {
        /// The meeting.
        meeting: MeetingId,
        /// Which peer id, and why.
        removal: Removal,
    },
    /// The room was terminated (Pagecall `terminated_at`).
    Terminated {
        /// The room: a room without a session can be terminated too.
        meeting: MeetingId,
        /// When.
        at: UnixMs,
    },
}

/// Personal data of a stay as of the join; erasable without touching a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Name in force at the join.
    pub display_name: String,
    /// Preset in force at the join.
    pub preset_name: String,
    /// The customer's own id of the person.
    pub custom_participant_id: Option<String>,
    /// Pagecall external user id.
    pub user_id: Option<String>,
    /// Only if the configuration stores it.
    pub ip_address: Option<String>,
    /// Only if the configuration stores it.
    pub user_agent: Option<String>,
}
