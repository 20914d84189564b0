//! API tokens of an account: who may do what, made, and revoked.

use std::collections::HashMap;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use sederunt_app::{console, tokens};
use sederunt_changes::text::iso;
use sederunt_core::id::AppId;
use sederunt_store::{ApiTokenRow, Permission};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::Schema;

use super::access::OfAccount;
use crate::dialect::{KitError, KitErrors};
use crate::extract::Body;
use crate::fault::Fault;
use crate::limit::TOKENS_LISTED_MAX;
use crate::path;
use crate::right::{Change, Read};
use crate::state::Api;

fn permissions() -> Schema {
    crate::document::one_of(Permission::ALL.iter().map(|permission| permission.as_str()))
}

/// A token, without its text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiToken)]
pub(crate) struct Token {
    /// Id, as `token list` has it.
    id: String,
    /// Name.
    name: String,
    /// What it may do in the account.
    #[schema(schema_with = permissions)]
    permission: &'static str,
    /// Whether it has the right to the server itself.
    server: bool,
    /// The app whose workspace it is for, by the Pagecall API.
    app_id: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// The last day on which it was used, UTC; `null` = never, as far as is known.
    #[schema(schema_with = crate::document::day_or_null)]
    last_used_on: Option<String>,
    /// When it was revoked.
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
    /// Sign-ins at the console that stand for it, and end with it.
    sign_ins: usize,
    /// Live feeds that are open with it, and end with it.
    feeds: usize,
    /// Whether this request was made with it.
    own: bool,
}

/// Characters of a day in an instant, `2026-01-12`.
const DAY_CHARS: usize = 10;

impl Token {
    fn of(row: ApiTokenRow, (sign_ins, feeds): (usize, usize), own: bool) -> Self {
        let (permission, workspace) = (permission(&row), row.workspace);
        Self {
            id: row.id,
            name: row.name,
            permission: permission.as_str(),
            server: row.server,
            app_id: workspace.map(|app| app.to_string()),
            created_at: iso(row.created_at),
            last_used_on: row.used_on.map(|day| iso(day.start()).chars().take(DAY_CHARS).collect()),
            revoked_at: row.revoked_at.map(iso),
            sign_ins,
            feeds,
            own,
        }
    }
}

fn permission(row: &ApiTokenRow) -> Permission {
    row.account.as_ref().map_or(Permission::None, |(_, permission)| *permission)
}

/// Tokens of an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiTokens)]
pub(crate) struct Tokens {
    /// The newest first, revoked ones too; at most 1000.
    tokens: Vec<Token>,
}

/// What is open with tokens.
struct Open {
    sign_ins: HashMap<String, usize>,
    feeds: HashMap<[u8; 32], usize>,
}

impl Open {
    async fn of<R>(caller: &OfAccount<R>) -> Result<Self, KitError> {
        let mut sign_ins = HashMap::new();
        for one in console::list(&caller.api.node, &caller.account).await? {
            *sign_ins.entry(one.token_id).or_insert(0) += 1;
        }
        Ok(Self { sign_ins, feeds: caller.api.feeds.of_tokens() })
    }

    /// Those of a token: sign-ins and feeds.
    fn with(&self, sha256: &[u8; 32], row: &ApiTokenRow) -> (usize, usize) {
        if row.revoked_at.is_some() {
            return (0, 0);
        }
        let sign_ins = self.sign_ins.get(&row.id).copied().unwrap_or(0);
        (sign_ins, self.feeds.get(sha256).copied().unwrap_or(0))
    }
}

/// The API tokens of the account, without their texts, which are not kept.
#[utoipa::path(
    get,
    path = "/tokens",
    operation_id = "GetTokens",
    tag = "Tokens",
    responses((status = 200, description = "Done.", body = Tokens), KitErrors)
)]
pub(in crate::doors::sederunt) async fn list(caller: OfAccount<Read>) -> Result<Json<Tokens>, KitError> {
    let open = Open::of(&caller).await?;
    let mut rows = caller.api.node.store().tokens_of(&caller.account).await?;
    rows.truncate(TOKENS_LISTED_MAX);
    let view = |(sha256, row): ([u8; 32], ApiTokenRow)| {
        let (open, own) = (open.with(&sha256, &row), sha256 == caller.key.token);
        Token::of(row, open, own)
    };
    Ok(Json(Tokens { tokens: rows.into_iter().map(view).collect() }))
}

/// What a token is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ApiTokenRequest)]
pub(crate) struct TokenRequest {
    /// For humans.
    #[schema(min_length = 1, max_length = 256, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    name: String,
    /// What it may do in the account: `realtime_admin` everything, `realtime` read and make links, `none` only what its app's
    /// workspace may by the Pagecall API.
    #[schema(schema_with = permissions)]
    permission: String,
    /// The app whose workspace it is for, by the Pagecall API; required for `none`.
    app_id: Option<String>,
    /// Whether it may see the server itself; only who may so can give it.
    #[schema(default = false)]
    server: Option<bool>,
}

/// A token with its text, which is told here and never again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiTokenMade)]
pub(crate) struct Made {
    /// The text.
    secret: String,
    /// The token.
    token: Token,
}

/// Makes an API token of the account. For tokens with all rights of the account, and never with more than they have.
#[utoipa::path(
    post,
    path = "/tokens",
    operation_id = "CreateToken",
    tag = "Tokens",
    request_body = TokenRequest,
    responses((status = 201, description = "Made.", body = Made), KitErrors)
)]
pub(in crate::doors::sederunt) async fn create(
    caller: OfAccount<Change>,
    Body(body, _): Body<TokenRequest, KitError>,
) -> Result<(StatusCode, Json<Made>), KitError> {
    let TokenRequest { name, permission, app_id, server } = body;
    let known = || Fault::new("permission", "must be one of [none, realtime, realtime_admin]");
    let permission = Permission::parse(&permission).ok_or_else(known)?;
    let server = server.unwrap_or(false);
    if server && !caller.server {
        let words = "Only a token with the right to the server can give it";
        return Err(KitError::new(StatusCode::FORBIDDEN, words));
    }
    let workspace = app_id.as_deref().map(AppId::from);
    let wanted = tokens::Wanted { name, permission, workspace, server };
    let (secret, row) = tokens::create(&caller.api.node, &caller.account, wanted).await?;
    tracing::info!(
        by = caller.who,
        token = row.id,
        permission = permission.as_str(),
        server,
        "a token was made"
    );
    Ok((StatusCode::CREATED, Json(Made { secret, token: Token::of(row, (0, 0), false) })))
}

/// What a revocation ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiTokenRevoked)]
pub(crate) struct Revoked {
    /// The token as it is now.
    token: Token,
    /// Sign-ins at the console that stood for it: over.
    sign_ins_ended: usize,
    /// Live feeds that were open with it: they end with their next heartbeat, some 15 s.
    feeds_ended: usize,
}

/// A caller that may revoke the token of the path.
#[derive(Debug)]
pub(in crate::doors::sederunt) struct OfToken {
    caller: OfAccount<Change>,
    sha256: [u8; 32],
    row: ApiTokenRow,
}

impl FromRequestParts<Api> for OfToken {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let caller = OfAccount::<Change>::from_request_parts(parts, api).await?;
        let id = path::param(parts, &["token_id"]).ok_or_else(|| KitError::not_found("Token"))?;
        let (sha256, row) = tokens::of_account(&api.node, &caller.account, &id).await?;
        Ok(Self { caller, sha256, row })
    }
}

/// Revokes an API token of the account: it is known no more, and nor is any sign-in that stands for it. One that is
/// revoked already stays so.
///
/// One with the right to the server is revoked by another one, or by itself.
#[utoipa::path(
    delete,
    path = "/tokens/{token_id}",
    operation_id = "DeleteToken",
    tag = "Tokens",
    params(("token_id" = String, Path)),
    responses((status = 200, description = "Revoked.", body = Revoked), KitErrors)
)]
pub(in crate::doors::sederunt) async fn revoke(of: OfToken) -> Result<Json<Revoked>, KitError> {
    let OfToken { caller, sha256, row } = of;
    if row.server && !caller.server {
        let words = "Only a token with the right to the server can revoke this one";
        return Err(KitError::new(StatusCode::FORBIDDEN, words));
    }
    let (sign_ins_ended, feeds_ended) = Open::of(&caller).await?.with(&sha256, &row);
    let node = &caller.api.node;
    tokens::revoke(node, &row.id).await?;
    let (_, row) = tokens::of_account(node, &caller.account, &row.id).await?;
    tracing::info!(by = caller.who, token = row.id, sign_ins_ended, feeds_ended, "a token was revoked");
    let token = Token::of(row, (0, 0), sha256 == caller.key.token);
    Ok(Json(Revoked { token, sign_ins_ended, feeds_ended }))
}
