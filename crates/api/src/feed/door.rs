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
        use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let bearer = bearer.description(Some(
            "API token with Realtime or Realtime Admin permission in the app's account, or API key of the workspace.",
        ));
        let header = |name| SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new(name)));
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("apiToken", SecurityScheme::Http(bearer.build()));
        components.add_security_scheme("apiEmail", header("X-Auth-Email"));
        components.add_security_scheme("apiKey", header("X-Auth-Key"));
    }
}

/// The operations: the one list of routes.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(stream::feed))
        .routes(routes!(pull::events))
}
