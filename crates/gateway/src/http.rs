//! The HTTP calls around the socket, and their errors.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header::{self, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use sederunt_core::id::MeetingId;
use sederunt_node::EntryError;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{Gateway, GatewayConfig};

/// How long a browser may remember a preflight.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(600);
/// Characters of a room id or access token in `POST /meet/token`.
const MEET_FIELD_MAX_CHARS: usize = 4096;

/// An error answer: `{"success":false,"error":{"code","message"}}`, or flat for `/meet/token`.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refused {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(crate) fn no_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "BAD_TOKEN", "a participant token is needed")
    }

    /// Without the envelope.
    fn flat(self) -> Response {
        let body = Json(json!({ "code": self.code, "message": self.message }));
        with_retry((self.status, body).into_response())
    }
}

impl From<EntryError> for Refused {
    fn from(error: EntryError) -> Self {
        let status = match &error {
            EntryError::BadToken => StatusCode::UNAUTHORIZED,
            EntryError::NoMeeting | EntryError::NoParticipant => StatusCode::NOT_FOUND,
            EntryError::Inactive | EntryError::Blocked | EntryError::NotInvited => StatusCode::FORBIDDEN,
            EntryError::Terminated => StatusCode::CONFLICT,
            EntryError::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            EntryError::Node(sederunt_node::NodeError::Stopping) => StatusCode::SERVICE_UNAVAILABLE,
            EntryError::Node(fault) => {
                tracing::error!(%fault, "an entry failed");
                return Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    error.kind(),
                    "the server could not look this up",
                );
            }
        };
        Self::new(status, error.kind(), error.to_string())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let error = json!({ "code": self.code, "message": self.message });
        with_retry((self.status, Json(json!({ "success": false, "error": error }))).into_response())
    }
}

/// Tells whoever is sent away for a while when to come back.
fn with_retry(mut response: Response) -> Response {
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if response.status() == StatusCode::NOT_IMPLEMENTED {
        // The vendor's clients send every other 5xx again.
        response.headers_mut().insert("x-should-retry", HeaderValue::from_static("false"));
    }
    response
}

/// The token of an `Authorization: Bearer …` header.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// `host[:port]` below which the client finds its hosts: as configured, or as it has found us.
pub(crate) fn base_of(config: &GatewayConfig, headers: &HeaderMap) -> String {
    if let Some(base) = &config.base_uri {
        return base.clone();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    host.strip_prefix("api.").unwrap_or(host).to_owned()
}

/// The client's pages live on any origin. Exactly the headers that it sends (PROTOCOL §2).
pub(crate) fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods([Method::GET, Method::POST, Method::PUT])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            CONTENT_ENCODING,
            HeaderName::from_static("traceparent"),
            HeaderName::from_static("tracing-id"),
            HeaderName::from_static("x-realtimekit-version"),
        ])
        .max_age(PREFLIGHT_MAX_AGE)
}

/// `GET /iceservers` (PROTOCOL §2.2).
pub(crate) async fn ice_servers(State(gateway): State<Gateway>) -> Json<Value> {
    Json(json!({ "success": true, "iceServers": gateway.config.ice_servers }))
}

/// `POST /otel/logs` and `POST /api/v1/message`: read, thrown away, counted (PROTOCOL §11). Refusing them would make
/// the client keep and send them again.
pub(crate) async fn telemetry(State(gateway): State<Gateway>, body: Body) -> Response {
    let mut body = body;
    while let Some(part) = body.frame().await {
        if part.is_err() {
            // Longer than allowed, or the client is gone.
            return Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", "the post is too long")
                .into_response();
        }
    }
    gateway.node.metrics().telemetry_posts.inc();
    Json(json!({})).into_response()
}

/// `GET /location`: the geo look-up of the call statistics. No service of ours knows where people are.
pub(crate) async fn location() -> Json<Value> {
    Json(json!({
        "ip": "0.0.0.0", "city": "", "region": "", "country": "",
        "loc": "0.0000,0.0000", "org": "", "postal": "", "timezone": "",
    }))
}

/// Everything else the client may call below `/v2`.
pub(crate) async fn not_offered(method: Method, uri: axum::http::Uri) -> Refused {
    let message = format!("{method} {} is not offered by this server", uri.path());
    Refused::new(StatusCode::NOT_IMPLEMENTED, "NOT_OFFERED", message)
}

/// Body of `POST /meet/token`.
#[derive(Debug, Deserialize)]
pub(crate) struct MeetEntry {
    room_id: String,
    access_token: Option<String>,
}

/// `POST /meet/token`: the Pagecall way in (SEMANTICS §6.2).
pub(crate) async fn meet_token(
    State(gateway): State<Gateway>,
    body: Result<Json<MeetEntry>, JsonRejection>,
) -> Response {
    let entry = match body {
        Ok(Json(entry)) => entry,
        Err(e) => return Refused::new(e.status(), "BAD_REQUEST", e.body_text()).flat(),
    };
    match enter(&gateway, entry).await {
        Ok(token) => Json(json!({ "authToken": token })).into_response(),
        Err(refused) => refused.flat(),
    }
}

async fn enter(gateway: &Gateway, entry: MeetEntry) -> Result<String, Refused> {
    let access_token = entry.access_token.as_deref();
    if access_token.is_some_and(|token| token.len() > MEET_FIELD_MAX_CHARS) {
        return Err(EntryError::BadToken.into());
    }
    let room: MeetingId = entry.room_id.parse().map_err(|_| EntryError::NoMeeting)?;
    Ok(gateway.node.admit_pagecall(room, access_token).await?)
}

/// `GET /meet/config.json`: how the meeting page finds this server.
pub(crate) async fn meet_config(State(gateway): State<Gateway>, headers: HeaderMap) -> Json<Value> {
    let base = base_of(&gateway.config, &headers);
    Json(json!({ "baseURI": base, "shim": gateway.config.shim }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_server_tells_when_to_come_back() {
        let refused = || Refused::from(EntryError::Busy("the disk is behind".to_owned()));
        for response in [refused().into_response(), refused().flat()] {
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        }
        let never = Refused::new(StatusCode::NOT_IMPLEMENTED, "NOT_OFFERED", "").into_response();
        assert_eq!(never.headers()["x-should-retry"], "false");
        let closed = Refused::from(EntryError::Terminated).into_response();
        assert!(!closed.headers().contains_key(header::RETRY_AFTER));
    }
}
