//! Our own door in the table of doors.

use axum::routing::on;
use sederunt_changes::{Event, Snapshot};
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::access::InApp;
use super::view::Cut;
use super::{archive, chat, console, pull, stream, system, tokens, verify, webhooks};
use crate::dialect::{Dialect, ErrorItem, KitError, KitErrorBody};
use crate::doors::{Door, not_built};
use crate::state::Api;

/// Where it is and what it has. It is nobody's but ours, so nothing of it is left to be built.
pub(crate) const DOOR: Door = Door {
    name: "sederunt",
    prefixes: &["/sederunt/v1"],
    dialect: Dialect::of::<KitError>(),
    routes,
    operations: &[],
    not_built: |method| on(method, not_built::<InApp, KitError>),
    absent: &[],
    at_root: Vec::new,
    document: Document::openapi,
    describe: |_| (),
};

/// What the document says beside the operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sederunt API",
        description = "What neither vendor has: the changes of an app's sessions and peers, in the order of the ledger, as \
                       a live feed and as a pull; sessions counted over time, written out and told from the first join to \
                       the end; the files that links of other doors lead to; how webhooks do, what became of each event, \
                       tests, replays, and secrets; who attended, and links to such a report; the tokens of an account, who \
                       is signed in at the console, and how the server does.",
        version = "1.0.0",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(KitErrorBody, ErrorItem, Event, Snapshot, Cut)),
    modifiers(&Security),
    security(("apiToken" = []), ("apiEmail" = [], "apiKey" = [])),
    tags((name = "Feed"), (name = "Sessions"), (name = "Attendance"), (name = "Usage"), (name = "People"),
        (name = "Chat"), (name = "Webhooks"), (name = "Console"), (name = "Tokens"), (name = "System"))
)]
struct Document;

/// Adds the ways to authenticate.
struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        crate::principal::describe_account_tokens(
            api,
            "API token with Realtime or Realtime Admin permission in the app's account, or API key of the workspace.",
        );
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("__Host-sederunt")));
        api.components.get_or_insert_default().add_security_scheme("consoleCookie", cookie);
        let cookie =
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("__Host-sederunt-share-{share_id}")));
        api.components.get_or_insert_default().add_security_scheme("shareCookie", cookie);
    }
}

/// The operations: one line each.
fn routes() -> Vec<UtoipaMethodRouter<Api>> {
    vec![
        routes!(stream::feed),
        routes!(pull::events),
        routes!(console::counts::counts),
        routes!(console::usage::usage),
        routes!(console::usage::csv),
        routes!(console::activity::activity),
        routes!(console::people::people),
        routes!(console::people::person),
        routes!(console::people::stays),
        routes!(console::losses::losses),
        routes!(console::export::csv),
        routes!(console::export::ndjson),
        routes!(console::timeline::timeline),
        routes!(console::timeline::sheet::csv),
        routes!(console::timeline::audit::audit),
        routes!(console::attendance::report),
        routes!(console::attendance::csv),
        routes!(console::shares::list, console::shares::make),
        routes!(console::shares::end),
        routes!(console::shares::open),
        routes!(console::shares::report),
        routes!(console::shares::csv),
        routes!(chat::file),
        routes!(webhooks::secret::get),
        routes!(webhooks::secret::rotate),
        routes!(webhooks::secret::of_room),
        routes!(webhooks::status::of_webhook),
        routes!(webhooks::status::of_room),
        routes!(webhooks::deliveries::of_webhook),
        routes!(webhooks::deliveries::of_room),
        routes!(webhooks::delivery::of_webhook),
        routes!(webhooks::delivery::of_room),
        routes!(webhooks::delivery::retry_of_webhook),
        routes!(webhooks::delivery::retry_of_room),
        routes!(webhooks::replays::begin, webhooks::replays::list),
        routes!(webhooks::replays::get, webhooks::replays::stop),
        routes!(webhooks::test::of_webhook),
        routes!(webhooks::test::of_room),
        routes!(console::session::get, console::session::sign_in, console::session::sign_out),
        routes!(console::sign_ins::list),
        routes!(console::sign_ins::sign_out),
        routes!(tokens::list, tokens::create),
        routes!(tokens::revoke),
        routes!(system::get),
        routes!(archive::list),
        routes!(archive::rebuild),
        routes!(verify::get, verify::begin, verify::stop),
    ]
}
