//! Settings of the media threads.

use std::net::SocketAddr;
use std::time::Duration;

use sederunt_sfu::IceKey;

use super::address::Announced;

/// Media threads of a process: each forwards for a processor of its own, and opens a UDP port.
pub const WORKERS_MAX: u8 = 16;

/// Where media listens, and what it tells clients.
#[derive(Debug, Clone)]
pub struct MediaConfig {
    /// UDP address of the first worker; each further one has the next port. Port 0 lets the system choose all of them.
    pub bind: SocketAddr,
    /// Workers, from 1 to [`WORKERS_MAX`]: threads with a socket each. A room is one worker's for as long as it lives.
    pub workers: u8,
    /// Addresses announced as ICE host candidates, each with the port of the first worker where that is another than the
    /// bound one; each further worker has the next. Empty: the bound address, or, when that is unspecified, loopback and
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
