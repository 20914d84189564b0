//! The cookie itself: what it is called, where it may be set, and how it is written.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use sederunt_app::console::LIFE;
use sederunt_core::id::Id;

use crate::state::Api;

/// Over TLS. Browsers take this prefix only with `Secure`, `Path=/` and without a domain: no sub-domain can put one of its
/// own in its place.
const OVER_TLS: &str = "__Host-sederunt";
/// On this machine without TLS, where browsers refuse the other one.
const ON_LOOPBACK: &str = "sederunt";

/// By which way a request came, as far as cookies are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// By TLS: our own, or that of a proxy that the configuration speaks of.
    Tls,
    /// Without, to a name of this machine.
    Loopback,
    /// Without, over a network: no cookie is set or taken.
    Plain,
    /// By another name than the console's own: as well.
    Elsewhere,
}

impl Place {
    /// That of a request.
    pub(crate) fn of(api: &Api, parts: &Parts) -> Self {
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        if api.config.console.host.as_ref().is_some_and(|own| *own != host_name(host)) {
            return Self::Elsewhere;
        }
        if api.config.is_secure || api.config.console.is_behind_tls {
            return Self::Tls;
        }
        if is_loopback(host) { Self::Loopback } else { Self::Plain }
    }

    /// The scheme of our own pages.
    pub(super) fn scheme(self) -> &'static str {
        match self {
            Self::Tls => "https",
            Self::Loopback | Self::Plain | Self::Elsewhere => "http",
        }
    }

    fn name(self) -> Option<&'static str> {
        match self {
            Self::Tls => Some(OVER_TLS),
            Self::Loopback => Some(ON_LOOPBACK),
            Self::Plain | Self::Elsewhere => None,
        }
    }

    /// The value of the cookie, if the request has it.
    pub(crate) fn cookie(self, headers: &HeaderMap) -> Option<&str> {
        named(headers, self.name()?)
    }

    /// The same of the cookie that stands for a share. Each has one of its own: a browser may have several links open.
    pub(crate) fn share_cookie(self, headers: &HeaderMap, share: Id) -> Option<&str> {
        named(headers, &self.share_name(share)?)
    }

    fn share_name(self, share: Id) -> Option<String> {
        Some(format!("{}-share-{share}", self.name()?))
    }

    /// `Set-Cookie` with the value that stands for a share, for so long.
    pub(crate) fn set_share(self, share: Id, value: &str, age_ms: i64) -> Option<HeaderValue> {
        self.written(&self.share_name(share)?, value, age_ms / 1000)
    }

    /// `Set-Cookie` with a value; `None` = the browser is to forget it.
    pub(crate) fn set(self, value: Option<&str>) -> Option<HeaderValue> {
        let age = if value.is_some() { LIFE.longest_ms / 1000 } else { 0 };
        self.written(self.name()?, value.unwrap_or_default(), age)
    }

    fn written(self, name: &str, value: &str, age: i64) -> Option<HeaderValue> {
        let secure = if self == Self::Tls { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
        HeaderValue::from_str(&text).ok()
    }
}

fn named<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// The name in a `Host`, in small letters, without its port.
pub fn host_name(host: &str) -> String {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    name.to_ascii_lowercase()
}

/// Whether a `Host` is a name of this machine, whatever its port.
fn is_loopback(host: &str) -> bool {
    let name = host_name(host);
    matches!(&*name, "localhost" | "127.0.0.1" | "[::1]") || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine() {
        for own in ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]", "[::1]:8080", "a.localhost:80"] {
            assert!(is_loopback(own), "{own}");
        }
        for other in [
            "",
            "meet.example.com",
            "localhost.example.com",
            "127.0.0.1.example.com:80",
            "10.0.0.1:8080",
            "::1",
        ] {
            assert!(!is_loopback(other), "{other}");
        }
    }

    #[test]
    fn a_cookie_is_found_among_others_by_its_own_name() {
        let headers = |lines: &[&'static str]| {
            lines.iter().map(|line| (header::COOKIE, HeaderValue::from_static(line))).collect::<HeaderMap>()
        };
        let both = headers(&["a=1; sederunt=x", "__Host-sederunt=y;b=2"]);
        assert_eq!(Place::Tls.cookie(&both), Some("y"));
        assert_eq!(Place::Loopback.cookie(&both), Some("x"));
        assert_eq!(Place::Plain.cookie(&both), None);
        assert_eq!(Place::Tls.cookie(&headers(&["sederunt=x; __host-sederunt=y"])), None);
    }

    #[test]
    fn a_share_has_a_cookie_of_its_own() {
        let [one, other] = [1, 2].map(Id::from_u128);
        let set = Place::Tls.set_share(one, "v", 60_000).unwrap();
        let name = format!("__Host-sederunt-share-{one}");
        assert_eq!(set, format!("{name}=v; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure"));
        let headers = HeaderMap::from_iter([(header::COOKIE, format!("{name}=v").parse().unwrap())]);
        assert_eq!(Place::Tls.share_cookie(&headers, one), Some("v"));
        assert_eq!(Place::Tls.share_cookie(&headers, other), None);
        assert_eq!(Place::Loopback.share_cookie(&headers, one), None);
        assert_eq!(Place::Tls.cookie(&headers), None, "it signs nobody in");
    }

    #[test]
    fn it_is_set_for_this_host_alone_and_no_script_reads_it() {
        let text = |place: Place, value| place.set(value).map(|v| v.to_str().unwrap_or_default().to_owned());
        let set = "__Host-sederunt=v; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure";
        assert_eq!(text(Place::Tls, Some("v")).as_deref(), Some(set));
        let gone = "sederunt=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict";
        assert_eq!(text(Place::Loopback, None).as_deref(), Some(gone));
        assert_eq!(text(Place::Plain, Some("v")), None);
    }
}
