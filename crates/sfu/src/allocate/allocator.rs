//! The rules of one line, in their order.

use std::time::Instant;

use super::attempts::Attempts;
use super::line::{Line, Measure};
use super::pictures::{self, Picture};
use super::tuning::{Tuning, of};
use super::voices::{self, Voice};

/// What the estimator is told: bits of payload a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Budget {
    /// What is sent in any case, with padding if need be.
    pub(crate) least_bps: u64,
    /// What would be sent if the line carried it.
    pub(crate) desired_bps: u64,
}

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Moves {
    pub(crate) ups: u64,
    pub(crate) downs: u64,
}

/// Shares one subscriber's line.
#[derive(Debug)]
pub(crate) struct Allocator {
    tuning: Tuning,
    line: Line,
    attempts: Attempts,
    /// Not all voices go out.
    is_tight: bool,
    /// Since when the estimate is below what goes out without any other sign of it.
    doubts: Option<Instant>,
}

impl Allocator {
    pub(crate) fn new(tuning: Tuning) -> Self {
        Self { tuning, line: Line::default(), attempts: Attempts::default(), is_tight: false, doubts: None }
    }

    /// Takes a measure. `Some` = the estimator is to begin again from this, bits of payload a second.
    pub(crate) fn measure(&mut self, now: Instant, measure: Measure) -> Option<u64> {
        self.line.measure(now, measure, &self.tuning)
    }

    /// Loses so much that repeats would only make it worse.
    pub(crate) fn is_ill(&self) -> bool {
        self.line.is_ill()
    }

    /// What the estimator says, bits a second on the wire.
    pub(crate) fn estimate_bps(&self) -> Option<u64> {
        self.line.estimate_bps()
    }

    /// Shares the line anew.
    pub(crate) fn share(
        &mut self,
        now: Instant,
        voices: &mut [Voice],
        pictures: &mut [Picture],
    ) -> (Budget, Moves) {
        let mut moves = Moves::default();
        if self.line.estimate_bps().is_none() {
            // Nothing is known: whoever is new is shown small, and the first measures correct it.
            voices::release(now, voices);
            pictures::place(pictures, u64::MAX);
            return (self.budget(now, voices, pictures), moves);
        }
        let carries = self.believed_bps(now, voices, pictures);
        self.share_sound(now, voices, carries);
        let sound = voices::going_bps(voices);
        pictures::place(pictures, carries.saturating_sub(sound));
        moves.downs = pictures::lower(pictures, carries.saturating_sub(sound));
        if moves.downs > 0 {
            self.attempts.lowered(now, &self.tuning);
        } else if !self.is_tight
            && self.attempts.may_raise(now, self.is_urgent(sound, pictures), &self.tuning)
        {
            let takes = |total: u64| self.line.takes(sound.saturating_add(total), &self.tuning);
            moves.ups = if takes(pictures::wanted_bps(pictures)) {
                pictures::satisfy(pictures)
            } else {
                pictures::raise(pictures, takes)
            };
            if moves.ups > 0 {
                self.attempts.raised(now);
            }
        }
        (self.budget(now, voices, pictures), moves)
    }

    /// What is shared out: the estimate, or for a while what goes out already, if nothing else says that it is too much.
    fn believed_bps(&mut self, now: Instant, voices: &[Voice], pictures: &[Picture]) -> u64 {
        let carries = self.line.carries_bps(&self.tuning);
        let going = voices::going_bps(voices) + pictures::total_bps(pictures);
        if going <= carries || self.line.is_strained() {
            self.doubts = None;
            return carries;
        }
        let since = *self.doubts.get_or_insert(now);
        if now.saturating_duration_since(since) < self.tuning.doubt_most { going } else { carries }
    }

    /// Whether somebody is not seen at all, or the line is estimated at far more than the next step leads to.
    fn is_urgent(&self, sound: u64, pictures: &[Picture]) -> bool {
        let step = pictures::next_step_bps(pictures).unwrap_or(0);
        let total = sound.saturating_add(pictures::total_bps(pictures)).saturating_add(step);
        pictures.iter().any(|picture| picture.at.is_none())
            || self.line.carries_bps(&self.tuning) >= of(total, self.tuning.ample_permille)
    }

    /// While it does not fit, the loudest do.
    fn share_sound(&mut self, now: Instant, voices: &mut [Voice], carries: u64) {
        let all = voices::all_bps(voices);
        if all > carries && !self.is_tight {
            self.is_tight = true;
            self.attempts.lowered(now, &self.tuning);
        } else if self.is_tight
            && self.line.takes(all, &self.tuning)
            && self.attempts.may_raise(now, false, &self.tuning)
        {
            self.is_tight = false;
            self.attempts.raised(now);
        }
        if self.is_tight { voices::choose(now, voices, carries) } else { voices::release(now, voices) }
    }

    /// Padding for the next step and never for more; a desire for a little more than that.
    fn budget(&mut self, now: Instant, voices: &[Voice], pictures: &[Picture]) -> Budget {
        let all_sound = voices::all_bps(voices);
        let going = voices::going_bps(voices) + pictures::total_bps(pictures);
        let wanted = all_sound + pictures::wanted_bps(pictures);
        let step = if self.is_tight {
            Some(all_sound.saturating_sub(voices::going_bps(voices)))
        } else {
            pictures::next_step_bps(pictures)
        };
        let Some(step) = step else {
            self.attempts.rest();
            let desired = of(wanted, self.tuning.wanted_permille);
            return Budget { least_bps: 0, desired_bps: self.line.payload(desired) };
        };
        let desired =
            of(going + step, self.tuning.desire_permille).min(of(wanted, self.tuning.wanted_permille));
        let need = of(going + step, self.tuning.up_permille).saturating_mul(1_000) / self.tuning.use_permille;
        let is_urgent = self.is_urgent(voices::going_bps(voices), pictures);
        let is_tried = self.attempts.tries(now, is_urgent, self.line.is_strained(), &self.tuning);
        let least = if is_tried { need } else { 0 };
        Budget { least_bps: self.line.payload(least), desired_bps: self.line.payload(desired) }
    }
}
