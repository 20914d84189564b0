//! Under which origin links to this server begin.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::state::Api;

/// Longest host that is named back.
const HOST_MAX_BYTES: usize = 261;

/// Scheme and host of links, like `https://meet.example.com`: the public name where one is configured, which is reached by
/// TLS; else what the request came by.
#[derive(Debug)]
pub(crate) struct Origin(pub(crate) String);

impl FromRequestParts<Api> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Infallible> {
        let named = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let config = &api.config;
        Ok(Self(origin(config.base_uri.as_deref(), config.is_secure, named)))
    }
}

fn origin(base_uri: Option<&str>, is_secure: bool, named: Option<&str>) -> String {
    if let Some(base) = base_uri {
        return format!("https://{base}");
    }
    let scheme = if is_secure { "https" } else { "http" };
    format!("{scheme}://{}", named.filter(|host| is_host(host)).unwrap_or("localhost"))
}

/// A host with an optional port, and nothing that could end it in a link.
fn is_host(host: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    !host.is_empty() && host.len() <= HOST_MAX_BYTES && host.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_name_goes_first_and_is_secure() {
        assert_eq!(
            origin(Some("meet.example.com"), false, Some("10.0.0.1:8080")),
            "https://meet.example.com"
        );
        assert_eq!(origin(None, false, Some("10.0.0.1:8080")), "http://10.0.0.1:8080");
        assert_eq!(origin(None, true, Some("[::1]:8443")), "https://[::1]:8443");
        for bad in ["", "a/b", "a?b", "a\"", "ä", &"x".repeat(HOST_MAX_BYTES + 1)] {
            assert_eq!(origin(None, false, Some(bad)), "http://localhost", "{bad}");
        }
        assert_eq!(origin(None, false, None), "http://localhost");
    }
}
