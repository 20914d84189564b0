//! Media: where it listens and what it announces.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use sederunt_node::media::Announced;
use serde::Deserialize;

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
}

/// Media settings.
#[derive(Debug, Clone)]
pub struct MediaSettings {
    /// UDP address to bind.
    pub listen: SocketAddr,
    /// Announced addresses; empty = found out by the media thread.
    pub announce: Vec<Announced>,
}

/// The number of the HTTP port. Not loopback, unlike that one: browsers send from their other interfaces, and not every
/// system lets such a packet reach loopback. Whoever has no ICE credentials of a running call gets no answer here.
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8080);

impl MediaSettings {
    pub(super) fn resolve(layers: &mut Layers<'_>, given: MediaGiven, file: MediaGiven) -> Self {
        let MediaGiven { listen, announce } = given;
        Self {
            listen: layers.pick("media.listen", listen, file.listen, LISTEN_DEFAULT),
            announce: layers.pick("media.announce", announce, file.announce, Vec::new()),
        }
    }
}
