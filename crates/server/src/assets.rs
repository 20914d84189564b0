//! The meeting page and the console, built by Vite and embedded into the binary.

mod console;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::compression::CompressionLayer;

/// The build of `web/`. A debug binary reads the folder at run time, a release binary carries it.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

/// The page itself must be asked for anew: it names the hashed files.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");
/// Vite puts a hash of the contents into the name.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>Sederunt</title>\
    <h1>The meeting page is not built</h1>\
    <p>This server was built without the web page. Run <code>cargo xtask run</code>, or <code>npm ci && npm run \
    build</code> in <code>web/</code> and build the server again. The APIs work without it.</p>";

/// `/meet` and what belongs to it; and `/console`, if there is one.
pub fn router(has_console: bool) -> Router {
    let meeting = Router::new()
        .route("/meet", get(index))
        .route("/meet/", get(to_page))
        .route("/meet/assets/{*name}", get(hashed))
        .route("/meet/{name}", get(top_level))
        .layer(CompressionLayer::new());
    if has_console { meeting.merge(console::router()) } else { meeting }
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

/// The page has one address, to which its own are relative; so is this one, for a proxy may have put a path before it.
async fn to_page(uri: Uri) -> Response {
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let location =
        HeaderValue::from_str(&format!("../meet{query}")).unwrap_or(HeaderValue::from_static("../meet"));
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response()
}

async fn hashed(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let name = format!("assets/{name}");
    match Dist::get(&name) {
        Some(file) => answer(&name, file, FOR_EVER, &headers),
        None => missing(),
    }
}

async fn top_level(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match Dist::get(&name) {
        Some(file) => answer(&name, file, REVALIDATE, &headers),
        None => missing(),
    }
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "not found").into_response()
}

fn answer(name: &str, file: EmbeddedFile, cache: HeaderValue, request: &HeaderMap) -> Response {
    let tag = etag(&file);
    let mut response = if request.get(header::IF_NONE_MATCH).is_some_and(|given| *given == tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let content_type = [(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)))];
        (content_type, Body::from(file.data)).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, cache);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The page's address carries a token.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn etag(file: &EmbeddedFile) -> HeaderValue {
    let hash = file.metadata.sha256_hash();
    let digits: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    // W/: the same tag for compressed and plain bodies.
    HeaderValue::from_str(&format!("W/\"{digits}\"")).unwrap_or_else(|_| HeaderValue::from_static("W/\"\""))
}

/// The kinds of file that the build of `web/` has.
fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
