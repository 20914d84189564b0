//! `POST /api/v1/message`: what the client says of its call every few seconds (PROTOCOL §11).

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use sederunt_app::reports::{self, POST_MAX_BYTES};
use serde_json::json;
use tokio::time::Instant;

use crate::Gateway;
use crate::http::{Refused, bearer};

/// Keeps what its sender may say. What is not kept is answered in the same way, as the client could do nothing about it:
/// refused posts come again with the next ones. Only one that is too long is told so.
pub(crate) async fn message(State(gateway): State<Gateway>, headers: HeaderMap, body: Body) -> Response {
    let outcome = match Limited::new(body, POST_MAX_BYTES).collect().await {
        Ok(post) => hear(&gateway, &headers, &post.to_bytes()).await,
        Err(error) if error.is::<LengthLimitError>() => {
            gateway.node.metrics().call_stats_post("too_long");
            let message = format!("a post of call statistics has at most {POST_MAX_BYTES} bytes");
            return Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", message).into_response();
        }
        // A tab that was closed meanwhile; nobody hears the answer.
        Err(_) => "cut_off",
    };
    gateway.node.metrics().call_stats_post(outcome);
    Json(json!({})).into_response()
}

/// What became of a post: the name of its counter.
async fn hear(gateway: &Gateway, headers: &HeaderMap, post: &[u8]) -> &'static str {
    let Gateway { node, strangers, .. } = gateway;
    let Some(named) = bearer(headers).and_then(|token| node.verify(token)) else { return "no_token" };
    if strangers.post(named.participant, Instant::now()).is_err() {
        return "too_many";
    }
    match reports::hear(node, named, post).await {
        Ok(heard) => heard.as_str(),
        Err(error) => {
            // Joins and leaves go first, and what is lost here is no fact.
            tracing::debug!(%error, "a post of call statistics was not kept");
            "not_written"
        }
    }
}
