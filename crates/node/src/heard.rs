//! When a client was last heard: its door tells, its room reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use sederunt_core::call::Disconnect;
use sederunt_core::time::UnixMs;

use crate::clock::Clock;

/// A client of which nothing was heard for this long is not there, though its door may still wait for it: the door pings more
/// often than this, with time for the answer.
pub const QUIET_MS: i64 = 15_000;

/// An instant of the steady clock; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    clock: Arc<dyn Clock>,
    at: Arc<AtomicI64>,
}

impl Heard {
    /// Now.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let at = Arc::new(AtomicI64::new(clock.steady().0));
        Self { clock, at }
    }

    /// Again, now.
    pub(crate) fn note(&self) {
        self.at.store(self.clock.steady().0, Ordering::Relaxed);
    }

    /// The last time.
    pub(crate) fn at(&self) -> UnixMs {
        UnixMs(self.at.load(Ordering::Relaxed))
    }

    /// How a client is gone that is not heard any more.
    pub(crate) fn silent(&self) -> Disconnect {
        Disconnect::Silent { heard_at: self.at() }
    }
}
