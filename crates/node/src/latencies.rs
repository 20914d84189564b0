//! How long the last writes took until they were durable, for whoever looks at the server.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Writes that are remembered: enough for a hundredth of them to say something.
const KEPT: usize = 1_024;

/// Times of the last writes; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Latencies {
    ring: Arc<Mutex<Ring>>,
}

#[derive(Debug, Default)]
struct Ring {
    micros: Vec<u32>,
    next: usize,
}

/// What the last writes took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    /// How many they are; at most 1 024.
    pub count: usize,
    /// Half of them took no longer, microseconds.
    pub p50_us: u32,
    /// Ninety-nine of a hundred took no longer, microseconds.
    pub p99_us: u32,
    /// The longest, microseconds.
    pub longest_us: u32,
}

impl Latencies {
    /// One more write is durable.
    pub fn add(&self, took: Duration) {
        let micros = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let next = ring.next;
        match ring.micros.get_mut(next) {
            Some(old) => *old = micros,
            None => ring.micros.push(micros),
        }
        ring.next = (next + 1) % KEPT;
    }

    /// What the last ones took; `None` = nothing was written since the start.
    pub fn latest(&self) -> Option<Latency> {
        let mut micros = self.ring.lock().unwrap_or_else(PoisonError::into_inner).micros.clone();
        micros.sort_unstable();
        // The smallest of which so many hundredths are no larger.
        let at = |hundredths: usize| {
            let rank = (micros.len() * hundredths).div_ceil(100);
            micros.get(rank.saturating_sub(1)).copied()
        };
        Some(Latency { count: micros.len(), p50_us: at(50)?, p99_us: at(99)?, longest_us: at(100)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_writes_are_told() {
        let times = Latencies::default();
        assert_eq!(times.latest(), None);
        times.add(Duration::from_micros(7));
        assert_eq!(times.latest(), Some(Latency { count: 1, p50_us: 7, p99_us: 7, longest_us: 7 }));
        // The first is forgotten when there are more than are kept.
        times.add(Duration::from_secs(3_600 * 24));
        for micros in 1..=1_023 {
            times.add(Duration::from_micros(micros));
        }
        let latest = times.latest().unwrap();
        assert_eq!((latest.count, latest.p50_us, latest.p99_us), (1_024, 512, 1_014));
        assert_eq!(latest.longest_us, u32::MAX, "longer than can be told");
    }
}
