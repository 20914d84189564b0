//! What a room waits for. Each timer acts at its own instant, however late the tick is.

use crate::fact::{EndReason, LeaveReason};
use crate::id::PeerId;
use crate::time::UnixMs;

use super::Room;

/// A timer of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timer {
    /// A lost peer did not come back.
    Grace(PeerId),
    /// The answer to a client that came back has waited long enough.
    Hold(PeerId),
    /// Nobody came after the last leave.
    KeepAlive,
    /// `max_meeting_seconds` is used up.
    Together,
}

impl Timer {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Grace(_) => "reconnect grace",
            Self::Hold(_) => "answer to who came back",
            Self::KeepAlive => "keep-alive",
            Self::Together => "max_meeting_seconds",
        }
    }
}

impl Room {
    /// The next timer.
    pub(super) fn next_timer(&self) -> Option<(UnixMs, Timer)> {
        if self.stopped {
            return None;
        }
        let grace = self.peers.first_away().map(|(since, peer)| {
            let from = since.max(self.grace_from);
            (from.plus_ms(self.config.reconnect_grace_ms), Timer::Grace(peer))
        });
        let hold = self.next_hold().map(|(at, peer)| (at, Timer::Hold(peer)));
        let keep_alive =
            self.tally.as_ref().and_then(|t| t.keep_alive_until()).map(|at| (at, Timer::KeepAlive));
        let together = self.together_deadline().map(|at| (at, Timer::Together));
        [grace, hold, keep_alive, together].into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    /// When `max_meeting_seconds` will be, or was, used up.
    fn together_deadline(&self) -> Option<UnixMs> {
        let max = self.config.max_together_ms.filter(|_| !self.terminated)?;
        let left = max.saturating_sub(self.config.prior_together_ms);
        let Some(tally) = &self.tally else {
            // Used up by earlier sessions, e.g. because the limit was lowered.
            return (left <= 0 && self.config.open).then_some(self.floor);
        };
        let left = left.saturating_sub(tally.columns().together_ms);
        if left <= 0 {
            // Used up in the past: a lost peer came back, or the limit was lowered. Facts do not go back.
            return Some(tally.latest().max(self.configured_at));
        }
        // A lowered limit ends the room when it is lowered: who was in until then was in until then.
        Some(tally.columns().together_since?.plus_ms(left).max(self.configured_at))
    }

    /// Treats every timer that is due at `now`, in order of time.
    pub(super) fn expire(&mut self, now: UnixMs) {
        // Each timer takes away what it stands for: a peer, its hold, the session, the room. The bound keeps a fault
        // from spinning.
        for _ in 0..self.peers.len().saturating_add(self.holds.len()).saturating_add(2) {
            let Some((at, timer)) = self.next_timer().filter(|(at, _)| *at <= now) else { return };
            match timer {
                Timer::Grace(peer) => {
                    if let Some(gone) = self.detach(peer, at, LeaveReason::ConnectionLost) {
                        self.farewell(&gone);
                    }
                }
                Timer::Hold(peer) => self.release(peer),
                Timer::KeepAlive => self.end_session(at, EndReason::AllParticipantsLeft),
                Timer::Together => {
                    self.terminate(at);
                }
            }
        }
    }
}
