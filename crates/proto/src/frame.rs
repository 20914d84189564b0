//! The envelope of every binary frame: `message.v1.SocketMessage {event, id, payload, metadata}` (PROTOCOL §3.2).

use bytes::Bytes;
use prost::Message;

use crate::message::v1::SocketMessage;

/// Bytes of one frame from a client. The largest honest one is an SDP offer with a screenful of m-lines, about
/// 40 kB at 35 consumers; everything a stranger can grow is far below 1 MiB.
pub const FRAME_MAX_BYTES: usize = 1 << 20;
/// Bytes of a correlation id; the client's have about 42. Replies carry it back, and rooms keep it while a media
/// call is under way.
pub const ID_MAX_BYTES: usize = 128;

/// A frame from a client that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Event number.
    pub event: u32,
    /// Correlation id; empty when the client sent none.
    pub id: String,
    /// The encoded message; empty when there is none.
    pub payload: Bytes,
}

/// Why a frame was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// More than [`FRAME_MAX_BYTES`].
    #[error("the frame has {0} bytes, at most {FRAME_MAX_BYTES} are read")]
    TooLong(usize),
    /// Not a `SocketMessage`.
    #[error("the frame is not a SocketMessage: {0}")]
    Malformed(String),
    /// More than [`ID_MAX_BYTES`].
    #[error("the correlation id is longer than {ID_MAX_BYTES} bytes")]
    IdTooLong,
}

impl Frame {
    /// Reads a frame. The payload stays in the frame's memory; `metadata` (trace ids) is dropped.
    pub fn decode(bytes: Bytes) -> Result<Self, FrameError> {
        if bytes.len() > FRAME_MAX_BYTES {
            return Err(FrameError::TooLong(bytes.len()));
        }
        let message = SocketMessage::decode(bytes).map_err(|e| FrameError::Malformed(e.to_string()))?;
        let id = message.id.unwrap_or_default();
        if id.len() > ID_MAX_BYTES {
            return Err(FrameError::IdTooLong);
        }
        Ok(Self { event: message.event, id, payload: message.payload.unwrap_or_default() })
    }
}

/// Writes a frame. An empty payload and none are not the same to the client: it decodes the first and skips the
/// second.
pub fn encode(event: u32, id: &str, payload: Option<Vec<u8>>) -> Bytes {
    let payload = payload.map(Bytes::from);
    let message = SocketMessage { event, id: Some(id.to_owned()), payload, metadata: None };
    Bytes::from(message.encode_to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event;
    use crate::socket::api::ErrorMessage;

    #[test]
    fn what_is_written_is_read() {
        let payload = ErrorMessage { code: Some(404), message: "gone".to_owned() }.encode_to_vec();
        let frame = Frame::decode(encode(event::ERROR, "peer-abc12", Some(payload.clone()))).unwrap();
        assert_eq!(frame.event, event::ERROR);
        assert_eq!(frame.id, "peer-abc12");
        assert_eq!(frame.payload, payload);
        let empty = Frame::decode(encode(3, "x", None)).unwrap();
        assert!(empty.payload.is_empty());
        assert!(encode(3, "x", Some(Vec::new())).len() > encode(3, "x", None).len());
    }

    #[test]
    fn a_frame_as_the_client_writes_it() {
        // event 3, id "p-1", payload of two bytes, metadata "{}", and an unknown field 9.
        let wire = b"\x08\x03\x12\x03p-1\x1a\x02\x0a\x00\x22\x02{}\x4a\x01x";
        let frame = Frame::decode(Bytes::from_static(wire)).unwrap();
        assert_eq!(frame, Frame { event: 3, id: "p-1".to_owned(), payload: Bytes::from_static(b"\x0a\x00") });
        // proto3 leaves zeroes out: event 0 without anything is an empty frame.
        assert_eq!(Frame::decode(Bytes::new()).unwrap().event, event::room::GET_PEER_INFO);
    }

    #[test]
    fn garbage_is_refused() {
        for bad in [
            &b"\xff\xff\xff\xff"[..],
            b"\x08",
            b"\x12\x05ab",
            b"\x12\x02\xff\xfe",
            b"\x1a\xff\xff\xff\xff\x7f",
        ] {
            assert!(
                matches!(Frame::decode(Bytes::copy_from_slice(bad)), Err(FrameError::Malformed(_))),
                "{bad:?}"
            );
        }
        let long = encode(3, "x", Some(vec![0; FRAME_MAX_BYTES]));
        assert_eq!(Frame::decode(long.clone()), Err(FrameError::TooLong(long.len())));
        let id = "i".repeat(ID_MAX_BYTES + 1);
        assert_eq!(Frame::decode(encode(3, &id, None)), Err(FrameError::IdTooLong));
    }

    #[test]
    fn every_prefix_of_a_frame_is_handled() {
        let whole = encode(50_331_649, "peer-abc12", Some(vec![7; 300]));
        for cut in 0..whole.len() {
            // Either understood as a shorter message or refused; never a panic.
            let _ = Frame::decode(whole.slice(..cut));
        }
    }
}
