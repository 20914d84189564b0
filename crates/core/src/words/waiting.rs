//! The waiting room (PROTOCOL §7.6).

use crate::id::Id;

use super::entry::PeerInfo;
use super::{ID_BYTES, Needs, sum};

/// What a host may ask.
#[derive(Debug, Clone)]
pub enum Ask {
    /// `room.getWaitingRoomRequests`.
    List,
    /// `room.acceptWaitingRoomRequests`. No reply.
    Accept {
        /// Participants; the client passes on what its app gives it, which may be the ids of peers.
        ids: Vec<Id>,
    },
    /// `room.denyWaitingRoomRequests`. No reply.
    Deny {
        /// The same.
        ids: Vec<Id>,
    },
}

impl Ask {
    /// What it needs of the ledger.
    pub const fn needs(&self) -> Needs {
        match self {
            Self::List => Needs::Truth,
            Self::Accept { .. } | Self::Deny { .. } => Needs::Writing,
        }
    }

    /// Bytes that it holds, roughly.
    pub const fn text_bytes(&self) -> usize {
        match self {
            Self::List => 0,
            Self::Accept { ids } | Self::Deny { ids } => ids.len().saturating_mul(ID_BYTES),
        }
    }
}

/// What the room says.
#[derive(Debug, Clone, PartialEq)]
pub enum Tell {
    /// Event 3, reply to joinRoom: wait, with `waitlisted: true`.
    Waits(PeerInfo),
    /// Event 33, reply and push: everybody who waits.
    List(Vec<PeerInfo>),
    /// Event 35, push: come in. The client asks to join again.
    Accepted,
    /// Event 37, push: you are not let in.
    Denied,
    /// Event 5 for who waits: the title, and nothing of a session.
    RoomFromOutside {
        /// Title of the meeting.
        title: String,
    },
}

impl Tell {
    /// Bytes that it holds beside a fixed size, roughly.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Waits(peer) => peer.text_bytes(),
            Self::List(peers) => sum(peers.iter().map(PeerInfo::text_bytes)),
            Self::RoomFromOutside { title } => title.len(),
            Self::Accepted | Self::Denied => 0,
        }
    }
}
