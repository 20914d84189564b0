//! Entering the room: `room.joinRoom` (PROTOCOL §5.2).

use crate::effect::Person;
use crate::error::RoomError;
use crate::fact::{FactKind, Role};
use crate::hall::{Asked, Hall, Happened, Peer, cut};
use crate::id::{PeerId, SessionId};
use crate::limit::BREAKOUT_RIPE_MS;
use crate::time::Stamp;
use crate::who::Ability;
use crate::words::entry::{PeerEvent, Tell};

use super::Entry;

impl Entry {
    /// Enters the room, opening the session if there is none. A peer that is in already is answered again.
    ///
    /// Whoever has to wait is told so instead.
    ///
    /// A bot enters only while a session runs: it must not open one, and there is nothing to record.
    pub(super) fn join(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        display_name: &str,
    ) -> Result<(), RoomError> {
        let first = !hall.me(asked)?.is_in();
        if first {
            if self.is_closed(hall) {
                return Err(RoomError::Closed);
            }
            let no_session = hall.session().is_none();
            let Some(peer) = hall.peers.get_mut(asked.me) else { return Err(RoomError::NotJoined) };
            if peer.who.role == Role::Bot && no_session {
                return Err(RoomError::NotFound("active session"));
            }
            if peer.may(Ability::EditDisplayName) && !display_name.trim().is_empty() {
                peer.display_name = cut(display_name);
            }
            if self.waiting.makes_wait(hall, asked)? {
                return Ok(());
            }
            enter(hall, asked.stamp, asked.me);
        }
        let peer = hall.me(asked)?;
        let (visible, tell) =
            (peer.visible(), Tell::PeerInfo { event: PeerEvent::JoinRoom, peer: peer.info() });
        hall.reply(asked, tell.clone());
        if first && visible {
            hall.push(Some(asked.me), tell);
        }
        if first {
            self.waiting.entered(hall, asked.stamp.now, asked.me);
            hall.note(Happened::Entered(asked.me));
        }
        Ok(())
    }
}

fn enter(hall: &mut Hall, stamp: Stamp, id: PeerId) {
    let Some(peer) = hall.peers.get(id) else { return };
    if peer.who.role == Role::Bot {
        return hall.peers.join(id, None);
    }
    let (participant, role, created_at) = (peer.participant(), peer.who.role, peer.created_at);
    let person = person(peer);
    if hall.session().is_none() {
        hall.start_session(stamp.now, SessionId(stamp.fresh));
    }
    // A client that comes back after its grace keeps its peer id, but it is a new stay, and one peer of a session has one.
    let stay = stamp.stay;
    let seen = hall.session().is_some_and(|tally| tally.has_seen(id));
    let peer = if seen { PeerId(stay.0) } else { id };
    hall.peers.join(id, Some(peer));
    if let Some(peer) = hall.peers.get_mut(id) {
        peer.ripe_at = stamp.now.plus_ms(BREAKOUT_RIPE_MS);
    }
    let kind = FactKind::PeerJoined { peer, stay, participant, role, created_at };
    hall.record(stamp.now, kind, Some(person));
}

fn person(peer: &Peer) -> Person {
    Person {
        display_name: peer.display_name.clone(),
        preset_name: peer.who.preset_name.clone(),
        view_type: peer.who.view_type,
        custom_participant_id: peer.who.custom_participant_id.clone(),
        user_id: peer.who.user_id.clone(),
        ip_address: peer.who.ip_address.clone(),
        user_agent: peer.who.user_agent.clone(),
    }
}
