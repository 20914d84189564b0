//! HTTP listeners and public names.

use std::net::{Ipv4Addr, SocketAddr};

use serde::Deserialize;

use super::Layers;
use super::origin::check_origin;
use crate::forwarded::Cidr;

/// As given on the command line, in the environment or in the file.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpGiven {
    /// Address of the one HTTP(S) port: both APIs, the web socket and the meeting page. Port 0 = any free port
    #[arg(long, env = "SEDERUNT_LISTEN", value_name = "ADDR", id = "listen")]
    pub listen: Option<SocketAddr>,
    /// Address of /metrics, /healthz and /readyz. Keep it off the public network
    #[arg(long, env = "SEDERUNT_METRICS_LISTEN", value_name = "ADDR", id = "metrics_listen")]
    pub metrics_listen: Option<SocketAddr>,
    /// Public host and port of this server without scheme, as clients see it, e.g. meet.example.com.
    /// Left out: localhost and the bound port
    #[arg(long, env = "SEDERUNT_BASE_URI", value_name = "HOST[:PORT]", id = "base_uri")]
    pub base_uri: Option<String>,
    /// Origins of web pages that may call the REST APIs, as browsers send them (`https://app.example.com`), comma-separated;
    /// * = all. Servers need none
    #[arg(
        long,
        env = "SEDERUNT_CORS_ORIGINS",
        value_name = "ORIGIN,…",
        value_delimiter = ',',
        id = "cors_origins"
    )]
    pub cors_origins: Option<Vec<String>>,
    /// Proxies that are believed when they say whose request they pass on (X-Forwarded-For, Forwarded): addresses or
    /// blocks like 10.0.0.0/8, comma-separated. Left out: the connection's own address counts as the client's
    #[arg(
        long,
        env = "SEDERUNT_TRUSTED_PROXIES",
        value_name = "CIDR,…",
        value_delimiter = ',',
        id = "trusted_proxies"
    )]
    pub trusted_proxies: Option<Vec<Cidr>>,
    /// Multiplies what one client address may start at a time (connections, sockets, entries of strangers), which is
    /// meant for an office of 600 people. 0 = any number, for load tests from one machine
    #[arg(long, env = "SEDERUNT_PER_ADDRESS_FACTOR", value_name = "N", id = "per_address_factor")]
    pub per_address_factor: Option<u32>,
}

/// HTTP listeners and public names.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Both APIs, the web socket, the meeting page.
    pub listen: SocketAddr,
    /// Metrics and health.
    pub metrics_listen: SocketAddr,
    /// Public `host[:port]`.
    pub base_uri: Option<String>,
    /// Pages that may call the REST APIs.
    pub cors_origins: Vec<String>,
    /// Proxies that are believed.
    pub trusted_proxies: Vec<Cidr>,
    /// Multiplies bounds per client address; 0 = none.
    pub per_address_factor: u32,
}

/// Loopback: the server shows itself to the network only when told to.
pub(super) const PORT_DEFAULT: u16 = 8080;
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), PORT_DEFAULT);
const METRICS_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

impl HttpConfig {
    pub(super) fn resolve(
        layers: &mut Layers<'_>,
        given: HttpGiven,
        file: HttpGiven,
    ) -> anyhow::Result<Self> {
        let HttpGiven { listen, metrics_listen, base_uri, cors_origins, trusted_proxies, per_address_factor } =
            given;
        let config = Self {
            listen: layers.pick("listen", listen, file.listen, LISTEN_DEFAULT),
            metrics_listen: layers.pick(
                "metrics_listen",
                metrics_listen,
                file.metrics_listen,
                METRICS_DEFAULT,
            ),
            base_uri: layers.pick_optional("base_uri", base_uri, file.base_uri),
            cors_origins: layers.pick("cors_origins", cors_origins, file.cors_origins, Vec::new()),
            trusted_proxies: layers.pick(
                "trusted_proxies",
                trusted_proxies,
                file.trusted_proxies,
                Vec::new(),
            ),
            per_address_factor: layers.pick(
                "per_address_factor",
                per_address_factor,
                file.per_address_factor,
                1,
            ),
        };
        if let Some(base) = &config.base_uri {
            check_base_uri(base)?;
        }
        config.cors_origins.iter().try_for_each(|origin| check_origin(origin))?;
        Ok(config)
    }
}

/// The official client puts a scheme and sub-domains before it and refuses its maker's old name (PROTOCOL §1).
fn check_base_uri(base: &str) -> anyhow::Result<()> {
    let (host, port) = match base.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (base, None),
    };
    let host_is_good = !host.is_empty()
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
        && !host.contains("dyte.io");
    let port_is_good = port.is_none_or(|p| p.parse::<u16>().is_ok_and(|p| p > 0));
    if host_is_good && port_is_good {
        Ok(())
    } else {
        anyhow::bail!(
            "\"base_uri\" must be a host name with an optional port, like meet.example.com: {base:?}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::check_base_uri;

    #[test]
    fn a_base_uri_is_host_and_port_and_nothing_else() {
        for good in ["localhost", "localhost:8443", "meet.example.com", "10.0.0.7:443"] {
            assert!(check_base_uri(good).is_ok(), "{good}");
        }
        for bad in
            ["", ":80", "https://meet.example.com", "a/b", "host:", "host:0", "host:70000", "x.dyte.io"]
        {
            assert!(check_base_uri(bad).is_err(), "{bad}");
        }
    }
}
