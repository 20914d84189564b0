//! How a datagram travels between a client and us (decision 0035).

use std::net::SocketAddr;

use str0m::net::Protocol;

/// The way of a datagram. The same address means somebody else on another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Via {
    /// On its own, over UDP.
    Udp,
    /// A frame of a stream that the client opened to a passive candidate of ours (ICE-TCP, RFC 6544).
    Tcp,
    /// Through our own relay. The client's address is one that the relay has lent it, which no socket has; nothing of it
    /// leaves this process as it is.
    Relay,
}

impl Via {
    /// What ICE makes of it: a relayed client is one with a UDP address like any other.
    pub(crate) const fn protocol(self) -> Protocol {
        match self {
            Self::Udp | Self::Relay => Protocol::Udp,
            Self::Tcp => Protocol::Tcp,
        }
    }
}

/// Whom a datagram came from: the way is part of it.
pub(crate) type Source = (Via, SocketAddr);
