//! What an encoding takes on the wire, and how loud a voice is: measured where it arrives, for the lines it goes to.

use std::time::{Duration, Instant};

use crate::limit::{PACKET_OVERHEAD_BYTES, RATE_WINDOW, VOICE_HOLD};

/// Weight of what was known before a window.
const OLD_WEIGHT: u64 = 3;
/// As quiet as a level can be, in dB below the loudest.
const QUIETEST: i8 = -127;

/// Bits a second of an encoding, headers included.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    since: Option<Instant>,
    bytes: u64,
    smooth_bps: Option<u64>,
}

impl Rate {
    /// A packet with a payload of so many bytes has come.
    pub(crate) fn add(&mut self, now: Instant, payload: usize) {
        let since = *self.since.get_or_insert(now);
        let elapsed = now.saturating_duration_since(since);
        if elapsed >= RATE_WINDOW {
            let window = per_second(self.bytes, elapsed);
            self.smooth_bps = Some(match self.smooth_bps {
                Some(before) => (before * OLD_WEIGHT + window) / (OLD_WEIGHT + 1),
                None => window,
            });
            (self.since, self.bytes) = (Some(now), 0);
        }
        self.bytes += payload as u64 + PACKET_OVERHEAD_BYTES;
    }

    /// Bits a second lately. What has fallen silent takes less and less.
    pub(crate) fn bps(&self, now: Instant) -> u64 {
        let Some(since) = self.since else { return 0 };
        let elapsed = now.saturating_duration_since(since).max(RATE_WINDOW);
        let under_way = per_second(self.bytes, elapsed);
        match self.smooth_bps {
            Some(smooth) if elapsed > RATE_WINDOW * 2 => smooth.min(under_way),
            Some(smooth) => smooth,
            None => under_way,
        }
    }
}

/// Bits a second of so many bytes.
pub(crate) fn per_second(bytes: u64, elapsed: Duration) -> u64 {
    let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX).max(1);
    bytes.saturating_mul(8_000_000) / micros
}

/// The loudest that a voice was lately, in dB below the loudest there is.
#[derive(Debug)]
pub(crate) struct Loudness {
    level: i8,
    at: Option<Instant>,
}

impl Default for Loudness {
    fn default() -> Self {
        Self { level: QUIETEST, at: None }
    }
}

impl Loudness {
    /// A packet of this level has come.
    pub(crate) fn hear(&mut self, now: Instant, level: i8) {
        let over = self.at.is_none_or(|at| now.saturating_duration_since(at) >= VOICE_HOLD);
        if over || level >= self.level {
            (self.level, self.at) = (level, Some(now));
        }
    }

    /// The level; who has said nothing for long is quiet.
    pub(crate) fn level(&self, now: Instant) -> i8 {
        let lately = self.at.filter(|at| now.saturating_duration_since(*at) < VOICE_HOLD * 2);
        lately.map_or(QUIETEST, |_| self.level)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "time must begin somewhere")]
mod tests {
    use super::*;

    #[test]
    fn a_rate_follows_what_comes() {
        let t0 = Instant::now();
        let mut rate = Rate::default();
        assert_eq!(rate.bps(t0), 0);
        let payload = 1_250 - PACKET_OVERHEAD_BYTES as usize;
        let at = |n: u32| t0 + Duration::from_millis(10) * n;
        for n in 0..300 {
            rate.add(at(n), payload);
        }
        assert_eq!(rate.bps(at(300)) / 10_000, 100, "a packet of 1250 bytes every 10 ms");
        for n in 300..330 {
            rate.add(at(n * 2), payload);
        }
        let slower = rate.bps(at(660));
        assert!((500_000..1_000_000).contains(&slower), "{slower}");
        assert!(rate.bps(at(2_000)) < 50_000, "it has stopped");
    }

    #[test]
    fn a_voice_keeps_its_peak_for_a_while() {
        let t0 = Instant::now();
        let mut voice = Loudness::default();
        assert_eq!(voice.level(t0), QUIETEST);
        voice.hear(t0, -20);
        voice.hear(t0 + VOICE_HOLD / 2, -60);
        assert_eq!(voice.level(t0 + VOICE_HOLD / 2), -20);
        voice.hear(t0 + VOICE_HOLD, -60);
        assert_eq!(voice.level(t0 + VOICE_HOLD), -60);
        assert_eq!(voice.level(t0 + VOICE_HOLD * 4), QUIETEST);
    }
}
