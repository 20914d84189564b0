//! When more may be tried: steps up that did not hold make the next one wait longer.

use std::time::{Duration, Instant};

use super::tuning::{Tuning, of};

/// What is known by looks of a line that showed bounds before. A probe may measure a queue instead of a line, so that two must agree.
#[derive(Debug, Clone, Copy, Default)]
enum Look {
    /// There was none since everything was had.
    #[default]
    None,
    First(Instant),
    /// And what the first found, bits a second.
    Second(Instant, u64),
}

/// The attempts at more on one line.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    /// Nothing goes up before, after a step down.
    from: Option<Instant>,
    /// Nothing is tried before, after a try that came to nothing.
    again_from: Option<Instant>,
    /// After a step that did not hold, and after a try that came to nothing.
    wait: Option<Duration>,
    retry: Option<Duration>,
    last_up: Option<Instant>,
    /// What went out before it, bits a second.
    up_from_bps: u64,
    last_down: Option<Instant>,
    /// Padding asks for the next step since then.
    trying: Option<Instant>,
    /// The estimator looked anew then, or a step was taken.
    looked: Option<Instant>,
    look: Look,
    /// The estimator began again in the middle of a fall, and is to do so once more when that is over.
    is_fresh_due: bool,
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
        self.looked = Some(now);
        (self.from, self.last_down, self.trying) = (Some(now + wait), Some(now), None);
    }

    /// A step up was taken from what went out before.
    pub(crate) fn raised(&mut self, now: Instant, from_bps: u64) {
        self.up_from_bps = from_bps;
        self.looked = Some(now);
        (self.last_up, self.trying, self.is_fresh_due) = (Some(now), None, false);
        (self.retry, self.again_from) = (None, None);
    }

    /// Whether a step up may be taken now. `is_urgent`: somebody is not seen at all, or the line is estimated at far more than the
    /// step leads to; then no step down is held against it for long.
    pub(crate) fn may_raise(&self, now: Instant, is_urgent: bool, tuning: &Tuning) -> bool {
        let rested = self.last_up.is_none_or(|at| now.saturating_duration_since(at) >= tuning.up_every);
        rested && self.is_over(now, is_urgent, tuning)
    }

    /// No step down was taken lately.
    pub(crate) fn is_calm(&self, now: Instant, tuning: &Tuning) -> bool {
        self.last_down.is_none_or(|at| now.saturating_duration_since(at) >= tuning.retry_most)
    }

    fn is_over(&self, now: Instant, is_urgent: bool, tuning: &Tuning) -> bool {
        self.from.is_none_or(|from| now >= from) || (is_urgent && self.is_calm(now, tuning))
    }

    /// Whether padding is to ask for the next step now. When the line is strained, or has not grown into it after some time, it
    /// does not carry it: later again.
    pub(crate) fn tries(
        &mut self,
        now: Instant,
        is_urgent: bool,
        is_strained: bool,
        tuning: &Tuning,
    ) -> bool {
        if !self.is_over(now, is_urgent, tuning) || self.again_from.is_some_and(|from| now < from) {
            return false;
        }
        let since = *self.trying.get_or_insert(now);
        if !is_strained && now.saturating_duration_since(since) < tuning.try_most {
            return true;
        }
        let wait = self.retry.map_or(tuning.wait_first, |wait| (wait * 2).min(tuning.retry_most));
        self.retry = Some(wait);
        (self.again_from, self.trying) = (Some(now + wait), None);
        false
    }

    /// There was a fast drop to this. Of a line that carries much less than it did before the last step up nothing is known any more,
    /// whatever was tried before.
    pub(crate) fn dropped(&mut self, to_bps: u64, tuning: &Tuning) {
        if to_bps < of(self.up_from_bps, tuning.fallen_permille) {
            (self.retry, self.again_from, self.is_fresh_due) = (None, None, true);
        }
    }

    /// Whether the estimator is to begin again now: in a fall it has seen so much loss that it would refuse to probe, and padding goes
    /// no further than what it says. Once.
    pub(crate) fn begins_afresh(&mut self, now: Instant, is_strained: bool) -> bool {
        let is_over = self.from.is_some_and(|from| now >= from) && !is_strained;
        is_over && std::mem::take(&mut self.is_fresh_due)
    }

    /// Whether the estimator is to look anew what the line carries: because no step was taken for so long, or because the first look has
    /// found plenty, so much.
    pub(crate) fn looks(&mut self, now: Instant, plenty_bps: Option<u64>, tuning: &Tuning) -> bool {
        let every = (self.wait.unwrap_or(tuning.wait_first) * tuning.look_waits).min(tuning.look_most);
        let is_due = now.saturating_duration_since(*self.looked.get_or_insert(now)) >= every;
        self.look = match (self.look, plenty_bps) {
            (Look::First(at), Some(bps)) if now.saturating_duration_since(at) >= tuning.look_takes => {
                Look::Second(now, bps)
            }
            _ if is_due => Look::First(now),
            _ => return false,
        };
        self.looked = Some(now);
        true
    }

    /// So much at most may be taken for plenty, bits a second.
    pub(crate) fn found_bps(&self, now: Instant, tuning: &Tuning) -> u64 {
        match self.look {
            Look::None => u64::MAX,
            Look::Second(at, bps) if now.saturating_duration_since(at) >= tuning.look_takes => bps,
            Look::First(_) | Look::Second(..) => 0,
        }
    }

    /// There is no next step.
    pub(crate) fn rest(&mut self) {
        (self.trying, self.look) = (None, Look::None);
    }
}
