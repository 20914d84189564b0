//! Which addresses clients are told.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// The candidates for a socket: the configured addresses, else the bound one, else, for a wildcard, loopback and the
/// address of the default route.
pub(super) fn candidates(announce: &[IpAddr], local: SocketAddr) -> Vec<SocketAddr> {
    let mut found: Vec<IpAddr> = if !announce.is_empty() {
        announce.to_vec()
    } else if local.ip().is_unspecified() {
        wildcard(local.is_ipv6())
    } else {
        vec![local.ip()]
    };
    found.dedup();
    found.into_iter().map(|ip| SocketAddr::new(ip, local.port())).collect()
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

    #[test]
    fn announced_then_bound_then_everything() {
        let one: IpAddr = [203, 0, 113, 7].into();
        let bound = SocketAddr::from(([127, 0, 0, 1], 7));
        let any = SocketAddr::from(([0, 0, 0, 0], 7));
        assert_eq!(candidates(&[one], any), [SocketAddr::new(one, 7)]);
        assert_eq!(candidates(&[], bound), [bound]);
        let all = candidates(&[], any);
        assert_eq!(all.first(), Some(&bound));
        assert!(all.iter().all(|a| a.port() == 7 && !a.ip().is_unspecified()));
    }
}
