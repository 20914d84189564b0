//! What of the waiting room outlives a process: who waits, and who was let in (PROTOCOL §7.6).
//!
//! The official client does not ask again when its socket comes back while it waits: its screen says that it waits, and it
//! waits to be called. So the room remembers whose client does. Nothing of it is a fact, and nothing personal is in it.

use crate::id::{ParticipantId, PeerId, SessionId};
use crate::time::UnixMs;

/// The client of a peer id waits to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The wire's id, made by the client.
    pub peer: PeerId,
    /// Whose it is: nobody else takes its place.
    pub participant: ParticipantId,
    /// Since when.
    pub since: UnixMs,
    /// It was sent away, and may not have heard of it: on its next socket it is told.
    pub denied: bool,
}

/// Somebody was let in, and does not wait again in this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// Who.
    pub participant: ParticipantId,
    /// Where.
    pub session: SessionId,
    /// When.
    pub at: UnixMs,
}

/// A change of either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A client waits, or is to be sent away.
    Waits(Wait),
    /// A client waits no more.
    Over(PeerId),
    /// Somebody is let in.
    Admitted(Admission),
    /// Whoever was let in waits again the next time.
    Revoked(ParticipantId),
}
