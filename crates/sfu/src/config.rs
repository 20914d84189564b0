//! What the engine must know, and why it cannot start.

use std::net::SocketAddr;
use std::time::Duration;

use crate::ice::IceKey;
use crate::limit::SAMPLE_EVERY;

/// What the engine must know of its surroundings.
#[derive(Debug, Clone)]
pub struct SfuConfig {
    /// Addresses announced as ICE host candidates. Empty or invalid ones are left out.
    pub local_addrs: Vec<SocketAddr>,
    /// Addresses announced as passive ICE-TCP candidates, for clients whose network lets no UDP through.
    pub tcp_addrs: Vec<SocketAddr>,
    /// Where ICE passwords come from. Clients of a former engine with the same key hear that their transports are gone.
    pub ice_key: IceKey,
    /// Between two samples of a transport.
    pub sample_every: Duration,
}

impl SfuConfig {
    /// Without TCP, with samples at the usual pace.
    pub fn new(local_addrs: Vec<SocketAddr>, ice_key: IceKey) -> Self {
        Self { local_addrs, tcp_addrs: Vec::new(), ice_key, sample_every: SAMPLE_EVERY }
    }
}

/// The engine cannot start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no DTLS certificate could be made")]
pub struct NoCertificate;
