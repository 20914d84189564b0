//! What every request of the doors goes through (SEMANTICS §3.7): target length, trailing slash, OPTIONS, 404 and 405 in
//! the door's dialect, request id, caching, CORS.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tower::Service;

use crate::dialect::{Dialect, Refusal};
use crate::doors::dialect_of;
use crate::limit::TARGET_MAX_BYTES;
use crate::state::Api;

/// The header with the request id; the name that clients of the vendor log.
const REQUEST_ID: HeaderName = HeaderName::from_static("cf-ray");
/// The vendor's SDKs send every 5xx and 409 again, unless this header says that it is in vain (SEMANTICS §3.2).
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");
/// Headers that a page may read: what its SDK decides by.
const CORS_EXPOSED: HeaderValue = HeaderValue::from_static("cf-ray, retry-after, x-should-retry");
/// Headers that a page may send.
const CORS_HEADERS: HeaderValue =
    HeaderValue::from_static("authorization, content-type, last-event-id, x-auth-email, x-auth-key");
/// Seconds that a browser may keep the answer to a preflight.
const CORS_MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// An unknown path.
pub(crate) async fn not_found(uri: Uri) -> Response {
    (dialect_of(uri.path()).refuse)(Refusal::NoPath)
}

/// The gate of all doors.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    api: Api,
    doors: Router,
}

impl Gate {
    /// In front of these doors.
    pub(crate) fn new(api: Api, doors: Router) -> Self {
        Self { api, doors }
    }
}

impl Service<Request> for Gate {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // As routers are.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let passed = Passed::of(&self.api, &request);
        match refused(passed.dialect, &request) {
            Some(response) => Box::pin(std::future::ready(Ok(passed.finish(response)))),
            None => {
                if let Some(uri) = without_trailing_slash(request.uri()) {
                    *request.uri_mut() = uri;
                }
                let answer = self.doors.call(request);
                Box::pin(
                    async move { Ok(passed.finish(answer.await.unwrap_or_else(|never| match never {}))) },
                )
            }
        }
    }
}

/// What the answer needs of a request that went through the gate.
struct Passed {
    api: Api,
    dialect: Dialect,
    options: bool,
    /// The request's origin, if the configuration allows it.
    origin: Option<HeaderValue>,
    id: String,
}

impl Passed {
    fn of(api: &Api, request: &Request) -> Self {
        Self {
            api: api.clone(),
            dialect: dialect_of(request.uri().path()),
            options: request.method() == Method::OPTIONS,
            origin: allowed_origin(api, request.headers()),
            id: api.node.mint_id().pagecall(),
        }
    }

    fn finish(self, mut response: Response) -> Response {
        if response.status() == StatusCode::METHOD_NOT_ALLOWED {
            response = method_not_allowed(self.dialect, response.headers(), self.options);
        }
        cors(&self.api, &mut response, self.origin, self.options);
        let in_vain = matches!(response.status(), StatusCode::NOT_IMPLEMENTED | StatusCode::CONFLICT);
        let headers = response.headers_mut();
        if in_vain {
            headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
        }
        // Who answers what everybody may keep says so.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if let Ok(id) = HeaderValue::from_maybe_shared(Bytes::from(self.id)) {
            headers.insert(REQUEST_ID, id);
        }
        response
    }
}

/// The answer to a target that no route should see.
fn refused(dialect: Dialect, request: &Request) -> Option<Response> {
    let target_bytes = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    let refusal = if target_bytes > TARGET_MAX_BYTES {
        Refusal::TargetTooLong
    } else if request.uri().path().contains("//") {
        // The router would take the nothing between two slashes for a parameter.
        Refusal::NoPath
    } else {
        return None;
    };
    Some((dialect.refuse)(refusal))
}

/// The target without one trailing slash, if it has one that is not alone.
fn without_trailing_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_suffix('/').filter(|path| !path.is_empty())?;
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target).ok()?);
    Uri::from_parts(parts).ok()
}

/// The router knows the methods of a path and names them with its 405.
fn method_not_allowed(dialect: Dialect, headers: &HeaderMap, options: bool) -> Response {
    let known = headers.get(header::ALLOW).and_then(|allow| allow.to_str().ok()).unwrap_or_default();
    let mut methods: Vec<&str> = known.split(',').map(str::trim).filter(|m| !m.is_empty()).collect();
    methods.push("OPTIONS");
    let mut response =
        if options { StatusCode::NO_CONTENT.into_response() } else { (dialect.refuse)(Refusal::NoMethod) };
    if let Ok(allow) = HeaderValue::from_str(&methods.join(", ")) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

/// The request's origin, if the configuration allows it.
fn allowed_origin(api: &Api, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    let allows = |allowed: &String| allowed == "*" || allowed.as_bytes() == origin.as_bytes();
    api.config.cors_origins.iter().any(allows).then(|| origin.clone())
}

fn cors(api: &Api, response: &mut Response, origin: Option<HeaderValue>, options: bool) {
    if !api.config.cors_origins.is_empty() {
        // Also on answers without CORS headers: a cache must not serve them to an allowed origin.
        response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
    }
    let Some(origin) = origin else { return };
    let allow = response.headers().get(header::ALLOW).cloned();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, CORS_EXPOSED);
    if options && let Some(allow) = allow {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, allow);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, CORS_HEADERS);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, CORS_MAX_AGE);
    }
}
