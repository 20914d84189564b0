//! The rules of one line, in their order.

use std::time::Instant;

use super::attempts::Attempts;
use super::line::{Line, Measure};
use super::pictures::{self, Picture};
use super::tuning::{Tuning, of};
use super::voices::{self, Voice};
use crate::limit::LINE_FIRST_BPS;

/// What the estimator is told: bits of payload a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Budget {
    /// What is sent in any case, with padding if need be.
    pub(crate) least_bps: u64,
    /// What would be sent if the line carried it.
    pub(crate) desired_bps: u64,
}

/// The estimator is to begin again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Restart {
    /// From this, bits of payload a second.
    pub(crate) from_bps: u64,
    /// Because far less arrives than it believes; else because a fall is over.
    pub(crate) is_drop: bool,
}

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Moves {
    pub(crate) ups: u64,
    pub(crate) downs: u64,
    /// The estimator is to begin again from this, bits of payload a second.
    pub(crate) begins: Option<u64>,
    /// Pictures are not to be held back by a pacer that goes by the estimate.
    pub(crate) is_unpaced: bool,
}

/// Shares one subscriber's line.
#[derive(Debug)]
pub(crate) struct Allocator {
    tuning: Tuning,
    line: Line,
    attempts: Attempts,
    /// Not all voices go out.
    is_tight: bool,
    /// The pacer holds no pictures back.
    is_unpaced: bool,
    /// Since when the estimate is below what goes out without any other sign of it.
    doubts: Option<Instant>,
    /// The line has shown that it does not carry more, since everything was had last.
    is_bounded: bool,
    fresh: Fresh,
    /// The estimator is to begin again from this, bits a second on the wire.
    again: Option<u64>,
    /// When it did so last for that reason.
    begun: Option<Instant>,
    /// There was a fast drop, and what it is to stop goes on: nothing is to be looked for.
    is_hushed: bool,
}

/// Whether the line is new, and nothing speaks against it yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fresh {
    /// Nothing was to be seen yet.
    Unused,
    /// Since then; the estimator began from so much on the wire.
    Since(Instant, u64),
    /// It is known what it carries.
    Over,
}

impl Allocator {
    pub(crate) fn new(tuning: Tuning) -> Self {
        Self {
            tuning,
            line: Line::default(),
            attempts: Attempts::default(),
            is_tight: false,
            is_unpaced: false,
            doubts: None,
            is_bounded: false,
            fresh: Fresh::Unused,
            again: None,
            begun: None,
            is_hushed: false,
        }
    }

    /// Takes a measure. `Some` = the estimator is to begin again.
    pub(crate) fn measure(&mut self, now: Instant, measure: Measure) -> Option<Restart> {
        if let Some(from_bps) = self.line.measure(now, measure, &self.tuning) {
            self.is_hushed = true;
            // Where not even the sound fits, nothing is tried sooner for that.
            if !self.is_tight {
                self.attempts.dropped(self.line.carries_bps(&self.tuning), &self.tuning);
            }
            return Some(Restart { from_bps, is_drop: true });
        }
        self.is_hushed &= !self.line.is_calm(now, self.tuning.look_calm);
        let afresh = !self.is_tight && self.attempts.begins_afresh(now, self.line.is_strained());
        afresh.then_some(Restart { from_bps: measure.estimate_bps, is_drop: false })
    }

    /// Loses so much that repeats would only make it worse.
    pub(crate) fn is_ill(&self) -> bool {
        self.line.is_ill()
    }

    /// What is lost has found no room: packets wait, and not all voices go out or much is lost.
    pub(crate) fn is_full(&self) -> bool {
        self.line.is_full() || (self.is_tight && self.line.waits())
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
        self.grow_old(now, !pictures.is_empty());
        if self.line.estimate_bps().is_none() {
            // Nothing is known: whoever is new is shown small, and the first measures correct it.
            voices::release(now, voices);
            pictures::place(pictures, u64::MAX);
            moves.begins = self.begins(now, voices, pictures);
            return (self.budget(now, voices, pictures), moves);
        }
        let believed = self.believed_bps(now, voices, pictures);
        let carries = match self.fresh {
            Fresh::Since(..) => believed.max(self.tuning.fresh_bps),
            Fresh::Unused | Fresh::Over => believed,
        };
        self.share_sound(now, voices, carries);
        let sound = voices::going_bps(voices);
        pictures::place(pictures, carries.saturating_sub(sound));
        moves.downs = pictures::lower(pictures, carries.saturating_sub(sound));
        if moves.downs > 0 {
            self.attempts.lowered(now, &self.tuning);
        } else if !self.is_tight
            && self.attempts.may_raise(now, self.is_urgent(sound, pictures), &self.tuning)
        {
            let from = sound.saturating_add(pictures::total_bps(pictures));
            moves.ups = self.raise(now, sound, pictures);
            if moves.ups > 0 {
                self.attempts.raised(now, from);
            }
        }
        self.is_bounded |= moves.downs > 0 || self.is_tight || self.line.is_strained();
        moves.begins = self.begins(now, voices, pictures).or_else(|| self.look(now, voices, pictures));
        self.is_unpaced = self.unpaced(voices, pictures);
        moves.is_unpaced = self.is_unpaced;
        (self.budget(now, voices, pictures), moves)
    }

    /// Whether the pacer is to hold nothing back. While we are late there are too few turns for it: in each it gives out 40 ms' worth at
    /// most. And where everybody has what it wants and the line carries far more, the estimate may fall for no reason before it is looked
    /// at again, and is not to be gone by then while it is doubted. Elsewhere it is: bursts would look like a queue.
    fn unpaced(&self, voices: &[Voice], pictures: &[Picture]) -> bool {
        let going = voices::going_bps(voices) + pictures::total_bps(pictures);
        let is_whole = !self.is_tight && pictures::next_step_bps(pictures).is_none();
        let is_idle = is_whole && self.line.has_plenty(going, &self.tuning);
        let is_still = self.is_unpaced && self.doubts.is_some();
        !self.line.is_strained() && (self.line.is_served_late(&self.tuning) || is_idle || is_still)
    }

    /// A line is new for a while after its first picture, unless it is strained.
    fn grow_old(&mut self, now: Instant, is_used: bool) {
        self.fresh = match self.fresh {
            _ if self.line.is_strained() => Fresh::Over,
            Fresh::Unused if is_used => Fresh::Since(now, LINE_FIRST_BPS),
            Fresh::Since(at, _) if now.saturating_duration_since(at) >= self.tuning.fresh_for => Fresh::Over,
            fresh @ (Fresh::Unused | Fresh::Since(..) | Fresh::Over) => fresh,
        };
    }

    /// What the estimator is to begin from, bits of payload a second, where more goes out over a new line than it
    /// has heard of, or where it has fallen by our own doing.
    fn begins(&mut self, now: Instant, voices: &[Voice], pictures: &[Picture]) -> Option<u64> {
        if let Some(from) = self.again.take() {
            self.begun = Some(now);
            return Some(self.line.begin(from));
        }
        let going = voices::going_bps(voices) + pictures::total_bps(pictures);
        if let Some(step) = pictures::next_step_bps(pictures)
            && let Some(from) = self.untold(now, going, step)
        {
            self.begun = Some(now);
            return Some(self.line.begin(from));
        }
        let Fresh::Since(at, from) = self.fresh else { return None };
        if going <= self.line.carries_bps(&self.tuning).max(from) {
            return None;
        }
        let from = of(going, self.tuning.fresh_permille);
        self.fresh = Fresh::Since(at, from);
        Some(self.line.begin(from))
    }

    /// The estimator is to begin again from what it says, so that it looks anew what the line carries: what it has found out of a line
    /// of before may keep it from that for good.
    fn look(&mut self, now: Instant, voices: &[Voice], pictures: &[Picture]) -> Option<u64> {
        let going = voices::going_bps(voices) + pictures::total_bps(pictures);
        let step = self.step_bps(voices, pictures)?;
        if !self.line.is_calm(now, self.tuning.look_calm) || self.line.is_served_late(&self.tuning) {
            return None;
        }
        let estimate = self.line.estimate_bps().unwrap_or(0);
        let plenty = self.line.has_plenty(going + step, &self.tuning).then_some(estimate);
        let looks = self.attempts.looks(now, plenty, &self.tuning);
        // What the first has found is not to be what the second goes by.
        looks.then(|| self.line.begin(if plenty.is_some() { going } else { estimate }))
    }

    /// What the next step takes.
    fn step_bps(&self, voices: &[Voice], pictures: &[Picture]) -> Option<u64> {
        if self.is_tight {
            Some(voices::all_bps(voices).saturating_sub(voices::going_bps(voices)))
        } else {
            pictures::next_step_bps(pictures)
        }
    }

    /// Whether the line carries so much more than this that it needs no proof.
    fn has_plenty(&self, now: Instant, total_bps: u64) -> bool {
        let is_found =
            of(total_bps, self.tuning.ample_permille) <= self.attempts.found_bps(now, &self.tuning);
        self.line.has_plenty(total_bps, &self.tuning) && (is_found || self.line.is_served_late(&self.tuning))
    }

    /// Whether the line takes this: it has carried it, or carries far more.
    fn takes(&self, now: Instant, total_bps: u64) -> bool {
        self.line.takes(total_bps, &self.tuning) || self.has_plenty(now, total_bps)
    }

    /// What a line may be taken for of which the estimator can tell nothing, because we are late: as much as a line that is known to be
    /// wide, or as needs no proof for the next step, from one second to the next, as long as nothing speaks against it.
    fn untold(&self, now: Instant, going: u64, step: u64) -> Option<u64> {
        let tuning = &self.tuning;
        let rested = self.begun.is_none_or(|at| now.saturating_duration_since(at) >= tuning.late_calm);
        let is_blind = self.line.is_served_late(tuning) && self.line.is_calm_with(now, going, tuning);
        let ample = of(going + step, tuning.ample_permille).max(of(going, tuning.grow_permille));
        let is_more = self.line.carries_bps(tuning) < ample;
        let is_calm = !self.is_tight && self.attempts.is_calm(now, tuning);
        let from = of(ample, tuning.late_from_permille);
        (rested && is_blind && is_more && is_calm).then_some(from)
    }

    /// Takes steps up: as many as there is plenty for on a line that has shown no bounds, else one that it is known to take.
    fn raise(&self, now: Instant, sound: u64, pictures: &mut [Picture]) -> u64 {
        let takes = |total: u64| self.takes(now, sound.saturating_add(total));
        if takes(pictures::wanted_bps(pictures)) {
            return pictures::satisfy(pictures);
        }
        // Twice as much for pictures at once, at most: what was estimated too high shows before the next look.
        let most = pictures::total_bps(pictures).saturating_mul(2);
        let has_plenty = |total: u64| total <= most && self.has_plenty(now, sound.saturating_add(total));
        // While we are late, whatever seemed to be a bound may have been that.
        let is_blind = self.line.is_served_late(&self.tuning) && self.attempts.is_calm(now, &self.tuning);
        let (mut ups, mut more) = (0, u64::from(!self.is_bounded || is_blind));
        while more > 0 {
            more = pictures::raise(pictures, has_plenty);
            ups += more;
        }
        if ups > 0 { ups } else { pictures::raise(pictures, takes) }
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
        let is_late = self.line.is_served_late(&self.tuning);
        let most = if is_late { self.tuning.late_doubt_most } else { self.tuning.doubt_most };
        let rested = self.begun.is_none_or(|at| now.saturating_duration_since(at) >= self.tuning.late_calm);
        if now.saturating_duration_since(since) < most || (is_late && !rested) {
            return going;
        }
        if is_late {
            // The estimator cannot know that it is our delay that it sees, and the pacer goes by it.
            self.doubts = None;
            self.again = Some(of(going, self.tuning.fresh_permille));
            return going;
        }
        // All of it arrives, and nothing waits: what the estimator says is of a line of before.
        let is_wrong = self.line.is_clean(now, &self.tuning) && self.attempts.looks(now, None, &self.tuning);
        if is_wrong {
            self.doubts = None;
            self.again = Some(going);
            return going;
        }
        carries
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
        } else if self.is_tight && self.takes(now, all) && self.attempts.may_raise(now, false, &self.tuning) {
            self.is_tight = false;
            self.attempts.raised(now, voices::going_bps(voices));
        }
        if self.is_tight { voices::choose(now, voices, carries) } else { voices::release(now, voices) }
    }

    /// Padding for the next step and never for more; a desire for a little more than that. An estimator that begins again probes for
    /// what is desired: not into a queue that is full.
    fn budget(&mut self, now: Instant, voices: &[Voice], pictures: &[Picture]) -> Budget {
        if self.is_hushed {
            return Budget::default();
        }
        let all_sound = voices::all_bps(voices);
        let going = voices::going_bps(voices) + pictures::total_bps(pictures);
        let wanted = of(all_sound + pictures::wanted_bps(pictures), self.tuning.wanted_permille);
        let Some(step) = self.step_bps(voices, pictures) else {
            self.attempts.rest();
            self.is_bounded = false;
            return Budget { least_bps: 0, desired_bps: self.line.payload(wanted) };
        };
        let is_urgent = self.is_urgent(voices::going_bps(voices), pictures);
        let is_tried = self.attempts.tries(now, is_urgent, self.line.is_strained(), &self.tuning);
        let next = going + step;
        let least = if is_tried { of(next, self.tuning.pad_permille) } else { 0 };
        let desired = of(next, self.tuning.desire_permille).max(self.growth_bps()).min(wanted);
        Budget { least_bps: self.line.payload(least), desired_bps: self.line.payload(desired) }
    }

    /// A line of which the first probes found all that they looked for, and that has shown no bounds since, is to be known as soon as
    /// possible, so that a room of twenty is seen at once.
    fn growth_bps(&self) -> u64 {
        let carries = self.line.carries_bps(&self.tuning);
        if self.is_bounded || carries < self.tuning.grow_from_bps {
            0
        } else {
            of(carries, self.tuning.grow_permille)
        }
    }
}
