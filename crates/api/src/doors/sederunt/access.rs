//! Who may watch an app: 401, 403, 404, in this order and before any parameter.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use sederunt_core::id::{AppId, Id};
use sederunt_store::{AppRow, Permission, SessionRow};

use super::Feeds;
use crate::dialect::{KitError, Refusal};
use crate::key::Key;
use crate::path;
use crate::principal::Principal;
use crate::right::Right;
use crate::state::Api;
use crate::system::SystemConfig;

/// A caller that may read the app of the path.
#[derive(Debug)]
pub(super) struct InApp {
    /// The app.
    pub(super) app: AppRow,
    /// To notice that it counts no more.
    pub(super) key: Key,
    /// Id of the token, for logs.
    pub(super) who: String,
    /// The feeds.
    pub(super) feeds: Feeds,
    /// What handlers share.
    pub(super) api: Api,
}

impl FromRequestParts<Api> for InApp {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let principal = Principal::of::<KitError>(api, parts).await?;
        let account = principal.account().map(|(account, _)| account);
        let app = reached(parts, api, account, principal.workspace.as_ref()).await?;
        let Principal { key, id: who, .. } = principal;
        Ok(Self { app, key, who, feeds: api.feeds.clone(), api: api.clone() })
    }
}

/// A caller that may do `R` in its account.
#[derive(Debug)]
pub(super) struct OfAccount<R> {
    /// The account.
    pub(super) account: String,
    /// What the caller may do there.
    pub(super) permission: Permission,
    /// Whether the token has the right to the server itself.
    pub(super) server: bool,
    /// What the caller is known by.
    pub(super) key: Key,
    /// Id of the token, for logs.
    pub(super) who: String,
    /// What handlers share.
    pub(super) api: Api,
    right: PhantomData<R>,
}

impl<R: Right> FromRequestParts<Api> for OfAccount<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let principal = Principal::of::<KitError>(api, parts).await?;
        let granted = principal.account().filter(|(_, permission)| R::granted(*permission));
        let (account, permission) = granted.ok_or_else(KitError::forbidden)?;
        let account = account.to_owned();
        let Principal { key, id: who, server, .. } = principal;
        Ok(Self { account, permission, server, key, who, api: api.clone(), right: PhantomData })
    }
}

/// A caller that may do `R` with the server itself.
#[derive(Debug)]
pub(super) struct OfServer<R> {
    /// Id of the token, for logs.
    pub(super) who: String,
    /// What the server says of itself.
    pub(super) about: SystemConfig,
    /// What handlers share.
    pub(super) api: Api,
    right: PhantomData<R>,
}

impl<R: Right> FromRequestParts<Api> for OfServer<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let OfAccount { server, who, .. } = OfAccount::<R>::from_request_parts(parts, api).await?;
        if !server {
            return Err(KitError::new(StatusCode::FORBIDDEN, "This token has no right to the server"));
        }
        let about = api.config.system.clone().ok_or(Refusal::NotBuilt)?;
        Ok(Self { who, about, api: api.clone(), right: PhantomData })
    }
}

/// The same, with the session of the path.
#[derive(Debug)]
pub(super) struct InSession {
    /// The session.
    pub(super) session: SessionRow,
    /// What handlers share.
    pub(super) api: Api,
}

impl FromRequestParts<Api> for InSession {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let InApp { app, .. } = InApp::from_request_parts(parts, api).await?;
        let unknown = || KitError::not_found("Session");
        let id = path::param(parts, &["session_id"]).and_then(|text| Id::parse(&text).ok());
        let session = api.node.store().session(&app.id, id.ok_or_else(unknown)?.into()).await?;
        Ok(Self { session: session.ok_or_else(unknown)?, api: api.clone() })
    }
}

/// The app of the path, if it is one of the account or the workspace itself.
pub(super) async fn reached(
    parts: &Parts,
    api: &Api,
    account: Option<&str>,
    workspace: Option<&AppId>,
) -> Result<AppRow, KitError> {
    let app = match path::param(parts, &["app_id"]) {
        Some(id) => path::app(api.node.store(), &id).await?,
        None => None,
    };
    let app = app.filter(|app| workspace == Some(&app.id) || account == Some(app.account.as_str()));
    // A key of one workspace has no list of apps in which another one could be missing.
    app.ok_or_else(|| if account.is_some() { KitError::not_found("App") } else { KitError::forbidden() })
}
