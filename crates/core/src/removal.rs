//! Peer ids that were removed from a meeting, and what their clients are told when they come back by themselves.
//!
//! A client that was reconnecting when it was removed, or whose socket had died unnoticed, has not heard of it: its
//! own reconnect loop would bring it in again. Whoever reloads or clicks has a new peer id and may enter.

use crate::effect::CloseReason;
use crate::fact::LeaveReason;
use crate::id::{ParticipantId, PeerId};
use crate::limit::REMOVED_KEPT_MS;
use crate::time::UnixMs;
use crate::words::entry::PeerEvent;

/// A peer id that may not enter its meeting again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal {
    /// The wire's id, made by the client.
    pub peer: PeerId,
    /// When it was removed.
    pub at: UnixMs,
    /// Why; [`LeaveReason::is_removal`] holds.
    pub reason: LeaveReason,
    /// It had entered the room: its client listens to kicks.
    pub joined: bool,
}

impl Removal {
    /// What the client is told, and with what its socket is closed: as those who were connected are
    /// (PROTOCOL §0 point 8, §3.5).
    pub fn told(&self) -> (Option<PeerEvent>, CloseReason) {
        let (event, close) = match self.reason {
            LeaveReason::HostEnded => (PeerEvent::KickAll, CloseReason::Ended),
            LeaveReason::RoomTerminated => (PeerEvent::KickAll, CloseReason::RoomClosed),
            LeaveReason::Kicked
            | LeaveReason::ParticipantDeleted
            | LeaveReason::Blocked
            | LeaveReason::Left
            | LeaveReason::ConnectionLost
            | LeaveReason::Moved
            | LeaveReason::ServerStopped
            | LeaveReason::NodeLost
            | LeaveReason::Imported => (PeerEvent::Kick, CloseReason::Removed),
        };
        (self.joined.then_some(event), close)
    }

    /// Whether it still holds at `now`.
    pub fn holds(&self, now: UnixMs) -> bool {
        now.since(self.at) < REMOVED_KEPT_MS
    }
}

/// A peer of the LIVE session that is not in the room, whose client may be on its way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostPeer {
    /// The wire's id, made by the client.
    pub peer: PeerId,
    /// Whose it was.
    pub participant: ParticipantId,
    /// The customer's own id of the person.
    pub custom_id: Option<String>,
    /// Its media was in this room, and was closed with its grace: a process before knows nothing of that.
    pub late: bool,
}
