//! One client's conversation with its room, as frames. No socket here: `ws` carries what this says.

use axum::extract::ws::{CloseFrame, close_code};
use bytes::Bytes;
use sederunt_app::chat_files::FileLinks;
use sederunt_core::call::ReqId;
use sederunt_core::effect::CloseReason;
use sederunt_core::id::MeetingId;
use sederunt_core::words::Request;
use sederunt_core::words::chat::ChatMessage;
use sederunt_node::ToSocket;
use sederunt_proto::frame::{self, Frame, FrameError};

use crate::translate::{self, Refusal};

/// Messages that wait for a socket to be written. A join into a full room of 1000 is one message, a page turn of the
/// official client some dozens; a client this far behind has stopped reading.
pub const OUTBOX_MAX: usize = 1024;

/// Service restart (RFC 6455 registry): the client comes back by itself.
const RESTART: u16 = 1012;
/// Try again later: likewise.
pub(crate) const AGAIN: u16 = 1013;

/// What a frame from the client leads to.
#[derive(Debug)]
pub(crate) enum Heard {
    /// To the room.
    Ask(ReqId, Request),
    /// Back to the client, the room need not know.
    Answer(Bytes),
    /// This client cannot be talked with.
    Close(CloseFrame),
}

/// What a word from the room leads to.
#[derive(Debug)]
pub(crate) enum Said {
    Frame(Bytes),
    Close(CloseFrame),
}

/// State of the conversation.
#[derive(Debug)]
pub(crate) struct Conversation {
    meeting: MeetingId,
    /// `None` = no chat is told here.
    links: Option<FileLinks>,
    pushes: u64,
}

impl Conversation {
    pub(crate) fn new(meeting: MeetingId, links: Option<FileLinks>) -> Self {
        Self { meeting, links, pushes: 0 }
    }

    /// A binary frame from the client.
    pub(crate) fn hear(&self, bytes: Bytes) -> Heard {
        let Frame { event, id, payload } = match Frame::decode(bytes) {
            Ok(frame) => frame,
            Err(error) => return Heard::Close(bad_frame(&error)),
        };
        match translate::request(event, &payload) {
            Ok(request) => Heard::Ask(ReqId { event, id }, request),
            Err(refusal) => Heard::Answer(translate::error_frame(event, &id, &refusal)),
        }
    }

    /// A word from the room.
    pub(crate) fn say(&mut self, message: ToSocket) -> Said {
        match message {
            ToSocket::Tell { re, msg, held: _ } => {
                let (event, payload) = translate::reply(self.meeting, &|message| self.linked(message), &msg);
                match re {
                    Some(re) => Said::Frame(frame::encode(event, &re.id, payload)),
                    None => Said::Frame(frame::encode(event, &self.push_id(), payload)),
                }
            }
            ToSocket::Refuse { re, error } => {
                let refusal: Refusal = translate::room_refusal(&error);
                Said::Frame(translate::error_frame(re.event, &re.id, &refusal))
            }
            ToSocket::Close(reason) => Said::Close(close_frame(reason)),
        }
    }

    fn linked(&self, message: &ChatMessage) -> String {
        self.links.as_ref().map_or_else(|| message.payload.clone(), |links| links.payload(message))
    }

    /// An id that no request of the client has: those begin with its peer id.
    fn push_id(&mut self) -> String {
        self.pushes += 1;
        format!("srv-{}", self.pushes)
    }
}

fn bad_frame(error: &FrameError) -> CloseFrame {
    let code = match error {
        FrameError::TooLong(_) => close_code::SIZE,
        FrameError::Malformed(_) | FrameError::IdTooLong => close_code::INVALID,
    };
    CloseFrame { code, reason: reason_text(&error.to_string()).into() }
}

/// 1000 ends the client's reconnect loop, anything else starts it (PROTOCOL §3.5).
fn close_frame(reason: CloseReason) -> CloseFrame {
    let (code, text) = match reason {
        CloseReason::Left => (close_code::NORMAL, "left"),
        CloseReason::Replaced => (close_code::NORMAL, "replaced by another connection"),
        CloseReason::PeerIdTaken => (close_code::NORMAL, "the peer id is in use by another participant"),
        CloseReason::Removed => (close_code::NORMAL, "removed from the meeting"),
        CloseReason::Ended => (close_code::NORMAL, "the meeting has ended"),
        CloseReason::RoomClosed => (close_code::NORMAL, "the meeting is closed"),
        CloseReason::RoomFull => (close_code::NORMAL, "the meeting is full"),
        CloseReason::ServerStopping => (RESTART, "the server is restarting"),
    };
    CloseFrame { code, reason: text.into() }
}

/// The room has let go of the socket without a reason: it was too slow, or the room failed.
pub(crate) fn let_go() -> CloseFrame {
    CloseFrame { code: AGAIN, reason: "the connection was dropped, connect again".into() }
}

/// A close reason has room for 123 bytes (RFC 6455 §5.5).
pub(crate) fn reason_text(text: &str) -> String {
    let mut end = text.len().min(123);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}
