//! Removed is removed: a peer id whose stay was ended by a kick, a kick-all, a termination, a deletion or a block is
//! told so when it comes back, and not let in.

use crate::effect::Write;
use crate::fact::LeaveReason;
use crate::hall::{Hall, Peer};
use crate::id::{ParticipantId, PeerId};
use crate::limit;
use crate::removal::Removal;
use crate::time::UnixMs;

use super::Entry;

/// In the room, or in the LIVE session before and on its way back: its socket is there already, its join is not.
pub(super) fn is_of_session(hall: &Hall, peer: &Peer) -> bool {
    peer.is_in() || hall.session().is_some_and(|tally| tally.has_seen(peer.id))
}

impl Entry {
    /// From now on this peer id may not enter, here and in the rooms to come.
    pub(super) fn remove_for_good(&mut self, hall: &mut Hall, removal: Removal) {
        self.lost.forget(removal.peer);
        self.removed.note(removal);
        let meeting = hall.config().meeting;
        hall.out.remember(Write::Removed { meeting, removal });
    }

    /// Peers of these people that are not in the room, but may be on their way back.
    pub(super) fn remove_lost(
        &mut self,
        hall: &mut Hall,
        at: UnixMs,
        (participants, custom_ids): (&[ParticipantId], &[String]),
        reason: LeaveReason,
    ) {
        participants.iter().for_each(|participant| self.waiting.revoke(hall, *participant));
        for (peer, participant) in self.lost.of(participants, custom_ids) {
            self.waiting.revoke(hall, participant);
            self.remove_for_good(hall, Removal { peer, at, reason, joined: true });
        }
    }

    /// The session ends for everybody who was ever in it: whoever comes back by itself opens no new one. Ids of our own
    /// are among them, which no client has: those of further stays of one client.
    pub(super) fn remove_session(&mut self, hall: &mut Hall, at: UnixMs, reason: LeaveReason) {
        let Some(tally) = hall.session() else { return };
        // Those who are in the room are removed by name, and must not be pushed out by these.
        let most = limit::REMOVED_MAX.saturating_sub(limit::PEERS_MAX).saturating_sub(limit::WAITS_MAX);
        let more = |peer: &PeerId| self.removed.get(*peer, at).is_none();
        let seen: Vec<PeerId> = tally.seen().filter(more).take(most).collect();
        for peer in seen {
            self.remove_for_good(hall, Removal { peer, at, reason, joined: true });
        }
    }
}
