//! Who and what is here: lists and details for clients (PROTOCOL §4, §6.8).

use crate::id::{PeerId, SessionId};
use crate::time::UnixMs;

use super::entry::PeerInfo;
use super::{ID_BYTES, Needs, sum};

/// What a client may ask.
#[derive(Debug, Clone)]
pub enum Ask {
    /// `room.getRoomInfo`.
    RoomInfo,
    /// `room.getRoomPeersInfo`.
    RoomPeers {
        /// Matches display names; empty = all.
        search: String,
        /// 0 = no limit.
        limit: u32,
        /// Items to skip.
        offset: u32,
    },
    /// `room.getPeerInfo`.
    PeerInfo {
        /// Whose.
        peer: PeerId,
    },
    /// `room.getRoomStageState`.
    StageState,
    /// `media.changeDisplayName`.
    ChangeDisplayName {
        /// Whose.
        peer: PeerId,
        /// New name.
        display_name: String,
    },
}

impl Ask {
    /// What it needs of the ledger.
    pub const fn needs(&self) -> Needs {
        match self {
            Self::RoomInfo | Self::RoomPeers { .. } | Self::PeerInfo { .. } | Self::StageState => {
                Needs::Truth
            }
            Self::ChangeDisplayName { .. } => Needs::Nothing,
        }
    }

    /// Bytes of text that it holds, roughly.
    pub const fn text_bytes(&self) -> usize {
        if let Self::RoomPeers { search, .. } = self { search.len() } else { 0 }
    }
}

/// What the room answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Tell {
    /// Event 5.
    RoomInfo {
        /// Title.
        title: String,
        /// Start of the session, Unix ms (the wire wants seconds).
        created_at: UnixMs,
        /// Session id (`room_uuid`).
        session: SessionId,
    },
    /// Event 2.
    RoomPeers(Vec<PeerInfo>),
    /// Event 43.
    StageState {
        /// Peers on stage.
        on_stage: Vec<PeerId>,
        /// Those that were invited.
        invited: Vec<PeerId>,
        /// Those that ask.
        asking: Vec<PeerId>,
    },
    /// Media 92: `{status:"success"}`.
    DisplayNameChanged,
}

impl Tell {
    /// Bytes that it holds beside a fixed size, roughly.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::RoomInfo { title, .. } => title.len(),
            Self::RoomPeers(peers) => sum(peers.iter().map(PeerInfo::text_bytes)),
            Self::StageState { on_stage, invited, asking } => {
                sum([on_stage.len(), invited.len(), asking.len()]).saturating_mul(ID_BYTES)
            }
            Self::DisplayNameChanged => 0,
        }
    }
}
