//! Credentials: `Authorization: Bearer`, or `X-Auth-Email` with `X-Auth-Key` (SEMANTICS §3.1, §6.1).

use aws_lc_rs::{digest, rand};
use axum::http::{HeaderMap, header};
use sederunt_node::Node;
use sederunt_store::{ApiTokenRow, StoreError};
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::limit::TOKEN_MAX_BYTES;

/// Bytes of randomness in a user's access token.
const ACCESS_TOKEN_BYTES: usize = 32;

/// Who asks, by the credentials of the request.
#[derive(Debug)]
pub(crate) enum Caller {
    /// An API token or key that is known and not revoked.
    Key(ApiTokenRow),
    /// Somebody who is known here, but by a token that is for meetings: a participant, or a Pagecall user. Known and not
    /// entitled is another answer than unknown.
    Person,
    /// No credentials, or wrong ones.
    Unknown,
}

/// Whose the credentials of a request are.
pub(crate) async fn caller(node: &Node, headers: &HeaderMap) -> Result<Caller, StoreError> {
    let Some(token) = presented(headers) else { return Ok(Caller::Unknown) };
    if let Some(key) = node.store().token(sha256(token)).await? {
        return Ok(Caller::Key(key));
    }
    Ok(if node.knows_person(token).await? { Caller::Person } else { Caller::Unknown })
}

/// The hash under which the presented token is stored: for those who look again later.
pub(crate) fn hash(headers: &HeaderMap) -> Option<[u8; 32]> {
    presented(headers).map(sha256)
}

/// The SHA-256 under which a token is stored.
fn sha256(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    hash
}

/// A new secret for a Pagecall user, as hex. `None` when the system has no randomness to give.
pub(crate) fn new_access_token() -> Option<String> {
    let mut bytes = [0; ACCESS_TOKEN_BYTES];
    rand::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

/// Adds the ways to present a token of an account to a document; `bearer` says which tokens are taken.
pub(crate) fn describe_account_tokens(api: &mut OpenApi, bearer: &str) {
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(bearer));
    let header = |name| SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new(name)));
    let components = api.components.get_or_insert_default();
    components.add_security_scheme("apiToken", SecurityScheme::Http(token.build()));
    components.add_security_scheme("apiEmail", header("X-Auth-Email"));
    components.add_security_scheme("apiKey", header("X-Auth-Key"));
}

fn presented(headers: &HeaderMap) -> Option<&str> {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    let bearer = text("authorization").and_then(|value| {
        let (scheme, token) = value.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    // Some clients send the key only, some an email of no meaning to us; both headers belong together.
    let key = || text("x-auth-email").filter(|email| !email.is_empty()).and_then(|_| text("x-auth-key"));
    bearer.or_else(key).filter(|token| !token.is_empty() && token.len() <= TOKEN_MAX_BYTES)
}

/// `WWW-Authenticate` of a 401.
pub(crate) const CHALLENGE: (header::HeaderName, &str) = (header::WWW_AUTHENTICATE, "Bearer");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect::<HeaderMap>()
        };
        assert_eq!(presented(&headers(&[("authorization", "Bearer abc")])), Some("abc"));
        assert_eq!(presented(&headers(&[("authorization", "bearer  abc ")])), Some("abc"));
        assert_eq!(presented(&headers(&[("x-auth-email", "a@b.c"), ("x-auth-key", "abc")])), Some("abc"));
        for none in [
            &[][..],
            &[("authorization", "Basic abc")],
            &[("authorization", "Bearer ")],
            &[("authorization", "Bearer")],
            &[("x-auth-key", "abc")],
        ] {
            assert_eq!(presented(&headers(none)), None);
        }
    }
}
