//! What both sides of breakout rooms decide, for who carries it out.

use crate::call::ConnId;
use crate::fact::LeaveReason;
use crate::hall::Hall;
use crate::id::{MeetingId, ParticipantId, PeerId};
use crate::who::Ability;

/// What `entry` is to do.
#[derive(Debug)]
pub(crate) enum Order {
    /// A peer goes to another room.
    Send(PeerId, MeetingId),
    /// A peer has no other room to go to, and this one closes.
    Expel(PeerId),
    /// The parent has come to its end, and everybody here leaves.
    End,
    /// These people are removed from the meeting.
    Remove(Vec<ParticipantId>, Vec<String>, LeaveReason),
    /// The API mutes these people, wherever they are.
    Mute(Vec<ParticipantId>, Vec<String>),
    /// Somebody was kicked in a breakout room: let in before, it waits the next time.
    Revoke(ParticipantId),
}

/// What a decision leads to in the rooms.
#[derive(Debug, Default)]
pub(super) struct Going {
    /// Rooms that are closed.
    pub(super) closed: Vec<MeetingId>,
    /// From where to where, and who.
    pub(super) moved: Option<(MeetingId, MeetingId, Vec<ParticipantId>)>,
}

/// Those who are told whenever somebody goes from room to room: they can do something about it.
pub(super) fn audience(hall: &Hall) -> Vec<ConnId> {
    const ANY: [Ability; 3] = [Ability::AlterRooms, Ability::SwitchRooms, Ability::SwitchToParent];
    hall.peers.sockets(|peer| peer.is_in() && ANY.iter().any(|ability| peer.may(*ability)))
}
