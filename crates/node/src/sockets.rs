//! The sockets of one room, each behind a bounded queue.

use std::collections::BTreeMap;
use std::sync::Arc;

use sederunt_core::effect::{CloseReason, Msg};
use sederunt_core::error::RoomError;
use sederunt_core::id::PeerId;
use sederunt_core::input::{ConnId, Disconnect, ReqId, Request};
use sederunt_core::time::UnixMs;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::NodeError;
use crate::heard::Heard;
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
    heard: Heard,
    /// `None` once the room was told that the socket is gone.
    room: Option<RoomHandle>,
}

impl Attached {
    pub(crate) fn new(conn: ConnId, peer: PeerId, heard: Heard, room: RoomHandle) -> Self {
        Self { conn, peer, heard, room: Some(room) }
    }

    /// Something has come from the client.
    pub fn hears(&self) {
        self.heard.note();
    }

    /// How a client is gone from which nothing has come for too long.
    pub fn silent(&self) -> Disconnect {
        self.heard.silent()
    }

    /// Hands a request to the room. Waits while the room's queue is full.
    pub async fn request(&self, re: ReqId, request: Request) -> Result<(), NodeError> {
        self.heard.note();
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
    outboxes: BTreeMap<ConnId, Outbox>,
}

#[derive(Debug)]
struct Outbox {
    queue: mpsc::Sender<ToSocket>,
    heard: Heard,
}

/// How sending to a socket went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Queued, or the socket is gone and its room knows or will know.
    Done,
    /// Its queue was full: the socket is cut, and gone like this.
    Cut(Disconnect),
}

impl Sockets {
    pub(crate) fn insert(&mut self, conn: ConnId, queue: mpsc::Sender<ToSocket>, heard: Heard) {
        self.outboxes.insert(conn, Outbox { queue, heard });
    }

    /// Sockets that were last heard before an instant of the steady clock, and how they are gone.
    pub(crate) fn heard_before(&self, at: UnixMs) -> Vec<(ConnId, Disconnect)> {
        let silent = self.outboxes.iter().filter(|(_, outbox)| outbox.heard.at() < at);
        silent.map(|(conn, outbox)| (*conn, outbox.heard.silent())).collect()
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
        match outbox.queue.try_send(message) {
            Ok(()) | Err(TrySendError::Closed(_)) => Sent::Done,
            Err(TrySendError::Full(_)) => {
                let how = outbox.heard.silent();
                self.outboxes.remove(&conn);
                Sent::Cut(how)
            }
        }
    }

    /// Queues the closing and forgets the socket.
    pub(crate) fn close(&mut self, conn: ConnId, reason: CloseReason) {
        if let Some(outbox) = self.outboxes.remove(&conn) {
            // No room in the queue: dropping the outbox closes the socket too, only without the reason.
            let _ = outbox.queue.try_send(ToSocket::Close(reason));
        }
    }

    /// Closes every socket.
    pub(crate) fn close_all(&mut self, reason: CloseReason) {
        for (_, outbox) in std::mem::take(&mut self.outboxes) {
            let _ = outbox.queue.try_send(ToSocket::Close(reason));
        }
    }
}
