//! Breakout rooms (PROTOCOL §7.9).

use std::sync::Arc;

use crate::family::{Family, RoomName};
use crate::id::{Id, MeetingId, ParticipantId};

use super::{ID_BYTES, Needs, sum};

/// What a client may ask.
#[derive(Debug, Clone)]
pub enum Ask {
    /// `room.getConnectedRoomsDump`: the rooms, and who is in them.
    Rooms,
    /// `room.createConnectedRooms`.
    Create {
        /// The new rooms. Their ids are the shell's ([`super::Request::name_rooms`]): a client makes none.
        rooms: Vec<RoomName>,
    },
    /// `room.deleteConnectedRooms`.
    Close {
        /// Which.
        rooms: Vec<MeetingId>,
    },
    /// `room.movePeers`: oneself, or others.
    Move {
        /// Where they are.
        from: MeetingId,
        /// Where they are to be.
        to: MeetingId,
        /// Who.
        people: Vec<ParticipantId>,
    },
}

impl Ask {
    /// Gives the rooms that are to be made their ids.
    pub fn name_rooms(&mut self, mut mint: impl FnMut() -> Id) {
        if let Self::Create { rooms } = self {
            rooms.iter_mut().for_each(|room| room.meeting = MeetingId(mint()));
        }
    }

    /// What it needs of the ledger.
    pub const fn needs(&self) -> Needs {
        match self {
            Self::Rooms => Needs::Truth,
            Self::Create { .. } | Self::Close { .. } | Self::Move { .. } => Needs::Writing,
        }
    }

    /// Bytes that it holds, roughly.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Rooms => 0,
            Self::Create { rooms } => names(rooms),
            Self::Close { rooms } => rooms.len().saturating_mul(ID_BYTES),
            Self::Move { people, .. } => people.len().saturating_mul(ID_BYTES),
        }
    }
}

/// What the room says.
#[derive(Debug, Clone, PartialEq)]
pub enum Tell {
    /// Event 20, reply and push: the rooms, and who is in them.
    Rooms(Arc<Family>),
    /// Event 21: the rooms that were made.
    Created(Vec<RoomName>),
    /// Event 22: the rooms that were closed.
    Closed(Vec<RoomName>),
    /// Event 23.
    Moved {
        /// Where they belong now.
        to: MeetingId,
        /// Those who are not where the client believed, whom nobody moved.
        missing: Vec<ParticipantId>,
    },
    /// Event 24, push: go to that room. The shell makes it, as it makes tokens.
    Transfer {
        /// Where to.
        to: MeetingId,
        /// The token that opens it.
        token: String,
    },
    /// Event 26, push: these rooms are new.
    RoomsOpened(Vec<RoomName>),
    /// Event 27, push: these rooms are no more.
    RoomsClosed(Vec<RoomName>),
}

impl Tell {
    /// Bytes that it holds beside a fixed size, roughly.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Rooms(family) => family.text_bytes(),
            Self::Created(rooms)
            | Self::Closed(rooms)
            | Self::RoomsOpened(rooms)
            | Self::RoomsClosed(rooms) => names(rooms),
            Self::Moved { missing, .. } => missing.len().saturating_mul(ID_BYTES),
            Self::Transfer { token, .. } => token.len(),
        }
    }
}

fn names(rooms: &[RoomName]) -> usize {
    sum(rooms.iter().map(|room| room.title.len().saturating_add(ID_BYTES)))
}
