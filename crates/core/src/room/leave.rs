//! Leaving the room, by oneself or not; the end of the session and of the room.

use crate::effect::{CloseReason, MediaCmd, Msg, PeerEvent, Write};
use crate::fact::{EndReason, FactKind, LeaveReason};
use crate::id::{ParticipantId, PeerId};
use crate::removal::Removal;
use crate::time::UnixMs;

use super::Room;
use super::peers::Peer;

/// Who is cleared out of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    /// Those in the room.
    InRoom,
    /// Those, and who was in the LIVE session before and is about to join again.
    OfSession,
    /// The set-up screens too.
    Everybody,
}

impl Room {
    /// Takes a peer out of the room, its stay out of the session and its media out of the SFU. Tells nobody.
    pub(super) fn detach(&mut self, id: PeerId, at: UnixMs, reason: LeaveReason) -> Option<Peer> {
        let peer = self.peers.remove(id)?;
        if let Some(stay) = peer.joined.and_then(|joined| joined.stay) {
            // A peer that is away ended with the loss of its socket (DECISIONS §4).
            let at = peer.lost_at.unwrap_or(at);
            self.record(at, FactKind::PeerLeft { peer: stay, reason }, None);
        }
        if reason.is_removal() {
            let joined = self.is_of_session(&peer);
            self.remove_for_good(Removal { peer: id, at, reason, joined });
        } else if reason == LeaveReason::ConnectionLost && peer.joined.is_some() {
            self.lost.note(id, &peer.who);
        }
        self.calls.forget(id);
        self.holds.remove(&id);
        self.speakers.remove(id);
        if peer.media.opened {
            let away_ms = peer.lost_at.map_or(0, |lost_at| at.since(lost_at));
            self.out.media(id, MediaCmd::ClosePeer { away_ms });
        }
        Some(peer)
    }

    /// Tells those in the room that a peer is gone.
    pub(super) fn farewell(&mut self, gone: &Peer) {
        if gone.visible() {
            if gone.media.announced {
                self.out.push(self.peers.media_audience(None), Msg::MediaPeerLeft(gone.id));
            }
            let msg = Msg::PeerInfo { event: PeerEvent::LeaveRoom, peer: gone.info() };
            self.out.push(self.peers.audience(None), msg);
        }
        if self.pinned == Some(gone.id) {
            self.pinned = None;
            self.out.push(self.peers.media_audience(None), Msg::PinChanged(None));
        }
    }

    /// Tells a peer that was removed, and closes its socket.
    pub(super) fn dismiss(&mut self, gone: &Peer, event: Option<PeerEvent>, close: CloseReason) {
        let Some(conn) = gone.conn else { return };
        if let Some(event) = event.filter(|_| self.is_of_session(gone)) {
            self.out.push([conn], Msg::PeerInfo { event, peer: gone.info() });
        }
        self.out.close(conn, close);
    }

    /// Removes some peers at once. Returns the stays that ended.
    pub(super) fn kick(
        &mut self,
        ids: impl IntoIterator<Item = PeerId>,
        at: UnixMs,
        reason: LeaveReason,
    ) -> Vec<(PeerId, ParticipantId)> {
        let gone: Vec<Peer> = ids.into_iter().filter_map(|id| self.detach(id, at, reason)).collect();
        for peer in &gone {
            self.dismiss(peer, Some(PeerEvent::Kick), CloseReason::Removed);
        }
        for peer in &gone {
            self.farewell(peer);
        }
        gone.iter().filter_map(removed).collect()
    }

    /// Removes many. Returns the stays that ended.
    pub(super) fn clear(
        &mut self,
        at: UnixMs,
        whom: Whom,
        reason: LeaveReason,
        event: Option<PeerEvent>,
        close: CloseReason,
    ) -> Vec<(PeerId, ParticipantId)> {
        let meant = |peer: &&Peer| match whom {
            Whom::InRoom => peer.joined.is_some(),
            Whom::OfSession => self.is_of_session(peer),
            Whom::Everybody => true,
        };
        let ids: Vec<PeerId> = self.peers.iter().filter(meant).map(|peer| peer.id).collect();
        let gone: Vec<Peer> = ids.into_iter().filter_map(|id| self.detach(id, at, reason)).collect();
        for peer in &gone {
            self.dismiss(peer, event, close);
        }
        self.pinned = None;
        gone.iter().filter_map(removed).collect()
    }

    /// Kick-all: everybody leaves and the session ends, now.
    pub(super) fn kick_all(&mut self, at: UnixMs) -> Vec<(PeerId, ParticipantId)> {
        let event = Some(PeerEvent::KickAll);
        let removed = self.clear(at, Whom::OfSession, LeaveReason::HostEnded, event, CloseReason::Ended);
        self.remove_session(at, LeaveReason::HostEnded);
        self.end_session(at, EndReason::HostEndedMeeting);
        removed
    }

    /// Pagecall: the room ends for good. Returns the stays that ended.
    pub(super) fn terminate(&mut self, at: UnixMs) -> Vec<(PeerId, ParticipantId)> {
        let removed = self.clear(
            at,
            Whom::Everybody,
            LeaveReason::RoomTerminated,
            Some(PeerEvent::KickAll),
            CloseReason::RoomClosed,
        );
        self.remove_session(at, LeaveReason::RoomTerminated);
        self.end_session(at, EndReason::RoomTerminated);
        if !self.terminated {
            self.terminated = true;
            self.out.remember(Write::Terminated { meeting: self.config.meeting, at });
        }
        removed
    }

    /// The session is over; chat, stores and speakers were its own. Bots do not outlive it.
    pub(super) fn end_session(&mut self, at: UnixMs, reason: EndReason) {
        if self.tally.is_none() {
            return;
        }
        self.clear(at, Whom::InRoom, LeaveReason::Left, None, CloseReason::RoomClosed);
        self.record(at, FactKind::SessionEnded { reason }, None);
        if let Some(tally) = self.tally.take() {
            let together_ms = tally.columns().together_ms;
            self.config.prior_together_ms = self.config.prior_together_ms.saturating_add(together_ms);
        }
        self.chat = Default::default();
        self.stores = Default::default();
        self.speakers = Default::default();
        self.lost = Default::default();
        self.pinned = None;
    }
}

fn removed(peer: &Peer) -> Option<(PeerId, ParticipantId)> {
    peer.joined.and_then(|joined| joined.stay).map(|stay| (stay, peer.participant()))
}
