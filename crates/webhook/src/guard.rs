//! Which addresses a request may go to: nothing but the public internet, unless the operator names it
//! ([`crate::places`]). The tables are our own code, because the standard library's `is_global` is not stable, and because
//! it has to be judged at every new connection, for every address that a name resolves to.
//!
//! What is refused is named by its rule and never by its address: a caller must not get a map of the inner network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressRule {
    /// Not of the public internet: private, loopback, link-local (the clouds' metadata), multicast, reserved.
    NotPublic,
    /// An IPv6 address that carries or reaches an IPv4 address: mapped, compatible, 6to4, Teredo, local NAT64.
    Wrapped,
    /// An address of this server itself.
    Own,
    /// The operator refuses it (`webhook.refuse`).
    Refused,
}

impl AddressRule {
    /// Label of a metric.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotPublic => "not_public",
            Self::Wrapped => "wrapped",
            Self::Own => "own",
            Self::Refused => "refused",
        }
    }
}

impl std::fmt::Display for AddressRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotPublic | Self::Wrapped => "is not an address of the public internet",
            Self::Own => "is an address of this server",
            Self::Refused => "is refused by the operator of this server",
        })
    }
}

/// Refused IPv4 networks, with the length of the prefix.
const V4_REFUSED: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10), // shared by customers of one carrier
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(168, 63, 129, 16), 32), // Azure: the agent of a machine's host, in public space
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local, metadata of clouds
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24), // relays of 6to4
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15), // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4), // reserved, and broadcast
];

/// The only IPv6 network that has public addresses.
const V6_PUBLIC: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What of it is refused, and why.
const V6_REFUSED: &[(Ipv6Addr, u32, AddressRule)] = &[
    // Teredo is the first /32 of it; the rest is ORCHID, benchmarks and other protocols.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, AddressRule::Wrapped),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, AddressRule::NotPublic),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, AddressRule::NotPublic),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, AddressRule::Wrapped),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, AddressRule::NotPublic),
];

/// Networks outside of [`V6_PUBLIC`] that carry an IPv4 address: refused like everything there, but named apart.
const V6_WRAPPED: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96),
    (Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48),
];

/// The translation of IPv4 for hosts that have IPv6 only (RFC 6052): judged as what it stands for.
const NAT64: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Whether a request may go to an address.
///
/// # Errors
/// The rule that refuses it.
pub fn public(address: IpAddr) -> Result<(), AddressRule> {
    match address {
        IpAddr::V4(v4) => public_v4(v4),
        IpAddr::V6(v6) => public_v6(v6),
    }
}

fn public_v4(address: Ipv4Addr) -> Result<(), AddressRule> {
    let refused = V4_REFUSED.iter().any(|(network, bits)| in_v4(address, *network, *bits));
    if refused { Err(AddressRule::NotPublic) } else { Ok(()) }
}

fn public_v6(address: Ipv6Addr) -> Result<(), AddressRule> {
    if in_v6(address, NAT64.0, NAT64.1) {
        return public_v4(last_v4(address));
    }
    if !in_v6(address, V6_PUBLIC.0, V6_PUBLIC.1) {
        let wrapped = V6_WRAPPED.iter().any(|(network, bits)| in_v6(address, *network, *bits));
        return Err(if wrapped { AddressRule::Wrapped } else { AddressRule::NotPublic });
    }
    let refused = V6_REFUSED.iter().find(|(network, bits, _)| in_v6(address, *network, *bits));
    refused.map_or(Ok(()), |(_, _, rule)| Err(*rule))
}

/// Whether an IPv4 address is in a network.
pub(crate) fn in_v4(address: Ipv4Addr, network: Ipv4Addr, bits: u32) -> bool {
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(bits)).unwrap_or(0);
    (u32::from(address) ^ u32::from(network)) & mask == 0
}

/// Whether an IPv6 address is in a network.
pub(crate) fn in_v6(address: Ipv6Addr, network: Ipv6Addr, bits: u32) -> bool {
    let mask = u128::MAX.checked_shl(128_u32.saturating_sub(bits)).unwrap_or(0);
    (u128::from(address) ^ u128::from(network)) & mask == 0
}

/// The IPv4 address that an IPv6 address carries or is reached by, for a list that must not be got around.
pub(crate) fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = u128::from(address);
    let at = |shift: u32| Some(Ipv4Addr::from((bits >> shift) as u32));
    let last = in_v6(address, NAT64.0, NAT64.1)
        || V6_WRAPPED.iter().any(|(network, bits)| in_v6(address, *network, *bits))
        || in_v6(address, Ipv6Addr::UNSPECIFIED, 96);
    if last {
        return Some(last_v4(address));
    }
    if in_v6(address, Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16) {
        return at(80);
    }
    None
}

fn last_v4(address: Ipv6Addr) -> Ipv4Addr {
    Ipv4Addr::from(u128::from(address) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn judged(text: &str) -> Result<(), AddressRule> {
        public(ip(text))
    }

    /// First and last address of every refused IPv4 network, and their neighbours outside.
    #[test]
    fn ipv4_networks_are_refused_from_their_first_to_their_last_address() {
        let edges = [
            ("0.0.0.0", "0.255.255.255", None, Some("1.0.0.0")),
            ("10.0.0.0", "10.255.255.255", Some("9.255.255.255"), Some("11.0.0.0")),
            ("100.64.0.0", "100.127.255.255", Some("100.63.255.255"), Some("100.128.0.0")),
            ("127.0.0.0", "127.255.255.255", Some("126.255.255.255"), Some("128.0.0.0")),
            ("168.63.129.16", "168.63.129.16", Some("168.63.129.15"), Some("168.63.129.17")),
            ("169.254.0.0", "169.254.255.255", Some("169.253.255.255"), Some("169.255.0.0")),
            ("172.16.0.0", "172.31.255.255", Some("172.15.255.255"), Some("172.32.0.0")),
            ("192.0.0.0", "192.0.0.255", Some("191.255.255.255"), Some("192.0.1.0")),
            ("192.0.2.0", "192.0.2.255", Some("192.0.1.255"), Some("192.0.3.0")),
            ("192.88.99.0", "192.88.99.255", Some("192.88.98.255"), Some("192.88.100.0")),
            ("192.168.0.0", "192.168.255.255", Some("192.167.255.255"), Some("192.169.0.0")),
            ("198.18.0.0", "198.19.255.255", Some("198.17.255.255"), Some("198.20.0.0")),
            ("198.51.100.0", "198.51.100.255", Some("198.51.99.255"), Some("198.51.101.0")),
            ("203.0.113.0", "203.0.113.255", Some("203.0.112.255"), Some("203.0.114.0")),
            ("224.0.0.0", "255.255.255.255", Some("223.255.255.255"), None),
        ];
        for (first, last, before, after) in edges {
            for inside in [first, last] {
                assert_eq!(judged(inside), Err(AddressRule::NotPublic), "{inside}");
            }
            for outside in before.into_iter().chain(after) {
                assert_eq!(judged(outside), Ok(()), "{outside}");
            }
        }
    }

    #[test]
    fn of_ipv6_only_the_public_third_is_allowed_and_not_all_of_it() {
        let public = [
            "2000::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:db9::",
            "2003::1",
            "2a00:1450::1",
            "3ffe:ffff::1",
            "3fff:1000::1",
            "64:ff9b::8.8.8.8",
        ];
        for address in public {
            assert_eq!(judged(address), Ok(()), "{address}");
        }
        use AddressRule::{NotPublic, Wrapped};
        let refused = [
            ("::", NotPublic),
            ("::1", NotPublic),
            ("::127.0.0.1", NotPublic),
            ("::ffff:127.0.0.1", Wrapped),
            ("::ffff:8.8.8.8", Wrapped),
            ("::ffff:0:8.8.8.8", Wrapped),
            ("64:ff9b::10.0.0.1", NotPublic),
            ("64:ff9b::169.254.169.254", NotPublic),
            ("64:ff9b:1::8.8.8.8", Wrapped),
            ("100::1", NotPublic),
            ("1fff:ffff::1", NotPublic),
            ("2001::1", Wrapped),
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", Wrapped),
            ("2001:2::1", NotPublic),
            ("2001:10::1", NotPublic),
            ("2001:1ff:ffff::1", NotPublic),
            ("2001:db8::1", NotPublic),
            ("2002:7f00:1::", Wrapped),
            ("2002:808:808::1", Wrapped),
            ("3fff::1", NotPublic),
            ("3fff:fff:ffff::1", NotPublic),
            ("4000::1", NotPublic),
            ("5f00::1", NotPublic),
            ("fc00::1", NotPublic),
            ("fd00:ec2::254", NotPublic),
            ("fe80::1", NotPublic),
            ("fec0::1", NotPublic),
            ("ff02::1", NotPublic),
        ];
        for (address, rule) in refused {
            assert_eq!(judged(address), Err(rule), "{address}");
        }
    }

    #[test]
    fn the_address_inside_an_address_is_found() {
        let cases = [
            ("::ffff:1.2.3.4", Some("1.2.3.4")),
            ("::ffff:0:1.2.3.4", Some("1.2.3.4")),
            ("64:ff9b::1.2.3.4", Some("1.2.3.4")),
            ("::1.2.3.4", Some("1.2.3.4")),
            ("2002:102:304::1", Some("1.2.3.4")),
            ("2a00::1", None),
        ];
        for (address, inside) in cases {
            let expected = inside.map(|text| text.parse().unwrap());
            assert_eq!(carried(address.parse().unwrap()), expected, "{address}");
        }
    }
}
