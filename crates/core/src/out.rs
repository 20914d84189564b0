//! The effects of one input, in the order in which they may be performed: everything durable first.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::effect::{CloseReason, Effect, MediaCmd, Msg, Write};
use crate::error::RoomError;
use crate::id::PeerId;
use crate::input::{ConnId, MediaCallId, ReqId};

/// Collects the effects of one input, then queues them for the shell.
#[derive(Debug, Default)]
pub(crate) struct Out {
    writes: Vec<Write>,
    rest: Vec<Effect>,
    ready: VecDeque<Effect>,
    calls: u64,
}

impl Out {
    /// Makes something durable before anybody is told anything of this input.
    pub(crate) fn remember(&mut self, write: Write) {
        self.writes.push(write);
    }

    /// Answers a request.
    pub(crate) fn reply(&mut self, conn: ConnId, re: &ReqId, msg: Msg) {
        self.rest.push(Effect::Tell { conn, re: Some(re.clone()), msg: Arc::new(msg) });
    }

    /// Answers a request with an error.
    pub(crate) fn refuse(&mut self, conn: ConnId, re: &ReqId, error: RoomError) {
        self.rest.push(Effect::Refuse { conn, re: re.clone(), error });
    }

    /// Sends one message to many.
    pub(crate) fn push(&mut self, to: impl IntoIterator<Item = ConnId>, msg: Msg) {
        let msg = Arc::new(msg);
        for conn in to {
            self.rest.push(Effect::Tell { conn, re: None, msg: Arc::clone(&msg) });
        }
    }

    /// Closes a socket.
    pub(crate) fn close(&mut self, conn: ConnId, reason: CloseReason) {
        self.rest.push(Effect::Close { conn, reason });
    }

    /// Asks the SFU.
    pub(crate) fn media(&mut self, peer: PeerId, cmd: MediaCmd) -> MediaCallId {
        self.calls = self.calls.saturating_add(1);
        let call = MediaCallId(self.calls);
        self.rest.push(Effect::Media { call, peer, cmd });
        call
    }

    /// Any other effect.
    pub(crate) fn add(&mut self, effect: Effect) {
        self.rest.push(effect);
    }

    /// The input is treated: its effects may be polled.
    pub(crate) fn flush(&mut self) {
        self.ready.extend(self.writes.drain(..).map(|write| Effect::Remember(Box::new(write))));
        self.ready.append(&mut self.rest.drain(..).collect());
    }

    /// The next effect to perform.
    pub(crate) fn pop(&mut self) -> Option<Effect> {
        self.ready.pop_front()
    }
}
