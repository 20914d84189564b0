//! `/`: what this is and where to go; and the addresses that Pagecall's link builders make, which lead to the meeting
//! page.
//!
//! The vendor's SDKs know an application endpoint in three forms: `/{room}?access_token=…` (Node `getURL`, Go
//! `BuildURLToJoinRoom`), `/?room_id=…&access_token=…`, and the HTML of `/` itself, which the Node SDK's `joinRoom`
//! fetches, puts `window.room_id` and `window.access_token` at the start of its `<head>`, and hands to the customer's
//! own web server.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sederunt_api::host_name;
use sederunt_core::id::MeetingId;

/// The page; `PAGE_URL` stands for the address of the meeting page as another site names it.
const HTML: &str = include_str!("front.html");
/// The page stands alone: nothing is loaded, and no other site frames it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);
/// Longest host that is named back.
const HOST_MAX_BYTES: usize = 261;

/// Answers at the root.
#[derive(Debug, Clone)]
pub(crate) struct Front {
    /// Public `host[:port]`, if it is configured.
    pub(crate) base: Option<String>,
    /// The server itself speaks TLS.
    pub(crate) is_secure: bool,
    /// The console's own name, where these pages are not.
    pub(crate) console_host: Option<String>,
}

impl Front {
    /// The answer, if the request is for the root or for a room as a link builder names it.
    pub(crate) fn answer(&self, request: &Request) -> Option<Response> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return None;
        }
        if self.console_host.is_some() && self.console_host == request_host(request.headers()) {
            return None;
        }
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        let name = path.strip_prefix('/')?;
        if name.is_empty() {
            if query.split('&').any(|part| part.starts_with("room_id=")) {
                return Some(to_meeting(query.to_owned()));
            }
            let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
            let takes_html =
                accept.is_some_and(|accept| accept.contains("text/html") || accept.contains("*/*"));
            return takes_html.then(|| self.page(request.headers()));
        }
        // Ids are hex digits and dashes: nothing to escape.
        name.parse::<MeetingId>().ok()?;
        let rest = if query.is_empty() { String::new() } else { format!("&{query}") };
        Some(to_meeting(format!("room_id={name}{rest}")))
    }

    fn page(&self, headers: &HeaderMap) -> Response {
        let host = self.base.as_deref().or_else(|| headers.get(header::HOST)?.to_str().ok());
        let host = host.filter(|host| is_host(host)).unwrap_or_default();
        // Without TLS of our own a proxy may add it: the scheme is then that of the page that links here.
        let scheme = if self.is_secure { "https:" } else { "" };
        let html = HTML.replace("PAGE_URL", &format!("{scheme}//{host}/meet"));
        let mut response = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::VARY, HeaderValue::from_static("accept, host"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }
}

/// The name that a request is for, in small letters.
fn request_host(headers: &HeaderMap) -> Option<String> {
    Some(host_name(headers.get(header::HOST)?.to_str().ok()?))
}

/// A host with an optional port, and nothing that could end the text it is put into.
fn is_host(host: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    host.len() <= HOST_MAX_BYTES && host.chars().all(fits)
}

/// Relative, so that it holds below the path prefix of a proxy, too.
fn to_meeting(query: String) -> Response {
    let Ok(location) = HeaderValue::from_str(&format!("meet?{query}")) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut response = StatusCode::FOUND.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    // The address carries a token.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn ask(target: &str, accept: &str, host: &str) -> Option<Response> {
        let request = Request::get(target).header(header::ACCEPT, accept).header(header::HOST, host);
        Front { base: None, is_secure: false, console_host: None }
            .answer(&request.body(Body::empty()).unwrap())
    }

    fn location(target: &str) -> Option<String> {
        let response = ask(target, "application/json", "a")?;
        assert_eq!(response.status(), StatusCode::FOUND);
        Some(response.headers()[header::LOCATION].to_str().unwrap().to_owned())
    }

    #[test]
    fn the_links_of_the_vendors_sdks_lead_to_the_meeting_page() {
        for (target, expected) in [
            (
                "/?room_id=64269ab541f8f8e9d7320374&access_token=t%2Bx",
                "meet?room_id=64269ab541f8f8e9d7320374&access_token=t%2Bx",
            ),
            (
                "/64269ab541f8f8e9d7320374?access_token=t&build=1",
                "meet?room_id=64269ab541f8f8e9d7320374&access_token=t&build=1",
            ),
            ("/6bf2b8be-04dd-4191-b602-1128921a306b", "meet?room_id=6bf2b8be-04dd-4191-b602-1128921a306b"),
        ] {
            assert_eq!(location(target).as_deref(), Some(expected), "{target}");
        }
        for other in ["/?access_token=t", "/v1", "/meet", "/64269ab541f8f8e9d7320374/x", "/?xroom_id=1"] {
            assert_eq!(location(other), None, "{other}");
        }
    }

    #[test]
    fn browsers_and_the_vendors_sdk_get_a_page_and_others_what_they_got() {
        for accept in ["text/html,application/xhtml+xml;q=0.9", "application/json, text/plain, */*"] {
            assert_eq!(ask("/", accept, "a").unwrap().status(), StatusCode::OK);
        }
        assert!(ask("/", "application/json", "a").is_none());
        // Where the SDK puts its script.
        assert_eq!(HTML.matches("<head>").count(), 1);
    }

    #[test]
    fn a_host_cannot_become_part_of_the_script() {
        for bad in ["a\"+alert(1)+\"", "a/b", "a b", "</script>"] {
            assert!(!is_host(bad), "{bad}");
        }
        for good in ["meet.example.com:8443", "[::1]:80", "localhost"] {
            assert!(is_host(good), "{good}");
        }
    }
}
