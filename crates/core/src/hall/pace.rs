//! How often one peer may do something that reaches others.

use crate::time::UnixMs;

/// So many at once, and then so many a second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    per_second: u32,
    burst: u32,
    /// Thousandths of what may be done now, as it was then.
    left: i64,
    at: UnixMs,
}

impl Pace {
    pub(crate) fn new(per_second: u32, burst: u32, now: UnixMs) -> Self {
        Self { per_second, burst, left: i64::from(burst).saturating_mul(1_000), at: now }
    }

    /// Whether it may be done once more now. Time that goes back gives nothing.
    pub(crate) fn take(&mut self, now: UnixMs) -> bool {
        let passed_ms = now.since(self.at).max(0);
        let most = i64::from(self.burst).saturating_mul(1_000);
        self.left = self.left.saturating_add(passed_ms.saturating_mul(i64::from(self.per_second))).min(most);
        self.at = self.at.max(now);
        let may = self.left >= 1_000;
        if may {
            self.left = self.left.saturating_sub(1_000);
        }
        may
    }

    /// Moves its instant: the room's time was set.
    pub(crate) fn shift(&mut self, ms: i64) {
        self.at = self.at.plus_ms(ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_so_many_a_second() {
        let mut pace = Pace::new(5, 10, UnixMs(1_000));
        let mut taken = |at| (0..100).filter(|_| pace.take(UnixMs(at))).count();
        assert_eq!([taken(1_000), taken(1_000), taken(1_199), taken(1_200)], [10, 0, 0, 1]);
        assert_eq!([taken(2_200), taken(1_900), taken(2_200)], [5, 0, 0]);
        assert_eq!(taken(i64::MAX), 10, "no longer wait gives more than the burst");
    }
}
