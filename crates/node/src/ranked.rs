//! What media was told of who matters in a room.

use sederunt_core::media::Ranking;
use sederunt_core::time::UnixMs;

/// Between two tellings: each may change the pictures of everybody.
const EVERY_MS: i64 = 1_000;

/// What was told, and when.
#[derive(Debug, Default)]
pub(crate) struct Ranked {
    told: Ranking,
    at: Option<UnixMs>,
}

impl Ranked {
    /// Whether this is to be told now.
    pub(crate) fn is_due(&self, now: UnixMs, ranking: &Ranking) -> bool {
        self.told != *ranking && self.at.is_none_or(|at| now.since(at) >= EVERY_MS)
    }

    /// It was told.
    pub(crate) fn tell(&mut self, now: UnixMs, ranking: Ranking) {
        (self.told, self.at) = (ranking, Some(now));
    }

    /// Media has a new track, which it takes for one of nobody in particular.
    pub(crate) fn forget(&mut self) {
        self.told = Ranking::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sederunt_core::id::PeerId;

    #[test]
    fn a_change_is_told_once_a_second_and_again_for_a_new_track() {
        let of = |peer| Ranking { pinned: Some(PeerId::from_u128(peer)), speakers: Vec::new() };
        let (mut ranked, t) = (Ranked::default(), |ms: i64| UnixMs(1_000_000 + ms));
        assert!(!ranked.is_due(t(0), &Ranking::default()), "nobody matters, as at the beginning");
        assert!(ranked.is_due(t(0), &of(1)));
        ranked.tell(t(0), of(1));
        assert!(!ranked.is_due(t(5_000), &of(1)), "known");
        assert!(!ranked.is_due(t(999), &of(2)) && ranked.is_due(t(1_000), &of(2)));
        ranked.forget();
        assert!(!ranked.is_due(t(999), &of(1)), "not at once");
        assert!(ranked.is_due(t(1_000), &of(1)), "the pinned has a new track");
    }
}
