//! The RealtimeKit door in the table of doors.

use axum::routing::{MethodFilter, MethodRouter, on};
use utoipa::OpenApi;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::access::{Change, InApp, Read};
use super::{
    active_session, analytics, apps, chat, meetings, nothing_yet, operations, participants, peer_report,
    poll, presets, session_participants, sessions, webhook_key, webhooks,
};
use crate::dialect::{Dialect, ErrorItem, KitError, KitErrorBody};
use crate::doors::{Door, not_built};
use crate::state::Api;

/// Where it is and what it has.
pub(crate) const DOOR: Door = Door {
    name: "realtimekit",
    prefixes: &["/client/v4", ""],
    dialect: Dialect::of::<KitError>(),
    routes,
    operations: operations::ALL,
    not_built: refuse,
    absent: nothing_yet::ABSENT,
    // The public key of webhooks belongs to nobody's account.
    at_root: || vec![routes!(webhook_key::get)],
    document: Document::openapi,
    describe,
};

/// What the document says beside the operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "RealtimeKit-compatible API",
        description = "The operations that are built. Every other operation of the vendor's API answers 501, but for the reads of one recording, livestream, transcript or summary: there is none, so 404.",
        version = "7.1.0",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(KitErrorBody, ErrorItem)),
    modifiers(&Security),
    security(("apiToken" = []), ("apiEmail" = [], "apiKey" = [])),
    tags(
        (name = "Apps"),
        (name = "Meetings"),
        (name = "Presets"),
        (name = "Sessions"),
        (name = "Active session"),
        (name = "Analytics"),
        (name = "Recordings"),
        (name = "Livestreams"),
        (name = "Webhooks")
    )
)]
struct Document;

/// Adds the ways to authenticate.
struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        crate::principal::describe_account_tokens(
            api,
            "API token with Realtime or Realtime Admin permission.",
        );
    }
}

/// The operations that are built: one line each.
fn routes() -> Vec<UtoipaMethodRouter<Api>> {
    vec![
        routes!(apps::list, apps::create),
        routes!(meetings::list, meetings::create),
        routes!(meetings::get, meetings::update, meetings::replace),
        routes!(participants::list, participants::add),
        routes!(participants::get, participants::edit, participants::delete),
        routes!(participants::refresh_token),
        routes!(analytics::daywise),
        routes!(active_session::get),
        routes!(active_session::kick),
        routes!(active_session::kick_all),
        routes!(active_session::mute),
        routes!(active_session::mute_all),
        routes!(poll::create),
        routes!(presets::list, presets::create),
        routes!(presets::get, presets::update, presets::replace, presets::delete),
        routes!(sessions::list),
        routes!(sessions::get),
        routes!(peer_report::get),
        routes!(chat::get),
        routes!(session_participants::list),
        routes!(session_participants::get),
        routes!(nothing_yet::recordings),
        routes!(nothing_yet::livestreams),
        routes!(nothing_yet::livestream_stats),
        routes!(nothing_yet::livestream_days),
        routes!(webhooks::list, webhooks::create),
        routes!(webhooks::get, webhooks::edit, webhooks::replace, webhooks::delete),
        routes!(webhooks::events),
    ]
}

/// What the derived document cannot say.
fn describe(api: &mut utoipa::openapi::OpenApi) {
    let lists = ["participant_ids", "custom_participant_ids"];
    crate::document::at_least_one(api, "ActiveSessionKickParticipantsRequest", &lists);
}

/// An operation that is not built: whoever may read may know it of reads, the others need the right to change.
fn refuse(method: MethodFilter) -> MethodRouter<Api> {
    match method {
        MethodFilter::GET => on(method, not_built::<InApp<Read>, KitError>),
        _ => on(method, not_built::<InApp<Change>, KitError>),
    }
}
