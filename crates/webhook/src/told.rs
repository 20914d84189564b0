//! What a receiver is told: one event of one fact, as it goes over the wire.

use bytes::Bytes;
use sederunt_core::id::{MeetingId, PeerId};
pub use sederunt_store::delivery::Key;

/// What an event must not overtake, where a meeting has so many that some may overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Of the whole session (started, ended): overtakes nothing and is overtaken by nothing.
    Session,
    /// Of one peer: keeps its place among those of the same peer.
    Peer(PeerId),
}

impl Order {
    /// Whether two events of one meeting have to be sent one after the other.
    pub fn binds(self, other: Self) -> bool {
        match (self, other) {
            (Self::Peer(a), Self::Peer(b)) => a == b,
            (Self::Session, _) | (_, Self::Session) => true,
        }
    }
}

/// One event, rendered. Its bytes are a function of the ledger, so they are the same on every attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Which event.
    pub key: Key,
    /// Its meeting: order is kept within one.
    pub lane: MeetingId,
    /// What it must not overtake.
    pub order: Order,
    /// The body of the request.
    pub body: Bytes,
}
