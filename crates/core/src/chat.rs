//! Chat of a session: send, history, pagination, edit, delete, pin (PROTOCOL §7.1).

use crate::id::{ChatId, ParticipantId, PeerId, SessionId};
use crate::time::UnixMs;

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
