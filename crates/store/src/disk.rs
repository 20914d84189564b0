//! Whether the ledger's disk takes writes: what the last transaction met, and how long the present one takes.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A transaction that takes longer than this is stuck: a slow disk with a whole log to copy needs a second or two.
const STUCK_AFTER: Duration = Duration::from_secs(4);

/// Why nothing can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DiskTrouble {
    /// The last write failed: no space, a fault of the disk, or another program's lock.
    #[error("the server cannot write now: its disk is full or failing")]
    Failing,
    /// A write does not return.
    #[error("the server cannot write now: its disk does not answer")]
    Stuck,
}

/// What the writer has met.
#[derive(Debug)]
pub(crate) struct Disk {
    start: Instant,
    /// Milliseconds after `start` at which the transaction under way began, plus 1; 0 = none is.
    begun: AtomicU64,
    failing: AtomicBool,
    failures: AtomicU64,
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            begun: AtomicU64::new(0),
            failing: AtomicBool::new(false),
            failures: AtomicU64::new(0),
        }
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// A transaction begins.
    pub(crate) fn begin(&self) {
        self.begun.store(self.elapsed_ms() + 1, Ordering::Relaxed);
    }

    /// It has ended: `Some(true)` = something is on disk, `Some(false)` = the disk refused, `None` = nothing was
    /// written, which proves nothing.
    pub(crate) fn end(&self, outcome: Option<bool>) {
        self.begun.store(0, Ordering::Relaxed);
        let Some(is_written) = outcome else { return };
        let was_failing = self.failing.swap(!is_written, Ordering::Relaxed);
        if !is_written {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
        match (was_failing, is_written) {
            (true, true) => tracing::info!("the ledger's disk takes writes again"),
            (false, false) => tracing::error!(
                "the ledger's disk refuses writes: joins, leaves and chat wait for it, new people are refused"
            ),
            (true, false) | (false, true) => {}
        }
    }

    /// `None` = it takes writes, as far as is known.
    pub(crate) fn trouble(&self) -> Option<DiskTrouble> {
        if self.failing.load(Ordering::Relaxed) {
            return Some(DiskTrouble::Failing);
        }
        let begun = self.begun.load(Ordering::Relaxed);
        let since_ms = self.elapsed_ms().saturating_sub(begun.saturating_sub(1));
        let stuck = begun > 0 && u128::from(since_ms) >= STUCK_AFTER.as_millis();
        stuck.then_some(DiskTrouble::Stuck)
    }

    /// Transactions that the disk refused, since the start.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_write_that_is_on_disk_ends_the_trouble() {
        let disk = Disk::new();
        disk.begin();
        assert_eq!(disk.trouble(), None);
        disk.end(Some(false));
        assert_eq!((disk.trouble(), disk.failures()), (Some(DiskTrouble::Failing), 1));
        disk.begin();
        disk.end(None);
        assert_eq!(disk.trouble(), Some(DiskTrouble::Failing));
        disk.begin();
        disk.end(Some(true));
        assert_eq!((disk.trouble(), disk.failures()), (None, 1));
    }

    #[test]
    fn a_transaction_that_does_not_return_is_stuck() {
        let mut disk = Disk::new();
        disk.begin();
        disk.start -= STUCK_AFTER;
        assert_eq!(disk.trouble(), Some(DiskTrouble::Stuck));
        disk.end(None);
        assert_eq!(disk.trouble(), None);
    }
}
