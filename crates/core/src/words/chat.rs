//! Chat of a session (PROTOCOL §7.1).

use crate::id::{ChatId, ParticipantId, PeerId, SessionId};
use crate::time::UnixMs;

use super::{ID_BYTES, ITEM_BYTES, Needs, sum};

/// One chat message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// Id.
    pub id: ChatId,
    /// Session it belongs to.
    pub session: SessionId,
    /// Sender's peer.
    pub peer: PeerId,
    /// Sender.
    pub participant: ParticipantId,
    /// Sender's name at that moment.
    pub display_name: String,
    /// Pinned.
    pub pinned: bool,
    /// Edited.
    pub edited: bool,
    /// 0 text, 1 image, 2 file, 3 custom.
    pub payload_type: i32,
    /// Text, URL or JSON.
    pub payload: String,
    /// Private: the participants that may read it. Empty = everybody.
    pub targets: Vec<ParticipantId>,
    /// Sent at.
    pub at: UnixMs,
}

impl ChatMessage {
    /// Whether this participant may read it.
    pub fn visible_to(&self, participant: ParticipantId) -> bool {
        self.targets.is_empty() || self.targets.contains(&participant)
    }

    /// Bytes that it holds, roughly.
    fn text_bytes(&self) -> usize {
        let targets = self.targets.len().saturating_mul(ID_BYTES);
        sum([ITEM_BYTES, self.payload.len(), self.display_name.len(), targets])
    }

    /// Whether one of the two said it privately to the other.
    pub(crate) fn between(&self, one: ParticipantId, other: ParticipantId) -> bool {
        (self.participant == one || self.participant == other)
            && self.targets.contains(&one)
            && self.targets.contains(&other)
    }
}

/// What a client may ask.
#[derive(Debug, Clone)]
pub enum Ask {
    /// `chat.getMessages`.
    All,
    /// `chat.getPaginatedMessages`.
    Page {
        /// Edge, Unix milliseconds; inclusive: the official UI asks from 1 ms beyond what it has. 0 = no edge.
        time_ms: i64,
        /// Page size, clamped to [`crate::limit::CHAT_PAGE_MAX`].
        size: u32,
        /// Items to skip from the edge.
        from: u32,
        /// `true` = older than the edge, newest first; `false` = newer, oldest first.
        reversed: bool,
        /// Only pinned (or only unpinned) messages.
        pinned: Option<bool>,
        /// The private conversation with this participant; without it and `pinned`, what was said to everybody.
        user: Option<String>,
    },
    /// `chat.sendMessageToRoom` (`peers` = `None`) or `chat.sendMessageToPeers`.
    Send {
        /// Private: the targets, sender included.
        peers: Option<Vec<PeerId>>,
        /// 0 text, 1 image, 2 file, 3 custom.
        payload_type: i32,
        /// Text, URL or JSON.
        payload: String,
    },
    /// `chat.editMessage`.
    Edit {
        /// Which.
        chat: ChatId,
        /// New payload.
        payload: String,
    },
    /// `chat.deleteMessage`.
    Delete {
        /// Which.
        chat: ChatId,
    },
    /// `chat.pinMessage`.
    Pin {
        /// Which.
        chat: ChatId,
        /// New state.
        pinned: bool,
    },
}

impl Ask {
    /// What it needs of the ledger.
    pub const fn needs(&self) -> Needs {
        match self {
            Self::Send { .. } | Self::Edit { .. } | Self::Delete { .. } | Self::Pin { .. } => Needs::Writing,
            Self::All | Self::Page { .. } => Needs::Truth,
        }
    }

    /// Bytes of text that it holds, roughly.
    pub const fn text_bytes(&self) -> usize {
        match self {
            Self::Send { payload, .. } | Self::Edit { payload, .. } => payload.len(),
            Self::All | Self::Page { .. } | Self::Delete { .. } | Self::Pin { .. } => 0,
        }
    }
}

/// What the room says. Reply and push of one event share a variant.
#[derive(Debug, Clone, PartialEq)]
pub enum Tell {
    /// Event 65536.
    All(Vec<ChatMessage>),
    /// Event 65541.
    Page {
        /// The page.
        messages: Vec<ChatMessage>,
        /// More behind it.
        next: bool,
    },
    /// Event 65537 (public) or 65538 (private).
    Sent(ChatMessage),
    /// Event 65539.
    Edited(ChatMessage),
    /// Event 65540.
    Deleted(ChatId),
    /// Event 65546.
    Pinned(ChatMessage),
}

impl Tell {
    /// Bytes that it holds beside a fixed size, roughly.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::All(messages) | Self::Page { messages, .. } => {
                sum(messages.iter().map(ChatMessage::text_bytes))
            }
            Self::Sent(message) | Self::Edited(message) | Self::Pinned(message) => message.text_bytes(),
            Self::Deleted(_) => 0,
        }
    }
}
