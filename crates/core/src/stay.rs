//! A stay: from when to when somebody was there.

use crate::fact::{LeaveReason, Role};
use crate::id::{ParticipantId, PeerId, StayId};
use crate::time::UnixMs;

/// One recorded interval of one peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Its own id, which no other stay has, of whatever session.
    pub id: StayId,
    /// Its peer: unique in the session, and no farther.
    pub peer: PeerId,
    /// Who.
    pub participant: ParticipantId,
    /// How it counts.
    pub role: Role,
    /// Signalling connection accepted.
    pub created_at: UnixMs,
    /// Entered.
    pub joined_at: UnixMs,
    /// Left; `None` while open.
    pub left_at: Option<UnixMs>,
    /// Why it ended.
    pub reason: Option<LeaveReason>,
    /// Socket lost at; the grace runs. Always `None` once `left_at` is set.
    pub away_since: Option<UnixMs>,
}

impl Stay {
    /// End of the interval as far as it is certain at `now`: left, else away since, else `now`.
    pub fn until(&self, now: UnixMs) -> UnixMs {
        self.left_at.or(self.away_since).unwrap_or(now)
    }

    /// Length in milliseconds at `now`.
    pub fn duration_ms(&self, now: UnixMs) -> i64 {
        self.until(now).since(self.joined_at)
    }
}
