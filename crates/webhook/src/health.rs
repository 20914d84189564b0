//! The health of an endpoint: how much it may be asked at a time, when it counts as down, and when as given up.

use sederunt_core::time::UnixMs;

use crate::retry::Jitter;
use crate::rows::{OffReason, SavedHealth};
use crate::told::Key;

/// So many failed attempts in a row, and an endpoint is down.
pub const DOWN_AFTER: u32 = 20;
/// Between two probes of an endpoint that is down, ms, ± 20 %.
pub const PROBE_MS: i64 = 300_000;
/// So many probes of one event that were answered, though not well, and another event is probed, too: the receiver is
/// there, and it may be the event.
pub const PROBES_OF_ONE: u32 = 3;
/// Fewest requests in flight that an endpoint may have.
const PERMITS_MIN: usize = 2;
/// The latency at which an endpoint may have all of its permits, ms.
const LATENCY_FULL_MS: i64 = 250;

/// What is done with an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Served.
    Up,
    /// Served again, with so many permits.
    Slow(usize),
    /// Probed now and then.
    Down(Down),
    /// Not served.
    Off(OffReason, u64),
}

/// An endpoint that is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Down {
    /// When it went down, for whoever asks.
    pub since: UnixMs,
    /// How long it was down before `watched_from`, ms.
    before_ms: i64,
    /// Since when this process watches it.
    watched_from: UnixMs,
    /// When the next probe is due.
    pub probe_at: UnixMs,
    /// The event that is probed first.
    pub first: Option<Key>,
    /// How many probes of it were answered, though not well.
    pub answered: u32,
    /// The other event that was probed last.
    pub second: Option<Key>,
    /// There is nothing to probe, or nothing else: one more event is to be read.
    pub wants_more: bool,
}

/// The health of an endpoint.
#[derive(Debug, Clone)]
pub struct Health {
    /// What is done with it.
    pub state: State,
    /// Attempts that failed since the last one that succeeded.
    failed_in_row: u32,
    /// Smoothed, in eighths of a ms.
    latency_8: i64,
    /// When the latest successful attempt began.
    pub succeeded_from: Option<UnixMs>,
    permits_max: usize,
    give_up_ms: i64,
}

impl Health {
    /// From what was kept. `give_up_ms` = 0: never.
    pub fn load(saved: SavedHealth, now: UnixMs, permits_max: usize, give_up_ms: i64) -> Self {
        let state = match saved {
            SavedHealth::Up => State::Up,
            SavedHealth::Down { since, for_ms, probe_at } => {
                // A clock that was set back must not put the probe off.
                let latest = now.plus_ms(PROBE_MS + PROBE_MS / 5);
                State::Down(Down::new(since, for_ms, now, probe_at.min(latest)))
            }
            SavedHealth::Off { reason, from } => State::Off(reason, from),
        };
        Self { state, failed_in_row: 0, latency_8: 0, succeeded_from: None, permits_max, give_up_ms }
    }

    /// What is to be kept. It changes with every failed probe, not with time.
    pub fn saved(&self) -> SavedHealth {
        match self.state {
            State::Up | State::Slow(_) => SavedHealth::Up,
            State::Down(down) => {
                SavedHealth::Down { since: down.since, for_ms: down.before_ms, probe_at: down.probe_at }
            }
            State::Off(reason, from) => SavedHealth::Off { reason, from },
        }
    }

    /// How many requests may be in flight.
    pub fn permits(&self) -> usize {
        match self.state {
            State::Up => self.target(),
            State::Slow(permits) => permits,
            State::Down(_) | State::Off(..) => 0,
        }
    }

    fn target(&self) -> usize {
        let latency = (self.latency_8 / 8).max(1);
        let at_full = LATENCY_FULL_MS.saturating_mul(self.permits_max as i64) / latency;
        usize::try_from(at_full).unwrap_or(0).clamp(PERMITS_MIN.min(self.permits_max), self.permits_max)
    }

    /// Whether nothing is sent but probes.
    pub const fn is_down(&self) -> bool {
        matches!(self.state, State::Down(_))
    }

    /// Whether nothing is done at all.
    pub const fn is_off(&self) -> bool {
        matches!(self.state, State::Off(..))
    }

    /// An attempt succeeded. `true` = it was down until now.
    pub fn succeeded(&mut self, started_at: UnixMs, latency_ms: i64) -> bool {
        self.measure(latency_ms);
        self.failed_in_row = 0;
        self.succeeded_from = self.succeeded_from.max(Some(started_at));
        let was_down = self.is_down();
        self.state = match self.state {
            State::Down(_) => State::Slow(1),
            State::Slow(permits) if permits * 2 < self.target() => State::Slow(permits * 2),
            State::Slow(_) => State::Up,
            state @ (State::Up | State::Off(..)) => state,
        };
        was_down
    }

    /// An attempt that was no probe failed. Whoever calls has to see whether it [is too many](Self::is_too_bad).
    pub fn failed(&mut self, latency_ms: i64) {
        self.measure(latency_ms);
        self.failed_in_row = self.failed_in_row.saturating_add(1);
        if let State::Slow(permits) = self.state {
            self.state = State::Slow((permits / 2).max(1));
        }
    }

    /// Whether too many attempts in a row have failed.
    pub const fn is_too_bad(&self) -> bool {
        self.failed_in_row >= DOWN_AFTER
    }

    /// Nothing but probes from now on.
    pub fn go_down(&mut self, now: UnixMs, jitter: Jitter) {
        if matches!(self.state, State::Up | State::Slow(_)) {
            self.failed_in_row = 0;
            self.state = State::Down(Down::new(now, 0, now, now.plus_ms(jitter.spread(PROBE_MS))));
        }
    }

    /// A probe failed. `true` = the endpoint has been down for too long.
    pub fn probe_failed(&mut self, now: UnixMs, jitter: Jitter, key: Key, was_answered: bool) -> bool {
        let give_up_ms = self.give_up_ms;
        let State::Down(down) = &mut self.state else { return false };
        down.before_ms = down.before_ms.saturating_add(now.since(down.watched_from));
        down.watched_from = now;
        down.probe_at = now.plus_ms(jitter.spread(PROBE_MS));
        if down.first == Some(key) {
            down.answered = if was_answered { down.answered + 1 } else { 0 };
        }
        give_up_ms > 0 && down.before_ms >= give_up_ms
    }

    fn measure(&mut self, latency_ms: i64) {
        self.latency_8 = match self.latency_8 {
            0 => latency_ms.max(0) * 8,
            smoothed => smoothed + latency_ms.max(0) - smoothed / 8,
        };
    }
}

impl Down {
    const fn new(since: UnixMs, before_ms: i64, watched_from: UnixMs, probe_at: UnixMs) -> Self {
        Self {
            since,
            before_ms,
            watched_from,
            probe_at,
            first: None,
            answered: 0,
            second: None,
            wants_more: false,
        }
    }

    /// Names the event that is probed first.
    pub fn probe_first(&mut self, key: Key) {
        if self.first != Some(key) {
            self.first = Some(key);
            self.answered = 0;
        }
    }

    /// Whether it may be the event, and not the receiver.
    pub const fn may_be_poison(&self) -> bool {
        self.answered >= PROBES_OF_ONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn up() -> Health {
        Health::load(SavedHealth::Up, UnixMs(0), 16, 168 * HOUR_MS)
    }

    #[test]
    fn permits_follow_the_latency() {
        let mut health = up();
        assert_eq!(health.permits(), 16, "nothing known");
        for (latency, permits) in [(10, 16), (250, 16), (500, 8), (1_000, 4), (3_000, 2), (8_000, 2)] {
            for _ in 0..100 {
                health.succeeded(UnixMs(0), latency);
            }
            assert!(health.permits().abs_diff(permits) <= 1, "{latency} ms: {}", health.permits());
        }
        let mut one = Health::load(SavedHealth::Up, UnixMs(0), 1, 0);
        one.succeeded(UnixMs(0), 5_000);
        assert_eq!(one.permits(), 1, "never more than the setting");
    }

    #[test]
    fn twenty_failures_in_a_row_are_too_many_and_a_success_between_begins_anew() {
        let mut health = up();
        for _ in 0..DOWN_AFTER - 1 {
            health.failed(10);
        }
        assert!(!health.is_too_bad());
        health.succeeded(UnixMs(5), 10);
        for _ in 0..DOWN_AFTER - 1 {
            health.failed(10);
        }
        assert!(!health.is_too_bad());
        health.failed(10);
        assert!(health.is_too_bad());
    }

    #[test]
    fn it_comes_back_slowly() {
        let mut health = up();
        health.go_down(UnixMs(0), Jitter(200));
        assert_eq!(health.permits(), 0);
        assert!(health.succeeded(UnixMs(1), 10), "was down");
        let mut permits = vec![health.permits()];
        for _ in 0..5 {
            assert!(!health.succeeded(UnixMs(2), 10));
            permits.push(health.permits());
        }
        assert_eq!(permits, [1, 2, 4, 8, 16, 16]);
        assert_eq!(health.state, State::Up);
    }

    #[test]
    fn probes_are_five_minutes_apart_and_one_after_the_limit_gives_up() {
        let mut health = Health::load(SavedHealth::Up, UnixMs(0), 16, HOUR_MS);
        health.go_down(UnixMs(0), Jitter(0));
        let mut now = UnixMs(0);
        for round in 0.. {
            let State::Down(down) = health.state else { panic!("{:?}", health.state) };
            assert_eq!(down.probe_at.since(now), 240_000, "5 min less a fifth");
            now = down.probe_at;
            if health.probe_failed(now, Jitter(0), Key::first(1), false) {
                assert_eq!(round, 14, "the first probe at or after an hour");
                return;
            }
        }
    }

    #[test]
    fn time_that_nobody_watched_gives_nobody_up() {
        let mut health = Health::load(SavedHealth::Up, UnixMs(0), 16, HOUR_MS);
        health.go_down(UnixMs(0), Jitter(200));
        assert!(!health.probe_failed(UnixMs(HOUR_MS / 2), Jitter(200), Key::first(1), false));
        // The process is gone for a week; or its clock was set by one.
        let week = UnixMs(7 * 24 * HOUR_MS);
        let mut later = Health::load(health.saved(), week, 16, HOUR_MS);
        assert!(!later.probe_failed(week.plus_ms(1_000), Jitter(200), Key::first(1), false));
        assert!(later.probe_failed(week.plus_ms(HOUR_MS / 2), Jitter(200), Key::first(1), false));
        // A clock that was set back puts no probe off.
        let State::Down(down) = Health::load(health.saved(), UnixMs(-HOUR_MS), 16, 0).state else { panic!() };
        assert!(down.probe_at <= UnixMs(-HOUR_MS + 360_000));
    }

    #[test]
    fn only_answers_to_the_same_event_make_it_suspect() {
        let mut health = up();
        health.go_down(UnixMs(0), Jitter(200));
        let (a, b) = (Key::first(1), Key::first(2));
        let probe = |health: &mut Health, first: Key, was_answered| {
            if let State::Down(down) = &mut health.state {
                down.probe_first(first);
            }
            health.probe_failed(UnixMs(1), Jitter(0), first, was_answered);
            matches!(health.state, State::Down(down) if down.may_be_poison())
        };
        assert!(!probe(&mut health, a, true));
        assert!(!probe(&mut health, a, true));
        assert!(!probe(&mut health, a, false), "not reached: counted anew");
        assert!(!probe(&mut health, a, true));
        assert!(!probe(&mut health, a, true));
        assert!(probe(&mut health, a, true));
        assert!(!probe(&mut health, b, true), "another event");
    }
}
