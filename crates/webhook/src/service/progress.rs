//! How far receivers of room webhooks are, and so how far the place is that they share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How far a receiver of room webhooks is, for whoever moves the shared place.
#[derive(Debug)]
pub(super) struct Progress(Mutex<Far>);

/// What is seen together or not at all: whether it needs its row depends on all of it.
#[derive(Debug)]
struct Far {
    /// The last fact that was routed to it.
    assigned: u64,
    /// Everything up to here is settled, or has a row that is durable.
    done: u64,
    /// It has a row of its own.
    has_row: bool,
    /// Nothing waits for it, and it is served.
    is_clear: bool,
}

impl Far {
    const fn is_idle(&self) -> bool {
        self.is_clear && self.done >= self.assigned
    }
}

impl Progress {
    /// Of one without a row: `done` is settled, and it was routed what there is up to `routed`.
    pub(super) const fn new(done: u64, routed: u64) -> Self {
        Self(Mutex::new(Far { assigned: routed, done, has_row: false, is_clear: false }))
    }

    /// Of one that has had a row since before the start. What the shared place `routed` has passed it may have been routed.
    pub(super) const fn of_row(done: u64, routed: u64) -> Self {
        Self(Mutex::new(Far { assigned: routed, done, has_row: true, is_clear: false }))
    }

    fn lock(&self) -> MutexGuard<'_, Far> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A fact is routed to it.
    pub(super) fn assign(&self, seq: u64) {
        let mut far = self.lock();
        far.assigned = far.assigned.max(seq);
    }

    /// The last fact that was routed to it.
    pub(super) fn assigned(&self) -> u64 {
        self.lock().assigned
    }

    /// Everything up to here is settled, or has a row that is durable.
    pub(super) fn done(&self) -> u64 {
        self.lock().done
    }

    /// Whether it has a row of its own.
    pub(super) fn has_row(&self) -> bool {
        self.lock().has_row
    }

    /// Its row is durable.
    pub(super) fn took_row(&self) {
        self.lock().has_row = true;
    }

    /// From here on the shared place has to say how far it is; `false` = something was routed to it that only its row says.
    pub(super) fn gives_up_row(&self) -> bool {
        let mut far = self.lock();
        let gives_up = far.has_row && far.is_idle();
        far.has_row &= !gives_up;
        gives_up
    }

    /// How far it is, durably; `is_clear`: nothing waits for it, and it is served.
    pub(super) fn note(&self, done: u64, is_clear: bool) {
        let mut far = self.lock();
        (far.done, far.is_clear) = (done, is_clear);
    }

    /// What has to be settled before everything is, if something waits for it that only the shared place says.
    fn held_from(&self) -> Option<u64> {
        let far = self.lock();
        (!far.has_row && !far.is_idle()).then_some(far.done)
    }

    /// Something waits for it that only the shared place says.
    pub(super) fn holds_back(&self) -> bool {
        self.held_from().is_some()
    }

    /// Whether all that was routed to it is settled.
    pub(super) fn is_idle(&self) -> bool {
        self.lock().is_idle()
    }
}

/// How far the shared place may go.
pub(super) fn place_of<'a>(receivers: impl Iterator<Item = &'a Arc<Progress>>, routed: u64) -> u64 {
    receivers.filter_map(|progress| progress.held_from()).fold(routed, u64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_before_the_start_is_needed_until_all_that_was_routed_is_settled() {
        let progress = Progress::of_row(3, 9);
        // What had failed has gone through; what is under way has no row of its own.
        progress.note(3, true);
        assert!(
            !progress.is_idle(),
            "the shared place has passed 9: only the row says that 4 to 9 are to be told"
        );
        progress.note(9, true);
        assert!(progress.is_idle());
        progress.assign(10);
        assert!(!progress.is_idle());
    }

    #[test]
    fn the_place_waits_for_whoever_has_no_row_and_something_to_do() {
        let with_row = Arc::new(Progress::of_row(1, 9));
        let without = Arc::new(Progress::new(5, 6));
        assert_eq!(place_of([&with_row, &without].into_iter(), 9), 5);
        without.note(6, true);
        assert_eq!(place_of([&with_row, &without].into_iter(), 9), 9);
    }

    #[test]
    fn a_row_is_given_up_only_for_the_shared_place_to_wait_for_what_follows() {
        let progress = Arc::new(Progress::of_row(9, 9));
        progress.note(9, true);
        progress.assign(10);
        assert!(!progress.gives_up_row() && progress.has_row());
        progress.note(10, true);
        assert!(progress.gives_up_row() && !progress.has_row());
        progress.assign(11);
        assert_eq!(place_of(std::iter::once(&progress), 20), 10);
    }
}
