//! The console under a name of its own: another origin than the meeting page, so that a hole in one is none in the other.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use sederunt_api::host_name;

/// What there is under the console's name: its page, and what that asks.
const OF_THE_CONSOLE: [&str; 3] = ["/console", "/sederunt/v1", "/client/v4"];

/// `router` with the console under `host` alone (in small letters, without a port), and nothing else there; as it was without one.
pub(crate) fn apart(router: Router, host: Option<String>) -> Router {
    match host {
        Some(host) => router.layer(from_fn_with_state(Arc::<str>::from(host), guard)),
        None => router,
    }
}

async fn guard(State(own): State<Arc<str>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let path = request.uri().path();
    let is_below =
        |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match (host_name(host) == *own, path) {
        (true, "/") => Redirect::temporary("/console").into_response(),
        (true, _) if !OF_THE_CONSOLE.into_iter().any(is_below) => missing("here is the console alone"),
        (false, _) if is_below("/console") => missing("the console has a host name of its own"),
        _ => next.run(request).await,
    }
}

fn missing(words: &'static str) -> Response {
    (StatusCode::NOT_FOUND, words).into_response()
}
