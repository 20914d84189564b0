//! Settings of the media thread.

use std::net::SocketAddr;
use std::time::Duration;

use sederunt_sfu::IceKey;

use super::address::Announced;

/// Where media listens, and what it tells clients.
#[derive(Debug, Clone)]
pub struct MediaConfig {
    /// UDP address to bind; port 0 lets the system choose.
    pub bind: SocketAddr,
    /// Addresses announced as ICE host candidates. Empty: the bound address, or, when that is unspecified, loopback and
    /// the address of the default route. Those of a family that the socket does not speak are left out.
    pub announce: Vec<Announced>,
    /// Addresses of streams that are handed to [`MediaHandle::greet`](super::MediaHandle::greet), announced as passive ICE-TCP
    /// candidates.
    pub tcp: Vec<SocketAddr>,
    /// Where ICE passwords come from; the same at every start, so that clients of the process before hear at once that
    /// their transports are gone.
    pub ice_key: IceKey,
    /// Between two samples of a transport.
    pub sample_every: Duration,
}
