//! Who speaks: ranks the clients' audio activity (PROTOCOL §6.7).
//!
//! The list is ordered as the client keeps it: who moves to a position pushes the others back. Levels are smoothed
//! and a challenger for position 1 must be clearly louder for a moment, so that a cough or two people talking at once
//! do not make the speaker flap. Clients hear only who is near the front, so another voice from further back comes to
//! position 2 at once.
//!
//! The official client keeps the last speaker's name until it hears of another one: it has no word for "nobody". So when
//! the speaker leaves, is lost or falls mute, [`NOBODY`] leads the list until somebody speaks: an id that no peer has, which
//! the client finds among no participants.

use std::collections::BTreeMap;

use crate::id::PeerId;
use crate::time::UnixMs;
use crate::words::speaker::SpeakerChange;

/// Positions kept; more than any client shows.
const SPEAKERS_MAX: usize = 16;
/// Positions that every client is subscribed to.
const FRONT: usize = 9;
/// Levels are kept in hundredths of the client's unit (0..=10).
const SCALE: i32 = 100;
const ENERGY_MAX: i32 = 10;
/// Below it nobody is taken for a speaker: background noise.
const VOICE_MIN: i32 = SCALE;
/// A speaker stays for at least this long unless silent.
const HOLD_MS: i64 = 1_500;
/// Without a report for this long (clients report every 400 ms) a peer is silent.
const STALE_MS: i64 = 1_200;

/// Who leads the list when nobody speaks.
pub(crate) const NOBODY: PeerId = PeerId::from_u128(0);

#[derive(Debug, Clone, Copy)]
struct Level {
    value: i32,
    at: UnixMs,
}

impl Level {
    fn at(self, now: UnixMs) -> i32 {
        if now.since(self.at) > STALE_MS { 0 } else { self.value }
    }
}

/// Order of the speakers of one room.
#[derive(Debug, Default)]
pub(crate) struct Speakers {
    levels: BTreeMap<PeerId, Level>,
    order: Vec<PeerId>,
    changed_at: Option<UnixMs>,
    /// The speaker went, and nobody was told yet.
    untold: bool,
}

impl Speakers {
    /// Takes one report. Returns the changes of the list when its order changes.
    pub(crate) fn note(
        &mut self,
        now: UnixMs,
        peer: PeerId,
        energy: i32,
        silent: bool,
    ) -> Option<Vec<(PeerId, SpeakerChange)>> {
        let heard = if silent { 0 } else { energy.clamp(0, ENERGY_MAX).saturating_mul(SCALE) };
        let before = self.level(peer, now);
        // Half old, half new: a voice is up within two reports, one loud click stays at half.
        let value = before.saturating_add(heard) / 2;
        self.levels.insert(peer, Level { value, at: now });
        if value < VOICE_MIN || self.order.first() == Some(&peer) {
            return None;
        }
        if self.may_take_over(now, value) {
            self.changed_at = Some(now);
            return Some(self.promote(peer, 0));
        }
        let in_front = self.order.iter().take(FRONT).any(|other| *other == peer);
        (!in_front).then(|| self.promote(peer, 1))
    }

    fn level(&self, peer: PeerId, now: UnixMs) -> i32 {
        self.levels.get(&peer).map_or(0, |level| level.at(now))
    }

    fn may_take_over(&self, now: UnixMs, value: i32) -> bool {
        let Some(current) = self.order.first() else { return true };
        let current = self.level(*current, now);
        if current < VOICE_MIN {
            return true;
        }
        let held = self.changed_at.is_none_or(|at| now.since(at) >= HOLD_MS);
        held && value > current.saturating_mul(3) / 2
    }

    /// Moves a peer to an index of the list.
    fn promote(&mut self, peer: PeerId, index: u32) -> Vec<(PeerId, SpeakerChange)> {
        self.order.retain(|other| *other != peer);
        let at = usize::try_from(index).unwrap_or(0).min(self.order.len());
        self.order.insert(at, peer);
        let mut changes = vec![(peer, SpeakerChange::Position(index.saturating_add(1)))];
        // Somebody speaks.
        if self.order.contains(&NOBODY) {
            self.order.retain(|other| *other != NOBODY);
            changes.push((NOBODY, SpeakerChange::Removed));
        }
        if self.order.len() > SPEAKERS_MAX {
            changes.extend(self.order.pop().map(|last| (last, SpeakerChange::Removed)));
        }
        changes
    }

    /// A peer left. Clients drop it from their list by themselves.
    pub(crate) fn remove(&mut self, peer: PeerId) {
        self.hush(peer);
        self.order.retain(|other| *other != peer);
    }

    /// A peer cannot be heard any more: muted, its microphone closed, its socket lost. It keeps its place behind.
    pub(crate) fn hush(&mut self, peer: PeerId) {
        self.levels.remove(&peer);
        if self.order.first() == Some(&peer) {
            self.order.insert(0, NOBODY);
            self.changed_at = None;
            self.untold = true;
        }
    }

    /// What clients have to hear since the speaker went, once.
    pub(crate) fn take_silence(&mut self) -> Option<Vec<(PeerId, SpeakerChange)>> {
        let untold = std::mem::take(&mut self.untold) && self.order.first() == Some(&NOBODY);
        untold.then(|| vec![(NOBODY, SpeakerChange::Position(1))])
    }

    /// The peers of the list, in order; first = current or last speaker.
    pub(crate) fn order(&self) -> impl Iterator<Item = PeerId> {
        self.order.iter().copied().filter(|peer| *peer != NOBODY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u128) -> PeerId {
        PeerId::from_u128(n)
    }

    /// Feeds `(ms, peer, energy)` and returns the peers that became the speaker, with the time.
    fn run(reports: &[(i64, u128, i32)]) -> Vec<(i64, PeerId)> {
        let mut speakers = Speakers::default();
        let mut out = Vec::new();
        for &(at, who, energy) in reports {
            let before = speakers.order().next();
            let changes = speakers.note(UnixMs(at), peer(who), energy, energy == 0);
            let first = speakers.order().next();
            if let Some(first) = first.filter(|_| first != before) {
                assert!(changes.unwrap().contains(&(first, SpeakerChange::Position(1))));
                out.push((at, first));
            }
        }
        out
    }

    #[test]
    fn first_voice_speaks_and_stays() {
        assert_eq!(run(&[(0, 1, 5), (400, 1, 5), (800, 1, 6)]), [(0, peer(1))]);
    }

    #[test]
    fn noise_is_no_speaker() {
        assert_eq!(run(&[(0, 1, 1), (400, 1, 1), (800, 1, 0)]), []);
    }

    #[test]
    fn equal_voices_do_not_flap() {
        let mut reports = Vec::new();
        for i in 0..50 {
            let odd = i32::from(i % 2 == 1);
            reports.push((i * 400, 1, 5 + odd));
            reports.push((i * 400 + 100, 2, 6 - odd));
        }
        assert_eq!(run(&reports), [(0, peer(1))]);
    }

    #[test]
    fn next_voice_takes_over_when_the_speaker_stops() {
        let reports = [
            (0, 1, 6),
            (400, 1, 6),
            (800, 1, 0),
            (900, 2, 6),
            (1200, 1, 0),
            (1300, 2, 6),
            (1600, 1, 0),
            (1700, 2, 6),
        ];
        assert_eq!(run(&reports), [(0, peer(1)), (1700, peer(2))]);
        // A speaker that vanished without a word is stale after STALE_MS.
        assert_eq!(run(&[(0, 1, 9), (400, 1, 9), (2000, 2, 4)]), [(0, peer(1)), (2000, peer(2))]);
    }

    #[test]
    fn clearly_louder_voice_takes_over_after_the_hold() {
        let mut reports = vec![(0, 1, 3)];
        for i in 1..8 {
            reports.push((i * 400, 1, 3));
            reports.push((i * 400 + 10, 2, 10));
        }
        assert_eq!(run(&reports), [(0, peer(1)), (1610, peer(2))]);
    }

    #[test]
    fn a_second_voice_is_heard_beside_the_speaker_without_flapping() {
        let mut speakers = Speakers::default();
        for i in 0..20 {
            for who in 1..=12 {
                speakers.note(UnixMs(i * 400 + 10), peer(who), 5, false);
            }
            if i == 0 {
                // Everybody who spoke is in; the later ones pushed the earlier ones back.
                assert_eq!(speakers.order().take(3).collect::<Vec<_>>(), [peer(1), peer(12), peer(11)]);
            }
        }
        assert_eq!(speakers.order().next(), Some(peer(1)));
        // Twelve voices for nine places take turns; nine or fewer never move again.
        let mut few = Speakers::default();
        for i in 0..20 {
            for who in 1..=9 {
                let moved = few.note(UnixMs(i * 400), peer(who), 5, false).is_some();
                assert_eq!(moved, i == 0, "{who} at {i}");
            }
        }
    }

    #[test]
    fn list_is_bounded_and_forgets_who_left() {
        let mut speakers = Speakers::default();
        let mut dropped = Vec::new();
        for n in 0..40_u32 {
            let changes = speakers.note(UnixMs(i64::from(n) * 10_000), peer(n.into()), 9, false).unwrap();
            dropped.extend(changes.into_iter().filter(|(_, c)| *c == SpeakerChange::Removed).map(|(p, _)| p));
        }
        assert_eq!(speakers.order().count(), SPEAKERS_MAX);
        assert_eq!(dropped.first(), Some(&peer(0)));
        speakers.remove(peer(39));
        assert_eq!(speakers.order().next(), Some(peer(38)));
    }

    #[test]
    fn nobody_leads_from_when_the_speaker_goes_until_somebody_speaks() {
        let mut speakers = Speakers::default();
        speakers.note(UnixMs(0), peer(2), 3, false);
        speakers.note(UnixMs(400), peer(1), 9, false);
        speakers.note(UnixMs(1_600), peer(1), 9, false);
        assert_eq!(speakers.order().next(), Some(peer(1)));
        speakers.hush(peer(2));
        assert_eq!(speakers.take_silence(), None, "it did not speak");
        speakers.remove(peer(1));
        assert_eq!(speakers.take_silence(), Some(vec![(NOBODY, SpeakerChange::Position(1))]));
        assert_eq!(speakers.take_silence(), None, "told once");
        assert_eq!(speakers.order().collect::<Vec<_>>(), [peer(2)], "nobody is no peer");
        // However softly: there is nobody to take over from.
        let changes = speakers.note(UnixMs(1_700), peer(2), 3, false).unwrap();
        assert_eq!(changes, [(peer(2), SpeakerChange::Position(1)), (NOBODY, SpeakerChange::Removed)]);
    }

    #[test]
    fn whoever_goes_and_is_followed_at_once_is_not_told_as_silence() {
        let mut speakers = Speakers::default();
        speakers.note(UnixMs(0), peer(1), 5, false);
        speakers.hush(peer(1));
        speakers.note(UnixMs(1), peer(2), 5, false);
        assert_eq!(speakers.take_silence(), None);
    }
}
