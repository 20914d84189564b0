//! Coming and going (PROTOCOL §5.2, §6.8, §6.9).

use crate::id::{ParticipantId, PeerId};
use crate::standing::Seat;

use super::{ITEM_BYTES, Needs, sum};

/// What a client may ask.
#[derive(Debug, Clone)]
pub enum Ask {
    /// `room.joinRoom`.
    JoinRoom {
        /// Name chosen on the set-up screen; used when `edit_display_name` allows, else the token's.
        display_name: String,
    },
    /// `room.leaveRoom`.
    LeaveRoom,
    /// `media.leaveRoom`: what the official client sends when it leaves.
    MediaLeave,
    /// `room.kick`. No reply, ever (PROTOCOL §0 point 8).
    Kick {
        /// Victims.
        peers: Vec<PeerId>,
    },
    /// `room.kickAll`. No reply.
    KickAll,
}

impl Ask {
    /// What it needs of the ledger.
    pub const fn needs(&self) -> Needs {
        Needs::Writing
    }

    /// It may be refused while nothing can be written. A goodbye may not: it is true whether we can write it or not.
    pub const fn is_refusable(&self) -> bool {
        !matches!(self, Self::LeaveRoom | Self::MediaLeave)
    }

    /// Bytes of text that it holds, roughly.
    pub const fn text_bytes(&self) -> usize {
        if let Self::JoinRoom { display_name } = self { display_name.len() } else { 0 }
    }
}

/// What the room says. Reply and push of one event share a variant.
#[derive(Debug, Clone, PartialEq)]
pub enum Tell {
    /// Event 3: reply to joinRoom, and push to the others. Also event 0.
    PeerInfo {
        /// `JoinRoom` (3), `PeerInfo` (0), `LeaveRoom` (4), `Kick` (30) or `KickAll` (31).
        event: PeerEvent,
        /// The peer.
        peer: PeerInfo,
    },
    /// Media 17.
    MediaLeft,
    /// Media 26, push.
    MediaPeerLeft(PeerId),
}

impl Tell {
    /// Bytes that it holds beside a fixed size, roughly.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::PeerInfo { peer, .. } => peer.text_bytes(),
            Self::MediaLeft | Self::MediaPeerLeft(_) => 0,
        }
    }
}

/// Which event a [`Tell::PeerInfo`] travels as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerEvent {
    /// 0.
    PeerInfo,
    /// 3.
    JoinRoom,
    /// 4.
    LeaveRoom,
    /// 30.
    Kick,
    /// 31.
    KickAll,
}

/// A peer as others see it (`socket.room.Peer`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerInfo {
    /// The wire's peer id (the client's own).
    pub peer: PeerId,
    /// The participant (`user_id` on the wire).
    pub participant: ParticipantId,
    /// Name.
    pub display_name: String,
    /// The customer's own id.
    pub custom_participant_id: Option<String>,
    /// URL; empty when none.
    pub picture: String,
    /// Preset.
    pub preset_name: String,
    /// Not shown.
    pub hidden: bool,
    /// A bot.
    pub recorder: bool,
    /// Where it sits (`stage_type`).
    pub seat: Seat,
}

impl PeerInfo {
    /// Bytes that it holds, roughly.
    pub fn text_bytes(&self) -> usize {
        let custom_id = self.custom_participant_id.as_ref().map_or(0, String::len);
        sum([ITEM_BYTES, self.display_name.len(), custom_id, self.picture.len(), self.preset_name.len()])
    }
}
