//! The index of session lists, app by app, and how it is built anew.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use sederunt_changes::text::iso;
use sederunt_core::id::AppId;
use sederunt_store::IndexInfo;
use serde::Serialize;
use tokio::task::spawn_blocking;
use utoipa::ToSchema;

use super::access::OfServer;
use crate::dialect::{KitError, KitErrorBody, KitErrors};
use crate::path;
use crate::rebuilding::{Build, Built};
use crate::right::{Change, Read};
use crate::state::Api;

/// The indexes of all apps.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemArchive)]
pub(crate) struct View {
    /// Apps that have one; a small app is answered without.
    apps: Vec<OfApp>,
    /// What is built anew now.
    running: Option<Running>,
    /// What was built anew last, since the start of the server.
    last: Option<Last>,
}

/// The index of an app.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemArchiveApp)]
pub(crate) struct OfApp {
    /// The app.
    app_id: String,
    /// Its name.
    name: String,
    /// Sessions in its files.
    sessions_sealed: u64,
    /// Sessions that ended since.
    sessions_unsealed: u64,
    /// Bytes of its files.
    bytes: u64,
    /// Why it cannot be used as it is; `null` = it is well.
    fault: Option<String>,
}

/// A build under way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemArchiveRunning)]
pub(crate) struct Running {
    /// The app.
    app_id: String,
    /// When it began.
    #[schema(format = DateTime)]
    started_at: String,
    /// Sessions that are in it.
    sessions: u64,
    /// Sessions in all; 0 until they were counted.
    sessions_all: u64,
}

/// A build that has ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemArchiveLast)]
pub(crate) struct Last {
    /// The app.
    app_id: String,
    /// When it began.
    #[schema(format = DateTime)]
    started_at: String,
    /// When it ended.
    #[schema(format = DateTime)]
    ended_at: String,
    /// Why it could not go on; `null` = it is built.
    error: Option<String>,
}

impl From<Build> for Running {
    fn from(build: Build) -> Self {
        let (sessions, sessions_all) = build.sessions();
        Self { app_id: build.app.to_string(), started_at: iso(build.started_at), sessions, sessions_all }
    }
}

impl From<&Built> for Last {
    fn from(built: &Built) -> Self {
        let Built { app, started_at, ended_at, error } = built;
        Self {
            app_id: app.to_string(),
            started_at: iso(*started_at),
            ended_at: iso(*ended_at),
            error: error.clone(),
        }
    }
}

impl View {
    async fn of(api: &Api) -> Result<Self, KitError> {
        let store = api.node.store().clone();
        let infos = spawn_blocking(move || store.index_info()).await;
        let infos = infos.map_err(|error| KitError::internal(&error))??;
        let mut apps = Vec::new();
        for info in infos {
            // A folder that no app has is nobody's to build.
            let IndexInfo { app: Some(id), sealed, unsealed, bytes, fault, .. } = info else { continue };
            let name = path::app(api.node.store(), id.as_str()).await?.map(|app| app.name);
            apps.push(OfApp {
                app_id: id.to_string(),
                name: name.unwrap_or_default(),
                sessions_sealed: sealed,
                sessions_unsealed: unsealed,
                bytes,
                fault,
            });
        }
        let (running, last) = api.rebuilding.look();
        Ok(Self { apps, running: running.map(Running::from), last: last.as_deref().map(Last::from) })
    }
}

/// The index of session lists of every app that has one, and what is built anew.
#[utoipa::path(
    get,
    path = "/system/archive",
    operation_id = "GetSystemArchive",
    tag = "System",
    responses((status = 200, description = "Done.", body = View), KitErrors)
)]
pub(in crate::doors::sederunt) async fn list(caller: OfServer<Read>) -> Result<Json<View>, KitError> {
    Ok(Json(View::of(&caller.api).await?))
}

/// An app of the path, of whatever account.
#[derive(Debug)]
pub(in crate::doors::sederunt) struct AnyApp {
    caller: OfServer<Change>,
    app: AppId,
}

impl FromRequestParts<Api> for AnyApp {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let caller = OfServer::from_request_parts(parts, api).await?;
        let app = match path::param(parts, &["app_id"]) {
            Some(id) => path::app(api.node.store(), &id).await?,
            None => None,
        };
        let app = app.ok_or_else(|| KitError::not_found("App"))?.id;
        Ok(Self { caller, app })
    }
}

/// Begins to build the index of an app's session lists anew, from the ledger; lists are answered meanwhile as before. One at a
/// time, and it cannot be stopped.
#[utoipa::path(
    post,
    path = "/system/archive/{app_id}/rebuild",
    operation_id = "RebuildSystemArchive",
    tag = "System",
    params(("app_id" = String, Path)),
    responses(
        (status = 202, description = "It has begun.", body = View),
        (status = 409, description = "One is being built.", body = KitErrorBody),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn rebuild(asked: AnyApp) -> Result<(StatusCode, Json<View>), KitError> {
    let AnyApp { caller: OfServer { api, who, .. }, app } = asked;
    if !api.rebuilding.begin(&api.node, &app) {
        return Err(KitError::new(StatusCode::CONFLICT, "An index is being built already"));
    }
    tracing::info!(by = who, %app, "somebody has an index built anew");
    Ok((StatusCode::ACCEPTED, Json(View::of(&api).await?)))
}
