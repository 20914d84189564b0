//! When to ask a publisher for a key frame: at most every so often, but never not at all (MEDIA §7 point 1).

use std::time::Instant;

use crate::limit::{
    KEYFRAME_CROWD, KEYFRAME_INTERVAL_BETTER, KEYFRAME_INTERVAL_CROWD, KEYFRAME_INTERVAL_MIN, KEYFRAME_RETRY,
};

/// The requests for one encoding of one producer.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    wanted: bool,
    waiting: usize,
    /// Of those, who see the same picture smaller meanwhile.
    patient: usize,
    sent: Option<Instant>,
    came: Option<Instant>,
}

impl Gate {
    /// Somebody needs a key frame; asked for now or as soon as the interval allows.
    pub(crate) fn want(&mut self) {
        self.wanted = true;
    }

    /// How many subscribers cannot show anything, or not what they chose, without a key frame; and how many of them see the same
    /// picture smaller meanwhile: those share one, which everybody who has the layer already pays for.
    pub(crate) fn set_waiting(&mut self, waiting: usize, patient: usize) {
        (self.waiting, self.patient) = (waiting, patient);
    }

    /// A key frame has begun: what was wanted is here.
    pub(crate) fn arrived(&mut self, now: Instant) {
        self.wanted = false;
        self.came = Some(now);
    }

    /// When the next request is due; `None` = nobody needs one.
    pub(crate) fn due(&self, now: Instant) -> Option<Instant> {
        let least =
            if self.waiting > KEYFRAME_CROWD { KEYFRAME_INTERVAL_CROWD } else { KEYFRAME_INTERVAL_MIN };
        if self.wanted {
            Some(self.sent.map_or(now, |sent| sent + least))
        } else if self.waiting > self.patient {
            Some(self.sent.map_or(now, |sent| sent + KEYFRAME_RETRY.max(least)))
        } else if self.patient > 0 {
            Some(self.sent.max(self.came).map_or(now, |last| last + KEYFRAME_INTERVAL_BETTER))
        } else {
            None
        }
    }

    /// True when a request goes out now; then it counts as sent.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let due = self.due(now).is_some_and(|at| at <= now);
        if due {
            self.wanted = false;
            self.sent = Some(now);
        }
        due
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "time must begin somewhere")]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_second_request_is_deferred_not_dropped() {
        let t0 = Instant::now();
        let mut gate = Gate::default();
        assert_eq!(gate.due(t0), None);
        gate.want();
        assert!(gate.take(t0));
        assert!(!gate.take(t0));
        gate.want();
        assert!(!gate.take(t0 + Duration::from_millis(10)));
        assert_eq!(gate.due(t0), Some(t0 + KEYFRAME_INTERVAL_MIN));
        assert!(gate.take(t0 + KEYFRAME_INTERVAL_MIN));
        assert_eq!(gate.due(t0 + KEYFRAME_INTERVAL_MIN), None);
    }

    #[test]
    fn a_crowd_waits_a_little_longer() {
        let t0 = Instant::now();
        let mut gate = Gate::default();
        gate.set_waiting(KEYFRAME_CROWD + 1, 0);
        assert!(gate.take(t0));
        assert_eq!(gate.due(t0), Some(t0 + KEYFRAME_INTERVAL_CROWD), "again, if nothing comes");
        gate.want();
        assert_eq!(gate.due(t0), Some(t0 + KEYFRAME_INTERVAL_CROWD));
        gate.set_waiting(KEYFRAME_CROWD, 0);
        assert_eq!(gate.due(t0), Some(t0 + KEYFRAME_INTERVAL_MIN), "most of them have it");
    }

    #[test]
    fn who_sees_something_meanwhile_shares_a_key_frame_and_gets_one_in_the_end() {
        let (t0, step) = (Instant::now(), Duration::from_millis(100));
        let mut gate = Gate::default();
        gate.set_waiting(1, 1);
        assert!(gate.take(t0), "nobody has asked lately");
        gate.arrived(t0 + step);
        gate.set_waiting(2, 2);
        assert_eq!(gate.due(t0 + step), Some(t0 + step + KEYFRAME_INTERVAL_BETTER));
        gate.set_waiting(3, 2);
        assert_eq!(gate.due(t0 + step), Some(t0 + KEYFRAME_RETRY), "somebody sees nothing");
        gate.set_waiting(2, 2);
        gate.want();
        assert_eq!(gate.due(t0 + step), Some(t0 + KEYFRAME_INTERVAL_MIN));
    }

    #[test]
    fn a_waiting_subscriber_is_never_forgotten() {
        let t0 = Instant::now();
        let mut gate = Gate::default();
        gate.set_waiting(1, 0);
        assert!(gate.take(t0));
        assert!(!gate.take(t0 + KEYFRAME_RETRY - Duration::from_millis(1)));
        assert!(gate.take(t0 + KEYFRAME_RETRY));
        gate.arrived(t0 + KEYFRAME_RETRY);
        gate.set_waiting(0, 0);
        assert_eq!(gate.due(t0 + KEYFRAME_RETRY * 9), None);
    }
}
