//! How close the turns of a worker are that has much to do.

use std::time::{Duration, Instant};

use sederunt_sfu::limit::TIMER_STEP_MIN;

/// Packets forwarded a second from which on turns keep their distance. There, several timers are due in a millisecond and several
/// datagrams come in it; a turn for each would take and send little at a time. Below it nothing waits.
const CROWDED_FROM: f64 = 20_000.0;

/// The turns of a worker.
#[derive(Debug)]
pub(super) struct Turns {
    begun: Instant,
    is_crowded: bool,
}

impl Turns {
    pub(super) fn new(now: Instant) -> Self {
        Self { begun: now, is_crowded: false }
    }

    /// So many packets are forwarded a second, smoothed.
    pub(super) fn see(&mut self, forwarded: f64) {
        self.is_crowded = forwarded >= CROWDED_FROM;
    }

    /// A turn begins.
    pub(super) fn begin(&mut self, now: Instant) {
        self.begun = now;
    }

    /// How long it has lasted.
    pub(super) fn lasts(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.begun)
    }

    /// How long the next turn is not to begin, whatever comes.
    pub(super) fn rest(&self, now: Instant) -> Option<Duration> {
        let rest = (self.begun + TIMER_STEP_MIN).saturating_duration_since(now);
        (self.is_crowded && !rest.is_zero()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_of_a_worker_with_much_to_do_keep_their_distance() {
        let t0 = Instant::now();
        let at = |us| t0 + Duration::from_micros(us);
        let mut turns = Turns::new(t0);
        turns.begin(at(5_000));
        turns.see(CROWDED_FROM - 1.0);
        assert_eq!(turns.rest(at(5_200)), None);
        turns.see(CROWDED_FROM);
        assert_eq!(turns.rest(at(5_200)), Some(Duration::from_micros(800)));
        assert_eq!(turns.rest(at(6_000)), None, "a turn that took long is followed at once");
        turns.begin(at(6_000));
        assert_eq!(turns.rest(at(6_001)), Some(Duration::from_micros(999)));
        turns.see(0.0);
        assert_eq!(turns.rest(at(6_001)), None);
    }
}
