//! Removed is removed: a peer id whose stay was ended by a kick, a kick-all, a termination, a deletion or a block is
//! told so when it comes back, and not let in.

use crate::effect::{Msg, Write};
use crate::fact::LeaveReason;
use crate::id::{ParticipantId, PeerId};
use crate::input::ConnId;
use crate::limit;
use crate::removal::{LostPeer, Removal};
use crate::time::UnixMs;
use crate::who::Who;

use super::Room;
use super::peers::{Peer, info};

impl Room {
    /// The room with what the store knows of removed peer ids, oldest first.
    #[must_use]
    pub fn with_removed(mut self, removals: impl IntoIterator<Item = Removal>) -> Self {
        for removal in removals {
            self.removed.note(removal);
        }
        self
    }

    /// The room with the peers of its LIVE session that the store knows as lost, the latest to go last: a kick of their
    /// participant finds them, too.
    #[must_use]
    pub fn with_lost(mut self, lost: impl IntoIterator<Item = LostPeer>) -> Self {
        for peer in lost {
            self.lost.add(peer);
        }
        self
    }

    /// From now on this peer id may not enter, here and in the rooms to come.
    pub(super) fn remove_for_good(&mut self, removal: Removal) {
        self.lost.forget(removal.peer);
        self.removed.note(removal);
        self.out.remember(Write::Removed { meeting: self.config.meeting, removal });
    }

    /// In the room, or in the LIVE session before and on its way back: its socket is there already, its join is not.
    pub(super) fn is_of_session(&self, peer: &Peer) -> bool {
        peer.joined.is_some() || self.tally.as_ref().is_some_and(|tally| tally.has_seen(peer.id))
    }

    /// Peers of these people that are not in the room, but may be on their way back.
    pub(super) fn remove_lost(
        &mut self,
        at: UnixMs,
        participants: &[ParticipantId],
        custom_ids: &[String],
        reason: LeaveReason,
    ) {
        for peer in self.lost.of(participants, custom_ids) {
            self.remove_for_good(Removal { peer, at, reason, joined: true });
        }
    }

    /// The session ends for everybody who was ever in it: whoever comes back by itself opens no new one. Stay ids of
    /// our own are among them, which no client has.
    pub(super) fn remove_session(&mut self, at: UnixMs, reason: LeaveReason) {
        let Some(tally) = &self.tally else { return };
        // Those who are in the room are removed by name, and must not be pushed out by these.
        let most = limit::REMOVED_MAX.saturating_sub(limit::PEERS_MAX);
        let more = |peer: &PeerId| self.removed.get(*peer, at).is_none();
        let seen: Vec<PeerId> = tally.seen().filter(more).take(most).collect();
        for peer in seen {
            self.remove_for_good(Removal { peer, at, reason, joined: true });
        }
    }

    /// A removed peer id came back.
    pub(super) fn turn_away(&mut self, conn: ConnId, who: &Who, removal: Removal) {
        let (event, close) = removal.told();
        if let Some(event) = event {
            let peer = info(removal.peer, who, &who.display_name);
            self.out.push([conn], Msg::PeerInfo { event, peer });
        }
        self.out.close(conn, close);
    }
}
