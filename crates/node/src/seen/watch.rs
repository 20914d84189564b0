//! A room's part: whose media is open belongs to which stay.

use std::collections::BTreeMap;
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
    /// The stay of each peer, by the wire's id.
    stays: BTreeMap<PeerId, PeerId>,
    /// The other way round.
    peers: BTreeMap<PeerId, PeerId>,
}

impl Watch {
    pub(crate) fn new(book: Arc<Book>, room: RoomTag) -> Self {
        Self { book, room, stays: BTreeMap::new(), peers: BTreeMap::new() }
    }

    /// A peer has media: from now on its stay is watched, once it has one.
    pub(crate) fn has_media(&mut self, peer: PeerId, room: &Room, now: UnixMs) {
        if self.stays.contains_key(&peer) {
            return;
        }
        let Some((session, stay)) = room.stay_of(peer) else { return };
        let (created_at, offset_ms) = (stay.created_at, room.offset_ms());
        self.book.begin((self.room, peer), Watched { session, stay: stay.peer, created_at, offset_ms }, now);
        self.stays.insert(peer, stay.peer);
        self.peers.insert(stay.peer, peer);
    }

    /// Its media is closed.
    pub(crate) fn closed(&mut self, peer: PeerId, now: UnixMs) {
        if let Some(stay) = self.stays.remove(&peer) {
            self.peers.remove(&stay);
            self.book.end((self.room, peer), now);
        }
    }

    /// These are durable.
    pub(crate) fn written(&self, writes: &[Write], now: UnixMs) {
        if self.peers.is_empty() {
            return;
        }
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
        for peer in self.stays.keys() {
            self.book.end((self.room, *peer), UnixMs(i64::MIN));
        }
    }
}
