//! The sockets of one room, each behind a bounded queue.

use std::collections::BTreeMap;
use std::sync::Arc;

use sederunt_core::effect::{CloseReason, Msg};
use sederunt_core::error::RoomError;
use sederunt_core::id::PeerId;
use sederunt_core::input::{ConnId, Disconnect, ReqId, Request};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::NodeError;
use crate::rooms::{Notice, RoomHandle, ToRoom};

/// What a socket is to do. The queue is bounded: a reader that is too slow is cut.
#[derive(Debug, Clone)]
pub enum ToSocket {
    /// Send; `re` set = the reply to that request.
    Tell {
        /// The request it answers.
        re: Option<ReqId>,
        /// The message.
        msg: Arc<Msg>,
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

/// A socket attached to its room. Dropping it counts as [`Disconnect::Lost`].
#[derive(Debug)]
pub struct Attached {
    /// Its number.
    pub conn: ConnId,
    /// Its peer.
    pub peer: PeerId,
    /// `None` once the room was told that the socket is gone.
    room: Option<RoomHandle>,
}

impl Attached {
    pub(crate) fn new(conn: ConnId, peer: PeerId, room: RoomHandle) -> Self {
        Self { conn, peer, room: Some(room) }
    }

    /// Hands a request to the room. Waits while the room's queue is full.
    pub async fn request(&self, re: ReqId, request: Request) -> Result<(), NodeError> {
        let Some(room) = &self.room else { return Err(NodeError::Stopping) };
        let input = ToRoom::Request { conn: self.conn, re, request };
        room.inputs.send(input).await.map_err(|_| NodeError::Stopping)
    }

    /// The socket is gone.
    pub async fn disconnect(mut self, how: Disconnect) {
        let Some(room) = self.room.take() else { return };
        // A room that is gone has forgotten its sockets already.
        let _ = room.inputs.send(ToRoom::Disconnect { conn: self.conn, how }).await;
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        if let Some(room) = self.room.take() {
            let _ = room.notices.send(Notice::Dropped { conn: self.conn });
        }
    }
}

/// The outboxes of a room's sockets.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    outboxes: BTreeMap<ConnId, mpsc::Sender<ToSocket>>,
}

/// How sending to a socket went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Queued, or the socket is gone and its room knows or will know.
    Done,
    /// Its queue was full: the socket is cut.
    Cut,
}

impl Sockets {
    pub(crate) fn insert(&mut self, conn: ConnId, outbox: mpsc::Sender<ToSocket>) {
        self.outboxes.insert(conn, outbox);
    }

    /// Forgets a socket; `true` if it was known.
    pub(crate) fn remove(&mut self, conn: ConnId) -> bool {
        self.outboxes.remove(&conn).is_some()
    }

    pub(crate) fn len(&self) -> usize {
        self.outboxes.len()
    }

    /// Queues a message. A full queue cuts the socket: dropping the outbox is what its writer sees.
    pub(crate) fn send(&mut self, conn: ConnId, message: ToSocket) -> Sent {
        let Some(outbox) = self.outboxes.get(&conn) else { return Sent::Done };
        match outbox.try_send(message) {
            Ok(()) | Err(TrySendError::Closed(_)) => Sent::Done,
            Err(TrySendError::Full(_)) => {
                self.outboxes.remove(&conn);
                Sent::Cut
            }
        }
    }

    /// Queues the closing and forgets the socket.
    pub(crate) fn close(&mut self, conn: ConnId, reason: CloseReason) {
        if let Some(outbox) = self.outboxes.remove(&conn) {
            // No room in the queue: dropping the outbox closes the socket too, only without the reason.
            let _ = outbox.try_send(ToSocket::Close(reason));
        }
    }

    /// Closes every socket.
    pub(crate) fn close_all(&mut self, reason: CloseReason) {
        for (_, outbox) in std::mem::take(&mut self.outboxes) {
            let _ = outbox.try_send(ToSocket::Close(reason));
        }
    }
}
