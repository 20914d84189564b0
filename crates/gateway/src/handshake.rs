//! What the opening of a web socket must look like (RFC 6455 §4.2), beyond what the library looks at.

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, WebSocketUpgrade};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::http::Refused;

/// Bytes of the nonce that a key encodes (RFC 6455 §4.1).
const KEY_BYTES: usize = 16;
/// The only version there is.
const VERSION: HeaderValue = HeaderValue::from_static("13");

/// The upgrade, if the request asks for one as it must; else the answer: 400 for a bad key, and 426, which says how, for
/// everything that is no upgrade to a version that is spoken here.
pub(crate) fn checked(
    headers: &HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<WebSocketUpgrade, Box<Response>> {
    match upgrade {
        Ok(upgrade) if has_key(headers) => Ok(upgrade),
        Ok(_) | Err(WebSocketUpgradeRejection::WebSocketKeyHeaderMissing(_)) => {
            let message = "\"Sec-WebSocket-Key\" must be there once, 16 bytes in base64";
            let refused = Refused::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
            Err(Box::new(refused.into_response()))
        }
        Err(e) => {
            let refused = Refused::new(StatusCode::UPGRADE_REQUIRED, "UPGRADE_REQUIRED", e.body_text());
            let mut response = refused.into_response();
            let headers = response.headers_mut();
            headers.insert(header::SEC_WEBSOCKET_VERSION, VERSION);
            headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
            Err(Box::new(response))
        }
    }
}

fn has_key(headers: &HeaderMap) -> bool {
    let mut keys = headers.get_all(header::SEC_WEBSOCKET_KEY).iter();
    let (Some(key), None) = (keys.next(), keys.next()) else { return false };
    STANDARD.decode(key.as_bytes()).is_ok_and(|nonce| nonce.len() == KEY_BYTES)
}

/// How a socket ends that has been open for long and has not joined: the client connects again by itself.
pub(crate) fn waited_long() -> CloseFrame {
    CloseFrame {
        code: crate::conversation::AGAIN,
        reason: "nobody has joined for long, connect again".into(),
    }
}
