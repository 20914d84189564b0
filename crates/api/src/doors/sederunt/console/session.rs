//! `/console/session`: signing in, who is signed in, and signing out.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Json;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sederunt_app::console::{self, LIFE};
use sederunt_changes::text::iso;
use sederunt_core::time::UnixMs;
use sederunt_store::{ApiTokenRow, ConsoleSessionRow, ListQuery, Permission};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::Schema;

use crate::console::{Place, admit, browser, is_own_page, secret};
use crate::dialect::{KitError, KitErrorBody, KitErrors, Refusal};
use crate::extract::Body;
use crate::fault::Fault;
use crate::limit::TOKEN_MAX_BYTES;
use crate::principal::sha256;
use crate::state::Api;

/// Apps in an answer: a switcher with more is of no use, and the list of apps has them all.
const APPS_MAX: u32 = 100;

/// A sign-in: with a token, or with the secret of a link that was printed.
#[derive(Deserialize, ToSchema)]
#[schema(as = ConsoleSignIn)]
pub(crate) struct SignIn {
    /// An API token with permission Realtime or Realtime Admin.
    token: Option<String>,
    /// The secret of a link, instead.
    once: Option<String>,
    /// Only look: the sign-in changes nothing, whatever the token may.
    look_only: Option<bool>,
}

fn permissions() -> Schema {
    crate::document::one_of(Permission::ALL.iter().map(|permission| permission.as_str()))
}

/// Who is signed in, and what there is for them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsoleSession)]
pub(crate) struct SignedIn {
    /// The token that it stands for.
    token: TokenView,
    /// Its account.
    account_id: String,
    /// Apps of the account, newest first; at most 100.
    apps: Vec<AppView>,
    /// `read` or `full`.
    #[schema(pattern = "^(read|full)$")]
    mode: &'static str,
    /// It only looks, because whoever signed in wanted it so.
    look_only: bool,
    /// What this server has of what the console could show.
    features: Vec<&'static str>,
    /// Milliseconds for which a lost connection may come back and continue its stay.
    reconnect_grace_ms: i64,
    /// When it ends at the latest.
    #[schema(format = DateTime)]
    expires_at: String,
    /// The server's clock.
    #[schema(format = DateTime)]
    now: String,
}

/// A token, without its text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsoleToken)]
pub(crate) struct TokenView {
    /// Id, as `token list` has it.
    id: String,
    /// Name.
    name: String,
    /// What it may do in its account.
    #[schema(schema_with = permissions)]
    permission: &'static str,
    /// Whether it has the right to the server itself.
    server: bool,
}

/// An app to choose.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsoleApp)]
pub(crate) struct AppView {
    /// Id.
    id: String,
    /// Name.
    name: String,
}

/// What this server has.
const FEATURES: [&str; 8] =
    ["sessions", "counts", "export", "timeline", "tokens", "apps", "meetings", "webhooks"];
/// What it has for those with the right to it.
const SYSTEM: &str = "system";

impl SignedIn {
    async fn of(api: &Api, token: ApiTokenRow, row: &ConsoleSessionRow) -> Result<Self, KitError> {
        let (account, permission) = granted(&token)?;
        let query = ListQuery { limit: APPS_MAX, ..ListQuery::default() };
        let apps = api.node.store().apps(account, query).await?.items;
        let has_system = api.config.system.is_some();
        let view = |app: sederunt_store::AppRow| AppView { id: app.id.to_string(), name: app.name };
        Ok(Self {
            account_id: account.to_owned(),
            apps: apps.into_iter().map(view).collect(),
            mode: if row.read_only || permission != Permission::RealtimeAdmin { "read" } else { "full" },
            look_only: row.read_only,
            features: FEATURES.into_iter().chain((token.server && has_system).then_some(SYSTEM)).collect(),
            reconnect_grace_ms: api.node.reconnect_grace_ms(),
            expires_at: iso(row.created_at.plus_ms(LIFE.longest_ms)),
            now: iso(api.node.now()),
            token: TokenView {
                permission: permission.as_str(),
                server: token.server,
                id: token.id,
                name: token.name,
            },
        })
    }
}

/// The account of a token and what it may do there.
fn granted(token: &ApiTokenRow) -> Result<(&str, Permission), KitError> {
    match &token.account {
        Some((account, permission)) if *permission != Permission::None => Ok((account, *permission)),
        _ => Err(KitError::new(StatusCode::FORBIDDEN, "This token has no Realtime permission in an account")),
    }
}

/// Why somebody is not signed in.
#[derive(Debug)]
pub(crate) enum NotSignedIn {
    /// As at any door.
    Kit(KitError),
    /// Too many failed lately; milliseconds until the next try.
    TooMany(i64),
}

impl<T: Into<KitError>> From<T> for NotSignedIn {
    fn from(error: T) -> Self {
        Self::Kit(error.into())
    }
}

impl IntoResponse for NotSignedIn {
    fn into_response(self) -> Response {
        match self {
            Self::Kit(error) => error.into_response(),
            Self::TooMany(ms) => {
                let seconds = ms.div_euclid(1000) + 1;
                let words = format!("Too many sign-ins failed; try again in {seconds} s");
                let mut response = KitError::new(StatusCode::TOO_MANY_REQUESTS, words).into_response();
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                response
            }
        }
    }
}

/// A page of ours that asks to be signed in, from somewhere a cookie may be set.
#[derive(Debug)]
pub(in crate::doors::sederunt) struct Visitor {
    pub(super) api: Api,
    pub(super) place: Place,
    from: IpAddr,
    browser: String,
}

impl FromRequestParts<Api> for Visitor {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, NotSignedIn> {
        if !api.config.console.is_enabled {
            return Err(KitError::from(Refusal::NoPath).into());
        }
        let place = Place::of(api, parts);
        let refusal = match place {
            Place::Tls | Place::Loopback => None,
            Place::Plain => Some(
                "The console needs TLS or localhost; behind a proxy that speaks TLS set console.behind_tls",
            ),
            Place::Elsewhere => Some("The console has a host name of its own (console.host)"),
        };
        if let Some(words) = refusal {
            return Err(KitError::new(StatusCode::FORBIDDEN, words).into());
        }
        if !is_own_page(api, parts) {
            return Err(KitError::from(Refusal::OtherSite).into());
        }
        // Without a connection, as in tests, everybody is one stranger.
        let client = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let from = client.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let browser = browser(agent.unwrap_or_default());
        Ok(Self { api: api.clone(), place, from, browser })
    }
}

impl Visitor {
    /// The token that the sign-in is for. The right one signs in however many wrong ones there were: else whoever sends
    /// those could keep everybody out.
    async fn token(&self, body: &SignIn, now: UnixMs) -> Result<([u8; 32], ApiTokenRow), NotSignedIn> {
        let sha256 = match (&body.token, &body.once) {
            (Some(token), None) if token.len() <= TOKEN_MAX_BYTES => Some(sha256(token.trim())),
            (Some(_), None) => None,
            (None, Some(once)) => self.api.config.console.once.take(once, now),
            (None, None) => return Err(Fault::new("token", "is required").into()),
            (Some(_), Some(_)) => return Err(Fault::new("once", "must not be there beside \"token\"").into()),
        };
        if let Some(sha256) = sha256
            && let Some(row) = self.api.node.store().token(sha256).await?
        {
            return Ok((sha256, row));
        }
        Err(self.refused(
            now,
            match body.token {
                Some(_) => "This token is not known, or was revoked",
                None => "This link was used, or is too old",
            },
        ))
    }

    /// The answer to what is not known, in words: counted, and too many are told to wait.
    pub(super) fn refused(&self, now: UnixMs, words: &str) -> NotSignedIn {
        if let Err(ms) = self.api.failures.may_try(self.from, now) {
            self.api.node.metrics().refusal("CONSOLE_SIGN_IN_LIMIT");
            return NotSignedIn::TooMany(ms);
        }
        self.api.failures.failed(self.from, now);
        self.api.node.metrics().refusal("CONSOLE_SIGN_IN");
        KitError::new(StatusCode::UNAUTHORIZED, words).into()
    }
}

/// Signs in: the answer sets a cookie that stands for the token, for the console's own page and until it is idle for an hour,
/// twelve hours have passed, or the token is revoked.
#[utoipa::path(
    post,
    path = "/console/session",
    operation_id = "CreateConsoleSession",
    tag = "Console",
    security(()),
    request_body = SignIn,
    responses(
        (status = 200, description = "Signed in.", body = SignedIn),
        (status = 400, description = "The body is not valid.", body = KitErrorBody),
        (status = 401, description = "The token or the link is not known.", body = KitErrorBody),
        (status = 403, description = "Not from here, or not with this token.", body = KitErrorBody),
        (status = 404, description = "The console is switched off.", body = KitErrorBody),
        (status = 429, description = "Too many sign-ins failed.", body = KitErrorBody),
        (status = 500, description = "Fault in the server.", body = KitErrorBody)
    )
)]
pub(in crate::doors::sederunt) async fn sign_in(
    visitor: Visitor,
    Body(body, _): Body<SignIn, KitError>,
) -> Result<Response, NotSignedIn> {
    let (api, now) = (&visitor.api, visitor.api.node.now());
    let (sha256_of_token, token) = visitor.token(&body, now).await?;
    // Before anything is kept: a token without an account is for nobody here.
    granted(&token)?;
    let secret = secret()
        .ok_or_else(|| KitError::new(StatusCode::INTERNAL_SERVER_ERROR, "The system gave no randomness"))?;
    let look_only = body.look_only.unwrap_or(false);
    let row =
        console::sign_in(&api.node, sha256(&secret), sha256_of_token, look_only, visitor.browser).await?;
    let id = token.id.clone();
    let view = SignedIn::of(api, token, &row).await?;
    tracing::info!(token = id, mode = view.mode, "somebody signed in at the console");
    let mut response = Json(view).into_response();
    if let Some(cookie) = visitor.place.set(Some(&secret)) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Somebody who is signed in.
#[derive(Debug)]
pub(in crate::doors::sederunt) struct Person {
    api: Api,
    place: Place,
    sha256: [u8; 32],
    row: ConsoleSessionRow,
    token: ApiTokenRow,
}

impl FromRequestParts<Api> for Person {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        if !api.config.console.is_enabled {
            return Err(Refusal::NoPath.into());
        }
        let admitted = admit::<KitError>(api, parts).await?.ok_or(Refusal::Stranger)?;
        let token = api.node.store().token(admitted.row.token).await?.ok_or(Refusal::Stranger)?;
        let (api, place) = (api.clone(), Place::of(api, parts));
        Ok(Self { api, place, sha256: admitted.sha256, row: admitted.row, token })
    }
}

/// Who is signed in.
#[utoipa::path(
    get,
    path = "/console/session",
    operation_id = "GetConsoleSession",
    tag = "Console",
    security(("consoleCookie" = [])),
    responses((status = 200, description = "Done.", body = SignedIn), KitErrors)
)]
pub(in crate::doors::sederunt) async fn get(person: Person) -> Result<Json<SignedIn>, KitError> {
    Ok(Json(SignedIn::of(&person.api, person.token, &person.row).await?))
}

/// Signs out: the cookie stands for nothing any more.
#[utoipa::path(
    delete,
    path = "/console/session",
    operation_id = "DeleteConsoleSession",
    tag = "Console",
    security(("consoleCookie" = [])),
    responses((status = 204, description = "Signed out."), KitErrors)
)]
pub(in crate::doors::sederunt) async fn sign_out(person: Person) -> Result<Response, KitError> {
    console::sign_out(&person.api.node, person.sha256).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = person.place.set(None) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
