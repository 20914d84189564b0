//! REST doors: RealtimeKit, Pagecall, and the live feed.
//!
//! Reads go from a door to the store; whatever touches a live room goes through the node. A handler is: who may ask →
//! what is asked → one verb → a view. The doors do not see each other.
#![forbid(unsafe_code)]

mod body;
mod console;
mod dialect;
mod document;
mod doors;
mod exports;
mod extract;
mod fault;
mod hook_event;
mod json;
mod key;
mod limit;
mod link;
mod middleware;
mod origin;
mod path;
mod principal;
mod query;
mod rebuilding;
mod reports;
mod right;
mod session_filter;
mod state;
mod system;
mod turns;
mod value;
mod verifying;

use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use sederunt_node::Node;
use tower::Layer as _;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::OpenApi;

use doors::DOORS;
use state::Api;

pub use console::{ConsoleConfig, OnceLinks, host_name};
pub use doors::{DoorInfo, FeedConfig, doors};
pub use link::to_chat as chat_path;
pub use state::ApiConfig;
pub use system::{Setting, SystemConfig, Vitals};

/// The doors and their OpenAPI documents. Unknown paths are answered here too (404), so this router is the fallback of
/// whatever it is merged into.
///
/// - `/client/v4/accounts/{account_id}/realtime/kit/…`, and the same without `/client/v4`
/// - `/v1/…`
/// - `/sederunt/v1/…`
/// - `/.well-known/webhooks.json`
/// - `/openapi/realtimekit.json`, `/openapi/pagecall.json`, `/openapi/sederunt.json`
pub fn router(node: Node, config: ApiConfig) -> Router {
    let api = Api::new(node, config);
    let doors = DOORS.into_iter().fold(Router::new(), |router, door| {
        let path = format!("/openapi/{}.json", door.name);
        router.merge(door.router()).route(&path, document(door.document()))
    });
    let doors = doors.fallback(middleware::not_found).with_state(api.clone());
    // The gate must come before routing, as it rewrites the path: so the doors are behind it and no router with layers.
    Router::new().fallback_service(CompressionLayer::new().layer(middleware::Gate::new(api, doors)))
}

fn document(api: OpenApi) -> MethodRouter<Api> {
    let text: Arc<str> = api.to_pretty_json().unwrap_or_default().into();
    get(move || std::future::ready(json_text(&text)))
}

fn json_text(text: &Arc<str>) -> Response {
    if text.is_empty() {
        // Serialising the document cannot fail; a test reads it.
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    ([(header::CONTENT_TYPE, "application/json")], text.to_string()).into_response()
}
