//! Whom everybody sees in front (PROTOCOL §6.7).

use crate::id::PeerId;

/// What a host may ask.
#[derive(Debug, Clone)]
pub enum Ask {
    /// `media.globalPinPeer`.
    Pin {
        /// `None` = unpin.
        peer: Option<PeerId>,
    },
}

/// What the room says.
#[derive(Debug, Clone, PartialEq)]
pub enum Tell {
    /// Media 19, reply: empty.
    Pinned,
    /// Media 30, push to everybody, the initiator included.
    PinChanged(Option<PeerId>),
}
