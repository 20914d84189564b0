//! What an answer means, and when the next attempt is due.

use sederunt_core::time::UnixMs;

/// Waits after the first, second, … failed attempt, ms (SEMANTICS §4).
pub const SCHEDULE_MS: [i64; 5] = [1_000, 5_000, 30_000, 120_000, 600_000];
/// Attempts that an event has: the first, and one after each wait.
pub const ATTEMPTS: u32 = SCHEDULE_MS.len() as u32 + 1;
/// The longest `Retry-After` that is honoured, ms.
pub const RETRY_AFTER_MAX_MS: i64 = 600_000;
/// The longest wait there is, ms: the longest of the schedule with all of its jitter.
pub const WAIT_MAX_MS: i64 = 720_000;
/// How long receivers may still check with an old key, ms: what they refuse as unauthorised is tried again.
pub const ROTATION_MS: i64 = 24 * 3_600_000;

/// A random number from outside, for one input: waits are stretched or shortened by up to a fifth, so that what failed
/// together does not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Jitter(pub u16);

impl Jitter {
    /// `ms` ± 20 %.
    pub fn spread(self, ms: i64) -> i64 {
        ms * (800 + i64::from(self.0 % 401)) / 1000
    }
}

/// Where an attempt that got no answer ended. The order is that of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The URL or all addresses of its name are refused.
    Refused,
    /// The name has no address, or none in time.
    Dns,
    /// No connection, or none in time.
    Connect,
    /// No TLS: a wrong name, an expired or unknown certificate, or none in time.
    Tls,
    /// The request could not be written.
    Write,
    /// No head of an answer, none in time, or one that is too large or no HTTP.
    Head,
    /// This server had to stop the attempt.
    Stopped,
}

impl Phase {
    /// All of them.
    pub const ALL: &[Self] =
        &[Self::Refused, Self::Dns, Self::Connect, Self::Tls, Self::Write, Self::Head, Self::Stopped];

    /// In the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Write => "write",
            Self::Head => "head",
            Self::Stopped => "stopped",
        }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver answered.
    Answered {
        /// Status of HTTP.
        status: u16,
        /// `Retry-After` as ms from the answer, however it was written.
        retry_after_ms: Option<i64>,
    },
    /// It did not.
    Fault(Phase),
}

impl Outcome {
    /// Status of HTTP, if there was an answer.
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Answered { status, .. } => Some(status),
            Self::Fault(_) => None,
        }
    }
}

/// What an outcome means for its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Any 2xx.
    Delivered,
    /// To be tried again, not before this many ms where the receiver says so.
    Retry(Option<i64>),
    /// The receiver does not want it: not tried again.
    Final,
}

/// What an outcome means. `is_rotating`: a key or secret was changed within [`ROTATION_MS`].
pub fn verdict(outcome: Outcome, is_rotating: bool) -> Verdict {
    let Outcome::Answered { status, retry_after_ms } = outcome else { return Verdict::Retry(None) };
    match status {
        200..=299 => Verdict::Delivered,
        408 | 425 | 429 | 500..=599 => Verdict::Retry(retry_after_ms),
        400 | 401 | 403 if is_rotating => Verdict::Retry(None),
        _ => Verdict::Final,
    }
}

/// The longest wait after so many failed attempts, ms, but for what a receiver may ask for.
pub fn own_wait(failed: u32) -> i64 {
    let wait = failed.checked_sub(1).and_then(|n| SCHEDULE_MS.get(n as usize));
    wait.map_or(0, |wait| wait * 12 / 10)
}

/// When the next attempt is due after `failed` failed ones, the last of which ended `now`; `None` when there is none left.
pub fn next_at(now: UnixMs, failed: u32, jitter: Jitter, retry_after_ms: Option<i64>) -> Option<UnixMs> {
    let wait = *SCHEDULE_MS.get(failed.checked_sub(1)? as usize)?;
    let wait = jitter.spread(wait);
    let asked = retry_after_ms.unwrap_or(0).min(RETRY_AFTER_MAX_MS);
    Some(now.plus_ms(wait.max(asked)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16) -> Outcome {
        Outcome::Answered { status, retry_after_ms: None }
    }

    #[test]
    fn answers_mean_what_the_table_says() {
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(verdict(answered(status), false), Verdict::Delivered, "{status}");
        }
        for status in [408, 425, 429, 500, 502, 503, 504, 599] {
            assert_eq!(verdict(answered(status), false), Verdict::Retry(None), "{status}");
        }
        for status in
            [100, 101, 199, 300, 301, 302, 307, 308, 400, 401, 403, 404, 405, 410, 413, 422, 499, 600, 999]
        {
            assert_eq!(verdict(answered(status), false), Verdict::Final, "{status}");
        }
        for (status, expected) in
            [(400, true), (401, true), (403, true), (404, false), (410, false), (302, false)]
        {
            let is_retried = matches!(verdict(answered(status), true), Verdict::Retry(_));
            assert_eq!(is_retried, expected, "{status} within a day after a rotation");
        }
        for phase in [Phase::Refused, Phase::Dns, Phase::Connect, Phase::Tls, Phase::Write, Phase::Head] {
            assert_eq!(verdict(Outcome::Fault(phase), false), Verdict::Retry(None), "{phase:?}");
        }
    }

    #[test]
    fn waits_follow_the_schedule_within_a_fifth() {
        let now = UnixMs(1_000_000);
        for (failed, wait) in (1..).zip(SCHEDULE_MS) {
            let waits: Vec<i64> = [0, 200, 400, 401, u16::MAX]
                .map(|n| next_at(now, failed, Jitter(n), None).unwrap().since(now))
                .to_vec();
            assert_eq!(waits[..4], [wait * 8 / 10, wait, wait * 12 / 10, wait * 8 / 10]);
            assert!(waits.iter().all(|ms| (wait * 8 / 10..=wait * 12 / 10).contains(ms)), "{waits:?}");
            assert!(waits.iter().all(|ms| *ms <= WAIT_MAX_MS));
        }
        assert_eq!(next_at(now, ATTEMPTS, Jitter(0), None), None, "used up");
        assert_eq!(next_at(now, 0, Jitter(0), None), None);
    }

    #[test]
    fn retry_after_lengthens_a_wait_up_to_ten_minutes_and_never_shortens_it() {
        let now = UnixMs(0);
        let wait = |failed, asked| next_at(now, failed, Jitter(200), Some(asked)).unwrap().0;
        assert_eq!(wait(1, 20_000), 20_000);
        assert_eq!(wait(1, i64::MAX), RETRY_AFTER_MAX_MS);
        assert_eq!(wait(3, 10), 30_000);
        assert_eq!(wait(1, -5), 1_000);
    }
}
