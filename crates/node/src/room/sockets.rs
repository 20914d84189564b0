//! The sockets of one room, each behind a bounded queue.

use std::collections::BTreeMap;

use sederunt_core::call::{ConnId, Disconnect};
use sederunt_core::effect::CloseReason;
use sederunt_core::id::ParticipantId;
use sederunt_core::time::UnixMs;
use sederunt_store::ParticipantRow;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::heard::Heard;
use crate::outbox::{OUTBOX_MAX_BYTES, ToSocket};
use crate::weight::{Waiting, weight};

/// The outboxes of a room's sockets.
#[derive(Debug, Default)]
pub(super) struct Sockets {
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
pub(super) enum Sent {
    /// Queued, or the socket is gone and its room knows or will know.
    Done,
    /// Its queue was full, in messages or in bytes: the socket is cut, and gone like this.
    Cut(Disconnect),
}

impl Sockets {
    pub(super) fn insert(
        &mut self,
        conn: ConnId,
        queue: mpsc::Sender<ToSocket>,
        heard: Heard,
        newcomer: Option<Box<ParticipantRow>>,
    ) {
        self.outboxes.insert(conn, Outbox { queue, heard, waiting: Waiting::default(), newcomer });
    }

    /// Sockets that were last heard before an instant of the steady clock, and how they are gone.
    pub(super) fn heard_before(&self, at: UnixMs) -> Vec<(ConnId, Disconnect)> {
        let silent = self.outboxes.iter().filter(|(_, outbox)| outbox.heard.at() < at);
        silent.map(|(conn, outbox)| (*conn, outbox.heard.silent())).collect()
    }

    /// The row of a participant who has none yet and is on one of these sockets.
    pub(super) fn newcomer(&self, participant: ParticipantId) -> Option<ParticipantRow> {
        let mut rows = self.outboxes.values().filter_map(|outbox| outbox.newcomer.as_deref());
        rows.find(|row| row.id == participant).cloned()
    }

    /// Forgets a socket; `true` if it was known.
    pub(super) fn remove(&mut self, conn: ConnId) -> bool {
        self.outboxes.remove(&conn).is_some()
    }

    pub(super) fn len(&self) -> usize {
        self.outboxes.len()
    }

    /// Queues a message. A full queue cuts the socket: dropping the outbox is what its writer sees.
    pub(super) fn send(&mut self, conn: ConnId, message: ToSocket) -> Sent {
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
    pub(super) fn close(&mut self, conn: ConnId, reason: CloseReason) {
        if let Some(outbox) = self.outboxes.remove(&conn) {
            // No room in the queue: dropping the outbox closes the socket too, only without the reason.
            let _ = outbox.queue.try_send(ToSocket::Close(reason));
        }
    }

    /// Closes every socket.
    pub(super) fn close_all(&mut self, reason: CloseReason) {
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
