//! Whose request it is, when it comes through proxies.
//!
//! What a proxy says of its client is believed from the proxies of `trusted_proxies` alone, hop by hop from the last one
//! on: anybody may send such headers.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::header::FORWARDED;
use axum::http::{HeaderMap, HeaderName};
use serde::{Deserialize, Serialize};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A block of addresses: `10.0.0.0/8`, `2001:db8::/32`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Cidr {
    network: IpAddr,
    prefix: u8,
}

/// Not a block of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCidr(String);

impl fmt::Display for NotCidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no block of addresses: an IP address, or one with the length of a prefix and nothing set behind it, \
             like 10.0.0.0/8",
            self.0
        )
    }
}

impl std::error::Error for NotCidr {}

/// The address as a number aligned to the left, and how many bits it has.
fn bits(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    }
}

/// The bits behind a prefix.
fn behind(prefix: u8) -> u128 {
    u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0)
}

impl Cidr {
    /// Whether the address is in it. An IPv4 address that is mapped into IPv6 is the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let ((own, size), (other, of)) = (bits(self.network), bits(address.to_canonical()));
        size == of && (own ^ other) & !behind(self.prefix) == 0
    }
}

impl FromStr for Cidr {
    type Err = NotCidr;

    fn from_str(text: &str) -> Result<Self, NotCidr> {
        let bad = || NotCidr(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let network: IpAddr = address.parse().map_err(|_| bad())?;
        let (value, size) = bits(network);
        let prefix = match prefix {
            None => size,
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().map_err(|_| bad())?
            }
            Some(_) => return Err(bad()),
        };
        if prefix > size || value & behind(prefix) & !behind(size) != 0 {
            return Err(bad());
        }
        Ok(Self { network, prefix })
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.to_string()
    }
}

impl TryFrom<String> for Cidr {
    type Error = NotCidr;

    fn try_from(text: String) -> Result<Self, NotCidr> {
        text.parse()
    }
}

/// The proxies that are believed.
#[derive(Debug, Default)]
pub struct TrustedProxies {
    blocks: Vec<Cidr>,
    /// Whether the log has said that somebody else sends such headers.
    told: AtomicBool,
}

impl TrustedProxies {
    /// Those in these blocks.
    pub fn new(blocks: Vec<Cidr>) -> Self {
        Self { blocks, told: AtomicBool::new(false) }
    }

    /// Whether this is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.blocks.iter().any(|block| block.contains(address))
    }

    /// The client behind the proxies: the last address that is not a trusted proxy's. What cannot be read ends the way
    /// back at the proxy that said it. A request with both headers that name different clients is its proxy's: one of
    /// them went through unchanged, and the client itself may have written it.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !headers.contains_key(X_FORWARDED_FOR) && !headers.contains_key(FORWARDED) {
            return peer;
        }
        if !self.contains(peer) {
            self.tell();
            return peer;
        }
        let by_list = lines(headers, &X_FORWARDED_FOR).map(|l| self.walk(peer, &hops_of_list(&l)));
        let by_standard = lines(headers, &FORWARDED).map(|l| self.walk(peer, &hops_of_standard(&l)));
        match (by_list, by_standard) {
            (Some(one), Some(other)) if one != other => peer,
            (Some(client), _) | (None, Some(client)) => client,
            (None, None) => peer,
        }
    }

    fn walk(&self, peer: IpAddr, hops: &[Option<IpAddr>]) -> IpAddr {
        let mut client = peer;
        for hop in hops.iter().rev() {
            match hop {
                Some(hop) if self.contains(client) => client = *hop,
                Some(_) | None => break,
            }
        }
        client
    }

    fn tell(&self) {
        if !self.told.swap(true, Ordering::Relaxed) {
            tracing::info!(
                "a request says that it was forwarded by a proxy that is not in \"trusted_proxies\": the connection's \
                 address counts as the client's"
            );
        }
    }
}

/// All lines of a header as one list; `None` = there are none. Bytes beyond ASCII make an unreadable hop.
fn lines(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<&str> = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or("?")).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

/// The hops of `X-Forwarded-For`, the client first; `None` = not an address.
fn hops_of_list(list: &str) -> Vec<Option<IpAddr>> {
    list.split(',').map(|hop| node(hop.trim())).collect()
}

/// The hops of `Forwarded` (RFC 7239 §4), the client first; `None` = an element without an address.
fn hops_of_standard(list: &str) -> Vec<Option<IpAddr>> {
    let of_element = |element: &str| {
        let pairs = split_unquoted(element, ';');
        let found = pairs.iter().filter_map(|pair| pair.split_once('='));
        let mut found = found.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
        let (_, value) = found.next()?;
        node(value.trim().trim_matches('"'))
    };
    split_unquoted(list, ',').into_iter().map(of_element).collect()
}

/// Splits where the separator is in no quoted string.
fn split_unquoted(text: &str, separator: char) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        c == separator && !quoted
    })
    .collect()
}

/// An address, with or without a port (RFC 7239 §6, and what proxies write).
fn node(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|a| a.ip());
    let found = text.parse().ok().or_else(bracketed).or_else(with_port);
    found.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// The client as seen through `10.0.0.0/8` and `fd00::/8`.
    fn client(peer: &str, headers: &[(&str, &str)]) -> String {
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        proxies.client(ip(peer), &map).to_string()
    }

    #[test]
    fn a_block_has_an_address_and_a_prefix() {
        for (block, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.0/31", "::ffff:192.0.2.1", "::192.0.2.1"),
            ("2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"),
            ("::1", "::1", "127.0.0.1"),
            ("0.0.0.0/0", "203.0.113.7", "2001:db8::1"),
            ("::/0", "2001:db8::1", "203.0.113.7"),
        ] {
            let cidr: Cidr = block.parse().unwrap();
            assert!(cidr.contains(ip(inside)), "{block} {inside}");
            assert!(!cidr.contains(ip(outside)), "{block} {outside}");
            assert_eq!(cidr.to_string().parse(), Ok(cidr));
        }
        for bad in
            ["", "10.0.0.0/33", "10.0.0.1/8", "::/129", "2001:db8::1/32", "10.0.0.0/+8", "10/8", "a/8", "::/"]
        {
            assert!(bad.parse::<Cidr>().is_err(), "{bad}");
        }
    }

    #[test]
    fn nobody_but_a_trusted_proxy_is_believed() {
        let forged = [("x-forwarded-for", "198.51.100.9"), ("forwarded", "for=198.51.100.9")];
        assert_eq!(client("203.0.113.7", &forged), "203.0.113.7");
        assert_eq!(client("203.0.113.7", &[]), "203.0.113.7");
        assert_eq!(client("::ffff:203.0.113.7", &[]), "203.0.113.7");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1", "a proxy that says nothing");
        assert_eq!(client("10.0.0.1", &forged), "198.51.100.9");
        assert_eq!(client("::ffff:10.0.0.1", &forged[..1]), "198.51.100.9");
    }

    #[test]
    fn the_way_back_ends_at_the_first_stranger() {
        for (list, expected) in [
            ("203.0.113.7", "203.0.113.7"),
            ("198.51.100.9, 203.0.113.7", "203.0.113.7"),
            ("198.51.100.9, 203.0.113.7, 10.0.0.2,fd00::3", "203.0.113.7"),
            ("203.0.113.7:4711", "203.0.113.7"),
            ("[2001:db8::1]:4711, 10.0.0.2", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("203.0.113.7, unknown", "10.0.0.1"),
            ("203.0.113.7, nonsense, 10.0.0.2", "10.0.0.2"),
            ("", "10.0.0.1"),
            (",", "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", &[("x-forwarded-for", list)]), expected, "{list}");
        }
        let lines = [("x-forwarded-for", "198.51.100.9, 203.0.113.7"), ("x-forwarded-for", "10.0.0.2")];
        assert_eq!(client("10.0.0.1", &lines), "203.0.113.7", "several lines are one list");
    }

    #[test]
    fn the_standard_header_is_read_as_it_is_written() {
        for (list, expected) in [
            ("for=203.0.113.7", "203.0.113.7"),
            ("For=203.0.113.7;proto=https;by=10.0.0.1", "203.0.113.7"),
            ("proto=https; for=\"203.0.113.7:4711\"", "203.0.113.7"),
            ("for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=198.51.100.9, for=203.0.113.7, for=10.0.0.2", "203.0.113.7"),
            ("for=203.0.113.7;host=\"a,for=198.51.100.9;b\"", "203.0.113.7"),
            ("for=203.0.113.7;host=\"\\\",for=198.51.100.9\"", "203.0.113.7"),
            ("for=unknown", "10.0.0.1"),
            ("for=_hidden, for=10.0.0.2", "10.0.0.2"),
            ("proto=https", "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", &[("forwarded", list)]), expected, "{list}");
        }
    }

    #[test]
    fn two_headers_that_do_not_agree_are_not_believed() {
        let both = |standard| [("x-forwarded-for", "203.0.113.7"), ("forwarded", standard)];
        assert_eq!(client("10.0.0.1", &both("for=203.0.113.7")), "203.0.113.7");
        assert_eq!(client("10.0.0.1", &both("for=198.51.100.9")), "10.0.0.1");
    }
}
