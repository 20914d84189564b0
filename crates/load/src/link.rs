//! A thin or lossy line between a person and the network, on the person's side.

use std::str::FromStr;
use std::time::{Duration, Instant};

/// What waits before the line longer than this is dropped.
const QUEUE_MAX: Duration = Duration::from_millis(300);
/// Bytes of IP and UDP before each datagram.
const OVERHEAD_BYTES: usize = 28;

/// What a line is like, in each direction.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Link {
    /// What passes, bits a second; `None` = everything.
    pub bits_per_second: Option<u64>,
    /// Share of the datagrams that is lost, 0 to 1.
    pub loss: f64,
}

/// Text that describes no line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is neither a rate like 1mbit or 500kbit nor a loss like 5%")]
pub struct BadLink(String);

impl FromStr for Link {
    type Err = BadLink;

    /// Reads `1mbit`, `5%`, or both with a comma between.
    fn from_str(text: &str) -> Result<Self, BadLink> {
        let mut link = Self::default();
        for part in text.split(',').map(str::trim) {
            let bad = || BadLink(part.to_owned());
            if let Some(percent) = part.strip_suffix('%') {
                let percent: f64 = percent.parse().map_err(|_| bad())?;
                if !(0.0..100.0).contains(&percent) {
                    return Err(bad());
                }
                link.loss = percent / 100.0;
            } else {
                let unit = |name, factor| part.strip_suffix(name).map(|number| (number, factor));
                let (number, factor) = unit("mbit", 1e6).or_else(|| unit("kbit", 1e3)).ok_or_else(bad)?;
                let bits = number.parse::<f64>().map_err(|_| bad())? * factor;
                if !(1e3..=1e12).contains(&bits) {
                    return Err(bad());
                }
                link.bits_per_second = Some(bits as u64);
            }
        }
        Ok(link)
    }
}

/// One direction of a line.
#[derive(Debug)]
pub(crate) struct Line {
    link: Link,
    dice: u64,
    free_at: Option<Instant>,
    /// Datagrams that did not pass.
    pub(crate) dropped: u64,
}

impl Line {
    /// A line whose losses follow from a seed.
    pub(crate) fn new(link: Link, seed: u64) -> Self {
        Self { link, dice: seed, free_at: None, dropped: 0 }
    }

    /// When a datagram is at the other end; `None` = never.
    pub(crate) fn pass(&mut self, now: Instant, bytes: usize) -> Option<Instant> {
        if self.link.loss > 0.0 && self.roll() < self.link.loss {
            self.dropped += 1;
            return None;
        }
        let Some(rate) = self.link.bits_per_second else { return Some(now) };
        let begins = self.free_at.map_or(now, |at| at.max(now));
        if begins.saturating_duration_since(now) > QUEUE_MAX {
            self.dropped += 1;
            return None;
        }
        let bits = (bytes + OVERHEAD_BYTES) as f64 * 8.0;
        let ends = begins + Duration::from_secs_f64(bits / rate as f64);
        self.free_at = Some(ends);
        Some(ends)
    }

    /// The next number of 0 to 1 (SplitMix64).
    fn roll(&mut self) -> f64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_described_in_few_words() {
        let link = |bits_per_second, loss| Ok(Link { bits_per_second, loss });
        for (text, expected) in [
            ("1mbit,5%", link(Some(1_000_000), 0.05)),
            ("5%, 0.5mbit", link(Some(500_000), 0.05)),
            ("500kbit", link(Some(500_000), 0.0)),
            ("0%", link(None, 0.0)),
        ] {
            assert_eq!(text.parse::<Link>(), expected, "{text}");
        }
        for text in ["", "1", "5", "1gbit", "100%", "-1%", "x%", "mbit", "-1mbit", "0kbit", "1mbit,", "nan%"]
        {
            assert!(text.parse::<Link>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_thin_line_passes_its_rate_and_no_more() {
        let begin = Instant::now();
        let mut line = Line::new("1mbit".parse().unwrap(), 1);
        let (mut passed, mut latest) = (0_u64, begin);
        // Two megabit a second for four seconds.
        for n in 0..2_000_u64 {
            let now = begin + Duration::from_millis(n * 2);
            if let Some(at) = line.pass(now, 500 - OVERHEAD_BYTES) {
                assert!(at >= latest, "nothing is overtaken");
                assert!(at - now <= QUEUE_MAX + Duration::from_millis(5));
                (passed, latest) = (passed + 500 * 8, at);
            }
        }
        let rate = passed as f64 / (latest - begin).as_secs_f64();
        assert!((0.98e6..=1.02e6).contains(&rate), "{rate}");
        assert!(line.dropped > 800);
    }

    #[test]
    fn a_lossy_line_loses_its_share_alike_for_a_seed() {
        let now = Instant::now();
        let lost = |seed| {
            let mut line = Line::new("5%".parse().unwrap(), seed);
            (0..20_000).filter(|_| line.pass(now, 100).is_none()).collect::<Vec<_>>()
        };
        assert!((900..1_100).contains(&lost(7).len()), "{}", lost(7).len());
        assert_eq!(lost(7), lost(7));
        assert_ne!(lost(7), lost(8));
    }
}
