//! `/console/sessions`: who is signed in, and signing others out.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use sederunt_app::console::{self, LIFE, Listed};
use sederunt_changes::text::iso;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dialect::{KitError, KitErrors, Refusal};
use crate::doors::sederunt::access::OfAccount;
use crate::path;
use crate::right::{Change, Read, Right as _};
use crate::state::Api;

/// Somebody who is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsoleSignedIn)]
pub(crate) struct SignIn {
    /// Names it, and is of no use for anything else.
    id: String,
    /// Its token.
    token_id: String,
    /// With which browser, as far as that said; may be empty.
    browser: String,
    /// It may look, whatever the token may.
    look_only: bool,
    /// When somebody signed in.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last used, to the minute.
    #[schema(format = DateTime)]
    last_seen_at: String,
    /// When it ends if nobody uses it again.
    #[schema(format = DateTime)]
    expires_at: String,
    /// Whether this request was made with it.
    own: bool,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsoleSignedIns)]
pub(crate) struct SignIns {
    /// The one that was used last first.
    sessions: Vec<SignIn>,
}

/// Somebody who may see sign-ins: with all rights of the account those of all its tokens, else those of the own token.
#[derive(Debug)]
pub(in crate::doors::sederunt) struct Watcher {
    caller: OfAccount<Read>,
}

impl FromRequestParts<Api> for Watcher {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        if !api.config.console.is_enabled {
            return Err(Refusal::NoPath.into());
        }
        Ok(Self { caller: OfAccount::from_request_parts(parts, api).await? })
    }
}

impl Watcher {
    async fn seen(&self) -> Result<Vec<Listed>, KitError> {
        let OfAccount { api, account, permission, key, .. } = &self.caller;
        let mut all = console::list(&api.node, account).await?;
        if !Change::granted(*permission) {
            all.retain(|one| one.row.token == key.token);
        }
        Ok(all)
    }
}

/// Who is signed in at the console with the tokens of the account; with a token that does not have all rights of the account, or
/// by a sign-in that looks, only with that token.
#[utoipa::path(
    get,
    path = "/console/sessions",
    operation_id = "GetConsoleSessions",
    tag = "Console",
    responses((status = 200, description = "Done.", body = SignIns), KitErrors)
)]
pub(in crate::doors::sederunt) async fn list(watcher: Watcher) -> Result<Json<SignIns>, KitError> {
    let own = watcher.caller.key.cookie;
    let view = |one: Listed| SignIn {
        id: one.id,
        token_id: one.token_id,
        look_only: one.row.read_only,
        created_at: iso(one.row.created_at),
        last_seen_at: iso(one.row.seen_at),
        expires_at: iso(LIFE.ends_at(&one.row)),
        own: own == Some(one.cookie),
        browser: one.row.browser,
    };
    Ok(Json(SignIns { sessions: watcher.seen().await?.into_iter().map(view).collect() }))
}

/// Somebody who may see the sign-in of the path.
#[derive(Debug)]
pub(in crate::doors::sederunt) struct OfSignIn {
    watcher: Watcher,
    cookie: [u8; 32],
}

impl FromRequestParts<Api> for OfSignIn {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let watcher = Watcher::from_request_parts(parts, api).await?;
        let id = path::param(parts, &["sign_in_id"]);
        let found = watcher.seen().await?.into_iter().find(|one| Some(&one.id) == id.as_ref());
        let cookie = found.ok_or_else(|| KitError::not_found("Console session"))?.cookie;
        Ok(Self { watcher, cookie })
    }
}

/// Signs somebody out: the cookie stands for nothing any more, and feeds of its page end with their next heartbeat.
#[utoipa::path(
    delete,
    path = "/console/sessions/{sign_in_id}",
    operation_id = "DeleteConsoleSessionById",
    tag = "Console",
    params(("sign_in_id" = String, Path)),
    responses((status = 204, description = "Signed out."), KitErrors)
)]
pub(in crate::doors::sederunt) async fn sign_out(of: OfSignIn) -> Result<StatusCode, KitError> {
    let OfSignIn { watcher: Watcher { caller }, cookie } = of;
    console::sign_out(&caller.api.node, cookie).await?;
    tracing::info!(by = caller.who, session = console::id(&cookie), "somebody was signed out of the console");
    Ok(StatusCode::NO_CONTENT)
}
