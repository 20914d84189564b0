//! How far receivers of room webhooks are, and so how far the place is that they share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far a receiver of room webhooks is, for whoever moves the shared place.
#[derive(Debug)]
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
    /// Of one without a row: `done` is settled, and it was routed what there is up to `routed`.
    pub(super) fn new(done: u64, routed: u64) -> Self {
        Self {
            assigned: AtomicU64::new(routed),
            done: AtomicU64::new(done),
            has_row: AtomicBool::new(false),
            is_clear: AtomicBool::new(false),
        }
    }

    /// Of one that has had a row since before the start. What the shared place `routed` has passed it may have been routed.
    pub(super) fn of_row(done: u64, routed: u64) -> Self {
        Self { has_row: AtomicBool::new(true), ..Self::new(done, routed) }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_before_the_start_is_needed_until_all_that_was_routed_is_settled() {
        let progress = Progress::of_row(3, 9);
        // What had failed has gone through; what is under way has no row of its own.
        progress.is_clear.store(true, Ordering::Release);
        assert!(
            !progress.is_idle(),
            "the shared place has passed 9: only the row says that 4 to 9 are to be told"
        );
        progress.done.store(9, Ordering::Release);
        assert!(progress.is_idle());
        progress.assign(10);
        assert!(!progress.is_idle());
    }

    #[test]
    fn the_place_waits_for_whoever_has_no_row_and_something_to_do() {
        let with_row = Arc::new(Progress::of_row(1, 9));
        let without = Arc::new(Progress::new(5, 6));
        assert_eq!(place_of([&with_row, &without].into_iter(), 9), 5);
        without.is_clear.store(true, Ordering::Release);
        without.done.store(6, Ordering::Release);
        assert_eq!(place_of([&with_row, &without].into_iter(), 9), 9);
    }
}
