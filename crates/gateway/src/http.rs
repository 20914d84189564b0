//! The HTTP calls around the socket, and their errors.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::header::{self, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use sederunt_app::admission;
use sederunt_core::id::MeetingId;
use sederunt_node::media::Credentials;
use sederunt_node::{EntryError, Node};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::strangers::TooMany;
use crate::{Gateway, GatewayConfig, RelayOffer};

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
    /// When it is worth to ask again.
    retry_after: Option<Duration>,
}

impl Refused {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    /// With when it is worth to ask again.
    pub(crate) fn again_in(self, after: Duration) -> Self {
        Self { retry_after: Some(after), ..self }
    }

    pub(crate) fn no_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "BAD_TOKEN", "a participant token is needed")
    }

    /// A stranger has started too much; counted.
    pub(crate) fn too_many(node: &Node, TooMany { kind, retry_after }: TooMany) -> Self {
        node.metrics().refused_entry(None, kind);
        let message =
            "too many people come from your network or into this room at the moment, try again later";
        Self { retry_after: Some(retry_after), ..Self::new(StatusCode::TOO_MANY_REQUESTS, kind, message) }
    }

    /// Without the envelope.
    fn flat(self) -> Response {
        let body = Json(json!({ "code": self.code, "message": self.message }));
        with_retry((self.status, body).into_response(), self.retry_after)
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
        let body = Json(json!({ "success": false, "error": error }));
        with_retry((self.status, body).into_response(), self.retry_after)
    }
}

/// Tells whoever is sent away for a while when to come back, in whole seconds.
fn with_retry(mut response: Response, after: Option<Duration>) -> Response {
    let busy = (response.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(Duration::from_secs(1));
    if let Some(after) = after.or(busy) {
        let secs = after.as_secs() + u64::from(after.subsec_nanos() > 0);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(secs));
    }
    if response.status() == StatusCode::NOT_IMPLEMENTED {
        // The vendor's clients send every other 5xx again.
        response.headers_mut().insert("x-should-retry", HeaderValue::from_static("false"));
    }
    response
}

/// Whose request it is: the address of the connection's other end, or the one that a trusted proxy named (the server
/// sees to that).
pub(crate) type Client = Option<axum::Extension<ConnectInfo<SocketAddr>>>;

/// Its address. Without a connection (a test, an embedding) all are one.
pub(crate) fn address(client: &Client) -> IpAddr {
    client.as_ref().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |axum::Extension(ConnectInfo(a))| a.ip())
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
    let host = host.strip_prefix("api.").or_else(|| host.strip_prefix("socket-edge.")).unwrap_or(host);
    host.to_owned()
}

/// Scheme and host of links to this server, as the client finds it.
pub(crate) fn origin_of(config: &GatewayConfig, headers: &HeaderMap) -> String {
    let scheme = if config.base_uri.is_some() || !config.shim { "https" } else { "http" };
    format!("{scheme}://{}", base_of(config, headers))
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

/// `GET /iceservers` (PROTOCOL §2.2): what is configured, and for a participant the relay. The client asks once, before it
/// knows whether it needs one.
pub(crate) async fn ice_servers(State(gateway): State<Gateway>, headers: HeaderMap) -> Json<Value> {
    let mut servers = gateway.config.ice_servers.clone();
    servers.extend(relay(&gateway, &headers));
    Json(json!({ "success": true, "iceServers": servers }))
}

/// The relay, as a browser wants it.
fn relay(gateway: &Gateway, headers: &HeaderMap) -> Option<Value> {
    let RelayOffer { media, is_secure } = gateway.config.relay.as_ref()?;
    let named = gateway.node.verify(bearer(headers)?)?;
    let base = base_of(&gateway.config, headers);
    let (host, port) = base.rsplit_once(':').unwrap_or((&base, if *is_secure { "443" } else { "80" }));
    let scheme = if *is_secure { "turns" } else { "turn" };
    let at = u64::try_from(gateway.node.now().0 / 1_000).unwrap_or(0);
    let Credentials { username, credential } = media.relay_credentials(at, named.participant.as_u128());
    let urls = [format!("{scheme}:{host}:{port}?transport=tcp")];
    Some(json!({ "urls": urls, "username": username, "credential": credential }))
}

/// `POST /otel/logs`: read, thrown away, counted (PROTOCOL §11). Refusing them would make the client keep and send them
/// again.
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

/// Body of `POST /meet/token`. Read as a map first: derived code would take an array for an object.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub(crate) struct MeetEntry {
    room_id: String,
    access_token: Option<String>,
}

impl TryFrom<Map<String, Value>> for MeetEntry {
    type Error = &'static str;

    fn try_from(mut body: Map<String, Value>) -> Result<Self, Self::Error> {
        let mut text = |name| match body.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => Err(()),
        };
        let room_id = text("room_id").map_err(|()| "\"room_id\" must be a string")?;
        let access_token = text("access_token").map_err(|()| "\"access_token\" must be a string")?;
        Ok(Self { room_id: room_id.ok_or("\"room_id\" is required")?, access_token })
    }
}

/// `POST /meet/token`: the Pagecall way in (SEMANTICS §6.2).
pub(crate) async fn meet_token(
    State(gateway): State<Gateway>,
    client: Client,
    headers: HeaderMap,
    body: Result<Json<MeetEntry>, JsonRejection>,
) -> Response {
    if headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        let message = "the body must not be compressed";
        return Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", message).flat();
    }
    let entry = match body {
        Ok(Json(entry)) => entry,
        Err(e) => return Refused::new(e.status(), "BAD_REQUEST", e.body_text()).flat(),
    };
    match enter(&gateway, address(&client), entry).await {
        Ok(token) => Json(json!({ "authToken": token })).into_response(),
        Err(refused) => refused.flat(),
    }
}

async fn enter(gateway: &Gateway, from: IpAddr, asked: MeetEntry) -> Result<String, Refused> {
    let Gateway { node, strangers, .. } = gateway;
    // First of all: guesses are bounded, too.
    strangers.entry(from, Instant::now()).map_err(|e| Refused::too_many(node, e))?;
    let access_token = asked.access_token.as_deref();
    if access_token.is_some_and(|token| token.len() > MEET_FIELD_MAX_CHARS) {
        return Err(EntryError::BadToken.into());
    }
    let room: MeetingId = asked.room_id.parse().map_err(|_| EntryError::NoMeeting)?;
    let entrant = admission::find(node, room, access_token).await?;
    if entrant.is_visitor {
        strangers.visit(room, Instant::now()).map_err(|e| Refused::too_many(node, e))?;
    }
    Ok(admission::sign(node, &entrant).map_err(EntryError::Node)?)
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
        let many = Refused { retry_after: Some(Duration::from_millis(1_500)), ..Refused::no_token() };
        assert_eq!(many.flat().headers()[header::RETRY_AFTER], "2");
        let closed = Refused::from(EntryError::Terminated).into_response();
        assert!(!closed.headers().contains_key(header::RETRY_AFTER));
    }
}
