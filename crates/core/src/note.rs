//! What the rooms of a meeting and of its breakout rooms say to each other (SEMANTICS §2.7).

use std::sync::Arc;

use crate::call::{ConnId, ReqId};
use crate::error::RoomError;
use crate::fact::LeaveReason;
use crate::family::{Family, Member};
use crate::id::{MeetingId, ParticipantId};
use crate::time::UnixMs;
use crate::words::breakout::{Ask, Tell};

/// Who asked for something in a breakout room, for the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// The socket, of the room that passes it on.
    pub conn: ConnId,
    /// The request.
    pub re: ReqId,
}

/// What the rooms of a family say to each other, in order and once, but lost with the process: what must outlive that is
/// in the store before it is said.
#[derive(Debug, Clone)]
pub enum Note {
    /// To the parent: somebody here asks, and may.
    Asked {
        /// Who.
        asker: Asker,
        /// What; never the list of rooms.
        ask: Ask,
    },
    /// To a breakout room: the answer.
    Answered {
        /// Whom.
        asker: Asker,
        /// What the parent says.
        result: Result<Tell, RoomError>,
    },
    /// To the parent: how it stands here.
    Here(Here),
    /// To a breakout room: say how it stands.
    Report,
    /// To the parent: somebody who came from there was kicked here, and nobody with its id is left if `out`. That it belongs here no
    /// more and is let in by somebody the next time is durable.
    Kicked {
        /// Who.
        participant: ParticipantId,
        /// It has no other page in this room.
        out: bool,
    },
    /// To a breakout room: the family as it is now.
    Family(Arc<Family>),
    /// To a breakout room: these people belong elsewhere now.
    Take {
        /// Who.
        people: Vec<ParticipantId>,
        /// Where they belong.
        to: MeetingId,
    },
    /// To a breakout room: it is closed, everybody goes back to the parent.
    Close,
    /// To a breakout room: the parent has come to its end, so that this one does, too.
    End,
    /// To a breakout room: these people are removed from the meeting.
    Remove {
        /// Who.
        people: Vec<ParticipantId>,
        /// By the customer's own ids.
        custom_ids: Vec<String>,
        /// Kicked, deleted, or blocked.
        reason: LeaveReason,
    },
    /// To a breakout room: the API mutes the microphones of these people.
    Mute {
        /// Who.
        people: Vec<ParticipantId>,
        /// By the customer's own ids.
        custom_ids: Vec<String>,
    },
}

/// How it stands in a breakout room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    /// Its title.
    pub title: String,
    /// The meeting is ACTIVE and not terminated.
    pub open: bool,
    /// It has a LIVE session.
    pub live: bool,
    /// When its last session ended, if it has none and this room saw it end.
    pub ended_at: Option<UnixMs>,
    /// Who is in, of those who came from the parent; in order of joining.
    pub people: Arc<Vec<Member>>,
}

impl Note {
    /// The room is loaded for it if need be. What is said to a breakout room matters to who is connected there, and a room
    /// that is loaded later reads of the store what it has to know.
    pub const fn wakes(&self) -> bool {
        match self {
            Self::Asked { .. } | Self::Here(_) | Self::Kicked { .. } => true,
            Self::Answered { .. }
            | Self::Report
            | Self::Family(_)
            | Self::Take { .. }
            | Self::Close
            | Self::End
            | Self::Remove { .. }
            | Self::Mute { .. } => false,
        }
    }
}
