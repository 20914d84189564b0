//! When more may be tried: steps up that did not hold make the next one wait longer.

use std::time::{Duration, Instant};

use super::tuning::Tuning;

/// The attempts at more on one line.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    /// Nothing goes up before.
    from: Option<Instant>,
    /// After a step that did not hold, and after a try that came to nothing.
    wait: Option<Duration>,
    retry: Option<Duration>,
    last_up: Option<Instant>,
    last_down: Option<Instant>,
    /// Padding asks for the next step since then.
    trying: Option<Instant>,
}

impl Attempts {
    /// A step down was taken.
    pub(crate) fn lowered(&mut self, now: Instant, tuning: &Tuning) {
        let within =
            |at: Option<Instant>, time| at.is_some_and(|at| now.saturating_duration_since(at) < time);
        if !within(self.last_down, tuning.calm) {
            self.wait = None;
        }
        // Several steps of one overload are one.
        let is_new = !within(self.last_down, tuning.up_every * 2);
        let did_not_hold = within(self.last_up, tuning.held_least) && is_new;
        let wait = match self.wait {
            Some(wait) if did_not_hold => (wait * 2).min(tuning.wait_most),
            Some(wait) => wait,
            None => tuning.wait_first,
        };
        self.wait = Some(wait);
        self.begin_at(now + wait);
        self.last_down = Some(now);
    }

    /// A step up was taken.
    pub(crate) fn raised(&mut self, now: Instant) {
        (self.last_up, self.trying, self.retry) = (Some(now), None, None);
    }

    /// Whether a step up may be taken now. `is_ample`: the line is estimated at far more than the step leads to.
    pub(crate) fn may_raise(&self, now: Instant, is_ample: bool, tuning: &Tuning) -> bool {
        let rested = self.last_up.is_none_or(|at| now.saturating_duration_since(at) >= tuning.up_every);
        let calm = self.last_down.is_none_or(|at| now.saturating_duration_since(at) >= tuning.held_least);
        rested && (self.from.is_none_or(|from| now >= from) || (is_ample && calm))
    }

    /// Whether padding is to ask for the next step now. When the line is strained, or has not grown into it after some time, it
    /// does not carry it: later again.
    pub(crate) fn tries(&mut self, now: Instant, is_strained: bool, tuning: &Tuning) -> bool {
        if self.from.is_some_and(|from| now < from) {
            return false;
        }
        let since = *self.trying.get_or_insert(now);
        if !is_strained && now.saturating_duration_since(since) < tuning.try_most {
            return true;
        }
        let wait = self.retry.map_or(tuning.wait_first, |wait| (wait * 2).min(tuning.retry_most));
        self.retry = Some(wait);
        self.begin_at(now + wait);
        false
    }

    /// There is no next step.
    pub(crate) fn rest(&mut self) {
        self.trying = None;
    }

    fn begin_at(&mut self, at: Instant) {
        self.from = Some(self.from.map_or(at, |from| from.max(at)));
        self.trying = None;
    }
}
