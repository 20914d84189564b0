//! Chat of a session (PROTOCOL §7.1).

use crate::id::{ChatId, FileId, ParticipantId, PeerId, SessionId};
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
    /// Text, URL or JSON. Where a file of ours is meant, it has a mark in place of a link, which whoever tells it replaces: no
    /// link is kept, as each is good for a while only.
    pub payload: String,
    /// The files that came with it, and go with it.
    pub files: Vec<FileId>,
    /// Private: the participants that may read it. Empty = everybody.
    pub targets: Vec<ParticipantId>,
    /// Sent at.
    pub at: UnixMs,
}

/// A file that a client sends, as the shell found it in the store: nothing of it is the client's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentFile {
    /// Which.
    pub id: FileId,
    /// The session for which it was uploaded.
    pub session: SessionId,
    /// Who uploaded it.
    pub by: ParticipantId,
    /// The message that has it already.
    pub chat: Option<ChatId>,
}

impl ChatMessage {
    /// Whether this participant may read it.
    pub fn visible_to(&self, participant: ParticipantId) -> bool {
        self.targets.is_empty() || self.targets.contains(&participant)
    }

    /// Bytes that it holds, roughly.
    fn text_bytes(&self) -> usize {
        let targets = self.targets.len().saturating_mul(ID_BYTES);
        // A link is longer than what stands for it.
        let links = self.files.len().saturating_mul(LINK_BYTES);
        sum([ITEM_BYTES, self.payload.len(), self.display_name.len(), targets, links])
    }

    /// Whether one of the two said it privately to the other.
    pub(crate) fn between(&self, one: ParticipantId, other: ParticipantId) -> bool {
        (self.participant == one || self.participant == other)
            && self.targets.contains(&one)
            && self.targets.contains(&other)
    }
}

/// Bytes of a link to a file, roughly.
const LINK_BYTES: usize = 512;

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
    /// The same with files: an image, a file, or a custom message.
    SendFiles {
        /// As of [`Self::Send`].
        peers: Option<Vec<PeerId>>,
        /// 1 image, 2 file, 3 custom.
        payload_type: i32,
        /// With marks in place of links.
        payload: String,
        /// Those that it names.
        files: Vec<SentFile>,
    },
    /// `chat.searchChannelMessages` without a channel: of what this peer may read.
    Search {
        /// What is searched for, whatever its case.
        term: String,
        /// Edge, as of [`Self::Page`].
        time_ms: i64,
        /// As of [`Self::Page`].
        size: u32,
        /// As of [`Self::Page`].
        from: u32,
        /// As of [`Self::Page`].
        reversed: bool,
    },
    /// `chat.editMessage`.
    Edit {
        /// Which.
        chat: ChatId,
        /// New payload.
        payload: String,
    },
    /// The same of an image, a file, or a custom message.
    EditFiles {
        /// Which.
        chat: ChatId,
        /// 1 image, 2 file, 3 custom.
        payload_type: i32,
        /// New payload, with marks in place of links.
        payload: String,
        /// The files that it has from now on.
        files: Vec<SentFile>,
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
            Self::Send { .. }
            | Self::SendFiles { .. }
            | Self::Edit { .. }
            | Self::EditFiles { .. }
            | Self::Delete { .. }
            | Self::Pin { .. } => Needs::Writing,
            Self::All | Self::Page { .. } | Self::Search { .. } => Needs::Truth,
        }
    }

    /// Bytes of text that it holds, roughly.
    pub const fn text_bytes(&self) -> usize {
        match self {
            Self::Send { payload, .. }
            | Self::SendFiles { payload, .. }
            | Self::Edit { payload, .. }
            | Self::EditFiles { payload, .. } => payload.len(),
            Self::Search { term, .. } => term.len(),
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
    /// Event 65543.
    Found(Vec<ChatMessage>),
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
            Self::All(messages) | Self::Found(messages) | Self::Page { messages, .. } => {
                sum(messages.iter().map(ChatMessage::text_bytes))
            }
            Self::Sent(message) | Self::Edited(message) | Self::Pinned(message) => message.text_bytes(),
            Self::Deleted(_) => 0,
        }
    }
}
