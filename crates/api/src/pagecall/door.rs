//! Routes of the Pagecall door, its document, and the answer to what is not built.

use axum::http::StatusCode;
use axum::routing::{MethodFilter, MethodRouter, on};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Workspace;
use super::error::{Code, PagecallError, PagecallErrorBody};
use super::{members, rooms, sessions, users};
use crate::Api;

/// What the document says beside the operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Pagecall-compatible API",
        description = "The operations that are built. Every other operation of the vendor's API answers 501.",
        version = "1.0.0",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/v1")),
    components(schemas(PagecallErrorBody, Code)),
    modifiers(&Security),
    security(("ApiKeyAuth" = [])),
    tags((name = "room"), (name = "member"), (name = "user"))
)]
struct Document;

/// Adds the way to authenticate.
struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("token");
        let bearer = bearer.description(Some("API key of the workspace."));
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("ApiKeyAuth", SecurityScheme::Http(bearer.build()));
    }
}

/// The operations that are built: the one list of routes.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(rooms::list, rooms::create))
        .routes(routes!(rooms::get, rooms::update))
        .routes(routes!(sessions::list))
        .routes(routes!(members::list, members::create))
        .routes(routes!(members::update))
        .routes(routes!(users::create))
        .routes(routes!(users::get))
}

/// An operation that is not built: 501, but only for those who may ask.
pub(crate) fn not_built(method: MethodFilter) -> MethodRouter<Api> {
    on(method, not_built_error)
}

async fn not_built_error(_: Workspace) -> PagecallError {
    let message = "This operation is not built yet on this server";
    PagecallError::new(StatusCode::NOT_IMPLEMENTED, Code::NotImplemented, message)
}
