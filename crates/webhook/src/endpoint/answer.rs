//! What an answer leads to.

use sederunt_core::id::MeetingId;

use super::{Doing, Endpoint, Flight, HOLD_MS, Waiting};
use crate::broken::Broken;
use crate::health::{Down, State};
use crate::retry::{self, ATTEMPTS, Jitter, Outcome, ROTATION_MS, Verdict};
use crate::rows::{OffReason, Tried};
use crate::told::Key;
use crate::words::{Attempt, End, Out, Ticket};

/// Down for this long is given up by an endpoint whose rule is broken.
const TOO_EARLY_MS: i64 = 3_600_000;

impl Endpoint {
    /// An attempt ended.
    pub(super) fn answer(&mut self, ticket: Ticket, outcome: Outcome, took_ms: i64, jitter: Jitter) {
        let Some(mut flight) = self.flights.remove(&ticket) else { return };
        // What it waited for its turn is not the receiver's.
        flight.started_at = flight.started_at.max(self.now.plus_ms(-took_ms));
        self.let_go(flight.bytes);
        if flight.is_fresh
            && let Some(lane) = self.lanes.get_mut(&flight.lane)
        {
            lane.landed(flight.key);
        }
        let id = flight.lane;
        let is_rotating = self.rotated_at.is_some_and(|at| self.now.since(at) < ROTATION_MS);
        let is_final = !flight.is_probe && !self.rules.breaks(Broken::RetriesFinal);
        match retry::verdict(outcome, is_rotating) {
            Verdict::Delivered => self.delivered(&flight, outcome),
            Verdict::Final if is_final => self.refused(&flight, outcome, jitter),
            Verdict::Final => self.failed(&flight, outcome, jitter, None),
            Verdict::Retry(after_ms) => self.failed(&flight, outcome, jitter, after_ms),
        }
        self.touch(id);
    }

    fn delivered(&mut self, flight: &Flight, outcome: Outcome) {
        let before = self.health.state;
        let was_down = self.health.succeeded(flight.started_at, self.now.since(flight.started_at));
        self.log(flight, outcome, Some(End::Delivered));
        self.settle(flight.key, flight.lane);
        if let State::Down(down) = before
            && was_down
        {
            self.recover(&down, flight.key);
        }
    }

    /// The answer forbids another attempt.
    fn refused(&mut self, flight: &Flight, outcome: Outcome, jitter: Jitter) {
        self.health.failed(self.now.since(flight.started_at));
        self.end(flight, outcome, End::Refused);
        if self.health.is_too_bad() {
            self.go_down(jitter);
        }
    }

    /// To be tried again, unless all attempts are used up.
    fn failed(&mut self, flight: &Flight, outcome: Outcome, jitter: Jitter, after_ms: Option<i64>) {
        let counts = !(flight.is_probe || self.health.is_down());
        if counts {
            self.health.failed(self.now.since(flight.started_at));
        }
        let uses = counts || self.rules.breaks(Broken::ProbeUsesAttempt);
        let attempts = if uses { flight.attempt } else { flight.attempt - 1 };
        let is_used_up = uses && attempts >= ATTEMPTS;
        if is_used_up && self.is_alone_to_blame(flight.key, outcome) {
            self.end(flight, outcome, End::UsedUp);
        } else {
            self.log(flight, outcome, None);
            self.wait(flight, outcome, attempts, jitter, after_ms);
        }
        if flight.is_probe && self.health.is_down() {
            self.probe_failed(flight.key, outcome, jitter);
        } else if self.health.is_too_bad() || (is_used_up && self.waiting.contains_key(&flight.key)) {
            self.go_down(jitter);
        }
    }

    /// Whether others got through while this event did not. A success counts if it began after the failure before this
    /// one ended: one that came in from before an outage says nothing.
    fn is_alone_to_blame(&self, key: Key, outcome: Outcome) -> bool {
        if self.rules.breaks(Broken::FailsAlone) {
            return true;
        }
        let Some(waiting) = self.waiting.get(&key).filter(|waiting| waiting.doing == Doing::Flying) else {
            return false;
        };
        let was_heard = waiting.is_last_chance && outcome.status().is_some();
        was_heard || self.health.succeeded_from.is_some_and(|from| from > waiting.failed_at)
    }

    /// Keeps an event for its next attempt; the first time, its lane waits with it.
    fn wait(
        &mut self,
        flight: &Flight,
        outcome: Outcome,
        attempts: u32,
        jitter: Jitter,
        after_ms: Option<i64>,
    ) {
        let (now, key, id) = (self.now, flight.key, flight.lane);
        let next_at = retry::next_at(now, attempts.max(1), jitter, after_ms).unwrap_or(now);
        if let Some(lane) = self.lanes.get_mut(&id).filter(|_| flight.is_fresh) {
            lane.walked.remove(&key);
            lane.held.insert(key);
        }
        self.open.remove(&key);
        let new = || Waiting {
            lane: id,
            tried: Tried {
                attempts,
                first_at: now,
                hold_until: now.plus_ms(HOLD_MS),
                next_at,
                last_status: None,
                is_alone: false,
            },
            failed_at: now,
            is_last_chance: false,
            doing: Doing::Nothing,
        };
        let waiting = self.waiting.entry(key).or_insert_with(new);
        waiting.tried.attempts = attempts;
        waiting.tried.next_at = next_at;
        waiting.tried.last_status = outcome.status();
        waiting.failed_at = now;
        waiting.doing = Doing::Nothing;
        self.keep.dirty.insert(id);
        // A crash must neither forget that it waits nor shorten its wait.
        self.keep.is_urgent = true;
    }

    /// An event has failed for good. It counts as settled when the log has it.
    fn end(&mut self, flight: &Flight, outcome: Outcome, end: End) {
        let (key, id) = (flight.key, flight.lane);
        self.log(flight, outcome, Some(end));
        if self.rules.breaks(Broken::FailedUnlogged) {
            self.settle(key, id);
        } else if let Some(waiting) = self.waiting.get_mut(&key) {
            waiting.doing = Doing::Logging;
            self.let_alone(key, id);
        } else {
            self.logging.insert(key, id);
        }
    }

    /// The log has the failure of an event.
    pub(super) fn logged(&mut self, key: Key) {
        if let Some(id) = self.logging.remove(&key) {
            self.settle(key, id);
        }
        let waiting = self.waiting.get(&key).filter(|waiting| waiting.doing == Doing::Logging);
        if let Some(id) = waiting.map(|waiting| waiting.lane) {
            self.settle(key, id);
        }
    }

    /// Nothing is to be done for an event any more.
    pub(super) fn settle(&mut self, key: Key, id: MeetingId) {
        self.settled_to = self.settled_to.max(key.seq);
        self.open.remove(&key);
        let waited = self.waiting.remove(&key).is_some();
        if waited && key.seq > self.read_to {
            self.early.insert(key);
        }
        if let Some(lane) = self.lanes.get_mut(&id) {
            lane.held.remove(&key);
            lane.alone.remove(&key);
            if waited {
                lane.passed_by(key);
            }
            if lane.walked.remove(&key) || waited {
                self.keep.dirty.insert(id);
            }
        }
        self.touch(id);
    }

    fn go_down(&mut self, jitter: Jitter) {
        self.health.go_down(self.now, jitter);
        self.keep.is_urgent = true;
    }

    fn probe_failed(&mut self, key: Key, outcome: Outcome, jitter: Jitter) {
        let is_over = self.health.probe_failed(self.now, jitter, key, outcome.status().is_some());
        let is_too_early =
            matches!(self.health.state, State::Down(down) if self.now.since(down.since) > TOO_EARLY_MS);
        if is_over || (is_too_early && self.rules.breaks(Broken::GivesUpEarly)) {
            self.switch_off(OffReason::GivenUp);
        }
        self.keep.is_urgent = true;
    }

    /// The receiver is back: what waits is due, and lanes wait for it as if it had just failed.
    fn recover(&mut self, down: &Down, by: Key) {
        let now = self.now;
        for (key, waiting) in self.waiting.iter_mut().filter(|(_, waiting)| waiting.doing != Doing::Logging) {
            if down.may_be_poison() && down.first == Some(*key) && *key != by {
                waiting.is_last_chance = true;
                waiting.tried.attempts = ATTEMPTS - 1;
            }
            waiting.tried.attempts = waiting.tried.attempts.min(ATTEMPTS - 1);
            waiting.tried.next_at = waiting.tried.next_at.min(now);
            waiting.tried.hold_until = now.plus_ms(HOLD_MS);
            self.keep.dirty.insert(waiting.lane);
        }
        self.keep.is_urgent = true;
    }

    fn log(&mut self, flight: &Flight, outcome: Outcome, end: Option<End>) {
        self.out.push(Out::Log(Attempt {
            key: flight.key,
            lane: flight.lane,
            attempt: flight.attempt,
            started_at: flight.started_at,
            latency_ms: self.now.since(flight.started_at),
            outcome,
            end,
        }));
    }
}
