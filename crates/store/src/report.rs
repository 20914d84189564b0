//! What a client says of its call, what the server sees of it, and both as they are kept.

use sederunt_core::id::{MeetingId, ParticipantId, PeerId, SessionId};
use sederunt_core::time::{Reading, UnixMs};

/// A post that a client makes.
#[derive(Debug, Clone)]
pub struct ClientPost {
    /// The meeting that its token names.
    pub meeting: MeetingId,
    /// The participant that its token names.
    pub participant: ParticipantId,
    /// The peer id that its client chose.
    pub peer: PeerId,
    /// When it came.
    pub at: Reading,
    /// What is kept of it.
    pub body: String,
    /// Bytes of all posts of a stay.
    pub stay_max_bytes: u64,
}

/// What became of a [`ClientPost`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// It is durable.
    Kept,
    /// The stay has as many as it may have.
    Full,
    /// The meeting's latest session has no such stay of this participant, or it is over for a minute, or its person is erased,
    /// or the participant deleted.
    NoStay,
}

/// What the server itself has seen of a stay.
#[derive(Debug, Clone)]
pub struct ServerPost {
    /// The stay's session.
    pub session: SessionId,
    /// The peer id by which the stay is recorded.
    pub stay: PeerId,
    /// When it is kept.
    pub at: Reading,
    /// What is kept.
    pub body: String,
}

/// What is kept of a stay, of either source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPost {
    /// When it came, by the wall clock.
    pub at: UnixMs,
    /// What was kept.
    pub body: String,
}

/// A post as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportRow {
    pub session: SessionId,
    pub peer: PeerId,
    pub no: i64,
    pub at: UnixMs,
    /// Of what its client said, up to this row.
    pub stay_bytes: i64,
    pub body: String,
}
