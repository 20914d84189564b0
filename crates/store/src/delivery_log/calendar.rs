//! Which day it is, for whoever takes days away.

use std::time::Instant;

use sederunt_core::time::{Day, UnixMs};

/// What is known of the time, without a clock that somebody can set.
///
/// Two opinions: the wall clock when the log was opened, and that of the newest entries, each with what has passed since.
/// The earlier one counts: a clock that was set forwards takes nothing away before it is old, whichever of both it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar {
    opened: (Instant, UnixMs),
    seen: Option<(Instant, UnixMs)>,
}

impl Calendar {
    pub(super) const fn new(opened: Instant, now: UnixMs) -> Self {
        Self { opened: (opened, now), seen: None }
    }

    /// Entries have come, the newest of them of this time.
    pub(super) const fn see(&mut self, here: Instant, at: UnixMs) {
        self.seen = Some((here, at));
    }

    pub(super) fn today(&self, here: Instant) -> Day {
        let opened = passed(self.opened, here);
        let seen = self.seen.map_or(opened, |seen| passed(seen, here));
        opened.min(seen).day()
    }
}

fn passed((then, time): (Instant, UnixMs), here: Instant) -> UnixMs {
    let ms = here.saturating_duration_since(then).as_millis();
    time.plus_ms(i64::try_from(ms).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn days_pass_with_and_without_entries() {
        let start = Instant::now();
        let mut calendar = Calendar::new(start, Day(100).start());
        assert_eq!(calendar.today(start + 23 * HOUR), Day(100));
        assert_eq!(calendar.today(start + 24 * HOUR), Day(101));
        calendar.see(start + 47 * HOUR, Day(101).end().plus_ms(-5_000));
        assert_eq!(calendar.today(start + 47 * HOUR), Day(101));
        assert_eq!(calendar.today(start + 48 * HOUR), Day(102));
        assert_eq!(calendar.today(start + 24 * 40 * HOUR), Day(140));
    }

    #[test]
    fn a_clock_that_is_set_forwards_ages_nothing() {
        let start = Instant::now();
        let mut calendar = Calendar::new(start, Day(100).start());
        calendar.see(start + HOUR, Day(9_000).start());
        assert_eq!(calendar.today(start + HOUR), Day(100), "set while the process runs");
        calendar.see(start + 2 * HOUR, Day(50).start());
        assert_eq!(calendar.today(start + 2 * HOUR), Day(50), "set backwards");
        let mut wrong = Calendar::new(start, Day(9_000).start());
        wrong.see(start + HOUR, Day(100).start());
        assert_eq!(wrong.today(start + HOUR), Day(100), "wrong at the start, corrected since");
    }
}
