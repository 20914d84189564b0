//! Times, counted by size: any number of them in a few kilobytes, each right within three percent.

use std::time::Duration;

/// Steps between two powers of two.
const STEPS: u64 = 32;
/// A longer time counts as this.
const MICROS_MAX: u64 = 1 << 36;

/// A distribution of times.
#[derive(Debug, Clone, Default)]
pub struct Histogram {
    counts: Vec<u32>,
    total: u64,
}

impl Histogram {
    /// Counts one.
    pub fn add(&mut self, time: Duration) {
        let index = index(u64::try_from(time.as_micros()).unwrap_or(MICROS_MAX));
        if self.counts.len() <= index {
            self.counts.resize(index + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(index) {
            *count = count.saturating_add(1);
        }
        self.total += 1;
    }

    /// Counts all of another one.
    pub fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(own, more)| *own = own.saturating_add(*more));
        self.total += other.total;
    }

    /// How many were counted.
    pub fn len(&self) -> u64 {
        self.total
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The time below which this share (0 to 1) of them is; `None` = nothing was counted.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let rank = ((self.total as f64 * share).ceil() as u64).clamp(1, self.total.max(1));
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += u64::from(*count);
            if seen >= rank {
                return Some(Duration::from_micros(middle(index as u64)));
            }
        }
        None
    }
}

/// Small numbers have an index each, larger ones share one with those of the same leading bits.
fn index(micros: u64) -> usize {
    let micros = micros.min(MICROS_MAX);
    if micros < STEPS {
        return micros as usize;
    }
    let shift = micros.ilog2() - STEPS.ilog2();
    (u64::from(shift) * STEPS + (micros >> shift)) as usize
}

/// The middle of what has an index.
fn middle(index: u64) -> u64 {
    if index < STEPS * 2 {
        return index;
    }
    let shift = index / STEPS - 1;
    ((index - shift * STEPS) << shift) + (1 << shift) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_told_within_three_percent() {
        for micros in [0, 1, 31, 32, 63, 64, 65, 999, 1_000, 123_456, 9_999_999, MICROS_MAX] {
            let mut one = Histogram::default();
            one.add(Duration::from_micros(micros));
            let told = one.quantile(0.5).unwrap().as_micros() as f64;
            assert!((told - micros as f64).abs() <= micros as f64 * 0.03, "{micros}: {told}");
        }
    }

    #[test]
    fn quantiles_are_of_all_that_was_merged() {
        let (mut all, mut more) = (Histogram::default(), Histogram::default());
        assert_eq!(all.quantile(0.5), None);
        (1..=50).for_each(|ms| all.add(Duration::from_millis(ms)));
        (51..=100).for_each(|ms| more.add(Duration::from_millis(ms)));
        all.merge(&more);
        assert_eq!(all.len(), 100);
        for (share, ms) in [(0.0, 1.0), (0.5, 50.0), (0.95, 95.0), (1.0, 100.0)] {
            let told = all.quantile(share).unwrap().as_secs_f64() * 1_000.0;
            assert!((told / ms - 1.0).abs() < 0.03, "{share}: {told}");
        }
    }
}
