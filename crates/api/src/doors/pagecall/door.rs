//! The Pagecall door in the table of doors.

use axum::routing::{MethodFilter, MethodRouter, on};
use utoipa::OpenApi;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::access::Workspace;
use super::{members, message, operations, rooms, sessions, users};
use crate::dialect::{Code, Dialect, PagecallError, PagecallErrorBody};
use crate::doors::{Door, not_built};
use crate::state::Api;

/// Where it is and what it has.
pub(crate) const DOOR: Door = Door {
    name: "pagecall",
    prefixes: &["/v1"],
    dialect: Dialect::of::<PagecallError>(),
    routes,
    operations: operations::ALL,
    not_built: refuse,
    absent: &[],
    at_root: Vec::new,
    document: Document::openapi,
    describe: |_| (),
};

/// What the document says beside the operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Pagecall-compatible API",
        description = "The operations that are built. Every other operation of the vendor's API answers 501.",
        version = "1.0.0",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
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

/// The operations that are built: one line each.
fn routes() -> Vec<UtoipaMethodRouter<Api>> {
    vec![
        routes!(rooms::list, rooms::create),
        routes!(rooms::get, rooms::update, rooms::delete),
        routes!(sessions::list),
        routes!(members::list, members::create),
        routes!(members::get, members::update),
        routes!(message::send),
        routes!(users::list, users::create),
        routes!(users::get, users::update, users::delete),
    ]
}

fn refuse(method: MethodFilter) -> MethodRouter<Api> {
    on(method, not_built::<Workspace, PagecallError>)
}
