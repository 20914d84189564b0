//! What the room remembers of who may not come back, and of who may be on the way back.

use std::collections::VecDeque;

use crate::id::{ParticipantId, PeerId};
use crate::limit::{LOST_MAX, REMOVED_MAX};
use crate::removal::{LostPeer, Removal};
use crate::time::UnixMs;
use crate::who::Who;

use super::newest::Newest;

/// The newest removals of one meeting.
#[derive(Debug)]
pub(crate) struct Removals {
    newest: Newest<PeerId, Removal>,
}

impl Default for Removals {
    fn default() -> Self {
        Self { newest: Newest::new(REMOVED_MAX) }
    }
}

impl Removals {
    pub(crate) fn note(&mut self, removal: Removal) {
        // The store forgets the oldest by itself.
        self.newest.put(removal.at, removal.peer, removal);
    }

    /// Moves every instant: the room's time was set.
    pub(crate) fn shift(&mut self, ms: i64) {
        self.newest.shift(ms, |removal| removal.at = removal.at.plus_ms(ms));
    }

    pub(crate) fn get(&self, peer: PeerId, now: UnixMs) -> Option<Removal> {
        self.newest.get(peer).copied().filter(|removal| removal.holds(now))
    }
}

/// Peers of the LIVE session whose grace ran out: they are not in the room, but their clients may still be trying.
#[derive(Debug, Default)]
pub(crate) struct LostPeers {
    newest_last: VecDeque<LostPeer>,
}

impl LostPeers {
    pub(crate) fn note(&mut self, peer: PeerId, who: &Who) {
        let (participant, custom_id) = (who.participant, who.custom_participant_id.clone());
        self.add(LostPeer { peer, participant, custom_id, late: true });
    }

    pub(crate) fn add(&mut self, lost: LostPeer) {
        self.newest_last.push_back(lost);
        if self.newest_last.len() > LOST_MAX {
            self.newest_last.pop_front();
        }
    }

    /// It is back, or it is removed. True if its media was here until its grace ran out.
    pub(crate) fn forget(&mut self, peer: PeerId) -> bool {
        let late = self.newest_last.iter().any(|lost| lost.peer == peer && lost.late);
        self.newest_last.retain(|lost| lost.peer != peer);
        late
    }

    /// Those of some people, with whose they are.
    pub(crate) fn of(
        &self,
        participants: &[ParticipantId],
        custom_ids: &[String],
    ) -> Vec<(PeerId, ParticipantId)> {
        let meant = |lost: &&LostPeer| {
            participants.contains(&lost.participant)
                || lost.custom_id.as_ref().is_some_and(|id| custom_ids.contains(id))
        };
        self.newest_last.iter().filter(meant).map(|lost| (lost.peer, lost.participant)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::LeaveReason;
    use crate::limit::REMOVED_KEPT_MS;

    fn removal(n: u128, at: i64) -> Removal {
        Removal { peer: PeerId::from_u128(n), at: UnixMs(at), reason: LeaveReason::Kicked, joined: true }
    }

    #[test]
    fn the_oldest_goes_when_there_are_too_many_and_each_when_it_is_too_old() {
        let mut removals = Removals::default();
        for n in 0..u32::try_from(REMOVED_MAX).unwrap() + 10 {
            removals.note(removal(n.into(), n.into()));
        }
        assert_eq!(removals.newest.keys().count(), REMOVED_MAX);
        let known = |n: u128, now| removals.get(PeerId::from_u128(n), UnixMs(now)).is_some();
        assert!(!known(9, 0) && known(10, 0));
        assert!(known(10, 9 + REMOVED_KEPT_MS) && !known(10, 10 + REMOVED_KEPT_MS));
    }

    #[test]
    fn one_peer_id_is_kept_once() {
        let mut removals = Removals::default();
        removals.note(removal(1, 5));
        removals.note(removal(1, 6));
        assert_eq!(removals.newest.keys().count(), 1);
        assert_eq!(removals.get(PeerId::from_u128(1), UnixMs(6)), Some(removal(1, 6)));
    }
}
