//! The sockets of one room, each behind a bounded queue.

use std::collections::BTreeMap;
use std::sync::Arc;

use sederunt_core::call::{ConnId, Disconnect, ReqId};
use sederunt_core::effect::CloseReason;
use sederunt_core::error::RoomError;
use sederunt_core::id::{ParticipantId, PeerId};
use sederunt_core::time::UnixMs;
use sederunt_core::words::{Msg, Request};
use sederunt_store::ParticipantRow;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::NodeError;
use crate::heard::Heard;
use crate::rooms::{Notice, ROOM_QUEUE_MAX_BYTES, RoomHandle, ToRoom};
use crate::weight::{Held, Waiting, weight};

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

    /// Hands a small request to the room. Waits while the room's queue is full.
    pub async fn request(&self, re: ReqId, request: Request) -> Result<(), NodeError> {
        self.request_of(0, re, request).await
    }

    /// Hands a request of so many bytes to the room. Waits while the room's queue is full.
    pub async fn request_of(&self, bytes: usize, re: ReqId, request: Request) -> Result<(), NodeError> {
        self.heard.note();
        let Some(room) = &self.room else { return Err(NodeError::Stopping) };
        let bytes = u32::try_from(bytes.min(ROOM_QUEUE_MAX_BYTES)).unwrap_or(u32::MAX);
        let held = Arc::clone(&room.bytes).acquire_many_owned(bytes).await;
        let input = ToRoom::Request { conn: self.conn, re, request, held: held.ok() };
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
    waiting: Waiting,
    /// The row of whoever has none yet.
    newcomer: Option<Box<ParticipantRow>>,
}

/// How sending to a socket went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Queued, or the socket is gone and its room knows or will know.
    Done,
    /// Its queue was full, in messages or in bytes: the socket is cut, and gone like this.
    Cut(Disconnect),
}

impl Sockets {
    pub(crate) fn insert(
        &mut self,
        conn: ConnId,
        queue: mpsc::Sender<ToSocket>,
        heard: Heard,
        newcomer: Option<Box<ParticipantRow>>,
    ) {
        self.outboxes.insert(conn, Outbox { queue, heard, waiting: Waiting::default(), newcomer });
    }

    /// Sockets that were last heard before an instant of the steady clock, and how they are gone.
    pub(crate) fn heard_before(&self, at: UnixMs) -> Vec<(ConnId, Disconnect)> {
        let silent = self.outboxes.iter().filter(|(_, outbox)| outbox.heard.at() < at);
        silent.map(|(conn, outbox)| (*conn, outbox.heard.silent())).collect()
    }

    /// The row of a participant who has none yet and is on one of these sockets.
    pub(crate) fn newcomer(&self, participant: ParticipantId) -> Option<ParticipantRow> {
        let mut rows = self.outboxes.values().filter_map(|outbox| outbox.newcomer.as_deref());
        rows.find(|row| row.id == participant).cloned()
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
        let Some(message) = held(&outbox.waiting, message) else {
            let how = outbox.heard.silent();
            self.outboxes.remove(&conn);
            return Sent::Cut(how);
        };
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

/// The message with its bytes counted among those that wait; `None` = there are too many.
fn held(waiting: &Waiting, message: ToSocket) -> Option<ToSocket> {
    match message {
        ToSocket::Tell { re, msg, held: _ } => {
            let held = waiting.hold(weight(&msg), OUTBOX_MAX_BYTES)?;
            Some(ToSocket::Tell { re, msg, held })
        }
        other @ (ToSocket::Refuse { .. } | ToSocket::Close(_)) => Some(other),
    }
}
