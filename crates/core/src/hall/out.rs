//! What one input leads to, as it comes together: everything durable first.

use std::sync::Arc;

use crate::call::{ConnId, ReqId};
use crate::effect::{CloseReason, Effect, Outcome, Write};
use crate::error::RoomError;
use crate::id::PeerId;
use crate::media::{MediaCallId, MediaCmd};
use crate::words::Msg;

/// Collects writes and effects of one input.
#[derive(Debug, Default)]
pub(crate) struct Out {
    outcome: Outcome,
    calls: u64,
}

impl Out {
    /// Makes something durable before anybody is told anything of this input.
    pub(crate) fn remember(&mut self, write: Write) {
        self.outcome.writes.push(write);
    }

    /// Answers a request.
    pub(crate) fn reply(&mut self, conn: ConnId, re: &ReqId, msg: impl Into<Msg>) {
        self.add(Effect::Tell { conn, re: Some(re.clone()), msg: Arc::new(msg.into()) });
    }

    /// Answers a request with an error.
    pub(crate) fn refuse(&mut self, conn: ConnId, re: &ReqId, error: RoomError) {
        self.add(Effect::Refuse { conn, re: re.clone(), error });
    }

    /// Sends one message to many.
    pub(crate) fn push(&mut self, to: impl IntoIterator<Item = ConnId>, msg: impl Into<Msg>) {
        let msg = Arc::new(msg.into());
        for conn in to {
            self.add(Effect::Tell { conn, re: None, msg: Arc::clone(&msg) });
        }
    }

    /// Closes a socket.
    pub(crate) fn close(&mut self, conn: ConnId, reason: CloseReason) {
        self.add(Effect::Close { conn, reason });
    }

    /// Asks the SFU.
    pub(crate) fn media(&mut self, peer: PeerId, cmd: MediaCmd) -> MediaCallId {
        self.calls = self.calls.saturating_add(1);
        let call = MediaCallId(self.calls);
        self.add(Effect::Media { call, peer, cmd });
        call
    }

    /// Any effect.
    pub(crate) fn add(&mut self, effect: Effect) {
        self.outcome.effects.push(effect);
    }

    /// The input is treated.
    pub(crate) fn take(&mut self) -> Outcome {
        std::mem::take(&mut self.outcome)
    }
}
