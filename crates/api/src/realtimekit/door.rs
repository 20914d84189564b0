//! Routes of the RealtimeKit door, its document, and the answer to what is not built.

use axum::http::StatusCode;
use axum::routing::{MethodFilter, MethodRouter, on};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::{Change, InApp, Read};
use super::error::{ErrorItem, KitError, KitErrorBody};
use super::{active_session, apps, meetings, participants, poll, presets, session_participants, sessions};
use crate::Api;

/// What the document says beside the operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "RealtimeKit-compatible API",
        description = "The operations that are built. Every other operation of the vendor's API answers 501.",
        version = "7.1.0",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/client/v4")),
    components(schemas(KitErrorBody, ErrorItem)),
    modifiers(&Security),
    security(("apiToken" = []), ("apiEmail" = [], "apiKey" = [])),
    tags((name = "Apps"), (name = "Meetings"), (name = "Presets"), (name = "Sessions"), (name = "Active session"))
)]
struct Document;

/// Adds the ways to authenticate.
struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        crate::auth::describe_account_tokens(api, "API token with Realtime or Realtime Admin permission.");
    }
}

/// The operations that are built: the one list of routes. Each path has the prefix in front: a nested router would cut
/// it off the target of every request.
pub(crate) fn routes(prefix: &str) -> OpenApiRouter<Api> {
    let built = [
        routes!(apps::list, apps::create),
        routes!(meetings::list, meetings::create),
        routes!(meetings::get, meetings::update),
        routes!(participants::list, participants::add),
        routes!(participants::delete),
        routes!(participants::refresh_token),
        routes!(active_session::get),
        routes!(active_session::kick),
        routes!(active_session::kick_all),
        routes!(poll::create),
        routes!(presets::list),
        routes!(sessions::list),
        routes!(sessions::get),
        routes!(session_participants::list),
        routes!(session_participants::get),
    ];
    let router = OpenApiRouter::with_openapi(Document::openapi());
    built.into_iter().fold(router, |router, (schemas, mut paths, methods)| {
        let with_prefix = |(path, item)| (format!("{prefix}{path}"), item);
        paths.paths = paths.paths.into_iter().map(with_prefix).collect();
        router.routes((schemas, paths, methods))
    })
}

/// What the derived document cannot say.
pub(crate) fn describe(api: &mut utoipa::openapi::OpenApi) {
    let lists = ["participant_ids", "custom_participant_ids"];
    crate::document::at_least_one(api, "ActiveSessionKickParticipantsRequest", &lists);
}

/// An operation that is not built: 501, but only for those who may ask.
pub(crate) fn not_built(method: MethodFilter) -> MethodRouter<Api> {
    match method {
        MethodFilter::GET => on(method, not_built_read),
        _ => on(method, not_built_change),
    }
}

/// The public key of webhooks belongs to nobody's account; there are no webhooks yet.
pub(crate) async fn no_webhooks_yet() -> KitError {
    not_built_error()
}

async fn not_built_read(_: InApp<Read>) -> KitError {
    not_built_error()
}

async fn not_built_change(_: InApp<Change>) -> KitError {
    not_built_error()
}

fn not_built_error() -> KitError {
    KitError::new(StatusCode::NOT_IMPLEMENTED, "This operation is not built yet on this server")
}
