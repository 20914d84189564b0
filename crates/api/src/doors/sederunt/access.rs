//! Who may watch an app: 401, 403, 404, in this order and before any parameter.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sederunt_core::id::AppId;
use sederunt_store::AppRow;

use super::Feeds;
use crate::dialect::KitError;
use crate::path;
use crate::principal::Principal;
use crate::state::Api;

/// A caller that may read the app of the path.
#[derive(Debug)]
pub(super) struct InApp {
    /// The app.
    pub(super) app: AppRow,
    /// SHA-256 of the key, to notice that it was revoked.
    pub(super) key: [u8; 32],
    /// The feeds.
    pub(super) feeds: Feeds,
}

impl FromRequestParts<Api> for InApp {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let principal = Principal::of::<KitError>(&api.node, &parts.headers).await?;
        let account = principal.account().map(|(account, _)| account);
        let app = reached(parts, api, account, principal.workspace.as_ref()).await?;
        Ok(Self { app, key: principal.key, feeds: api.feeds.clone() })
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
