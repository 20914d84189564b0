//! What the benchmark of packets can be asked.

use std::num::NonZeroUsize;
use std::path::PathBuf;

/// `packets`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct PacketsArgs {
    /// Subscribers, a run for each number. Left out: 1, 10 and 50 of one publisher; with --via 10 and 50
    #[arg(long, value_delimiter = ',')]
    pub(super) subscribers: Vec<usize>,
    /// Packets a second of the publisher, a run for each number: a camera sends about 150
    #[arg(long, value_delimiter = ',', default_values_t = [150, 1000])]
    pub(super) rates: Vec<u32>,
    /// Seconds that each run is measured
    #[arg(long, default_value_t = 5)]
    pub(super) seconds: u64,
    /// Bytes of a packet's payload
    #[arg(long, default_value_t = 1200)]
    pub(super) bytes: usize,
    /// Beside Janus (Debian: apt-get install janus) instead of bare loops
    #[arg(long, conflicts_with = "via")]
    pub(super) janus: bool,
    /// The whole server, its clients reached by each of these ways: the first is what the others are compared with. coturn
    /// (Debian: apt-get install coturn) stands in front of the server's UDP port in place of its own relay
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WAY,…")]
    pub(super) via: Vec<Via>,
    /// Rounds in turns, with --janus and --via
    #[arg(long, default_value = "5")]
    pub(super) rounds: NonZeroUsize,
    /// The server of --via. Left out: `sederunt` beside this program
    #[arg(long)]
    pub(super) server: Option<PathBuf>,
}

impl PacketsArgs {
    /// Numbers of subscribers.
    pub(super) fn subscribers(&self, default: &[usize]) -> Vec<usize> {
        if self.subscribers.is_empty() { default.to_vec() } else { self.subscribers.clone() }
    }
}

/// How people are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Via {
    /// UDP.
    Udp,
    /// ICE-TCP on the HTTPS port.
    Tcp,
    /// The server's relay: TURN inside TLS on the HTTPS port.
    Relay,
    /// coturn as the relay: TURN inside TLS, and UDP between it and the server.
    Coturn,
}

impl Via {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "ICE-TCP",
            Self::Relay => "relay",
            Self::Coturn => "coturn",
        }
    }
}
