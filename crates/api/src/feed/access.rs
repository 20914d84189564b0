//! Who may watch an app: 401, 403, 404, in this order and before any parameter.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use sederunt_core::id::AppId;
use sederunt_store::{AppRow, Permission};

use super::Feeds;
use crate::query::{FromQuery, Query};
use crate::realtimekit::KitError;
use crate::{Api, auth};

/// A caller that may read the app of the path.
#[derive(Debug)]
pub(super) struct InApp {
    /// The app.
    pub(super) app: AppRow,
    /// SHA-256 of the token, to notice that it was revoked.
    pub(super) token: [u8; 32],
    /// The feeds.
    pub(super) feeds: Feeds,
}

/// The parameters of the query.
#[derive(Debug)]
pub(super) struct Params<T>(pub(super) T);

impl FromRequestParts<Api> for InApp {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let store = api.node.store();
        let (hash, token) =
            auth::caller_with_hash(store, &parts.headers).await?.ok_or_else(KitError::unauthorized)?;
        let params = RawPathParams::from_request_parts(parts, &()).await.ok();
        let asked =
            params.iter().flatten().find(|(name, _)| *name == "app_id").map(|(_, id)| AppId::from(id));
        let asked = asked.ok_or_else(|| KitError::not_found("App"))?;
        let account = token.account.filter(|(_, permission)| *permission != Permission::None);
        if account.is_none() && token.workspace.as_ref() != Some(&asked) {
            return Err(KitError::forbidden());
        }
        let is_reached = |app: &AppRow| {
            token.workspace.as_ref() == Some(&app.id)
                || account.as_ref().is_some_and(|(account, _)| *account == app.account)
        };
        let app = store.app(&asked).await?.filter(is_reached).ok_or_else(|| KitError::not_found("App"))?;
        Ok(Self { app, token: hash, feeds: api.feeds.clone() })
    }
}

impl<T: FromQuery> FromRequestParts<Api> for Params<T> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, KitError> {
        let query = Query::parse(parts.uri.query().unwrap_or_default())?;
        Ok(Self(T::from_query(&query)?))
    }
}
