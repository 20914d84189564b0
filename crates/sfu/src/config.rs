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
    /// Which of the engines of its process this one is, from 0; below 100, so that ICE names can say it.
    pub worker: u8,
    /// How many there are. What is for another of them is left to it.
    pub workers: u8,
}

impl SfuConfig {
    /// Without TCP, with samples at the usual pace, the only engine of its process.
    pub fn new(local_addrs: Vec<SocketAddr>, ice_key: IceKey) -> Self {
        let tcp_addrs = Vec::new();
        Self { local_addrs, tcp_addrs, ice_key, sample_every: SAMPLE_EVERY, worker: 0, workers: 1 }
    }
}

/// The engine cannot start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no DTLS certificate could be made")]
pub struct NoCertificate;
