//! The operator's lists of places: `webhook.allow` lifts the rules of scheme, name and address for what it names,
//! `webhook.refuse` adds what no table can know, and wins.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::guard::{self, AddressRule};

/// One entry: a network, an address, a host, or `*.suffix`, each optionally with a port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Place {
    what: What,
    /// `None` = every port.
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Network(IpAddr, u32),
    Host(String),
    /// With its leading dot.
    Suffix(String),
}

/// An entry that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not an address, a network (10.0.0.0/8), a host or *.suffix, each with or without :port")]
pub struct BadPlace(pub String);

impl std::str::FromStr for Place {
    type Err = BadPlace;

    fn from_str(text: &str) -> Result<Self, BadPlace> {
        let bad = || BadPlace(text.to_owned());
        let (body, port) = split_port(text).ok_or_else(bad)?;
        let what = network(body).or_else(|| name(body)).ok_or_else(bad)?;
        Ok(Self { what, port })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = match &self.what {
            What::Network(IpAddr::V4(v4), 32) => v4.to_string(),
            What::Network(IpAddr::V6(v6), 128) => v6.to_string(),
            What::Network(address, bits) => format!("{address}/{bits}"),
            What::Host(name) => name.clone(),
            What::Suffix(suffix) => format!("*{suffix}"),
        };
        match self.port {
            Some(port) if matches!(self.what, What::Network(IpAddr::V6(_), _)) => {
                write!(f, "[{body}]:{port}")
            }
            Some(port) => write!(f, "{body}:{port}"),
            None => f.write_str(&body),
        }
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

impl TryFrom<String> for Place {
    type Error = BadPlace;

    fn try_from(text: String) -> Result<Self, BadPlace> {
        text.parse()
    }
}

/// The entry without its port. IPv6 with a port stands in brackets: `[fd00::/8]:443`.
fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    let number = |port: &str| match port.bytes().all(|b| b.is_ascii_digit()) {
        true => port.parse().ok().filter(|port| *port != 0),
        false => None,
    };
    if let Some(rest) = text.strip_prefix('[') {
        let (inside, after) = rest.split_once(']')?;
        return match after.strip_prefix(':') {
            Some(port) => Some((inside, Some(number(port)?))),
            None => after.is_empty().then_some((inside, None)),
        };
    }
    match text.split_once(':') {
        // Two colons or more: IPv6 without a port.
        Some((_, rest)) if rest.contains(':') => Some((text, None)),
        Some((body, port)) => Some((body, Some(number(port)?))),
        None => Some((text, None)),
    }
}

fn network(text: &str) -> Option<What> {
    let Some((address, bits)) = text.split_once('/') else {
        let address: IpAddr = text.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        return Some(What::Network(address, bits));
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits: u32 = bits.parse().ok().filter(|bits| *bits <= most)?;
    Some(What::Network(address, bits))
}

fn name(text: &str) -> Option<What> {
    let text = text.to_ascii_lowercase();
    let is_name = |name: &str| {
        let label = |label: &str| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        // What looks like an address and is none is a slip of the pen, not a host.
        let last = name.rsplit('.').next().unwrap_or_default();
        name.split('.').all(label) && !last.bytes().all(|b| b.is_ascii_digit())
    };
    if let Some(suffix) = text.strip_prefix("*.") {
        return is_name(suffix).then(|| What::Suffix(format!(".{suffix}")));
    }
    is_name(&text).then_some(What::Host(text))
}

impl Place {
    fn is_port(&self, port: u16) -> bool {
        self.port.is_none_or(|own| own == port)
    }

    fn has_name(&self, host: &str, port: u16) -> bool {
        let fits = match &self.what {
            What::Host(name) => name == host,
            What::Suffix(suffix) => host.len() > suffix.len() && host.ends_with(suffix.as_str()),
            What::Network(..) => false,
        };
        fits && self.is_port(port)
    }

    fn has_address(&self, address: IpAddr, port: u16) -> bool {
        let fits = match (&self.what, address) {
            (What::Network(IpAddr::V4(network), bits), IpAddr::V4(v4)) => guard::in_v4(v4, *network, *bits),
            (What::Network(IpAddr::V6(network), bits), IpAddr::V6(v6)) => guard::in_v6(v6, *network, *bits),
            _ => false,
        };
        fits && self.is_port(port)
    }
}

/// Where requests may go: the tables of [`guard`], and what the operator says of them.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// `webhook.allow`.
    pub allow: Vec<Place>,
    /// `webhook.refuse`.
    pub refuse: Vec<Place>,
    /// `webhook.allow_http`: `http` for every target.
    pub allow_http: bool,
    /// Addresses of this server's interfaces.
    pub own: Vec<IpAddr>,
}

impl Places {
    /// Whether the operator allows this host, in lower case, by name: everything it resolves to may then be asked.
    pub fn allows_name(&self, host: &str, port: u16) -> bool {
        self.allow.iter().any(|place| place.has_name(host, port))
    }

    /// Whether the operator refuses this host, in lower case, by name.
    pub fn refuses_name(&self, host: &str, port: u16) -> bool {
        self.refuse.iter().any(|place| place.has_name(host, port))
    }

    /// Whether the operator allows this address.
    pub fn allows_address(&self, address: IpAddr, port: u16) -> bool {
        self.allow.iter().any(|place| place.has_address(address, port))
    }

    /// Whether an entry names this port, for a name or an address: it lifts the rule of ports, too.
    pub(crate) fn names_port(&self, host: Option<&str>, address: Option<IpAddr>, port: u16) -> bool {
        self.allow.iter().filter(|place| place.port == Some(port)).any(|place| {
            host.is_some_and(|host| place.has_name(host, port))
                || address.is_some_and(|address| place.has_address(address, port))
        })
    }

    /// Whether a request for `host` may go to `address`, one of those that it resolves to. `host` is `None` when the URL has
    /// an address itself. `local` is the address that the connection is made from, once there is one.
    ///
    /// # Errors
    /// The rule that refuses it.
    pub fn judge(
        &self,
        host: Option<&str>,
        address: IpAddr,
        port: u16,
        local: Option<IpAddr>,
    ) -> Result<(), AddressRule> {
        let inside = match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(v6) => guard::carried(v6).map(IpAddr::V4),
        };
        let is_refused = |address| self.refuse.iter().any(|place| place.has_address(address, port));
        if is_refused(address)
            || inside.is_some_and(is_refused)
            || host.is_some_and(|host| self.refuses_name(host, port))
        {
            return Err(AddressRule::Refused);
        }
        let is_named = host.is_some_and(|host| self.allows_name(host, port));
        if is_named || self.allows_address(address, port) {
            return Ok(());
        }
        guard::public(address)?;
        let is_own = |address| local == Some(address) || self.own.contains(&address);
        if is_own(address) || inside.is_some_and(is_own) {
            return Err(AddressRule::Own);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(allow: &[&str], refuse: &[&str]) -> Places {
        let read = |list: &[&str]| list.iter().map(|text| text.parse().unwrap()).collect();
        Places { allow: read(allow), refuse: read(refuse), ..Places::default() }
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn judge(places: &Places, host: Option<&str>, address: &str, port: u16) -> Result<(), AddressRule> {
        places.judge(host, ip(address), port, None)
    }

    #[test]
    fn entries_that_are_nothing_are_refused_with_what_they_may_be() {
        let bad = [
            "",
            "*",
            "*.",
            "10.0.0.0/33",
            "fd00::/129",
            "10.0.0/8",
            "10.0.0.256",
            "a..b",
            "a b",
            "host:",
            "host:0",
            "host:65536",
            "host:+1",
            "https://host",
            "[fd00::1",
            "[fd00::1]443",
            "a*.b",
            "[a]:",
            "10.0.0.0/-1",
        ];
        for text in bad {
            let error = text.parse::<Place>().unwrap_err();
            assert!(error.to_string().starts_with(&format!("\"{text}\" is not an address")), "{error}");
        }
    }

    #[test]
    fn entries_are_written_as_they_are_read() {
        for (text, written) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.7/32", "10.0.0.7"),
            ("192.168.1.7:8080", "192.168.1.7:8080"),
            ("10.0.0.0/8:443", "10.0.0.0/8:443"),
            ("fd00::/8", "fd00::/8"),
            ("[fe80::1]:443", "[fe80::1]:443"),
            ("[fd00::/8]:443", "[fd00::/8]:443"),
            ("Hooks.Intranet", "hooks.intranet"),
            ("*.corp.example:8443", "*.corp.example:8443"),
        ] {
            let place: Place = text.parse().unwrap();
            assert_eq!(place.to_string(), written);
            assert_eq!(written.parse(), Ok(place));
        }
    }

    #[test]
    fn networks_lift_the_address_rule_for_their_port_alone() {
        let all = places(&["10.0.0.0/8", "192.168.1.7:8080", "fd00::/8", "[fe80::1]:443"], &[]);
        assert_eq!(judge(&all, None, "10.1.2.3", 443), Ok(()));
        assert_eq!(judge(&all, Some("a.example"), "10.1.2.3", 443), Ok(()), "by name, too");
        assert_eq!(judge(&all, None, "11.0.0.1", 443), Ok(()), "public anyway");
        assert_eq!(judge(&all, None, "192.168.1.7", 8080), Ok(()));
        assert_eq!(judge(&all, None, "192.168.1.7", 443), Err(AddressRule::NotPublic));
        assert_eq!(judge(&all, None, "192.168.1.8", 8080), Err(AddressRule::NotPublic));
        assert_eq!(judge(&all, None, "fd12::1", 1), Ok(()));
        assert_eq!(judge(&all, None, "fe80::1", 443), Ok(()));
        assert_eq!(judge(&all, None, "fe80::1", 80), Err(AddressRule::NotPublic));
        assert_eq!(judge(&all, None, "::ffff:10.1.2.3", 443), Err(AddressRule::Wrapped), "not what is named");
    }

    #[test]
    fn names_lift_it_for_all_that_they_resolve_to() {
        let all = places(&["hooks.intranet", "*.corp.example:8443"], &[]);
        assert_eq!(judge(&all, Some("hooks.intranet"), "10.0.0.1", 443), Ok(()));
        assert_eq!(judge(&all, Some("a.b.corp.example"), "127.0.0.1", 8443), Ok(()));
        for (host, port) in
            [("corp.example", 8443), ("a.corp.example", 443), ("acorp.example", 8443), ("x.intranet", 443)]
        {
            assert_eq!(
                judge(&all, Some(host), "10.0.0.1", port),
                Err(AddressRule::NotPublic),
                "{host}:{port}"
            );
        }
    }

    #[test]
    fn what_the_operator_refuses_is_refused_in_every_dress_and_over_what_is_allowed() {
        let all =
            places(&["10.0.0.0/8", "a.example"], &["10.0.0.5", "9.9.9.9", "bad.example", "*.evil.example"]);
        for (host, address) in [
            (None, "10.0.0.5"),
            (Some("a.example"), "10.0.0.5"),
            (None, "9.9.9.9"),
            (None, "::ffff:9.9.9.9"),
            (None, "64:ff9b::9.9.9.9"),
            (None, "2002:909:909::1"),
            (Some("bad.example"), "8.8.8.8"),
            (Some("x.evil.example"), "8.8.8.8"),
        ] {
            assert_eq!(judge(&all, host, address, 443), Err(AddressRule::Refused), "{host:?} {address}");
        }
        assert_eq!(judge(&all, Some("evil.example"), "8.8.8.8", 443), Ok(()));
    }

    #[test]
    fn the_servers_own_addresses_are_refused_unless_allowed() {
        let own: IpAddr = "93.184.216.34".parse().unwrap();
        let mut all = Places { own: vec![own], ..Places::default() };
        assert_eq!(all.judge(None, own, 443, None), Err(AddressRule::Own));
        assert_eq!(judge(&all, None, "64:ff9b::93.184.216.34", 443), Err(AddressRule::Own));
        let other: IpAddr = "8.8.8.8".parse().unwrap();
        assert_eq!(all.judge(None, other, 443, Some(other)), Err(AddressRule::Own), "connected to itself");
        assert_eq!(all.judge(None, other, 443, Some(own)), Ok(()));
        all.allow = vec!["93.184.216.34:443".parse().unwrap()];
        assert_eq!(all.judge(None, own, 443, Some(own)), Ok(()));
    }
}
