//! What the head of a request must be, whatever it asks for.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Version};
use axum::response::Response;
use serde_json::json;

/// Request line and headers. Above the 16 KiB that a request target may have, so that the doors answer 414. The parser
/// has the same bound for what it has not understood yet; this one holds for every request.
pub const HEAD_MAX_BYTES: usize = 64 * 1024;
/// Bytes of a header's line beside name and value.
const LINE_BYTES: usize = ": \r\n".len();

/// Why a request with this head is not looked at any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadFault {
    /// Longer than [`HEAD_MAX_BYTES`].
    TooLong,
    /// No `Host`, several, or one that is no host (RFC 9112 §3.2).
    Host,
}

/// Looks at the head of a request.
pub fn fault(request: &Request) -> Option<HeadFault> {
    if size(request) > HEAD_MAX_BYTES {
        return Some(HeadFault::TooLong);
    }
    (!has_host(request.headers(), request.version())).then_some(HeadFault::Host)
}

/// The answer to a request with this fault.
pub fn refuse(fault: HeadFault) -> Response {
    let (status, code, message) = match fault {
        HeadFault::TooLong => (
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "HEADERS_TOO_LARGE",
            format!("request line and headers have at most {HEAD_MAX_BYTES} bytes"),
        ),
        HeadFault::Host => (
            StatusCode::BAD_REQUEST,
            "BAD_REQUEST",
            "\"Host\" must be there once, a host with an optional port".to_owned(),
        ),
    };
    let body = json!({ "success": false, "error": { "code": code, "message": message } });
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let kind = axum::http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn size(request: &Request) -> usize {
    let uri = request.uri();
    let line = request.method().as_str().len() + uri.path_and_query().map_or(0, |p| p.as_str().len());
    let headers = request.headers().iter();
    line + headers.map(|(name, value)| name.as_str().len() + value.len() + LINE_BYTES).sum::<usize>()
}

fn has_host(headers: &HeaderMap, version: Version) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => version < Version::HTTP_11,
        (Some(host), None) => host.to_str().is_ok_and(is_host),
        (Some(_), Some(_)) => false,
    }
}

/// `uri-host [":" port]` (RFC 9110 §7.2), no user in front.
fn is_host(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let rest = host.get(authority.host().len()..).unwrap_or_default();
    let port = rest.strip_prefix(':').unwrap_or(rest);
    let port_is_good = port.is_empty() || (rest.len() > port.len() && port.parse::<u16>().is_ok());
    !authority.host().is_empty() && !host.contains('@') && port_is_good
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(version: Version, hosts: &[&str]) -> Option<HeadFault> {
        let mut request = Request::builder().version(version).uri("/");
        for host in hosts {
            request = request.header("host", *host);
        }
        fault(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn there_is_one_host() {
        for good in [
            "localhost",
            "meet.example.com:8443",
            "10.0.0.7",
            "[::1]:8080",
            "[2001:db8::1]",
            "a_b.test",
            "x:",
        ] {
            assert_eq!(with(Version::HTTP_11, &[good]), None, "{good}");
        }
        for bad in ["", "a b", "ada@x", "x:y", "x:70000", "http://x", "x/y", "[::1", "a,b c", "x:1:2"] {
            assert_eq!(with(Version::HTTP_11, &[bad]), Some(HeadFault::Host), "{bad}");
        }
        assert_eq!(with(Version::HTTP_11, &[]), Some(HeadFault::Host));
        assert_eq!(with(Version::HTTP_11, &["x", "x"]), Some(HeadFault::Host), "also the same one twice");
        assert_eq!(with(Version::HTTP_10, &[]), None, "older than the header");
        assert_eq!(with(Version::HTTP_10, &["a b"]), Some(HeadFault::Host));
    }

    #[test]
    fn a_head_has_one_limit() {
        let of = |bytes: usize| {
            let request = Request::builder().uri("/").header("host", "x").header("a", "x".repeat(bytes));
            fault(&request.body(Body::empty()).unwrap())
        };
        let rest = "GET/".len() + "host: x\r\n".len() + "a: \r\n".len();
        assert_eq!(of(HEAD_MAX_BYTES - rest), None);
        assert_eq!(of(HEAD_MAX_BYTES - rest + 1), Some(HeadFault::TooLong));
        assert_eq!(refuse(HeadFault::TooLong).status(), 431);
        assert_eq!(refuse(HeadFault::Host).status(), 400);
    }
}
