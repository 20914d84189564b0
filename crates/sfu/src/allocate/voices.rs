//! Which voices go out when a line carries less than all of them.

use std::cmp::Reverse;
use std::time::Instant;

use crate::limit::{LOUDER_DB, VOICE_HOLD};

/// A sound that a subscriber wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Voice {
    /// What it takes.
    pub(crate) bps: u64,
    /// How loud it was lately, dB below the loudest there is.
    pub(crate) level: i8,
    /// It goes out since then.
    pub(crate) on_since: Option<Instant>,
}

/// What they take that go out.
pub(crate) fn going_bps(voices: &[Voice]) -> u64 {
    voices.iter().filter(|voice| voice.on_since.is_some()).map(|voice| voice.bps).sum()
}

/// What all take.
pub(crate) fn all_bps(voices: &[Voice]) -> u64 {
    voices.iter().map(|voice| voice.bps).sum()
}

/// Lets all go out.
pub(crate) fn release(now: Instant, voices: &mut [Voice]) {
    for voice in voices {
        voice.on_since.get_or_insert(now);
    }
}

/// Lets the loudest go out that fit, and one in any case.
pub(crate) fn choose(now: Instant, voices: &mut [Voice], budget_bps: u64) {
    let mut order: Vec<usize> = (0..voices.len()).collect();
    order.sort_by_key(|index| Reverse(voices.get(*index).map(|voice| weight(now, voice))));
    let mut used = 0_u64;
    for index in order {
        let Some(voice) = voices.get_mut(index) else { continue };
        // Who says nothing takes nothing, and is not the one.
        let fits = used == 0 || used.saturating_add(voice.bps) <= budget_bps;
        if fits {
            used = used.saturating_add(voice.bps);
            voice.on_since.get_or_insert(now);
        } else {
            voice.on_since = None;
        }
    }
}

/// Who has just begun stays; then by level.
fn weight(now: Instant, voice: &Voice) -> (bool, i8) {
    let held = voice.on_since.is_some_and(|at| now.saturating_duration_since(at) < VOICE_HOLD);
    let bonus = if voice.on_since.is_some() { LOUDER_DB } else { 0 };
    (held, voice.level.saturating_add(bonus))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "time must begin somewhere")]
mod tests {
    use super::*;

    fn on(voices: &[Voice]) -> Vec<bool> {
        voices.iter().map(|voice| voice.on_since.is_some()).collect()
    }

    fn voices(levels: &[i8]) -> Vec<Voice> {
        levels.iter().map(|level| Voice { bps: 50_000, level: *level, on_since: None }).collect()
    }

    #[test]
    fn the_loudest_go_out_and_one_in_any_case() {
        let t0 = Instant::now();
        let mut four = voices(&[-60, -20, -30, -90]);
        choose(t0, &mut four, 120_000);
        assert_eq!(on(&four), [false, true, true, false]);
        choose(t0 + VOICE_HOLD, &mut four, 10);
        assert_eq!(on(&four), [false, true, false, false]);
        release(t0, &mut four);
        assert_eq!((on(&four), going_bps(&four), all_bps(&four)), (vec![true; 4], 200_000, 200_000));
    }

    #[test]
    fn a_voice_that_began_stays_a_moment_and_is_outdone_clearly() {
        let t0 = Instant::now();
        let mut two = voices(&[-30, -40]);
        choose(t0, &mut two, 60_000);
        two[1].level = -10;
        choose(t0 + VOICE_HOLD / 2, &mut two, 60_000);
        assert_eq!(on(&two), [true, false], "it has just begun");
        choose(t0 + VOICE_HOLD, &mut two, 60_000);
        assert_eq!(on(&two), [false, true]);
        two[0].level = -9;
        choose(t0 + VOICE_HOLD * 3, &mut two, 60_000);
        assert_eq!(on(&two), [false, true], "1 dB is not clear");
    }
}
