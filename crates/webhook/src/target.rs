//! The URL of a webhook: read strictly. A URL that two parsers could read differently is refused, not repaired, because
//! what is checked here and what is asked later must be the same place.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::guard::AddressRule;
use crate::places::Places;

/// Longest URL, bytes: what every server and proxy takes.
pub const URL_MAX: usize = 2048;
/// Longest name of a host and longest label (RFC 1035 §2.3.4).
const HOST_MAX: usize = 253;
const LABEL_MAX: usize = 63;
/// The lowest port besides 80 and 443: below are the services of systems.
const PORT_MIN: u16 = 1024;

/// Ports from [`PORT_MIN`] on that browsers do not ask either (Fetch standard, "bad port"): a request to one of them may
/// mean something to a service that does not speak HTTP.
const BAD_PORTS: &[u16] = &[
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679,
    6697, 10080,
];

/// Names that never mean a host of the internet, and suffixes of such names.
const INNER_NAMES: &[&str] = &["localhost", "local", "internal", "home.arpa", "onion"];

/// Why a URL is refused. The text follows the name of the field: `"url" must begin with https://`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// Longer than [`URL_MAX`].
    #[error("must have at most {URL_MAX} bytes")]
    TooLong,
    /// Neither https nor http, or no scheme.
    #[error("must begin with https://")]
    Scheme,
    /// http, where it is not allowed.
    #[error("must begin with https://, http is not allowed by this server")]
    Http,
    /// User name or password.
    #[error("must not have a user name or password")]
    UserInfo,
    /// `#…`.
    #[error("must not have a fragment (#)")]
    Fragment,
    /// A name in Unicode.
    #[error("has a host that is not ASCII, write it as xn--…")]
    Unicode,
    /// A byte that no URL has, or that parsers disagree about.
    #[error("has a character that must be percent-encoded, or a % without two hex digits")]
    Character,
    /// `/./` and `/../`, which some parsers resolve and some do not.
    #[error("must not have . or .. as a part of its path")]
    DotSegment,
    /// A host that is no name and no address.
    #[error("has a host that is neither a name nor an address")]
    Host,
    /// A host that some parsers read as an address.
    #[error("has a host that could be read as an address, write four decimal numbers without leading zeros")]
    Number,
    /// A single label, or a name of an inner network.
    #[error("has a host that is no name of the public internet")]
    InnerName,
    /// A port that may not be asked.
    #[error("has a port that is not allowed: 80, 443, or 1024 and above without those of other protocols")]
    Port,
    /// The operator refuses the name.
    #[error("has a host that is refused by the operator of this server")]
    Refused,
    /// An address that may not be asked.
    #[error("has a host that {0}")]
    Address(AddressRule),
}

impl BadUrl {
    /// Label of a metric.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::Scheme => "scheme",
            Self::Http => "http",
            Self::UserInfo => "user_info",
            Self::Fragment => "fragment",
            Self::Unicode => "unicode",
            Self::Character => "character",
            Self::DotSegment => "dot_segment",
            Self::Host => "host",
            Self::Number => "number",
            Self::InnerName => "inner_name",
            Self::Port => "port",
            Self::Refused => "refused",
            Self::Address(rule) => rule.name(),
        }
    }
}

/// The host of a URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// A name in lower case.
    Name(String),
    /// An address.
    Address(IpAddr),
}

impl Host {
    /// The name, if it is one.
    pub fn as_name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Address(_) => None,
        }
    }

    /// The address, if it is one.
    pub const fn as_address(&self) -> Option<IpAddr> {
        match self {
            Self::Name(_) => None,
            Self::Address(address) => Some(*address),
        }
    }
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// `true` = https.
    pub tls: bool,
    /// The host.
    pub host: Host,
    /// The port, given or not.
    pub port: u16,
    /// What the header `host` says: without the port where it is the scheme's own.
    pub authority: String,
    /// Path and query, at least `/`.
    pub path: String,
}

impl Target {
    /// Reads a URL, and judges it as far as it can be without asking for addresses of its name.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(url: &str, places: &Places) -> Result<Self, BadUrl> {
        let target = Self::read(url)?;
        target.judge(places)?;
        Ok(target)
    }

    /// The spelling alone.
    fn read(url: &str) -> Result<Self, BadUrl> {
        if url.len() > URL_MAX {
            return Err(BadUrl::TooLong);
        }
        let (scheme, rest) = url.split_once("://").ok_or(BadUrl::Scheme)?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(BadUrl::Scheme),
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        characters(authority, path)?;
        let (host, port) = authority_parts(authority)?;
        let own_port = if tls { 443 } else { 80 };
        let port = port.unwrap_or(own_port);
        let path = match path.as_bytes().first() {
            Some(b'/') => path.to_owned(),
            _ => format!("/{path}"),
        };
        dot_segments(&path)?;
        let name = match &host {
            Host::Name(name) => name.clone(),
            Host::Address(IpAddr::V4(v4)) => v4.to_string(),
            Host::Address(IpAddr::V6(v6)) => format!("[{v6}]"),
        };
        let authority = if port == own_port { name } else { format!("{name}:{port}") };
        let target = Self { tls, host, port, authority, path };
        // What the client is handed must be the same to the library that writes the request.
        let agrees = target.uri().is_some_and(|uri| {
            uri.authority().map(http::uri::Authority::as_str) == Some(target.authority.as_str())
                && uri.path_and_query().map(http::uri::PathAndQuery::as_str) == Some(target.path.as_str())
        });
        if agrees { Ok(target) } else { Err(BadUrl::Character) }
    }

    /// What the lists of the operator and the tables say.
    fn judge(&self, places: &Places) -> Result<(), BadUrl> {
        let (name, address) = (self.host.as_name(), self.host.as_address());
        if name.is_some_and(|name| places.refuses_name(name, self.port)) {
            return Err(BadUrl::Refused);
        }
        let is_named = name.is_some_and(|name| places.allows_name(name, self.port))
            || address.is_some_and(|address| places.allows_address(address, self.port));
        if !self.tls && !is_named && !places.allow_http {
            return Err(BadUrl::Http);
        }
        if !is_named && name.is_some_and(is_inner) {
            return Err(BadUrl::InnerName);
        }
        if let Some(address) = address {
            places.judge(None, address, self.port, None).map_err(BadUrl::Address)?;
        }
        let is_usual =
            matches!(self.port, 80 | 443) || (self.port >= PORT_MIN && !BAD_PORTS.contains(&self.port));
        if !is_usual && !places.names_port(name, address, self.port) {
            return Err(BadUrl::Port);
        }
        Ok(())
    }

    fn uri(&self) -> Option<http::Uri> {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{}{}", self.authority, self.path).parse().ok()
    }
}

/// Only what RFC 3986 allows, where it allows it.
fn characters(authority: &str, path: &str) -> Result<(), BadUrl> {
    if !authority.is_ascii() {
        return Err(BadUrl::Unicode);
    }
    if authority.contains('@') {
        return Err(BadUrl::UserInfo);
    }
    if path.contains('#') {
        return Err(BadUrl::Fragment);
    }
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&b);
    if !path.bytes().all(is_plain) {
        return Err(BadUrl::Character);
    }
    let mut parts = path.split('%');
    parts.next();
    let is_encoded =
        |part: &str| part.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    if parts.all(is_encoded) { Ok(()) } else { Err(BadUrl::Character) }
}

/// Some parsers go up at `..`, and some of them read `%2e` as a dot first.
fn dot_segments(path: &str) -> Result<(), BadUrl> {
    let path = path.split('?').next().unwrap_or_default();
    let is_dots = |segment: &str| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    };
    if path.split('/').any(is_dots) { Err(BadUrl::DotSegment) } else { Ok(()) }
}

fn authority_parts(authority: &str) -> Result<(Host, Option<u16>), BadUrl> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (inside, after) = rest.split_once(']').ok_or(BadUrl::Host)?;
        // The standard library's parser takes no zone (`%25eth0`) and no version (`v1.…`).
        let address: Ipv6Addr = inside.parse().map_err(|_| BadUrl::Host)?;
        let port = match after.strip_prefix(':') {
            Some(port) => Some(read_port(port)?),
            None if after.is_empty() => None,
            None => return Err(BadUrl::Host),
        };
        return Ok((Host::Address(IpAddr::V6(address)), port));
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(read_port(port)?)),
        None => (authority, None),
    };
    Ok((read_host(host)?, port))
}

fn read_port(text: &str) -> Result<u16, BadUrl> {
    let is_number =
        (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| is_number).ok_or(BadUrl::Port)
}

fn read_host(text: &str) -> Result<Host, BadUrl> {
    let host = text.to_ascii_lowercase();
    let last = host.rsplit('.').next().unwrap_or_default();
    if looks_like_number(last) || (last.is_empty() && looks_like_number(host.trim_end_matches('.'))) {
        let quad: Ipv4Addr = host.parse().map_err(|_| BadUrl::Number)?;
        // The standard library's parser refuses leading zeros today; this does not depend on it.
        return if quad.to_string() == host {
            Ok(Host::Address(IpAddr::V4(quad)))
        } else {
            Err(BadUrl::Number)
        };
    }
    let is_label = |label: &str| {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (1..=LABEL_MAX).contains(&label.len())
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if host.len() > HOST_MAX || !host.split('.').all(is_label) {
        return Err(BadUrl::Host);
    }
    Ok(Host::Name(host))
}

/// A last label that makes some parsers read the whole host as an address (WHATWG URL, "ends in a number").
fn looks_like_number(label: &str) -> bool {
    !label.is_empty() && (label.bytes().all(|b| b.is_ascii_digit()) || label.starts_with("0x"))
}

/// A single label, or a name of an inner network.
fn is_inner(name: &str) -> bool {
    let is_or_below = |inner: &&str| {
        name.strip_suffix(*inner).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    !name.contains('.') || INNER_NAMES.iter().any(is_or_below)
}

#[cfg(test)]
mod tests;
