//! The peers of a room and their sockets: who is connected, who is away, who has joined.

use std::collections::{BTreeMap, BTreeSet};

use crate::effect::{MediaPeer, PeerInfo, ProducerState};
use crate::fact::Role;
use crate::id::{ParticipantId, PeerId, ProducerId, TransportId};
use crate::input::ConnId;
use crate::time::UnixMs;
use crate::who::Who;

use super::hold::Back;

/// One peer: a client, over all its sockets. Until it joins it is on the set-up screen and seen by nobody.
#[derive(Debug)]
pub(super) struct Peer {
    /// The wire's id, made by the client.
    pub(super) id: PeerId,
    pub(super) token: u64,
    pub(super) who: Box<Who>,
    /// Name in force.
    pub(super) display_name: String,
    pub(super) created_at: UnixMs,
    /// When its latest socket came.
    pub(super) attached_at: UnixMs,
    /// The socket; `None` while the reconnect grace runs.
    pub(super) conn: Option<ConnId>,
    /// When the socket was lost, which is when the peer was last heard; `Some` exactly while `conn` is `None`.
    pub(super) lost_at: Option<UnixMs>,
    /// When the latest loss was noticed: the grace runs from here.
    pub(super) noticed_at: UnixMs,
    pub(super) joined: Option<Joined>,
    pub(super) media: PeerMedia,
}

/// What joining the room gave a peer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Joined {
    /// Order of joining.
    pub(super) order: u64,
    /// Its stay in the ledger; bots have none.
    pub(super) stay: Option<PeerId>,
}

/// The media side of a peer.
#[derive(Debug, Default)]
pub(super) struct PeerMedia {
    /// `selfJoinComplete` was answered: takes part in media pushes.
    pub(super) complete: bool,
    /// The others were told that it takes part.
    pub(super) announced: bool,
    /// The SFU knows the peer.
    pub(super) opened: bool,
    pub(super) send: Option<TransportId>,
    pub(super) recv: Option<TransportId>,
    pub(super) producers: BTreeMap<ProducerId, ProducerState>,
    /// Its grace had run out when it came.
    pub(super) late: bool,
    /// It came back, and has not joined the media room again yet.
    pub(super) back: Option<Back>,
    /// When the newest transport was opened.
    pub(super) last_opened: Option<UnixMs>,
    /// Calls under way.
    pub(super) calls: usize,
    /// Those of them that publish.
    pub(super) publishing: usize,
}

impl Peer {
    /// Recorders and hidden participants are not shown to others.
    pub(super) fn visible(&self) -> bool {
        self.joined.is_some() && !self.who.abilities.hidden && self.who.role != Role::Bot
    }

    pub(super) fn participant(&self) -> ParticipantId {
        self.who.participant
    }

    /// The peer as others see it.
    pub(super) fn info(&self) -> PeerInfo {
        info(self.id, &self.who, &self.display_name)
    }

    /// The peer with its producers.
    pub(super) fn media_info(&self) -> MediaPeer {
        MediaPeer {
            peer: self.id,
            participant: self.who.participant,
            display_name: self.display_name.clone(),
            producers: self.media.producers.values().cloned().collect(),
        }
    }
}

/// Somebody as others see it.
pub(super) fn info(peer: PeerId, who: &Who, display_name: &str) -> PeerInfo {
    PeerInfo {
        peer,
        participant: who.participant,
        display_name: display_name.to_owned(),
        custom_participant_id: who.custom_participant_id.clone(),
        picture: who.picture.clone(),
        preset_name: who.preset_name.clone(),
        hidden: who.abilities.hidden,
        recorder: who.role == Role::Bot,
    }
}

/// All peers of a room.
#[derive(Debug, Default)]
pub(super) struct Peers {
    by_id: BTreeMap<PeerId, Peer>,
    conns: BTreeMap<ConnId, PeerId>,
    /// By the moment at which the loss was noticed.
    away: BTreeSet<(UnixMs, PeerId)>,
    joins: u64,
}

impl Peers {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(super) fn get(&self, id: PeerId) -> Option<&Peer> {
        self.by_id.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: PeerId) -> Option<&mut Peer> {
        self.by_id.get_mut(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Peer> {
        self.by_id.values()
    }

    /// Peers that joined the room, in order of joining.
    pub(super) fn joined(&self) -> Vec<&Peer> {
        let mut joined: Vec<(u64, &Peer)> =
            self.by_id.values().filter_map(|p| p.joined.map(|joined| (joined.order, p))).collect();
        joined.sort_unstable_by_key(|(order, _)| *order);
        joined.into_iter().map(|(_, peer)| peer).collect()
    }

    /// The peer on this socket.
    pub(super) fn on(&self, conn: ConnId) -> Option<PeerId> {
        self.conns.get(&conn).copied()
    }

    pub(super) fn insert(&mut self, peer: Peer) {
        if let Some(conn) = peer.conn {
            self.conns.insert(conn, peer.id);
        }
        self.by_id.insert(peer.id, peer);
    }

    pub(super) fn remove(&mut self, id: PeerId) -> Option<Peer> {
        let peer = self.by_id.remove(&id)?;
        if let Some(conn) = peer.conn {
            self.conns.remove(&conn);
        }
        self.away.remove(&(peer.noticed_at, id));
        Some(peer)
    }

    /// Marks a peer as joined.
    pub(super) fn join(&mut self, id: PeerId, stay: Option<PeerId>) {
        self.joins = self.joins.saturating_add(1);
        let order = self.joins;
        if let Some(peer) = self.by_id.get_mut(&id) {
            peer.joined = Some(Joined { order, stay });
        }
    }

    /// The socket is gone; the peer is away from `at` on, which is noticed `now`.
    pub(super) fn lose(&mut self, id: PeerId, at: UnixMs, now: UnixMs) {
        let Some(peer) = self.by_id.get_mut(&id) else { return };
        if let Some(conn) = peer.conn.take() {
            self.conns.remove(&conn);
        }
        peer.lost_at = Some(at);
        peer.noticed_at = now;
        self.away.insert((now, id));
    }

    /// A new socket for a known peer. Returns the socket it replaces.
    pub(super) fn resume(&mut self, id: PeerId, conn: ConnId, now: UnixMs) -> Option<ConnId> {
        let peer = self.by_id.get_mut(&id)?;
        if peer.lost_at.take().is_some() {
            self.away.remove(&(peer.noticed_at, id));
        }
        peer.attached_at = now;
        let old = peer.conn.replace(conn);
        if let Some(old) = old {
            self.conns.remove(&old);
        }
        self.conns.insert(conn, id);
        old
    }

    /// Moves every instant: the room's time was set.
    pub(super) fn shift(&mut self, ms: i64) {
        self.away = std::mem::take(&mut self.away).into_iter().map(|(at, id)| (at.plus_ms(ms), id)).collect();
        for peer in self.by_id.values_mut() {
            peer.created_at = peer.created_at.plus_ms(ms);
            peer.attached_at = peer.attached_at.plus_ms(ms);
            peer.lost_at = peer.lost_at.map(|at| at.plus_ms(ms));
            peer.noticed_at = peer.noticed_at.plus_ms(ms);
            peer.media.last_opened = peer.media.last_opened.map(|at| at.plus_ms(ms));
        }
    }

    /// Whose loss was noticed first, and when.
    pub(super) fn first_away(&self) -> Option<(UnixMs, PeerId)> {
        self.away.first().copied()
    }

    /// Sockets of those in the room, but for one peer.
    pub(super) fn audience(&self, except: Option<PeerId>) -> Vec<ConnId> {
        self.sockets(|peer| peer.joined.is_some() && Some(peer.id) != except)
    }

    /// Sockets of those that take part in media, but for one peer.
    pub(super) fn media_audience(&self, except: Option<PeerId>) -> Vec<ConnId> {
        self.sockets(|peer| peer.joined.is_some() && peer.media.complete && Some(peer.id) != except)
    }

    /// Sockets of the peers that `wanted` picks.
    pub(super) fn sockets(&self, wanted: impl Fn(&Peer) -> bool) -> Vec<ConnId> {
        self.by_id.values().filter(|peer| wanted(peer)).filter_map(|peer| peer.conn).collect()
    }
}
