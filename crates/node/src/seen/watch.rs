//! A room's part: whose media is open belongs to which stay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sederunt_core::effect::Write;
use sederunt_core::fact::FactKind;
use sederunt_core::id::PeerId;
use sederunt_core::room::Room;
use sederunt_core::time::UnixMs;

use crate::media::RoomTag;

use super::book::{Book, Watched};

/// The watched stays of one room.
#[derive(Debug)]
pub(crate) struct Watch {
    book: Arc<Book>,
    room: RoomTag,
    /// Who has media and no stay yet, by the wire's id.
    early: BTreeSet<PeerId>,
    /// The stay of each other peer that has media.
    stays: BTreeMap<PeerId, PeerId>,
    /// The other way round.
    peers: BTreeMap<PeerId, PeerId>,
}

impl Watch {
    pub(crate) fn new(book: Arc<Book>, room: RoomTag) -> Self {
        Self { book, room, early: BTreeSet::new(), stays: BTreeMap::new(), peers: BTreeMap::new() }
    }

    /// A peer has media: its stay is watched, from now on or once it has one.
    pub(crate) fn has_media(&mut self, peer: PeerId, room: &Room, now: UnixMs) {
        if self.stays.contains_key(&peer) || self.early.contains(&peer) {
            return;
        }
        self.book.open((self.room, peer));
        self.early.insert(peer);
        self.joined(room, now);
    }

    /// Somebody has a stay since then.
    fn joined(&mut self, room: &Room, now: UnixMs) {
        let Self { book, early, stays, peers, .. } = self;
        early.retain(|peer| {
            let Some((session, stay)) = room.stay_of(*peer) else { return true };
            let (created_at, offset_ms) = (stay.created_at, room.offset_ms());
            let watched = Watched { session, stay: stay.peer, created_at, offset_ms };
            book.begin((self.room, *peer), watched, now);
            stays.insert(*peer, stay.peer);
            peers.insert(stay.peer, *peer);
            false
        });
    }

    /// Its media is closed.
    pub(crate) fn closed(&mut self, peer: PeerId, now: UnixMs) {
        if let Some(stay) = self.stays.remove(&peer) {
            self.peers.remove(&stay);
        }
        self.early.remove(&peer);
        self.book.end((self.room, peer), now);
    }

    /// These are durable.
    pub(crate) fn written(&mut self, writes: &[Write], room: &Room, now: UnixMs) {
        if self.early.is_empty() && self.peers.is_empty() {
            return;
        }
        self.joined(room, now);
        for write in writes {
            let Write::Fact { fact, .. } = write else { continue };
            let (stay, is_there) = match fact.kind {
                FactKind::PeerAway { peer } | FactKind::PeerLeft { peer, .. } => (peer, false),
                FactKind::PeerBack { peer } => (peer, true),
                FactKind::SessionStarted { .. }
                | FactKind::SessionRetitled { .. }
                | FactKind::KeepAliveChanged { .. }
                | FactKind::PeerJoined { .. }
                | FactKind::SessionEnded { .. } => continue,
            };
            if let Some(peer) = self.peers.get(&stay) {
                self.book.socket((self.room, *peer), fact.at, is_there, now);
            }
        }
    }
}

/// However a room ends, nobody of it is watched any more.
impl Drop for Watch {
    fn drop(&mut self) {
        for peer in self.stays.keys().chain(&self.early) {
            self.book.end((self.room, *peer), UnixMs(i64::MIN));
        }
    }
}
