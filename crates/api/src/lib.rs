//! REST doors: RealtimeKit, Pagecall, and the live feed.
//!
//! Reads go from a door to the store; whatever touches a live room goes through the node. A handler is: who may ask →
//! what is asked → one verb → a view. The doors do not see each other.
#![forbid(unsafe_code)]

mod auth;
mod body;
mod document;
mod fault;
mod feed;
mod json;
mod limit;
pub mod make;
mod middleware;
mod operations;
mod pagecall;
mod path;
mod query;
mod realtimekit;
mod value;

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, get};
use sederunt_node::Node;
use tower::Layer as _;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use operations::Operation;

pub use feed::FeedConfig;

/// Settings of the doors.
#[derive(Debug, Clone, Default)]
pub struct ApiConfig {
    /// Origins whose pages may call the doors (`https://example.com`); `*` = all. Empty = no CORS headers.
    pub cors_origins: Vec<String>,
    /// Limits and times of the live feed.
    pub feed: FeedConfig,
}

/// What handlers share. Every request copies it several times on its way: that is one counter up, not one for each part.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    shared: Arc<Shared>,
}

/// The parts of [`Api`].
#[derive(Debug)]
pub(crate) struct Shared {
    node: Node,
    config: ApiConfig,
    feeds: feed::Feeds,
}

impl Deref for Api {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

/// The doors and their OpenAPI documents. Unknown paths are answered here too (404), so this router is the fallback of
/// whatever it is merged into.
///
/// - `/client/v4/accounts/{account_id}/realtime/kit/…`, and the same without `/client/v4`
/// - `/v1/…`
/// - `/sederunt/v1/…`
/// - `/openapi/realtimekit.json`, `/openapi/pagecall.json`, `/openapi/sederunt.json`
pub fn router(node: Node, config: ApiConfig) -> Router {
    let feeds = feed::Feeds::new(node.clone(), config.feed.clone());
    let api = Api { shared: Arc::new(Shared { node, config, feeds }) };
    let kit =
        |prefix| door(prefix, realtimekit::routes(prefix), operations::REALTIMEKIT, realtimekit::not_built);
    let pagecall = door("", pagecall::routes(), operations::PAGECALL, pagecall::not_built);
    let (feed, _) = feed::routes().split_for_parts();
    let doors = Router::new()
        .merge(kit(""))
        .merge(kit("/client/v4"))
        .nest("/v1", pagecall)
        .nest("/sederunt/v1", feed)
        .route("/.well-known/webhooks.json", get(realtimekit::no_webhooks_yet))
        .route("/openapi/realtimekit.json", document(realtimekit_openapi()))
        .route("/openapi/pagecall.json", document(pagecall_openapi()))
        .route("/openapi/sederunt.json", document(sederunt_openapi()))
        .fallback(middleware::not_found)
        .with_state(api.clone());
    // The gate must come before routing, as it rewrites the path: so the doors are behind it and no router with layers.
    Router::new().fallback_service(CompressionLayer::new().layer(middleware::Gate::new(api, doors)))
}

/// The OpenAPI document of the RealtimeKit door: what is built.
pub fn realtimekit_openapi() -> OpenApi {
    let mut api = realtimekit::routes("").into_openapi();
    document::complete(&mut api, "KitError", operations::REALTIMEKIT);
    realtimekit::describe(&mut api);
    api
}

/// The OpenAPI document of the Pagecall door: what is built.
pub fn pagecall_openapi() -> OpenApi {
    let mut api = pagecall::routes().into_openapi();
    document::complete(&mut api, "Error", operations::PAGECALL);
    api
}

/// The OpenAPI document of what neither vendor has.
pub fn sederunt_openapi() -> OpenApi {
    let mut api = feed::routes().into_openapi();
    document::complete(&mut api, "KitError", &[]);
    api
}

/// A door's routes: those that are built, which have the prefix already, and 501 for the others of the vendor.
fn door(
    prefix: &str,
    built: OpenApiRouter<Api>,
    all: &[Operation],
    not_built: fn(MethodFilter) -> MethodRouter<Api>,
) -> Router<Api> {
    let (mut router, document) = built.split_for_parts();
    for (method, path) in all {
        let path = format!("{prefix}{path}");
        if !document::describes(&document, method, &path)
            && let Ok(filter) = MethodFilter::try_from(method.clone())
        {
            router = router.route(&path, not_built(filter));
        }
    }
    router
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
