//! What a room says to a socket, through the queue between them.

use std::sync::Arc;

use sederunt_core::call::ReqId;
use sederunt_core::effect::CloseReason;
use sederunt_core::error::RoomError;
use sederunt_core::words::Msg;

use crate::weight::Held;

/// Bytes of messages that wait for one socket, as far as they come from others or are answers: eight of the largest
/// answers, half a second of a fast line. A client that is further behind does not read.
pub const OUTBOX_MAX_BYTES: usize = 4 << 20;

/// What a socket is to do. The queue is bounded in messages and bytes: a reader that is too slow is cut.
#[derive(Debug)]
pub enum ToSocket {
    /// Send; `re` set = the reply to that request.
    Tell {
        /// The request it answers.
        re: Option<ReqId>,
        /// The message.
        msg: Arc<Msg>,
        /// Its bytes in the queue, given back when this is dropped.
        held: Held,
    },
    /// Answer a request with an error.
    Refuse {
        /// The request.
        re: ReqId,
        /// Why.
        error: RoomError,
    },
    /// Close.
    Close(CloseReason),
}

impl ToSocket {
    /// A message that counts for nothing until it is queued.
    pub fn telling(re: Option<ReqId>, msg: Arc<Msg>) -> Self {
        Self::Tell { re, msg, held: Held::default() }
    }
}
