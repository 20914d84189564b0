//! What a feature hears of the others.

use crate::hall::{Gone, Hall};
use crate::id::PeerId;
use crate::rights::Rights;

/// What a feature hears of the others. Each hook may tell clients, and is called when the input that led to it is treated.
pub(crate) trait Feature {
    /// A peer's socket is gone; it may come back.
    fn peer_lost(&mut self, _hall: &mut Hall, _peer: PeerId) {}
    /// A peer is on a new socket.
    fn peer_back(&mut self, _hall: &mut Hall, _peer: PeerId) {}
    /// A peer's microphone is muted or closed.
    fn peer_silenced(&mut self, _hall: &mut Hall, _peer: PeerId) {}
    /// A peer has left the stage, and is in the room.
    fn peer_off_stage(&mut self, _hall: &mut Hall, _peer: PeerId) {}
    /// A peer is in the room, for the first time or again.
    fn peer_entered(&mut self, _hall: &mut Hall, _peer: PeerId) {}
    /// A host has changed what a peer may do, wherever it stands; `given` is what it got back.
    fn peer_rights_changed(&mut self, _hall: &mut Hall, _peer: PeerId, _given: Rights) {}
    /// A peer is out of the room.
    fn peer_left(&mut self, _hall: &mut Hall, _gone: &Gone) {}
    /// The session is over: what belongs to it goes.
    fn session_ended(&mut self, _hall: &mut Hall) {}
    /// One input is treated, with all that it led to.
    fn input_treated(&mut self, _hall: &mut Hall) {}
    /// The wall clock was set, and there is no session: every instant that waits moves by so much.
    fn time_moved(&mut self, _ms: i64) {}
}
