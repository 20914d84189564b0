//! Routes of the feed, and its document.

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{Cut, Event, Snapshot};
use super::{pull, stream};
use crate::Api;
use crate::realtimekit::{ErrorItem, KitErrorBody};

/// What the document says beside the operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sederunt API",
        description = "What neither vendor has: the changes of an app's sessions and peers, in the order of the ledger, as \
                       a live feed and as a pull.",
        version = "1.0.0",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/sederunt/v1")),
    components(schemas(KitErrorBody, ErrorItem, Event, Snapshot, Cut)),
    modifiers(&Security),
    security(("apiToken" = []), ("apiEmail" = [], "apiKey" = [])),
    tags((name = "Feed"))
)]
struct Document;

/// Adds the ways to authenticate.
struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        crate::auth::describe_account_tokens(
            api,
            "API token with Realtime or Realtime Admin permission in the app's account, or API key of the workspace.",
        );
    }
}

/// The operations: the one list of routes.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(stream::feed))
        .routes(routes!(pull::events))
}
