//! Who wakes when. An entry may be stale: its owner is asked, and says again when it wants to be woken.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use crate::id::{ProducerSlot, TransportSlot};

/// The next instant of a grid that begins at `epoch`.
pub(crate) fn on_grid(epoch: Instant, step: Duration, at: Instant) -> Instant {
    let (nanos, step) = (at.saturating_duration_since(epoch).as_nanos(), step.as_nanos().max(1));
    let steps = nanos.div_ceil(step);
    epoch + Duration::from_nanos(u64::try_from(steps * step).unwrap_or(u64::MAX))
}

/// Owner of a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// ICE, DTLS, RTCP and our own deadlines of a transport.
    Transport(TransportSlot),
    /// Key frame requests of a producer.
    Producer(ProducerSlot),
}

/// The earliest entry of one owner; at most one counts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scheduled(Option<Instant>);

/// All timers.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(Instant, Timer)>>,
}

impl Timers {
    /// Wakes the owner at `at` or earlier.
    pub(crate) fn wake(&mut self, scheduled: &mut Scheduled, at: Instant, timer: Timer) {
        if scheduled.0.is_none_or(|earlier| at < earlier) {
            scheduled.0 = Some(at);
            self.heap.push(Reverse((at, timer)));
        }
    }

    /// When the next owner wakes.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// The next owner that is due, with the instant it was due at.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<(Instant, Timer)> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| entry)
    }
}

impl Scheduled {
    /// Tells that the entry of `at` was popped. False for an entry that a later, earlier one replaced.
    pub(crate) fn fired(&mut self, at: Instant) -> bool {
        let mine = self.0 == Some(at);
        if mine {
            self.0 = None;
        }
        mine
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "time must begin somewhere")]
mod tests {
    use super::*;

    #[test]
    fn a_grid_is_never_early() {
        let t0 = Instant::now();
        let (at, step) = (|us| t0 + Duration::from_micros(us), Duration::from_millis(5));
        for (asked, due) in [(0, 0), (1, 5_000), (5_000, 5_000), (5_001, 10_000)] {
            assert_eq!(on_grid(t0, step, at(asked)), at(due));
        }
    }

    #[test]
    fn only_the_earliest_entry_counts() {
        let t0 = Instant::now();
        let at = |ms| t0 + Duration::from_millis(ms);
        let mut slots = slotmap::SlotMap::<TransportSlot, ()>::with_key();
        let timer = Timer::Transport(slots.insert(()));
        let (mut timers, mut scheduled) = (Timers::default(), Scheduled::default());
        timers.wake(&mut scheduled, at(50), timer);
        timers.wake(&mut scheduled, at(90), timer);
        timers.wake(&mut scheduled, at(20), timer);
        assert_eq!(timers.next(), Some(at(20)));
        assert_eq!(timers.pop(at(10)), None);
        let (due, _) = timers.pop(at(60)).unwrap();
        assert!(scheduled.fired(due));
        let (stale, _) = timers.pop(at(60)).unwrap();
        assert!(!scheduled.fired(stale));
        assert_eq!(timers.pop(at(99)), None);
    }
}
