//! Leaving the room, by oneself or not; the end of the session and of the room.

use std::collections::BTreeSet;

use crate::effect::{CloseReason, Write};
use crate::error::RoomError;
use crate::fact::{EndReason, FactKind, LeaveReason};
use crate::hall::{Asked, Gone, Hall, Happened, Peer};
use crate::id::{MeetingId, ParticipantId, PeerId};
use crate::removal::Removal;
use crate::time::UnixMs;
use crate::who::{Ability, Who};
use crate::words::entry::{PeerEvent, PeerInfo, Tell};

use super::Entry;
use super::remove::is_of_session;

/// Stays that ended.
pub(crate) type Removed = Vec<(PeerId, ParticipantId)>;

/// Who is cleared out of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    /// Those in the room.
    InRoom,
    /// Those, who was in the LIVE session before and is about to join again, and who waits to be let in.
    OfSession,
    /// The set-up screens too.
    Everybody,
}

/// Why many leave at once, and what they are told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clearing {
    pub(super) at: UnixMs,
    pub(super) reason: LeaveReason,
    pub(super) event: Option<PeerEvent>,
    pub(super) close: CloseReason,
}

/// What is left to do for a peer that was taken out: to tell it, and to tell the others.
#[derive(Debug)]
pub(super) struct Departed {
    conn: Option<crate::call::ConnId>,
    info: PeerInfo,
    /// It knows of the room: it is told of its removal.
    of_session: bool,
    /// The others know of it, in the room and in media.
    visible: bool,
    announced: bool,
    stay: Option<(PeerId, ParticipantId)>,
}

impl Entry {
    /// Takes a peer out of the room and its stay out of the session. Tells no client; the other features hear of it.
    fn take_out(&mut self, hall: &mut Hall, id: PeerId, at: UnixMs, reason: LeaveReason) -> Option<Departed> {
        let peer = hall.peers.remove(id)?;
        if let Some(recorded) = peer.recorded_as() {
            // A peer that is away ended with the loss of its socket (DECISIONS §4).
            let at = peer.lost_at.unwrap_or(at);
            hall.record(at, FactKind::PeerLeft { peer: recorded, reason }, None);
        }
        self.waiting.out(hall, &peer, reason);
        let of_session = is_of_session(hall, &peer) || peer.waits();
        if reason.is_removal() {
            self.remove_for_good(hall, Removal { peer: id, at, reason, joined: of_session });
        } else if reason == LeaveReason::ConnectionLost && peer.is_in() {
            self.lost.note(id, &peer.who);
        }
        let away_ms = peer.lost_at.map_or(0, |lost_at| at.since(lost_at));
        let departed = Departed::of(&peer, of_session);
        let (lost, kicked) = (reason.is_loss(), reason == LeaveReason::Kicked);
        hall.note(Happened::Left(Box::new(Gone { peer, away_ms, lost, kicked })));
        Some(departed)
    }

    /// One peer leaves, and the others are told.
    pub(super) fn detach(&mut self, hall: &mut Hall, id: PeerId, at: UnixMs, reason: LeaveReason) {
        if let Some(departed) = self.take_out(hall, id, at, reason) {
            departed.farewell(hall);
        }
    }

    /// A peer that is in goes to another room: its stay here ends before its client hears of the other one.
    pub(crate) fn send_on(&mut self, hall: &mut Hall, id: PeerId, at: UnixMs, to: MeetingId) {
        let Some(peer) = hall.peers.get(id).filter(|peer| peer.is_in()) else { return };
        let (token, conn) = (peer.token, peer.conn);
        let who = Box::new(Who { belongs: Some(to), ..(*peer.who).clone() });
        let Some(departed) = self.take_out(hall, id, at, LeaveReason::Moved) else { return };
        if let Some(conn) = conn {
            hall.peers.insert(Peer::new(id, token, who, conn, at));
            hall.transfer(id, to);
        }
        departed.farewell(hall);
    }

    /// A breakout room closes, and a peer has no place in its parent.
    pub(crate) fn expel(&mut self, hall: &mut Hall, id: PeerId, at: UnixMs) {
        self.kick(hall, [id], at, LeaveReason::HostEnded);
    }

    /// Whoever was removed while it was on the way hears of it where it arrives, and has no stay of it.
    pub(crate) fn turn_out(&mut self, hall: &mut Hall, id: PeerId, at: UnixMs, reason: LeaveReason) {
        let Some(peer) = hall.peers.remove(id) else { return };
        self.waiting.out(hall, &peer, reason);
        self.remove_for_good(hall, Removal { peer: id, at, reason, joined: true });
        let departed = Departed::of(&peer, true);
        hall.note(Happened::Left(Box::new(Gone { peer, away_ms: 0, lost: false, kicked: false })));
        let (event, close) = if reason == LeaveReason::HostEnded {
            (PeerEvent::KickAll, CloseReason::Ended)
        } else {
            (PeerEvent::Kick, CloseReason::Removed)
        };
        departed.dismiss(hall, Some(event), close);
    }

    /// The session of a breakout room that is closed is over as soon as nobody is in.
    pub(crate) fn end_closed(&mut self, hall: &mut Hall, at: UnixMs) {
        if !hall.peers.iter().any(|peer| peer.is_in() && peer.recorded_as().is_some()) {
            self.end_session(hall, at, EndReason::AllParticipantsLeft);
        }
    }

    /// One peer says goodbye. Whoever goes to another room has left before, and closes its socket by itself: closed by the server it
    /// would seem to its page that it has left the meeting.
    pub(super) fn say_goodbye(&mut self, hall: &mut Hall, asked: &Asked) {
        if hall.peers.get(asked.me).is_some_and(|peer| peer.moves_to().is_some()) {
            return;
        }
        if let Some(departed) = self.take_out(hall, asked.me, asked.stamp.now, LeaveReason::Left) {
            departed.dismiss(hall, None, CloseReason::Left);
            departed.farewell(hall);
        }
    }

    /// Removes some peers at once.
    pub(super) fn kick(
        &mut self,
        hall: &mut Hall,
        ids: impl IntoIterator<Item = PeerId>,
        at: UnixMs,
        reason: LeaveReason,
    ) -> Removed {
        let gone: Vec<Departed> =
            ids.into_iter().filter_map(|id| self.take_out(hall, id, at, reason)).collect();
        for peer in &gone {
            peer.dismiss(hall, Some(PeerEvent::Kick), CloseReason::Removed);
        }
        for peer in &gone {
            peer.farewell(hall);
        }
        gone.iter().filter_map(|peer| peer.stay).collect()
    }

    /// `room.kick`. Never answered on success: any frame of that number tells the client that it was kicked
    /// (PROTOCOL §0 point 8). Oneself and unknown peers are skipped.
    pub(super) fn kick_peers(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        peers: &[PeerId],
    ) -> Result<(), RoomError> {
        hall.may(asked, Ability::Kick)?;
        let victims: BTreeSet<PeerId> = peers
            .iter()
            .copied()
            .filter(|id| *id != asked.me && hall.peers.get(*id).is_some_and(Peer::is_in))
            .collect();
        if victims.is_empty() {
            return Err(RoomError::NotFound("peer"));
        }
        self.kick(hall, victims, asked.stamp.now, LeaveReason::Kicked);
        Ok(())
    }

    /// Removes many.
    pub(super) fn clear(&mut self, hall: &mut Hall, whom: Whom, why: Clearing) -> Removed {
        let Clearing { at, reason, event, close } = why;
        let meant = |peer: &&Peer| match whom {
            Whom::InRoom => peer.is_in(),
            Whom::OfSession => is_of_session(hall, peer) || peer.waits(),
            Whom::Everybody => true,
        };
        let ids: Vec<PeerId> = hall.peers.iter().filter(meant).map(|peer| peer.id).collect();
        let gone: Vec<Departed> =
            ids.into_iter().filter_map(|id| self.take_out(hall, id, at, reason)).collect();
        for peer in &gone {
            peer.dismiss(hall, event, close);
        }
        gone.iter().filter_map(|peer| peer.stay).collect()
    }

    /// Kick-all: everybody leaves and the session ends, now.
    pub(crate) fn kick_all(&mut self, hall: &mut Hall, at: UnixMs) -> Removed {
        let (event, close) = (Some(PeerEvent::KickAll), CloseReason::Ended);
        let why = Clearing { at, reason: LeaveReason::HostEnded, event, close };
        let removed = self.clear(hall, Whom::OfSession, why);
        self.remove_session(hall, at, LeaveReason::HostEnded);
        self.remove_waits(hall, at, LeaveReason::HostEnded);
        self.end_session(hall, at, EndReason::HostEndedMeeting);
        removed
    }

    /// Pagecall: the room ends for good.
    pub(crate) fn terminate(&mut self, hall: &mut Hall, at: UnixMs) -> Removed {
        let (event, close) = (Some(PeerEvent::KickAll), CloseReason::RoomClosed);
        let why = Clearing { at, reason: LeaveReason::RoomTerminated, event, close };
        let removed = self.clear(hall, Whom::Everybody, why);
        self.remove_session(hall, at, LeaveReason::RoomTerminated);
        self.remove_waits(hall, at, LeaveReason::RoomTerminated);
        self.end_session(hall, at, EndReason::RoomTerminated);
        if !self.terminated {
            self.terminated = true;
            let meeting = hall.config().meeting;
            hall.out.remember(Write::Terminated { meeting, at });
        }
        removed
    }

    /// The session is over. Bots do not outlive it.
    pub(super) fn end_session(&mut self, hall: &mut Hall, at: UnixMs, reason: EndReason) {
        if hall.session().is_none() {
            return;
        }
        let close = CloseReason::RoomClosed;
        self.clear(hall, Whom::InRoom, Clearing { at, reason: LeaveReason::Left, event: None, close });
        hall.record(at, FactKind::SessionEnded { reason }, None);
        hall.close_session();
    }
}

impl Departed {
    fn of(peer: &Peer, of_session: bool) -> Self {
        Self {
            conn: peer.conn,
            info: peer.info(),
            of_session,
            visible: peer.visible(),
            announced: peer.media.announced,
            stay: peer.recorded_as().map(|recorded| (recorded, peer.participant())),
        }
    }

    /// Tells a peer that it was removed, and closes its socket.
    fn dismiss(&self, hall: &mut Hall, event: Option<PeerEvent>, close: CloseReason) {
        let Some(conn) = self.conn else { return };
        if let Some(event) = event.filter(|_| self.of_session) {
            hall.out.push([conn], Tell::PeerInfo { event, peer: self.info.clone() });
        }
        hall.close(conn, close);
    }

    /// Tells those in the room that a peer is gone.
    fn farewell(&self, hall: &mut Hall) {
        if !self.visible {
            return;
        }
        if self.announced {
            hall.push_media(None, Tell::MediaPeerLeft(self.info.peer));
        }
        hall.push(None, Tell::PeerInfo { event: PeerEvent::LeaveRoom, peer: self.info.clone() });
    }
}
