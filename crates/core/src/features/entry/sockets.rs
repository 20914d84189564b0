//! Sockets come and go: set-up screen, resume, reconnect grace (DECISIONS §4, PROTOCOL §3.5).

use crate::call::{ConnId, Disconnect};
use crate::effect::CloseReason;
use crate::fact::{FactKind, LeaveReason};
use crate::hall::{Hall, Happened, Peer, info};
use crate::id::PeerId;
use crate::limit;
use crate::removal::Removal;
use crate::rights::Rights;
use crate::time::UnixMs;
use crate::who::Who;
use crate::words::entry::Tell;

use super::Entry;

impl Entry {
    /// A socket was accepted. It is on the set-up screen until it joins, or continues a known peer.
    pub(crate) fn connect(
        &mut self,
        hall: &mut Hall,
        now: UnixMs,
        conn: ConnId,
        (id, token): (PeerId, u64),
        who: Box<Who>,
    ) {
        if self.stopped {
            return hall.close(conn, CloseReason::ServerStopping);
        }
        match hall.peers.get(id) {
            // The peer id is a client's word; only the token proves that it is the same client. That holds in the
            // grace too, or a stranger could take over a stay.
            Some(peer) if peer.token != token => hall.close(conn, CloseReason::PeerIdTaken),
            Some(_) => {
                resume(hall, now, conn, id, who);
                self.is_back(hall, now, id);
            }
            None if let Some(removal) = self.removed.get(id, now) => turn_away(hall, conn, &who, removal),
            // Whoever belongs in the parent of a closed breakout room is sent there when it wants to come in.
            None if self.is_closed(hall) && who.belongs.is_none() => {
                hall.close(conn, CloseReason::RoomClosed)
            }
            None if hall.peers.len() >= limit::PEERS_MAX => hall.close(conn, CloseReason::RoomFull),
            None => {
                let mut peer = Peer::new(id, token, who, conn, now);
                peer.media.late = self.lost.forget(id);
                hall.peers.insert(peer);
                self.is_back(hall, now, id);
            }
        }
    }

    /// A client has a socket again: if it waited, it goes on where it was; if it is in the room, it may be a host now.
    fn is_back(&mut self, hall: &mut Hall, now: UnixMs, id: PeerId) {
        if let Some(to) = hall.peers.get(id).and_then(Peer::moves_to) {
            // It may not have heard of it.
            return hall.transfer(id, to);
        }
        if !self.is_closed(hall) {
            self.waiting.came_back(hall, id);
            self.waiting.host_came(hall, now, id);
        }
    }

    /// A socket is gone. Sockets that we closed are unknown by now.
    pub(crate) fn disconnect(&mut self, hall: &mut Hall, now: UnixMs, conn: ConnId, how: Disconnect) {
        match how {
            Disconnect::Clean => {
                let Some(id) = hall.peers.on(conn) else { return };
                self.detach(hall, id, now, LeaveReason::Left);
            }
            Disconnect::Lost => lose(hall, now, conn, now),
            Disconnect::Silent { heard_at } => {
                let heard_at = hall.told(heard_at);
                lose(hall, now, conn, heard_at);
            }
        }
    }
}

/// A known peer on a new socket: its stay, transports and producers go on.
fn resume(hall: &mut Hall, now: UnixMs, conn: ConnId, id: PeerId, who: Box<Who>) {
    let was_away = hall.peers.get(id).is_some_and(|peer| peer.lost_at.is_some());
    let replaced = hall.peers.resume(id, conn, now);
    hall.note(Happened::Back(id));
    let replaced = replaced.filter(|old| *old != conn);
    if let Some(old) = replaced {
        hall.close(old, CloseReason::Replaced);
    }
    let tracks_changed_at = hall.tracks_changed_at();
    let Some(peer) = hall.peers.get_mut(id) else { return };
    if replaced.is_some() {
        peer.media.negotiation.socket_lost(now.plus_ms(-limit::RECONNECT_WAIT_MS), tracks_changed_at);
    }
    // Permissions may have changed meanwhile; how the stay counts may not.
    let role = peer.who.role;
    peer.who = who;
    if peer.is_in() {
        peer.who.role = role;
    }
    // What flows of it has to be what it may publish.
    hall.peers.refresh_change(id);
    hall.note(Happened::RightsChanged { peer: id, given: Rights::NONE });
    let Some(peer) = hall.peers.get(id) else { return };
    if let Some(recorded) = peer.recorded_as().filter(|_| was_away) {
        hall.record(now, FactKind::PeerBack { peer: recorded }, None);
    }
}

/// A peer is away since it was last heard; its grace runs from now.
fn lose(hall: &mut Hall, now: UnixMs, conn: ConnId, heard_at: UnixMs) {
    let Some(peer) = hall.peers.on(conn).and_then(|id| hall.peers.get(id)) else { return };
    let (id, recorded) = (peer.id, peer.recorded_as());
    // The socket itself was heard of when it came.
    let mut lost_at = heard_at.min(now).max(peer.attached_at);
    if let (Some(recorded), Some(tally)) = (recorded, hall.session()) {
        lost_at = tally.loss_at(recorded, lost_at);
    }
    hall.peers.lose(id, lost_at, now);
    hall.note(Happened::Lost(id));
    if let Some(recorded) = recorded {
        hall.record(lost_at, FactKind::PeerAway { peer: recorded }, None);
    }
}

/// A removed peer id came back.
fn turn_away(hall: &mut Hall, conn: ConnId, who: &Who, removal: Removal) {
    let (event, close) = removal.told();
    if let Some(event) = event {
        let peer = info(removal.peer, who, &who.display_name);
        hall.out.push([conn], Tell::PeerInfo { event, peer });
    }
    hall.close(conn, close);
}
