//! How a peer stands to its room, and where in it it sits.

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
    /// Whether a peer that sits there is heard and seen.
    pub const fn is_on_stage(self) -> bool {
        match self {
            Self::OnStage => true,
            Self::Audience | Self::Asking | Self::Invited => false,
        }
    }
}
