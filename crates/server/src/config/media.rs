//! Media: where it listens and what it announces.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use sederunt_node::media::Announced;
use serde::{Deserialize, Serialize};

use super::Layers;

/// As given on the command line, in the environment or in the file.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MediaGiven {
    /// UDP address of audio and video. Port 0 = any free port
    #[arg(long = "media", env = "SEDERUNT_MEDIA_LISTEN", value_name = "ADDR", id = "media.listen")]
    pub listen: Option<SocketAddr>,
    /// IP addresses under which clients reach the media port, comma-separated, each with its port where that is not the
    /// bound one (203.0.113.7:40000: a container's port is mapped). Left out: the bound address, or loopback and the
    /// address of the default route when bound to all
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
    /// UDP address to bind.
    pub listen: SocketAddr,
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
    pub(super) fn resolve(layers: &mut Layers<'_>, given: MediaGiven, file: MediaGiven) -> Self {
        let MediaGiven { listen, announce, tcp, tcp_announce, relay } = given;
        Self {
            listen: layers.pick("media.listen", listen, file.listen, LISTEN_DEFAULT),
            announce: layers.pick("media.announce", announce, file.announce, Vec::new()),
            tcp: layers.pick("media.tcp", tcp, file.tcp, true),
            tcp_announce: layers.pick("media.tcp_announce", tcp_announce, file.tcp_announce, Vec::new()),
            relay: layers.pick("media.relay", relay, file.relay, RelaySetting::Tls),
        }
    }
}
