//! When a cookie counts. Nothing else in the doors looks at one.

use axum::http::request::Parts;
use axum::http::{Method, header};
use sederunt_app::{console, shares};
use sederunt_core::id::Id;
use sederunt_store::{ConsoleSessionRow, ShareRow, StoreError};

use super::Place;
use crate::dialect::{DoorError, Refusal};
use crate::principal::sha256;
use crate::state::Api;

/// Where a cookie counts: what the page asks for. Not at Pagecall's door, and not below the root.
const PREFIXES: [&str; 2] = ["/sederunt/v1/", "/client/v4/"];

/// A cookie that counts.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// SHA-256 of it.
    pub(crate) sha256: [u8; 32],
    /// The sign-in.
    pub(crate) row: ConsoleSessionRow,
}

/// The sign-in of a request, if it comes with a cookie; refused when that does not count for it.
pub(crate) async fn admit<E: DoorError>(api: &Api, parts: &Parts) -> Result<Option<Admitted>, E> {
    let path = parts.uri.path();
    if !api.config.console.is_enabled || !PREFIXES.iter().any(|prefix| path.starts_with(prefix)) {
        return Ok(None);
    }
    let Some(cookie) = Place::of(api, parts).cookie(&parts.headers) else { return Ok(None) };
    if !is_own_page(api, parts) {
        return Err(Refusal::OtherSite.into());
    }
    let (sha256, now) = (sha256(cookie), api.node.now());
    let Some(row) = console::signed_in(&api.node, sha256, now).await? else { return Ok(None) };
    if row.read_only && !is_read(&parts.method) && !is_sign_out(parts) {
        return Err(Refusal::ReadOnly.into());
    }
    match console::seen(&api.node, sha256, &row, now).await {
        // The last use need not be durable: with a full disk there is all the more to look at.
        Err(error) if error.is_disk() || matches!(error, StoreError::Busy(_)) => {
            tracing::warn!(%error, "the last use of a console sign-in was not recorded");
        }
        seen => seen?,
    }
    Ok(Some(Admitted { sha256, row }))
}

/// Where the cookie of a share counts, and where no other does.
const SHARES: &str = "/sederunt/v1/shares/";

/// A share that a request may read.
#[derive(Debug)]
pub(crate) struct ReadShare {
    /// SHA-256 of its cookie.
    pub(crate) sha256: [u8; 32],
    /// The share.
    pub(crate) row: ShareRow,
}

/// The share with this id, if the request comes with its cookie and only reads. A share that is over, or whose app is gone, is
/// none.
pub(crate) async fn admit_share<E: DoorError>(api: &Api, parts: &Parts, id: Id) -> Result<ReadShare, E> {
    if !api.config.console.is_enabled || !parts.uri.path().starts_with(SHARES) || !is_read(&parts.method) {
        return Err(Refusal::NoPath.into());
    }
    let cookie = Place::of(api, parts).share_cookie(&parts.headers, id).ok_or(Refusal::Stranger)?;
    if !is_own_page(api, parts) {
        return Err(Refusal::OtherSite.into());
    }
    let (sha256, now) = (sha256(cookie), api.node.now());
    let row = shares::open(&api.node, sha256, now).await?;
    let row = row.filter(|row| row.id == id).ok_or(Refusal::Stranger)?;
    match shares::used(&api.node, sha256, &row, now).await {
        Err(error) if error.is_disk() || matches!(error, StoreError::Busy(_)) => {
            tracing::warn!(%error, "the last use of a share was not recorded");
        }
        used => used?,
    }
    Ok(ReadShare { sha256, row })
}

impl ReadShare {
    /// Whether it still counts.
    pub(crate) async fn counts(&self, api: &Api) -> Result<bool, StoreError> {
        Ok(shares::open(&api.node, self.sha256, api.node.now()).await?.is_some())
    }
}

/// Whether a page of ours made the request. Browsers say so since 2023 (`Sec-Fetch-Site`), and older ones name the origin
/// with everything but reads.
pub(crate) fn is_own_page(api: &Api, parts: &Parts) -> bool {
    let text = |name: &str| parts.headers.get(name).map(|value| value.as_bytes());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == b"same-origin",
        (None, Some(origin)) => {
            let scheme = Place::of(api, parts).scheme();
            let host = text(header::HOST.as_str()).unwrap_or_default();
            !host.is_empty() && [scheme.as_bytes(), b"://", host].concat() == origin
        }
        (None, None) => is_read(&parts.method),
    }
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Whoever may only look may stop looking.
fn is_sign_out(parts: &Parts) -> bool {
    parts.method == Method::DELETE && parts.uri.path() == "/sederunt/v1/console/session"
}
