//! Entering the room: `room.joinRoom` (PROTOCOL §5.2).

use crate::effect::{Msg, PeerEvent, Person, Write};
use crate::error::RoomError;
use crate::fact::{Fact, FactKind, Role};
use crate::id::{PeerId, SessionId};
use crate::tally::Tally;
use crate::time::{Stamp, UnixMs};

use super::Room;
use super::conn::cut;
use super::peers::Peer;
use super::request::Asked;

impl Room {
    /// Enters the room, opening the session if there is none. A peer that is in already is answered again.
    ///
    /// A bot enters only while a session runs: it must not open one, and there is nothing to record.
    pub(super) fn join(&mut self, asked: &Asked, display_name: &str) -> Result<(), RoomError> {
        let Some(peer) = self.peers.get_mut(asked.me) else { return Err(RoomError::NotJoined) };
        let first = peer.joined.is_none();
        if first {
            if self.terminated || !self.config.open {
                return Err(RoomError::Closed);
            }
            if peer.who.role == Role::Bot && self.tally.is_none() {
                return Err(RoomError::NotFound("active session"));
            }
            if peer.who.abilities.edit_display_name && !display_name.trim().is_empty() {
                peer.display_name = cut(display_name);
            }
            self.enter(asked.stamp, asked.me);
        }
        let Some(peer) = self.peers.get(asked.me) else { return Err(RoomError::NotJoined) };
        let (visible, msg) =
            (peer.visible(), Msg::PeerInfo { event: PeerEvent::JoinRoom, peer: peer.info() });
        self.reply(asked, msg.clone());
        if first && visible {
            self.out.push(self.peers.audience(Some(asked.me)), msg);
        }
        Ok(())
    }

    fn enter(&mut self, stamp: Stamp, id: PeerId) {
        let Some(peer) = self.peers.get(id) else { return };
        if peer.who.role == Role::Bot {
            return self.peers.join(id, None);
        }
        let (participant, role, created_at) = (peer.participant(), peer.who.role, peer.created_at);
        let person = person(peer);
        if self.tally.is_none() {
            self.start_session(stamp.now, SessionId(stamp.fresh));
        }
        // A client that comes back after its grace keeps its peer id, but it is a new stay. The fresh id is free
        // then: only the first join of a session used one, and had no id to collide with.
        let seen = self.tally.as_ref().is_some_and(|tally| tally.has_seen(id));
        let stay = if seen { PeerId(stamp.fresh) } else { id };
        self.peers.join(id, Some(stay));
        let kind = FactKind::PeerJoined { peer: stay, participant, role, created_at };
        self.record(stamp.now, kind, Some(person));
    }

    fn start_session(&mut self, at: UnixMs, session: SessionId) {
        let kind = FactKind::SessionStarted {
            title: self.config.title.clone(),
            keep_alive_ms: self.config.keep_alive_ms,
        };
        let fact = Fact { at, app: self.config.app.clone(), meeting: self.config.meeting, session, kind };
        let Ok(tally) = Tally::start(&fact) else { return };
        let columns = tally.columns().clone();
        self.out.remember(Write::Fact { fact, columns, stay: None, person: None, offset_ms: self.offset_ms });
        self.tally = Some(tally);
    }
}

fn person(peer: &Peer) -> Person {
    Person {
        display_name: peer.display_name.clone(),
        preset_name: peer.who.preset_name.clone(),
        custom_participant_id: peer.who.custom_participant_id.clone(),
        user_id: peer.who.user_id.clone(),
        ip_address: peer.who.ip_address.clone(),
        user_agent: peer.who.user_agent.clone(),
    }
}
