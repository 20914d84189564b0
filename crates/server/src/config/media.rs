//! Media: where it listens and what it announces.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZero;

use sederunt_node::media::{Announced, WORKERS_MAX};
use serde::{Deserialize, Serialize};

use super::Layers;
use super::layer::within;

/// As given on the command line, in the environment or in the file.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MediaGiven {
    /// UDP address of audio and video: of the first worker, each further one has the next port. Port 0 = any free ports
    #[arg(long = "media", env = "SEDERUNT_MEDIA_LISTEN", value_name = "ADDR", id = "media.listen")]
    pub listen: Option<SocketAddr>,
    /// Threads that forward audio and video, 1 to 16, each with a UDP port: 4 of them and media.listen 0.0.0.0:8080 are the
    /// ports 8080 to 8083. A meeting is on one of them. Left out: one less than the processors, and 1 when media.announce
    /// names a port
    #[arg(
        long = "media-workers",
        env = "SEDERUNT_MEDIA_WORKERS",
        value_name = "COUNT",
        id = "media.workers"
    )]
    pub workers: Option<u8>,
    /// IP addresses under which clients reach the media port, comma-separated, each with its port where that is not the
    /// bound one (203.0.113.7:40000: a container's port is mapped). That is the first worker's, each further one is reached
    /// by the next port. Left out: the bound address, or loopback and the address of the default route when bound to all
    #[arg(
        long = "media-announce",
        env = "SEDERUNT_MEDIA_ANNOUNCE",
        value_name = "IP[:PORT],…",
        value_delimiter = ',',
        id = "media.announce"
    )]
    pub announce: Option<Vec<Announced>>,
    /// Whether people whose network lets no UDP through may send audio and video as a stream to the HTTP(S) port
    #[arg(long = "media-tcp", env = "SEDERUNT_MEDIA_TCP", value_name = "BOOL", id = "media.tcp")]
    pub tcp: Option<bool>,
    /// IP addresses under which such streams reach the HTTP(S) port, comma-separated, each with its port where that is not the
    /// bound one. Left out: those of media.announce; none when this server listens on loopback beside announced ones,
    /// because a proxy passes no such streams
    #[arg(
        long = "media-tcp-announce",
        env = "SEDERUNT_MEDIA_TCP_ANNOUNCE",
        value_name = "IP[:PORT],…",
        value_delimiter = ',',
        id = "media.tcp_announce"
    )]
    pub tcp_announce: Option<Vec<Announced>>,
    /// Who is offered the relay (TURN) on the HTTP(S) port, for networks that let only TLS through: `tls` = everybody, when
    /// this server speaks TLS itself; `always` = also without TLS; `off`. It relays to this server's media alone
    #[arg(
        long = "media-relay",
        env = "SEDERUNT_MEDIA_RELAY",
        value_name = "tls|always|off",
        id = "media.relay"
    )]
    pub relay: Option<RelaySetting>,
}

/// Who is offered the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RelaySetting {
    /// Everybody, over TLS.
    Tls,
    /// Everybody, also without TLS.
    Always,
    /// Nobody.
    Off,
}

impl RelaySetting {
    /// Whether it is offered on a port with TLS, or without.
    pub fn offers(self, has_tls: bool) -> bool {
        match self {
            Self::Tls => has_tls,
            Self::Always => true,
            Self::Off => false,
        }
    }
}

/// Media settings.
#[derive(Debug, Clone)]
pub struct MediaSettings {
    /// UDP address to bind, of the first worker.
    pub listen: SocketAddr,
    /// Media threads.
    pub workers: u8,
    /// Announced addresses; empty = found out by the media thread.
    pub announce: Vec<Announced>,
    /// Streams to the HTTP(S) port carry media too.
    pub tcp: bool,
    /// Where they lead to it; empty = as `announce` says.
    pub tcp_announce: Vec<Announced>,
    /// Who is offered the relay.
    pub relay: RelaySetting,
}

/// The number of the HTTP port. Not loopback, unlike that one: browsers send from their other interfaces, and not every
/// system lets such a packet reach loopback. Whoever has no ICE credentials of a running call gets no answer here.
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8080);

impl MediaSettings {
    pub(super) fn resolve(
        layers: &mut Layers<'_>,
        given: MediaGiven,
        file: MediaGiven,
    ) -> anyhow::Result<Self> {
        let MediaGiven { listen, workers, announce, tcp, tcp_announce, relay } = given;
        let listen = layers.pick("media.listen", listen, file.listen, LISTEN_DEFAULT);
        let workers = layers.pick_optional("media.workers", workers, file.workers);
        let announce = layers.pick("media.announce", announce, file.announce, Vec::new());
        if let Some(workers) = workers {
            within("media.workers", workers, 1..=WORKERS_MAX)?;
        }
        Ok(Self {
            workers: workers
                .unwrap_or_else(|| workers_default(&announce, std::thread::available_parallelism())),
            listen,
            announce,
            tcp: layers.pick("media.tcp", tcp, file.tcp, true),
            tcp_announce: layers.pick("media.tcp_announce", tcp_announce, file.tcp_announce, Vec::new()),
            relay: layers.pick("media.relay", relay, file.relay, RelaySetting::Tls),
        })
    }
}

/// How many workers there are when nobody says it: a processor is left to everything else. Who names the port that leads to
/// media has mapped one; for more of them he says so.
fn workers_default(announce: &[Announced], processors: io::Result<NonZero<usize>>) -> u8 {
    if announce.iter().any(|announced| announced.port.is_some()) {
        return 1;
    }
    let spare = processors.map_or(1, NonZero::get).saturating_sub(1);
    u8::try_from(spare).unwrap_or(WORKERS_MAX).clamp(1, WORKERS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_is_left_and_a_mapped_port_is_one() {
        let of = |announce: &[&str], processors: usize| {
            let announce: Vec<Announced> = announce.iter().map(|text| text.parse().unwrap()).collect();
            workers_default(&announce, Ok(NonZero::new(processors).unwrap()))
        };
        let all: Vec<u8> =
            [1, 2, 4, 17, 18, 1_000].map(|processors| of(&["203.0.113.7"], processors)).to_vec();
        assert_eq!(all, [1, 1, 3, 16, 16, 16]);
        assert_eq!(of(&["10.0.0.7", "203.0.113.7:40000"], 8), 1);
        assert_eq!(workers_default(&[], Err(io::Error::other("unknown"))), 1);
    }
}
