//! What apps take of a day, so that none leaves the others without a log.

use std::collections::HashMap;

use sederunt_core::id::AppId;
use sederunt_core::time::Day;

use super::entry::EXCERPT_MAX;

/// An app may take this part of all bytes on one day: who writes as much every day displaces, after a week of it, what is older
/// than that week.
const PART: u64 = 8;

/// Bytes of a row of successes besides what is packed: its columns, and two indexes.
const ROW_BYTES: u64 = 96;
/// Bytes of a failure besides its excerpt: its columns, and two indexes or three.
const FAILURE_BYTES: u64 = 224;

/// What apps have written on a day, as far as this process knows.
#[derive(Debug)]
pub(super) struct Shares {
    /// Bytes that an app may take.
    most: u64,
    day: Day,
    /// Those that wrote something.
    taken: HashMap<AppId, u64>,
}

impl Shares {
    /// Of a day, on which nobody has written anything yet; `max_bytes` are those of the whole log.
    pub(super) fn new(max_bytes: u64, day: Day) -> Self {
        Self { most: max_bytes / PART, day, taken: HashMap::new() }
    }

    /// It is this day now. Around midnight entries of the day before still come, and it begins but once; farther back is a clock that
    /// was set.
    pub(super) fn turn(&mut self, day: Day) {
        if day > self.day || day.0 < self.day.0.saturating_sub(1) {
            self.day = day;
            self.taken.clear();
        }
    }

    /// Whether an app may write more today.
    pub(super) fn has_place(&self, app: &AppId) -> bool {
        self.taken.get(app).is_none_or(|taken| *taken <= self.most)
    }

    /// An app writes a row of successes.
    pub(super) fn take_row(&mut self, app: &AppId, packed: usize) {
        self.take(app, ROW_BYTES + packed as u64);
    }

    /// An app writes a failure.
    pub(super) fn take_failure(&mut self, app: &AppId, excerpt: usize) {
        self.take(app, FAILURE_BYTES + excerpt.min(EXCERPT_MAX) as u64);
    }

    fn take(&mut self, app: &AppId, bytes: u64) {
        match self.taken.get_mut(app) {
            Some(taken) => *taken = taken.saturating_add(bytes),
            None => {
                self.taken.insert(app.clone(), bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_has_a_part_of_every_day() {
        let (busy, quiet) = (AppId::from("busy"), AppId::from("quiet"));
        let mut shares = Shares::new(8_000, Day(1));
        for n in 0..3 {
            assert!(shares.has_place(&busy), "{n}");
            shares.take_failure(&busy, 150);
        }
        assert!(!shares.has_place(&busy) && shares.has_place(&quiet));
        shares.take_row(&quiet, 1_000 - 96);
        assert!(shares.has_place(&quiet));
        shares.turn(Day(1));
        assert!(!shares.has_place(&busy), "the same day");
        shares.turn(Day(2));
        assert!(shares.has_place(&busy));
        shares.take_failure(&busy, 1_000);
        for late in [1, 2] {
            shares.turn(Day(late));
            assert!(!shares.has_place(&busy), "what comes late begins no day");
        }
        shares.turn(Day(0));
        assert!(shares.has_place(&busy), "a clock that was set back");
    }
}
