//! Which changes are wanted, and what of each.

use sederunt_core::fact::FactName;
use sederunt_core::id::{MeetingId, SessionId};

/// Which changes are wanted; empty lists = all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Meetings.
    pub meetings: Vec<MeetingId>,
    /// Sessions. Their changes are found along their own chains of facts, whatever else happened.
    pub sessions: Vec<SessionId>,
    /// Kinds.
    pub kinds: Vec<FactName>,
    /// Count who is in the session after each change.
    pub counts: bool,
}

impl EventFilter {
    /// Whether a change is wanted.
    pub fn passes(&self, meeting: MeetingId, session: SessionId, kind: FactName) -> bool {
        (self.meetings.is_empty() || self.meetings.contains(&meeting))
            && (self.sessions.is_empty() || self.sessions.contains(&session))
            && (self.kinds.is_empty() || self.kinds.contains(&kind))
    }

    /// Whether every change is wanted.
    pub fn passes_all(&self) -> bool {
        self.meetings.is_empty() && self.sessions.is_empty() && self.kinds.is_empty()
    }
}

/// Who is in a session, without monitors (SEMANTICS §6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Open stays, those in the reconnect grace included.
    pub stays: u64,
    /// Different participants of them.
    pub participants: u64,
}
