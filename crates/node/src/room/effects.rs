//! One effect: to a socket, to media, to whoever gave a command.

use sederunt_core::call::ConnId;
use sederunt_core::effect::Effect;
use sederunt_core::error::RoomError;
use sederunt_core::id::PeerId;
use sederunt_core::input::Input;
use sederunt_core::media::MediaCmd;

use super::fault::RoomFault;
use super::sockets::Sent;
use super::state::RoomTask;
use crate::NodeError;
use crate::outbox::ToSocket;

impl RoomTask {
    pub(super) fn do_one(&mut self, effect: Effect) -> Result<(), RoomFault> {
        match effect {
            Effect::Tell { conn, re, msg } => self.tell(conn, ToSocket::telling(re, msg)),
            Effect::Refuse { conn, re, error } => {
                self.count(&error);
                self.tell(conn, ToSocket::Refuse { re, error })
            }
            Effect::Close { conn, reason } => {
                self.sockets.close(conn, reason);
                Ok(())
            }
            Effect::Media { call, peer, cmd } => {
                self.watch(peer, &cmd);
                match self.media.call(call, peer, cmd) {
                    None => Ok(()),
                    Some(fault) => self.feed(Input::MediaDone { call, result: Err(fault) }),
                }
            }
            Effect::Done { id, result } => {
                if let Some(done) = self.commands.remove(&id) {
                    // The caller may have given up.
                    let _ = done.send(result.map_err(NodeError::Room));
                }
                Ok(())
            }
        }
    }

    /// Counts who was not let in or on stage, and every limit that was hit.
    fn count(&self, error: &RoomError) {
        let metrics = &self.shell.metrics;
        if let Some(kind) = error.limit() {
            metrics.room_limit(kind);
        }
        match error {
            RoomError::WaitingRoomFull { .. } => metrics.refusal("WAITING_ROOM_FULL"),
            RoomError::StageFull { .. } => metrics.refusal("STAGE_FULL"),
            RoomError::NotAllowed(_)
            | RoomError::NotJoined
            | RoomError::NotFound(_)
            | RoomError::Limit { .. }
            | RoomError::TooOften { .. }
            | RoomError::Invalid { .. }
            | RoomError::NotOffered(_)
            | RoomError::Unwritable
            | RoomError::Closed
            | RoomError::Media(_) => {}
        }
    }

    /// Whoever has media is watched, and no longer once it is closed.
    fn watch(&mut self, peer: PeerId, cmd: &MediaCmd) {
        let now = self.shell.clock.steady();
        if matches!(cmd, MediaCmd::ClosePeer { .. }) {
            self.media.watch.closed(peer, now);
        } else if self.shell.media.is_some() {
            self.media.watch.has_media(peer, &self.room, now);
        }
    }

    pub(super) fn tell(&mut self, conn: ConnId, message: ToSocket) -> Result<(), RoomFault> {
        match self.sockets.send(conn, message) {
            Sent::Done => Ok(()),
            Sent::Cut(how) => {
                tracing::warn!(meeting = %self.meeting, conn = conn.0, "a socket reads too slowly and is cut");
                self.shell.metrics.slow_consumers.inc();
                self.lose(conn, how)
            }
        }
    }
}
