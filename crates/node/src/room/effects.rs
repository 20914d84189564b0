//! One effect: to a socket, to media, to whoever gave a command.

use std::sync::Arc;

use sederunt_core::call::{ConnId, Disconnect};
use sederunt_core::effect::Effect;
use sederunt_core::error::RoomError;
use sederunt_core::id::{MeetingId, ParticipantId, PeerId};
use sederunt_core::input::Input;
use sederunt_core::media::MediaCmd;
use sederunt_core::words::{Msg, breakout};

use super::fault::RoomFault;
use super::sockets::Sent;
use super::state::RoomTask;
use crate::NodeError;
use crate::outbox::ToSocket;
use crate::supervisor;

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
            Effect::Elsewhere { meeting, note } => {
                supervisor::say(&self.shell, (self.meeting, meeting), note);
                Ok(())
            }
            Effect::Transfer { conn, participant, to } => self.transfer(conn, participant, to),
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
            RoomError::WaitingRoomFull { .. } => {
                metrics.refused_entry(Some(self.room.app()), "WAITING_ROOM_FULL")
            }
            RoomError::StageFull { .. } => metrics.refusal("STAGE_FULL"),
            RoomError::BreakoutLimit { .. } => metrics.refusal("BREAKOUT_LIMIT"),
            RoomError::NotAllowed(_)
            | RoomError::NotJoined
            | RoomError::NotFound(_)
            | RoomError::Limit { .. }
            | RoomError::TooOften { .. }
            | RoomError::Invalid { .. }
            | RoomError::NotOffered(_)
            | RoomError::Unwritable
            | RoomError::Closed
            | RoomError::Elsewhere
            | RoomError::Media(_) => {}
        }
    }

    /// Sends a client to another room of the family. Without a token it comes back, and is sent again.
    fn transfer(&mut self, conn: ConnId, participant: ParticipantId, to: MeetingId) -> Result<(), RoomFault> {
        match self.shell.sign_for(self.room.app(), to, participant) {
            Ok(token) => {
                let tell = breakout::Tell::Transfer { to, token };
                self.tell(conn, ToSocket::telling(None, Arc::new(Msg::Breakout(tell))))
            }
            Err(error) => {
                tracing::error!(meeting = %self.meeting, %error, "no token for another room");
                self.shell.metrics.error("transfer_token");
                self.lose(conn, Disconnect::Lost)
            }
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
