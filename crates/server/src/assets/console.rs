//! The console at `/console`.

use axum::Router;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use tower_http::compression::CompressionLayer;

use super::{FOR_EVER, REVALIDATE, answer, missing};

/// The build of `web/console/`.
#[derive(RustEmbed)]
#[folder = "../../web/dist-console"]
struct Dist;

const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>Sederunt</title>\
    <h1>The console is not built</h1>\
    <p>This server was built without its pages. Run <code>cargo xtask run</code>, or <code>npm ci && npm run \
    build</code> in <code>web/</code> and build the server again. The APIs work without them.</p>";

/// Nothing of anybody else's, nothing inline, and no text that becomes a script.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'",
);

/// Beside the policy, for every answer below `/console`.
const HEADERS: [(HeaderName, &str); 4] = [
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), display-capture=(), geolocation=()",
    ),
    (HeaderName::from_static("x-frame-options"), "DENY"),
];

/// `/console` and what belongs to it.
pub(super) fn router() -> Router {
    Router::new()
        .route("/console", get(index))
        .route("/console/", get(index))
        .route("/console/assets/{*name}", get(hashed))
        // Every screen has an address of its own, and all of them are the one page.
        .route("/console/{*path}", get(index))
        .layer(from_fn(guarded))
        .layer(CompressionLayer::new())
}

async fn guarded(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn index(headers: HeaderMap) -> Response {
    match Dist::get("index.html") {
        Some(file) => answer("index.html", file, REVALIDATE, &headers),
        None => {
            let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            (StatusCode::SERVICE_UNAVAILABLE, html, NOT_BUILT).into_response()
        }
    }
}

async fn hashed(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let name = format!("assets/{name}");
    match Dist::get(&name) {
        Some(file) => answer(&name, file, FOR_EVER, &headers),
        None => missing(),
    }
}
