//! Errors in the client's own forms (PROTOCOL §3.3).

use bytes::Bytes;
use prost::Message;
use sederunt_core::error::RoomError;
use sederunt_core::media::MediaFault;
use sederunt_proto::{event, frame, media, socket};

/// A request that did not get as far as the room, or that the room refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// In the manner of HTTP.
    pub(crate) code: i32,
    /// For the person who writes the client.
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self { code: 400, message: message.into() }
    }
}

/// What the room says to a request, as the client wants to hear it.
pub(crate) fn room_refusal(error: &RoomError) -> Refusal {
    let code = match error {
        RoomError::Invalid { .. } | RoomError::Media(MediaFault::InvalidDescription(_)) => 400,
        RoomError::NotAllowed(_) | RoomError::Closed => 403,
        RoomError::NotFound(_) | RoomError::Media(MediaFault::NoTransport) => 404,
        RoomError::NotJoined | RoomError::Elsewhere => 409,
        RoomError::Limit { .. }
        | RoomError::BreakoutLimit { .. }
        | RoomError::TooOften { .. }
        | RoomError::StageFull { .. }
        | RoomError::WaitingRoomFull { .. } => 429,
        RoomError::NotOffered(_) => 501,
        RoomError::Unwritable => 503,
        RoomError::Media(MediaFault::Internal(_)) => 500,
    };
    Refusal { code, message: error.to_string() }
}

/// The frame that ends the wait of the request `id` of this event.
pub(crate) fn error_frame(event: u32, id: &str, refusal: &Refusal) -> Bytes {
    if event::is_media(event) {
        let event_id = i32::try_from(event).unwrap_or_default();
        let payload = media::edge::ErrorResponse { error_message: refusal.message.clone(), event_id };
        return frame::encode(event::media::ERROR_RESPONSE, id, Some(payload.encode_to_vec()));
    }
    let payload = socket::api::ErrorMessage { code: Some(refusal.code), message: refusal.message.clone() };
    frame::encode(event::ERROR, id, Some(payload.encode_to_vec()))
}
