//! How long a lost peer, an empty session and a room may go on. Each timer acts at its own instant, however late the tick
//! is.

use crate::fact::{EndReason, LeaveReason};
use crate::hall::Hall;
use crate::id::PeerId;
use crate::time::UnixMs;

use super::Entry;

/// What ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timer {
    /// A lost peer did not come back.
    Grace(PeerId),
    /// A client was called on a new socket and did not come: it is deaf to calls.
    Deaf(PeerId),
    /// Nobody came after the last leave.
    KeepAlive,
    /// `max_meeting_seconds` is used up.
    Together,
}

impl Entry {
    /// The next timer.
    pub(crate) fn next_timer(&self, hall: &Hall) -> Option<(UnixMs, Timer)> {
        if self.stopped {
            return None;
        }
        let grace = hall.peers.first_away().map(|(since, peer)| {
            let from = since.max(self.grace_from);
            (from.plus_ms(hall.config().reconnect_grace_ms), Timer::Grace(peer))
        });
        let keep_alive = hall.keep_alive_until().map(|at| (at, Timer::KeepAlive));
        let together = self.together_deadline(hall).map(|at| (at, Timer::Together));
        let deaf = self.waiting.next_deaf().map(|(at, peer)| (at, Timer::Deaf(peer)));
        [grace, keep_alive, together, deaf].into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    /// When `max_meeting_seconds` will be, or was, used up.
    fn together_deadline(&self, hall: &Hall) -> Option<UnixMs> {
        let config = hall.config();
        let max = config.max_together_ms.filter(|_| !self.terminated)?;
        let left = max.saturating_sub(config.prior_together_ms);
        let Some(tally) = hall.session() else {
            // Used up by earlier sessions, e.g. because the limit was lowered.
            return (left <= 0 && config.open).then_some(hall.now());
        };
        let left = left.saturating_sub(tally.columns().together_ms);
        if left <= 0 {
            // Used up in the past: a lost peer came back, or the limit was lowered. Facts do not go back.
            return Some(tally.latest().max(self.configured_at));
        }
        // A lowered limit ends the room when it is lowered: who was in until then was in until then.
        Some(tally.columns().together_since?.plus_ms(left).max(self.configured_at))
    }

    /// A timer is due.
    pub(crate) fn tick(&mut self, hall: &mut Hall, at: UnixMs, timer: Timer) {
        match timer {
            Timer::Grace(peer) => self.detach(hall, peer, at, LeaveReason::ConnectionLost),
            Timer::Deaf(peer) => self.waiting.call_the_deaf(hall, peer),
            Timer::KeepAlive => self.end_session(hall, at, EndReason::AllParticipantsLeft),
            Timer::Together => {
                self.terminate(hall, at);
            }
        }
    }
}
