//! The door of the browser client: one WebSocket per peer, and the few HTTP calls that go with it (PROTOCOL §2, §3).
//!
//! Bytes to protocol messages to room inputs, and back; who may enter is decided by [`sederunt_app::admission`], who may do
//! what behind [`sederunt_node::Node`].
#![forbid(unsafe_code)]

mod call_stats;
mod conversation;
mod details;
mod files;
mod handshake;
mod http;
mod removed;
mod socket;
mod strangers;
mod translate;
mod ws;

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get, post};
use sederunt_app::chat_files::ChatFiles;
use sederunt_node::Node;
use sederunt_node::media::MediaHandle;
use serde_json::Value;
use tower_http::limit::RequestBodyLimitLayer;

use crate::strangers::Strangers;

pub use conversation::OUTBOX_MAX;
pub use socket::WRITE_MAX;
pub use strangers::{Rate, StrangerLimits, network};
pub use ws::{PING_EVERY, SILENCE_MAX};

/// Bytes of a telemetry post; the client sends at most 50 log entries, gzipped.
pub const TELEMETRY_MAX_BYTES: usize = 1 << 20;

/// Settings of the door.
#[derive(Debug, Clone, Default)]
pub struct GatewayConfig {
    /// `host[:port]` below which the client finds `socket-edge.`; `None` = as in the request's `Host`.
    pub base_uri: Option<String>,
    /// The page maps the client's hosts to its own origin (plain http without real host names).
    pub shim: bool,
    /// `RTCIceServer` objects, passed to the browser as they are. Empty is right for a server with a public address.
    pub ice_servers: Vec<Value>,
    /// The relay on this port, for whoever has a good token.
    pub relay: Option<RelayOffer>,
    /// Files of chat messages; `None` = none are taken.
    pub files: Option<ChatFiles>,
    /// Bounds of what strangers may start.
    pub limits: StrangerLimits,
}

/// A relay that people are offered.
#[derive(Debug, Clone)]
pub struct RelayOffer {
    /// Whose credentials they get.
    pub media: MediaHandle,
    /// It speaks TLS.
    pub is_secure: bool,
}

/// What every handler sees.
#[derive(Debug, Clone)]
struct Gateway {
    node: Node,
    config: Arc<GatewayConfig>,
    strangers: Arc<Strangers>,
}

/// All routes of this door, ready to be merged into the server's router.
pub fn router(node: Node, config: GatewayConfig) -> Router {
    let cross_origin = Router::new()
        .route("/v2/internals/participant-details", get(details::participant_details))
        .route("/v2/meetings/chat-upload", post(files::offer))
        .route("/v2/{*rest}", any(http::not_offered))
        .route("/iceservers", get(http::ice_servers))
        .route("/otel/logs", post(http::telemetry))
        .route("/api/v1/message", post(call_stats::message))
        .route("/location", get(http::location))
        .layer(RequestBodyLimitLayer::new(TELEMETRY_MAX_BYTES))
        .layer(http::cors());
    // How long a file may be is looked at while it comes.
    let of_files = Router::new()
        .route("/files/{session}/{file}/{name}", get(files::read).put(files::upload))
        .layer(http::cors());
    Router::new()
        .merge(cross_origin)
        .merge(of_files)
        .route("/ws", get(ws::upgrade))
        .route("/meet/token", post(http::meet_token))
        .route("/meet/config.json", get(http::meet_config))
        .with_state(Gateway { node, strangers: Strangers::new(config.limits), config: Arc::new(config) })
}
