//! Who may watch an app: 401, 403, 404, in this order and before any parameter.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sederunt_store::{AppRow, Permission};

use super::Feeds;
use crate::auth::{self, Caller};
use crate::query::{FromQuery, Query};
use crate::realtimekit::KitError;
use crate::{Api, path};

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
        let token = match auth::caller(&api.node, &parts.headers).await? {
            Caller::Key(token) => token,
            Caller::Person => return Err(KitError::forbidden()),
            Caller::Unknown => return Err(KitError::unauthorized()),
        };
        let account = token.account.filter(|(_, permission)| *permission != Permission::None);
        let is_reached = |app: &AppRow| {
            token.workspace.as_ref() == Some(&app.id)
                || account.as_ref().is_some_and(|(account, _)| *account == app.account)
        };
        let app = match path::param(parts, &["app_id"]) {
            Some(id) => path::app(store, &id).await?.filter(is_reached),
            None => None,
        };
        // A key of one workspace has no list of apps in which another one could be missing.
        let missing = || if account.is_some() { KitError::not_found("App") } else { KitError::forbidden() };
        let app = app.ok_or_else(missing)?;
        let token = auth::hash(&parts.headers).ok_or_else(KitError::unauthorized)?;
        Ok(Self { app, token, feeds: api.feeds.clone() })
    }
}

impl<T: FromQuery> FromRequestParts<Api> for Params<T> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, KitError> {
        let query = Query::parse(parts.uri.query().unwrap_or_default())?;
        Ok(Self(T::from_query(&query)?))
    }
}
