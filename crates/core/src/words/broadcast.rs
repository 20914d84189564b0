//! Broadcasts: messages that peers send each other through the server (PROTOCOL §7.4).

use crate::id::{MeetingId, PeerId};

use super::sum;

/// A message that peers send each other through the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broadcast {
    /// Free text that names the kind.
    pub kind: String,
    /// JSON bytes.
    pub payload: Vec<u8>,
    /// Unix milliseconds: the client's, or of one of the API the room's.
    pub timestamp: u64,
    /// Receivers.
    pub to: BroadcastTo,
}

/// Receivers of a broadcast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BroadcastTo {
    /// Everybody else in the room (`room.broadcastMessage`, 29).
    Room,
    /// These peers (`room.broadcastToEntity`, 39).
    Peers(Vec<PeerId>),
    /// Whole meetings that are connected (39): this one is all that there are.
    Rooms(Vec<MeetingId>),
}

/// What the room says.
#[derive(Debug, Clone, PartialEq)]
pub enum Tell {
    /// Events 29 and 39. As a reply: empty payload.
    BroadcastAck {
        /// 39 instead of 29.
        to_entity: bool,
    },
    /// Events 29 and 39, push.
    Broadcast(Broadcast),
}

impl Tell {
    /// Bytes that it holds beside a fixed size, roughly.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::BroadcastAck { .. } => 0,
            Self::Broadcast(broadcast) => sum([broadcast.kind.len(), broadcast.payload.len()]),
        }
    }
}
