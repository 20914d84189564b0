//! The stage (PROTOCOL §7.7): who is heard and seen, who asks to be, who is invited.

use crate::id::{ParticipantId, PeerId};
use crate::standing::Seat;

use super::{ID_BYTES, ITEM_BYTES, Needs, sum};

/// What a client may ask.
#[derive(Debug, Clone)]
pub enum Ask {
    /// `room.getStageRequests`: who asks to come on stage.
    Requests,
    /// `room.requestStageAccess`. No reply.
    Request,
    /// `room.cancelStageRequest`: takes one's request back, or turns an invitation down. No reply.
    Cancel,
    /// `room.grantStageAccess`: accepts requests, and invites who did not ask. No reply, ever: a frame of that number tells
    /// a client that it was invited.
    Grant {
        /// Whom.
        participants: Vec<ParticipantId>,
    },
    /// `room.denyStageAccess`. No reply, for the same reason.
    Deny {
        /// Whom.
        participants: Vec<ParticipantId>,
    },
    /// `room.joinStage`.
    Join,
    /// `room.leaveStage`: of oneself, or of others, who are taken off the stage.
    Leave {
        /// Oneself alone, or whom to take off.
        participants: Vec<ParticipantId>,
    },
}

impl Ask {
    /// What it needs of the ledger.
    pub const fn needs(&self) -> Needs {
        match self {
            Self::Requests => Needs::Truth,
            Self::Request
            | Self::Cancel
            | Self::Grant { .. }
            | Self::Deny { .. }
            | Self::Join
            | Self::Leave { .. } => Needs::Writing,
        }
    }

    /// Bytes that it holds beside a fixed size, roughly, where it waits for the disk.
    pub const fn text_bytes(&self) -> usize {
        match self {
            Self::Grant { participants } | Self::Deny { participants } | Self::Leave { participants } => {
                participants.len().saturating_mul(ID_BYTES)
            }
            Self::Requests | Self::Request | Self::Cancel | Self::Join => 0,
        }
    }
}

/// What the room says.
#[derive(Debug, Clone, PartialEq)]
pub enum Tell {
    /// Event 12, reply, and push to those who may accept: all that wait, in order of joining the room.
    Requests(Vec<StageRequest>),
    /// Event 15, push to who was invited.
    Granted,
    /// Event 16, push to whose request was turned down.
    Denied,
    /// Event 38, push to the others; also the reply to [`Ask::Join`] and to [`Ask::Leave`] of oneself.
    SeatIs {
        /// Whose.
        peer: PeerId,
        /// The participant.
        participant: ParticipantId,
        /// Where it sits now.
        seat: Seat,
    },
    /// Event 19, reply to [`Ask::Leave`] of others: empty.
    TakenOff,
}

/// Somebody who asks to come on stage (`socket.livestreaming.StageRequest`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageRequest {
    /// The peer.
    pub peer: PeerId,
    /// The participant.
    pub participant: ParticipantId,
    /// Name.
    pub display_name: String,
}

impl Tell {
    /// Bytes that it holds beside a fixed size, roughly.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Requests(list) => {
                sum(list.iter().map(|request| request.display_name.len().saturating_add(ITEM_BYTES)))
            }
            Self::Granted | Self::Denied | Self::SeatIs { .. } | Self::TakenOff => 0,
        }
    }
}
