//! How late we are ourselves: on a machine that is busy, datagrams wait for us before they are taken, and what is said in answer waits
//! until it goes out. A line is not to be blamed for that.

use std::time::{Duration, Instant};

/// Over this, and at most twice as long, the longest counts. A packet whose arrival is reported now went out no longer ago, unless its line
/// has a queue as long.
const LONGEST_WINDOW: Duration = Duration::from_secs(1);

/// The longest of some times lately.
#[derive(Debug, Default)]
pub(crate) struct Longest {
    since: Option<Instant>,
    before: Duration,
    now: Duration,
}

impl Longest {
    /// Takes one.
    pub(crate) fn add(&mut self, now: Instant, time: Duration) {
        self.turn(now);
        self.now = self.now.max(time);
    }

    /// The longest of those that were taken lately; zero if none was.
    pub(crate) fn get(&mut self, now: Instant) -> Duration {
        self.turn(now);
        self.now.max(self.before)
    }

    fn turn(&mut self, now: Instant) {
        let over = now.saturating_duration_since(*self.since.get_or_insert(now));
        if over >= LONGEST_WINDOW {
            self.before = if over < LONGEST_WINDOW * 2 { self.now } else { Duration::ZERO };
            (self.now, self.since) = (Duration::ZERO, Some(now));
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "time must begin somewhere")]
mod tests {
    use super::*;

    #[test]
    fn the_longest_counts_for_a_while() {
        let (t0, ms) = (Instant::now(), Duration::from_millis);
        let mut longest = Longest::default();
        assert_eq!(longest.get(t0), Duration::ZERO);
        longest.add(t0, ms(40));
        longest.add(t0 + ms(900), ms(5));
        assert_eq!(longest.get(t0 + ms(900)), ms(40));
        longest.add(t0 + ms(1_100), ms(7));
        assert_eq!(longest.get(t0 + ms(1_900)), ms(40), "of the second before");
        assert_eq!(longest.get(t0 + ms(2_200)), ms(7));
        assert_eq!(longest.get(t0 + ms(9_000)), Duration::ZERO);
    }
}
