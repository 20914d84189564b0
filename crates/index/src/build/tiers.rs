//! Which segments are merged, and when: as few as possible, each row rewritten as seldom as possible.

use crate::format::segment::Segment;
use crate::key::Key;
use crate::limits::{FAN_IN, FULL_ROWS, SEGMENT_ROWS_MAX, TIER_ROWS};

/// What decides about a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weight {
    pub(crate) rows: u32,
    pub(crate) first: Key,
    pub(crate) last: Key,
}

impl Weight {
    pub(crate) fn of(segment: &Segment) -> Self {
        Self { rows: segment.rows(), first: segment.first_key(), last: segment.last_key() }
    }
}

/// The next segments to merge, by their position; they come in the order of their first keys.
pub(crate) fn due(segments: &[Weight]) -> Option<Vec<usize>> {
    let mut tiers: Vec<Vec<usize>> = Vec::new();
    for (i, weight) in segments.iter().enumerate().filter(|(_, weight)| weight.rows < FULL_ROWS) {
        let tier = tier(weight.rows);
        if tiers.len() <= tier {
            tiers.resize(tier + 1, Vec::new());
        }
        tiers[tier].push(i);
    }
    let crowded = tiers.iter().find(|tier| tier.len() >= FAN_IN)?;
    // Neighbours in time: segments that do not overlap answer faster.
    let best = crowded.windows(FAN_IN).min_by_key(|window| reach(segments, window))?;
    let mut chosen = Vec::new();
    let mut rows = 0;
    for i in best {
        rows += segments[*i].rows;
        if rows > SEGMENT_ROWS_MAX {
            break;
        }
        chosen.push(*i);
    }
    Some(chosen)
}

/// 0 below [`TIER_ROWS`], and one more for every factor of [`FAN_IN`].
fn tier(rows: u32) -> usize {
    let (mut tier, mut limit) = (0, TIER_ROWS);
    while rows >= limit {
        tier += 1;
        limit = limit.saturating_mul(FAN_IN as u32);
    }
    tier
}

/// Time from the first start to the last.
fn reach(segments: &[Weight], window: &[usize]) -> u64 {
    let first = window.iter().map(|i| segments[*i].first.0).min().unwrap_or(0);
    let last = window.iter().map(|i| segments[*i].last.0).max().unwrap_or(0);
    last.abs_diff(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge(segments: &mut Vec<Weight>, chosen: &[usize]) -> u64 {
        assert!(chosen.len() >= 2, "one segment alone is not merged");
        let rows = chosen.iter().map(|i| segments[*i].rows).sum();
        assert!(rows <= SEGMENT_ROWS_MAX);
        let first = chosen.iter().map(|i| segments[*i].first).min().unwrap();
        let last = chosen.iter().map(|i| segments[*i].last).max().unwrap();
        for i in chosen.iter().rev() {
            segments.remove(*i);
        }
        segments.push(Weight { rows, first, last });
        segments.sort_by_key(|weight| weight.first);
        u64::from(rows)
    }

    /// Seals of `batch` rows up to `rows`: the most segments beside full ones, and how often a row was written.
    fn grow(rows: u64, batch: u32, start: impl Fn(u64) -> i64) -> (usize, u64, usize) {
        let mut segments = Vec::new();
        let (mut most, mut written) = (0, 0);
        for n in 0..rows / u64::from(batch) {
            let at = start(n);
            segments.push(Weight { rows: batch, first: (at, 0), last: (at + 1000, 0) });
            segments.sort_by_key(|weight| weight.first);
            written += u64::from(batch);
            while let Some(chosen) = due(&segments) {
                written += merge(&mut segments, &chosen);
            }
            most = most.max(segments.iter().filter(|weight| weight.rows < FULL_ROWS).count());
        }
        (most, written.div_ceil(rows), segments.len())
    }

    #[test]
    fn an_app_of_ten_million_has_few_segments() {
        for (batch, writes_max) in [(1000, 11), (4096, 9), (8192, 9), (20_000, 9), (100_000, 9)] {
            let (most, writes, last) = grow(10_000_000, batch, |n| n as i64 * 1000);
            assert!(most <= 16, "{most} segments at once in seals of {batch}");
            assert!(last <= 16, "{last} segments in the end in seals of {batch}");
            assert!(writes <= writes_max, "every row was written {writes} times in seals of {batch}");
        }
        // Imported history: no order of time at all.
        let (most, _, last) = grow(10_000_000, 8192, |n| (n * 7919 % 1009) as i64 * 1000);
        assert!(most <= 16 && last <= 16, "{most}, {last}");
    }

    #[test]
    fn neighbours_in_time_are_preferred() {
        let at = |start: i64| Weight { rows: 9000, first: (start, 0), last: (start + 10, 0) };
        let segments = [at(0), at(500), at(1000), at(1010), at(1020), at(1030), at(9000)];
        assert_eq!(due(&segments), Some(vec![2, 3, 4, 5]));
        assert_eq!(due(&segments[..3]), None);
    }

    #[test]
    fn full_segments_stay() {
        let full = Weight { rows: FULL_ROWS, first: (0, 0), last: (1, 0) };
        assert_eq!(due(&[full; 9]), None);
        let nearly = Weight { rows: FULL_ROWS - 1, ..full };
        assert_eq!(due(&[nearly; 4]), Some(vec![0, 1]));
    }
}
