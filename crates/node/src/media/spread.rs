//! Which worker a new room gets. A room never moves, so what is known at its begin has to do.

use std::time::{Duration, Instant};

/// What is older than this counts little: some seconds, because people come within some of each other, and not one, because
/// a camera that moves sends more for a moment.
const SMOOTHED: Duration = Duration::from_secs(10);
/// Packets a second that a room is taken for until its own are counted: three people who see and hear each other, each with a
/// small picture. So rooms that begin at the same time do not all go to the worker that had least.
const EXPECTED: f64 = 500.0;

/// How much of something smoothed is left after a time.
fn kept(past: Duration) -> f64 {
    (-past.as_secs_f64() / SMOOTHED.as_secs_f64()).exp()
}

/// How many a second, of something that is counted, smoothed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    per_second: f64,
    at: Instant,
    count: u64,
}

impl Pace {
    /// Nothing yet.
    pub(super) fn new(now: Instant) -> Self {
        Self { per_second: 0.0, at: now, count: 0 }
    }

    /// So many now. A count that begins anew goes on from there.
    #[expect(clippy::cast_precision_loss, reason = "packets of a few seconds stay far below 2^53")]
    pub(super) fn see(&mut self, now: Instant, count: u64) {
        let past = now.saturating_duration_since(self.at);
        if past.is_zero() {
            return;
        }
        let seen = count.saturating_sub(self.count) as f64 / past.as_secs_f64();
        let kept = kept(past);
        *self = Self { per_second: self.per_second * kept + seen * (1.0 - kept), at: now, count };
    }

    /// As of now: who has not been seen since has counted nothing since.
    pub(super) fn now(&self, now: Instant) -> f64 {
        self.per_second * kept(now.saturating_duration_since(self.at))
    }
}

/// What a worker has to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    /// Its thread runs.
    pub(super) is_alive: bool,
    /// Packets that it forwards a second, smoothed.
    pub(super) forwarded: f64,
    /// Transports.
    pub(super) transports: u64,
}

/// What a worker was given.
#[derive(Debug, Clone, Copy)]
struct Given {
    /// Packets a second that are still to come of rooms that it got lately.
    expected: f64,
    at: Instant,
    rooms: u64,
}

/// Gives rooms to workers.
#[derive(Debug)]
pub(super) struct Spread(Vec<Given>);

impl Spread {
    /// Nothing is given yet to so many.
    pub(super) fn new(now: Instant, workers: usize) -> Self {
        Self(vec![Given { expected: 0.0, at: now, rooms: 0 }; workers])
    }

    /// Gives a room to the one that forwards least, what is expected of its latest rooms included; among equals to the one
    /// with the fewest transports, then to the one that got the fewest rooms. Who has ended gets none, unless all have.
    pub(super) fn give(&mut self, now: Instant, loads: &[Load]) -> usize {
        for given in &mut self.0 {
            given.expected *= kept(now.saturating_duration_since(given.at));
            given.at = now;
        }
        let all = loads.iter().zip(&self.0).enumerate();
        let ranked = all.map(|(worker, (load, given))| {
            (!load.is_alive, load.forwarded + given.expected, load.transports, given.rooms, worker)
        });
        let least = ranked.min_by(|a, b| {
            let rest = |(_, _, transports, rooms, _): &(bool, f64, u64, u64, usize)| (*transports, *rooms);
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(rest(a).cmp(&rest(b)))
        });
        let worker = least.map_or(0, |(.., worker)| worker);
        if let Some(given) = self.0.get_mut(worker) {
            given.expected += EXPECTED;
            given.rooms += 1;
        }
        worker
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const IDLE: Load = Load { is_alive: true, forwarded: 0.0, transports: 0 };

    #[test]
    fn a_pace_follows_what_is_counted_and_falls_when_nobody_counts() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        for second in 1..=60 {
            pace.see(start + second * SECOND, u64::from(second) * 1_000);
        }
        let now = start + 60 * SECOND;
        assert!((990.0..1_000.1).contains(&pace.now(now)), "{pace:?}");
        assert!(pace.now(now + 10 * SECOND) < 370.0);
        // An engine that was started anew counts from zero.
        pace.see(now + SECOND, 0);
        pace.see(now + 2 * SECOND, 1_000);
        assert!((850.0..1_000.0).contains(&pace.now(now + 2 * SECOND)), "{pace:?}");
        pace.see(now + 2 * SECOND, 5_000);
        assert!(pace.now(now + 2 * SECOND) < 1_000.0, "no time has passed");
    }

    #[test]
    fn rooms_that_begin_together_are_spread() {
        let now = Instant::now();
        let mut spread = Spread::new(now, 3);
        let given: Vec<usize> = (0..6).map(|_| spread.give(now, &[IDLE; 3])).collect();
        assert_eq!(given, [0, 1, 2, 0, 1, 2]);
        // One is behind by ten rooms' worth: it gets those, and then all get some.
        let mut spread = Spread::new(now, 2);
        let loads = [Load { forwarded: 20_000.0, ..IDLE }, Load { forwarded: 15_000.0, ..IDLE }];
        let given: Vec<usize> = (0..14).map(|_| spread.give(now, &loads)).collect();
        assert_eq!(given.iter().filter(|worker| **worker == 0).count(), 2, "{given:?}");
        assert!(given[..10].iter().all(|worker| *worker == 1), "{given:?}");
    }

    #[test]
    fn what_was_expected_is_forgotten_when_it_can_be_counted() {
        let now = Instant::now();
        let mut spread = Spread::new(now, 2);
        assert_eq!(spread.give(now, &[IDLE; 2]), 0);
        let later = now + 120 * SECOND;
        let loads = [IDLE, Load { forwarded: 1.0, ..IDLE }];
        assert_eq!(spread.give(later, &loads), 0);
    }

    #[test]
    fn among_equals_the_fewest_transports_then_the_fewest_rooms() {
        let now = Instant::now();
        let mut spread = Spread::new(now, 3);
        let loads = [2, 1, 1].map(|transports| Load { transports, ..IDLE });
        assert_eq!(spread.give(now, &loads), 1);
        let mut much_later = now;
        for expected in [2, 1, 2] {
            much_later += Duration::from_secs(1_000_000);
            assert_eq!(spread.give(much_later, &loads), expected);
        }
    }

    #[test]
    fn who_has_ended_gets_no_room() {
        let now = Instant::now();
        let mut spread = Spread::new(now, 2);
        let busy = Load { forwarded: 1e6, ..IDLE };
        let ended = Load { is_alive: false, ..IDLE };
        assert_eq!(spread.give(now, &[ended, busy]), 1);
        assert_eq!(spread.give(now, &[ended, ended]), 0, "a tag is needed all the same");
        assert_eq!(Spread::new(now, 0).give(now, &[]), 0);
    }
}
