//! Sockets come and go: set-up screen, resume, reconnect grace (DECISIONS §4, PROTOCOL §3.5).

use crate::effect::CloseReason;
use crate::fact::{FactKind, LeaveReason};
use crate::id::PeerId;
use crate::input::{ConnId, Disconnect};
use crate::limit;
use crate::time::UnixMs;
use crate::who::Who;

use super::Room;
use super::peers::{Peer, PeerMedia};

impl Room {
    /// A socket was accepted. It is on the set-up screen until it joins, or continues a known peer.
    pub(super) fn connect(&mut self, now: UnixMs, conn: ConnId, id: PeerId, token: u64, who: Box<Who>) {
        if self.stopped {
            return self.out.close(conn, CloseReason::ServerStopping);
        }
        match self.peers.get(id) {
            // The peer id is a client's word; only the token proves that it is the same client. That holds in the
            // grace too, or a stranger could take over a stay.
            Some(peer) if peer.token != token => self.out.close(conn, CloseReason::PeerIdTaken),
            Some(_) => self.resume(now, conn, id, who),
            None if let Some(removal) = self.removed.get(id, now) => self.turn_away(conn, &who, removal),
            None if self.terminated || !self.config.open => self.out.close(conn, CloseReason::RoomClosed),
            None if self.peers.len() >= limit::PEERS_MAX => self.out.close(conn, CloseReason::RoomFull),
            None => self.insert(now, conn, id, token, who),
        }
    }

    fn insert(&mut self, now: UnixMs, conn: ConnId, id: PeerId, token: u64, who: Box<Who>) {
        let late = self.lost.forget(id);
        self.peers.insert(Peer {
            id,
            token,
            display_name: cut(&who.display_name),
            who,
            created_at: now,
            attached_at: now,
            conn: Some(conn),
            lost_at: None,
            noticed_at: now,
            joined: None,
            media: PeerMedia { late, ..PeerMedia::default() },
        });
    }

    /// A known peer on a new socket: its stay, transports and producers go on.
    fn resume(&mut self, now: UnixMs, conn: ConnId, id: PeerId, who: Box<Who>) {
        let was_away = self.peers.get(id).is_some_and(|peer| peer.lost_at.is_some());
        let replaced = self.peers.resume(id, conn, now);
        // Nobody listens at the old one any more; the client asks again.
        self.holds.remove(&id);
        if let Some(old) = replaced.filter(|old| *old != conn) {
            self.out.close(old, CloseReason::Replaced);
        }
        let Some(peer) = self.peers.get_mut(id) else { return };
        // Permissions may have changed meanwhile; how the stay counts may not.
        let role = peer.who.role;
        peer.who = who;
        if peer.joined.is_some() {
            peer.who.role = role;
        }
        if let Some(stay) = peer.joined.and_then(|joined| joined.stay).filter(|_| was_away) {
            self.record(now, FactKind::PeerBack { peer: stay }, None);
        }
    }

    /// A socket is gone. Sockets that we closed are unknown by now.
    pub(super) fn disconnect(&mut self, now: UnixMs, conn: ConnId, how: Disconnect) {
        match how {
            Disconnect::Clean => {
                let Some(id) = self.peers.on(conn) else { return };
                if let Some(gone) = self.detach(id, now, LeaveReason::Left) {
                    self.farewell(&gone);
                }
            }
            Disconnect::Lost => self.lose(now, conn, now),
            Disconnect::Silent { heard_at } => self.lose(now, conn, heard_at.plus_ms(self.offset_ms)),
        }
    }

    /// A peer is away since it was last heard; its grace runs from now.
    fn lose(&mut self, now: UnixMs, conn: ConnId, heard_at: UnixMs) {
        let Some(peer) = self.peers.on(conn).and_then(|id| self.peers.get(id)) else { return };
        let (id, stay) = (peer.id, peer.joined.and_then(|joined| joined.stay));
        // The socket itself was heard of when it came.
        let mut lost_at = heard_at.min(now).max(peer.attached_at);
        if let (Some(stay), Some(tally)) = (stay, &self.tally) {
            lost_at = tally.loss_at(stay, lost_at);
        }
        self.peers.lose(id, lost_at, now);
        self.holds.remove(&id);
        self.speakers.hush(id);
        if let Some(stay) = stay {
            self.record(lost_at, FactKind::PeerAway { peer: stay }, None);
        }
    }
}

/// A display name within its limit.
pub(super) fn cut(name: &str) -> String {
    name.chars().take(limit::DISPLAY_NAME_MAX_CHARS).collect()
}
