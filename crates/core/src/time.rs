//! Time as an argument: UTC milliseconds since the Unix epoch.

use serde::{Deserialize, Serialize};

/// A UTC instant in whole milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixMs(pub i64);

impl UnixMs {
    /// Later by `ms` milliseconds; saturates.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`; 0 when the clock went backwards.
    pub const fn since(self, earlier: Self) -> i64 {
        let d = self.0.saturating_sub(earlier.0);
        if d < 0 { 0 } else { d }
    }

    /// The UTC day in which it is.
    pub const fn day(self) -> Day {
        Day(self.0.div_euclid(DAY_MS))
    }
}

/// Milliseconds of a UTC day: leap seconds are no milliseconds of their own.
const DAY_MS: i64 = 86_400_000;

/// A UTC day: days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// Its first millisecond; saturates.
    pub const fn start(self) -> UnixMs {
        UnixMs(self.0.saturating_mul(DAY_MS))
    }

    /// Its last millisecond; saturates.
    pub const fn end(self) -> UnixMs {
        self.start().plus_ms(DAY_MS - 1)
    }
}

/// What the clocks of a process show at one moment.
///
/// The steady clock is the wall clock as it was when the process started, plus the time that has passed since: nobody can
/// set it. The offset is what the wall clock was set by since then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// The steady clock.
    pub steady: UnixMs,
    /// The wall clock minus the steady clock.
    pub offset_ms: i64,
}

impl Reading {
    /// The wall clock.
    pub const fn wall(self) -> UnixMs {
        self.steady.plus_ms(self.offset_ms)
    }
}

/// Both clocks show this: nobody has set the wall clock.
impl From<UnixMs> for Reading {
    fn from(at: UnixMs) -> Self {
        Self { steady: at, offset_ms: 0 }
    }
}

/// What the shell hands to the engine with every input: the instant, and fresh ids, which keeps randomness out of the
/// engine.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// The instant of the input on the steady clock. The engine makes the room's own time of it.
    pub now: UnixMs,
    /// See [`Reading::offset_ms`]. A session keeps the offset it began with.
    pub offset_ms: i64,
    /// A newly minted id, unused so far. No input needs more than one (for a session, a producer, a transport or a chat
    /// message), beside the next.
    pub fresh: crate::id::Id,
    /// Another one, for the stay that the input may begin.
    pub stay: crate::id::StayId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_from_midnight_to_the_millisecond_before_the_next() {
        for (at, day) in [(0, 0), (DAY_MS - 1, 0), (DAY_MS, 1), (-1, -1), (-DAY_MS, -1), (-DAY_MS - 1, -2)] {
            assert_eq!(UnixMs(at).day(), Day(day), "{at}");
            assert!(Day(day).start().0 <= at && at <= Day(day).end().0, "{at}");
        }
        let (first, last) = (UnixMs(i64::MIN).day(), UnixMs(i64::MAX).day());
        assert_eq!((first.start(), last.end()), (UnixMs(i64::MIN), UnixMs(i64::MAX)));
    }
}
