//! A socket's way to its room, as its door holds it.

use std::sync::Arc;

use sederunt_core::call::{ConnId, Disconnect, ReqId};
use sederunt_core::id::PeerId;
use sederunt_core::words::Request;

use crate::NodeError;
use crate::heard::Heard;
use crate::mailbox::{Notice, ROOM_QUEUE_MAX_BYTES, RoomHandle, ToRoom};

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
