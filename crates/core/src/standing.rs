//! How a peer stands to its room, where in it it sits, and where its preset puts it.

use crate::id::{MeetingId, PeerId};
use crate::time::UnixMs;

/// How a peer stands to the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// On the set-up screen, seen by nobody.
    Setup,
    /// In the waiting room: it wants to come in, and somebody has to let it.
    Waiting {
        /// Since when.
        since: UnixMs,
        /// It is let in, and its client has not come yet.
        called: bool,
    },
    /// In the room.
    In(Joined),
    /// On its way to another room, a breakout room or back.
    Moving {
        /// Where it is expected.
        to: MeetingId,
    },
}

/// What joining the room gave a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// Order of joining.
    pub order: u64,
    /// The peer id by which its stay is recorded; bots have none.
    pub recorded_as: Option<PeerId>,
    /// Where it sits.
    pub seat: Seat,
}

/// Where a peer sits in a room with a stage. In one without, everybody is on stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// Hears and sees.
    Audience,
    /// The same, and has asked to come on stage.
    Asking,
    /// The same, and a host has invited it on stage.
    Invited,
    /// Is heard and seen.
    OnStage,
}

/// What a preset says of the stage (SEMANTICS §2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StageAccess {
    /// It knows none: its holders are on stage as long as they are in the room.
    #[default]
    NoStage,
    /// `NOT_ALLOWED`: they hear and see.
    NotAllowed,
    /// `CAN_REQUEST`: they come on stage when a host lets them.
    CanRequest,
    /// `ALLOWED`: they come and go.
    Allowed,
}

impl StageAccess {
    /// Where somebody sits who comes in, with the seat it had when it was lost.
    pub const fn seat(self, before: Option<Seat>) -> Seat {
        match (self, before) {
            (Self::NoStage, _) | (Self::Allowed, None) => Seat::OnStage,
            (Self::NotAllowed, _) | (Self::CanRequest, None) => Seat::Audience,
            (Self::CanRequest | Self::Allowed, Some(seat)) => seat,
        }
    }
}

impl Standing {
    /// What joining gave it; `None` = it is not in the room.
    pub const fn joined(self) -> Option<Joined> {
        match self {
            Self::In(joined) => Some(joined),
            Self::Setup | Self::Waiting { .. } | Self::Moving { .. } => None,
        }
    }
}

impl Seat {
    /// Every value, in declaration order.
    pub const ALL: &[Self] = &[Self::Audience, Self::Asking, Self::Invited, Self::OnStage];

    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audience => "audience",
            Self::Asking => "asking",
            Self::Invited => "invited",
            Self::OnStage => "on_stage",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.as_str() == name)
    }

    /// Whether a peer that sits there is heard and seen.
    pub const fn is_on_stage(self) -> bool {
        match self {
            Self::OnStage => true,
            Self::Audience | Self::Asking | Self::Invited => false,
        }
    }
}
