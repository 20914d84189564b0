//! What commands did to a server, for its metrics.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters; clones share them.
#[derive(Debug, Clone, Default)]
pub struct ControlStats {
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    running: AtomicU64,
    done: AtomicU64,
    refused: AtomicU64,
}

impl ControlStats {
    /// Commands being done.
    pub fn running(&self) -> u64 {
        self.counts.running.load(Ordering::Relaxed)
    }

    /// Commands done, whatever came of them.
    pub fn done(&self) -> u64 {
        self.counts.done.load(Ordering::Relaxed)
    }

    /// Refused: another user, no command of ours, or too many at a time.
    pub fn refused(&self) -> u64 {
        self.counts.refused.load(Ordering::Relaxed)
    }

    /// A command's work begins.
    pub(super) fn note_begun(&self) {
        self.counts.running.fetch_add(1, Ordering::Relaxed);
    }

    /// The work has ended.
    pub(super) fn note_done(&self) {
        self.counts.running.fetch_sub(1, Ordering::Relaxed);
        self.counts.done.fetch_add(1, Ordering::Relaxed);
    }

    /// A command was refused.
    pub(super) fn note_refused(&self) {
        self.counts.refused.fetch_add(1, Ordering::Relaxed);
    }
}
