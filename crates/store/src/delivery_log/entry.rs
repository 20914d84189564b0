//! What the log is told.

use sederunt_core::id::{AppId, Id, MeetingId};
use sederunt_core::time::UnixMs;

use crate::delivery::Key;

/// The last instant that a file is named after, the end of the year 9998. What is later counts as this.
const LAST: UnixMs = UnixMs(253_370_764_799_999);

/// Bytes of a receiver's answer that are kept with a failure.
pub const EXCERPT_MAX: usize = 1024;

/// An attempt that a 2xx answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Whose: each app has its share of the log.
    pub app: AppId,
    /// To whom.
    pub endpoint: Id,
    /// What.
    pub key: Key,
    /// 1 for the first.
    pub attempt: u32,
    /// When it began.
    pub at: UnixMs,
    /// How long it took, ms.
    pub latency_ms: i64,
    /// Status of HTTP.
    pub status: u16,
}

impl Delivered {
    /// With a time that has a file, and a latency that is one.
    pub(super) fn bounded(mut self) -> Self {
        self.at = bounded(self.at);
        self.latency_ms = self.latency_ms.max(0);
        self
    }
}

/// An attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Whose: each app has its share of the log.
    pub app: AppId,
    /// To whom.
    pub endpoint: Id,
    /// What.
    pub key: Key,
    /// The meeting of the event.
    pub meeting: MeetingId,
    /// 1 for the first.
    pub attempt: u32,
    /// When it began.
    pub at: UnixMs,
    /// How long it took, ms.
    pub latency_ms: i64,
    /// Status of HTTP, if there was an answer.
    pub status: Option<u16>,
    /// Where it ended, if there was none.
    pub phase: Option<&'static str>,
    /// How the answer's body began. Kept as UTF-8, with replacement characters where it is none, up to [`EXCERPT_MAX`].
    pub excerpt: Vec<u8>,
}

impl Failed {
    /// With a time that has a file, a latency that is one, and no more of the answer than is kept.
    pub(super) fn bounded(mut self) -> Self {
        self.at = bounded(self.at);
        self.latency_ms = self.latency_ms.max(0);
        self.excerpt.truncate(EXCERPT_MAX);
        self.excerpt.shrink_to_fit();
        self
    }

    /// What is kept of the answer. Replacement characters are longer than what they replace.
    pub(super) fn text(&self) -> String {
        let mut text = String::from_utf8_lossy(&self.excerpt).into_owned();
        text.truncate(text.floor_char_boundary(EXCERPT_MAX));
        text
    }
}

/// Why nothing follows a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Final {
    /// The answer forbids another attempt.
    Refused,
    /// All attempts failed, while others succeeded.
    UsedUp,
}

impl Final {
    /// In the file.
    pub(super) const fn code(self) -> i64 {
        match self {
            Self::Refused => 1,
            Self::UsedUp => 2,
        }
    }

    /// Reads [`Self::code`].
    pub(super) const fn of_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Refused),
            2 => Some(Self::UsedUp),
            _ => None,
        }
    }
}

fn bounded(at: UnixMs) -> UnixMs {
    at.clamp(UnixMs(0), LAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(excerpt: &[u8]) -> Failed {
        Failed {
            app: AppId::from("a"),
            endpoint: Id::from_u128(1),
            key: Key::first(1),
            meeting: MeetingId::from_u128(2),
            attempt: 1,
            at: UnixMs(i64::MAX),
            latency_ms: -1,
            status: Some(500),
            phase: None,
            excerpt: excerpt.to_vec(),
        }
    }

    #[test]
    fn an_excerpt_is_text_and_no_longer_than_what_is_kept() {
        assert_eq!(failed(b"no \xff such").bounded().text(), "no \u{fffd} such");
        let noise = failed(&[0xff; 4 * EXCERPT_MAX]).bounded();
        assert_eq!(noise.excerpt.len(), EXCERPT_MAX);
        assert_eq!(noise.text().len(), EXCERPT_MAX / 3 * 3, "whole characters");
        let cut = failed("é".repeat(EXCERPT_MAX).as_bytes()).bounded();
        assert_eq!(cut.text(), "é".repeat(EXCERPT_MAX / 2));
    }

    #[test]
    fn times_have_a_file_and_latencies_are_no_less_than_nothing() {
        let odd = failed(b"").bounded();
        assert_eq!((odd.at, odd.latency_ms), (LAST, 0));
        assert_eq!(bounded(UnixMs(-5)), UnixMs(0));
    }
}
