//! How far receivers of room webhooks are, and so how far the place is that they share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far a receiver of room webhooks is, for whoever moves the shared place.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The last fact that was routed to it.
    pub assigned: AtomicU64,
    /// Everything up to here is settled, or has a row that is durable.
    pub done: AtomicU64,
    /// It has a row of its own.
    pub has_row: AtomicBool,
    /// Nothing waits for it, and it is served.
    pub is_clear: AtomicBool,
}

impl Progress {
    pub(super) fn assign(&self, seq: u64) {
        self.assigned.fetch_max(seq, Ordering::AcqRel);
    }

    /// Something waits for it that only the shared place says.
    pub(super) fn holds_back(&self) -> bool {
        !self.has_row.load(Ordering::Acquire) && !self.is_idle()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.is_clear.load(Ordering::Acquire)
            && self.done.load(Ordering::Acquire) >= self.assigned.load(Ordering::Acquire)
    }
}

/// How far the shared place may go.
pub(super) fn place_of<'a>(receivers: impl Iterator<Item = &'a Arc<Progress>>, routed: u64) -> u64 {
    let held = receivers.filter(|progress| progress.holds_back());
    held.map(|progress| progress.done.load(Ordering::Acquire)).fold(routed, u64::min)
}
