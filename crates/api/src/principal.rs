//! Who asks: `Authorization: Bearer`, or `X-Auth-Email` with `X-Auth-Key` (SEMANTICS §3.1, §6.1); or the console's cookie.

use aws_lc_rs::digest;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use sederunt_app::admission;
use sederunt_core::id::AppId;
use sederunt_store::{ApiTokenRow, Permission};
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::console;
use crate::dialect::{DoorError, Refusal};
use crate::key::Key;
use crate::limit::TOKEN_MAX_BYTES;
use crate::state::Api;

/// For whom a request asks, by its API key. One key may stand for an account, for a workspace, or for both.
#[derive(Debug)]
pub(crate) struct Principal {
    /// For those who look again later whether it still counts.
    pub(crate) key: Key,
    /// Id of the token, for logs.
    pub(crate) id: String,
    /// The account that it reaches, and what it may do there.
    account: Option<(String, Permission)>,
    /// The workspace (= app) that it reaches.
    pub(crate) workspace: Option<AppId>,
    /// The right to the server itself.
    pub(crate) server: bool,
    /// Somebody who signed in to look: nothing that takes the right to change is for them, whatever the token may.
    pub(crate) looks_only: bool,
}

impl Principal {
    /// Who asks. Refused: strangers, and people whose token is for meetings. Known and not entitled is another answer
    /// than unknown.
    pub(crate) async fn of<E: DoorError>(api: &Api, parts: &Parts) -> Result<Self, E> {
        let node = &api.node;
        let Some(token) = presented(&parts.headers) else { return Self::signed_in(api, parts).await };
        let key = Key { token: sha256(token), cookie: None };
        if let Some(row) = node.store().token(key.token).await? {
            return Ok(Self::with(api, key, row, false));
        }
        let person = admission::knows_person(node, token).await?;
        Err(if person { Refusal::Person } else { Refusal::Stranger }.into())
    }

    /// Who asks by a cookie. One beside a header is not looked at.
    async fn signed_in<E: DoorError>(api: &Api, parts: &Parts) -> Result<Self, E> {
        if KEY_HEADERS.iter().any(|name| parts.headers.contains_key(*name)) {
            return Err(Refusal::Stranger.into());
        }
        let admitted = console::admit::<E>(api, parts).await?.ok_or(Refusal::Stranger)?;
        let key = Key { token: admitted.row.token, cookie: Some(admitted.sha256) };
        let row = api.node.store().token(key.token).await?.ok_or(Refusal::Stranger)?;
        Ok(Self::with(api, key, row, admitted.row.read_only))
    }

    fn with(api: &Api, key: Key, row: ApiTokenRow, looks_only: bool) -> Self {
        api.uses.note(&api.node, key.token, &row);
        let lowered = |permission| match permission {
            Permission::RealtimeAdmin if looks_only => Permission::Realtime,
            Permission::None | Permission::Realtime | Permission::RealtimeAdmin => permission,
        };
        let account = row.account.map(|(account, permission)| (account, lowered(permission)));
        Self { key, id: row.id, account, workspace: row.workspace, server: row.server, looks_only }
    }

    /// The account and what the key may do there, if it may do anything.
    pub(crate) fn account(&self) -> Option<(&str, Permission)> {
        let (account, permission) = self.account.as_ref()?;
        (*permission != Permission::None).then_some((account.as_str(), *permission))
    }
}

/// Headers that say who asks.
const KEY_HEADERS: [&str; 3] = ["authorization", "x-auth-email", "x-auth-key"];

/// The SHA-256 under which a token is stored.
pub(crate) fn sha256(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    hash
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
