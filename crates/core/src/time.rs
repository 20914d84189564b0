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
}

/// What the shell hands to the engine with every input: the instant, and one fresh id.
///
/// No input needs more than one new id (a session, a producer, a transport or a chat message), which keeps
/// randomness out of the engine.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// The instant of the input. May go backwards between inputs; the engine tolerates it.
    pub now: UnixMs,
    /// A newly minted id, unused so far.
    pub fresh: crate::id::Id,
}
