//! Which addresses clients are told.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An address under which clients reach the media port: `203.0.113.7`, `2001:db8::1`, or with the port that leads to
/// the bound one where they differ (a port of a container or of a router is mapped): `203.0.113.7:40000`,
/// `[2001:db8::1]:40000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Announced {
    /// IP address, with an IPv4 address as such.
    pub ip: IpAddr,
    /// Port; `None` = the bound one.
    pub port: Option<u16>,
}

/// Not an address that can be announced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no address of a client's way in: an IP address that is not 0.0.0.0 or ::, with another port than the bound \
     one after it if need be, like 203.0.113.7, 203.0.113.7:40000 or [2001:db8::1]:40000"
)]
pub struct NotAnAddress(String);

impl FromStr for Announced {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let bare = text.parse::<IpAddr>().map(|ip| (ip, None));
        let full = || text.parse::<SocketAddr>().map(|a| (a.ip(), Some(a.port())));
        let (ip, port) = bare.or_else(|_| full()).map_err(|_| NotAnAddress(text.to_owned()))?;
        if ip.is_unspecified() || port == Some(0) {
            return Err(NotAnAddress(text.to_owned()));
        }
        Ok(Self { ip: ip.to_canonical(), port })
    }
}

impl fmt::Display for Announced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => SocketAddr::new(self.ip, port).fmt(f),
            None => self.ip.fmt(f),
        }
    }
}

impl From<Announced> for String {
    fn from(announced: Announced) -> Self {
        announced.to_string()
    }
}

impl TryFrom<String> for Announced {
    type Error = NotAnAddress;

    fn try_from(text: String) -> Result<Self, NotAnAddress> {
        text.parse()
    }
}

impl Announced {
    /// The way to another worker: the n-th port after it.
    pub(super) fn of_worker(self, worker: u8) -> io::Result<Self> {
        let port = self.port.map(|port| nth_port(port, worker)).transpose()?;
        Ok(Self { port, ..self })
    }
}

/// The n-th port after one.
pub(super) fn nth_port(port: u16, n: u8) -> io::Result<u16> {
    port.checked_add(n.into()).ok_or_else(|| {
        let why = format!("there is no port {port} + {n} for a media worker");
        io::Error::new(io::ErrorKind::InvalidInput, why)
    })
}

/// What clients are told, and what is left out of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Candidates {
    /// In the order of the configuration, each once.
    pub(super) told: Vec<SocketAddr>,
    /// Announced addresses of a family that the socket does not speak: a client would try them in vain.
    pub(super) left_out: Vec<Announced>,
}

/// The candidates for a socket: the configured addresses that it can serve, else the bound one, else, for a wildcard,
/// loopback and the address of the default route. A socket on `[::]` speaks both families.
pub(super) fn candidates(announce: &[Announced], local: SocketAddr) -> Candidates {
    let bound_to = local.ip().to_canonical();
    let both = local.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    let serves = |announced: &Announced| both || announced.ip.is_ipv4() == bound_to.is_ipv4();
    let (good, left_out): (Vec<Announced>, Vec<Announced>) = announce.iter().partition(|a| serves(a));
    let found: Vec<SocketAddr> = if !good.is_empty() {
        good.iter().map(|a| SocketAddr::new(a.ip, a.port.unwrap_or(local.port()))).collect()
    } else {
        let found = if bound_to.is_unspecified() { wildcard(local.is_ipv6()) } else { vec![bound_to] };
        found.into_iter().map(|ip| SocketAddr::new(ip, local.port())).collect()
    };
    let mut told = Vec::with_capacity(found.len());
    for address in found {
        if !told.contains(&address) {
            told.push(address);
        }
    }
    Candidates { told, left_out }
}

/// Addresses of a TCP listener that clients can open a stream to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct StreamAddresses {
    /// In the order of the configuration, each once.
    pub told: Vec<SocketAddr>,
    /// Those that no browser would try.
    pub left_out: Vec<SocketAddr>,
}

impl StreamAddresses {
    /// `tcp` is what leads to the listener as the operator says; without that, the addresses of the media port where they are
    /// the listener's too: a listener on one address of this machine (a proxy before it has the others) is told as it is, and
    /// not at all beside announced ones when it is loopback.
    pub fn of(tcp: &[Announced], media: &[Announced], listener: SocketAddr) -> Self {
        let is_own_machine = listener.ip().to_canonical().is_loopback();
        let bare: Vec<Announced> =
            media.iter().map(|announced| Announced { port: None, ..*announced }).collect();
        let found = match (tcp, is_own_machine && !media.is_empty()) {
            ([], true) => Vec::new(),
            ([], false) => candidates(&bare, listener).told,
            (tcp, _) => candidates(tcp, listener).told,
        };
        let (told, left_out) = found.into_iter().partition(|address| is_tried(*address));
        Self { told, left_out }
    }
}

/// Whether browsers try it: libwebrtc passes over TCP candidates below port 1024, but for 80 and 443 of public addresses.
fn is_tried(address: SocketAddr) -> bool {
    let is_private = match address.ip().to_canonical() {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    };
    address.port() >= 1024 || (matches!(address.port(), 80 | 443) && !is_private)
}

fn wildcard(ipv6: bool) -> Vec<IpAddr> {
    let v4: IpAddr = Ipv4Addr::LOCALHOST.into();
    let v6: IpAddr = Ipv6Addr::LOCALHOST.into();
    // Documentation addresses (RFC 5737, RFC 3849): connecting a UDP socket only looks up the route.
    let probes = [(v4, "0.0.0.0:0", "192.0.2.1:9"), (v6, "[::]:0", "[2001:db8::1]:9")];
    let families = probes.into_iter().take(if ipv6 { 2 } else { 1 });
    families.flat_map(|(loopback, any, probe)| [Some(loopback), routed(any, probe).ok()]).flatten().collect()
}

fn routed(any: &str, probe: &str) -> io::Result<IpAddr> {
    let socket = UdpSocket::bind(any)?;
    socket.connect(probe)?;
    Ok(socket.local_addr()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(texts: &[&str]) -> Vec<Announced> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn told(texts: &[&str], local: &str) -> Vec<String> {
        candidates(&announced(texts), local.parse().unwrap()).told.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn announced_then_bound_then_everything() {
        let bound = SocketAddr::from(([127, 0, 0, 1], 7));
        assert_eq!(told(&["203.0.113.7"], "0.0.0.0:7"), ["203.0.113.7:7"]);
        assert_eq!(candidates(&[], bound).told, [bound]);
        let all = candidates(&[], SocketAddr::from(([0, 0, 0, 0], 7))).told;
        assert_eq!(all.first(), Some(&bound));
        assert!(all.iter().all(|a| a.port() == 7 && !a.ip().is_unspecified()));
    }

    #[test]
    fn another_port_is_told_as_it_is_and_each_address_once() {
        let texts = ["203.0.113.7:40000", "10.0.0.7", "203.0.113.7:40000", "10.0.0.7:7"];
        assert_eq!(told(&texts, "0.0.0.0:7"), ["203.0.113.7:40000", "10.0.0.7:7"]);
        assert_eq!(told(&["[2001:db8::1]:40000"], "[::]:7"), ["[2001:db8::1]:40000"]);
    }

    #[test]
    fn each_worker_has_the_next_port() {
        let of = |text: &str, worker| {
            text.parse::<Announced>().unwrap().of_worker(worker).map(|announced| announced.to_string())
        };
        assert_eq!(of("203.0.113.7:40000", 0).unwrap(), "203.0.113.7:40000");
        assert_eq!(of("203.0.113.7:40000", 3).unwrap(), "203.0.113.7:40003");
        assert_eq!(of("2001:db8::1", 3).unwrap(), "2001:db8::1", "the bound one, whichever it is");
        assert_eq!(of("[2001:db8::1]:65533", 2).unwrap(), "[2001:db8::1]:65535");
        let error = of("203.0.113.7:65533", 3).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert!(error.to_string().contains("65533 + 3"), "{error}");
    }

    #[test]
    fn what_the_socket_does_not_speak_is_left_out() {
        let both = ["203.0.113.7", "2001:db8::1"];
        for (local, good, bad) in [
            ("0.0.0.0:7", Some("203.0.113.7:7"), Some("2001:db8::1")),
            ("10.0.0.7:7", Some("203.0.113.7:7"), Some("2001:db8::1")),
            ("[2001:db8::2]:7", Some("[2001:db8::1]:7"), Some("203.0.113.7")),
        ] {
            let found = candidates(&announced(&both), local.parse().unwrap());
            assert_eq!(found.told.iter().map(ToString::to_string).next().as_deref(), good, "{local}");
            assert_eq!(found.told.len(), 1, "{local}");
            assert_eq!(found.left_out.iter().map(ToString::to_string).next().as_deref(), bad, "{local}");
        }
        let dual = candidates(&announced(&both), "[::]:7".parse().unwrap());
        assert_eq!((dual.told.len(), dual.left_out.len()), (2, 0), "a socket on [::] speaks both");
        // With nothing left the socket's own address is told, as without the setting.
        assert_eq!(told(&["2001:db8::1"], "127.0.0.1:7"), ["127.0.0.1:7"]);
    }

    #[test]
    fn a_stream_is_told_where_a_browser_gets_through() {
        let of = |tcp: &[&str], media: &[&str], listener: &str| {
            let StreamAddresses { told, left_out } =
                StreamAddresses::of(&announced(tcp), &announced(media), listener.parse().unwrap());
            let text = |all: Vec<SocketAddr>| all.iter().map(ToString::to_string).collect::<Vec<_>>();
            (text(told), text(left_out))
        };
        let none: Vec<String> = Vec::new();
        let one = |text: &str| vec![text.to_owned()];
        // A mapped media port says nothing of this one.
        assert_eq!(of(&[], &["203.0.113.7:40000"], "0.0.0.0:443"), (one("203.0.113.7:443"), none.clone()));
        assert_eq!(of(&[], &["10.0.0.7"], "0.0.0.0:443"), (none.clone(), one("10.0.0.7:443")));
        assert_eq!(of(&[], &["10.0.0.7"], "0.0.0.0:8443"), (one("10.0.0.7:8443"), none.clone()));
        assert_eq!(of(&[], &[], "127.0.0.1:8080"), (one("127.0.0.1:8080"), none.clone()), "at home");
        assert_eq!(
            of(&[], &["203.0.113.7"], "127.0.0.1:8080"),
            (none.clone(), none.clone()),
            "behind a proxy"
        );
        let mapped = of(&["203.0.113.7:9443"], &["203.0.113.7"], "127.0.0.1:8080");
        assert_eq!(mapped, (one("203.0.113.7:9443"), none), "as the operator says");
    }

    #[test]
    fn an_address_is_written_as_it_is_read() {
        for text in ["203.0.113.7", "203.0.113.7:40000", "2001:db8::1", "[2001:db8::1]:40000"] {
            assert_eq!(text.parse::<Announced>().unwrap().to_string(), text);
        }
        for bad in
            ["", "example.com", "203.0.113.7:0", "203.0.113.7:70000", "0.0.0.0", "::", "[::]:7", "1.2.3.4:"]
        {
            let error = bad.parse::<Announced>().unwrap_err().to_string();
            assert!(error.contains("203.0.113.7:40000"), "{bad}: {error}");
        }
    }
}
