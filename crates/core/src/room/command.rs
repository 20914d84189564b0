//! What the API asks of a room. Every command is answered with [`Effect::Done`].

use crate::effect::{CloseReason, CommandReply, Effect};
use crate::error::RoomError;
use crate::fact::{FactKind, LeaveReason};
use crate::id::{ParticipantId, PeerId, SessionId};
use crate::input::{Command, CommandId};
use crate::time::UnixMs;

use super::leave::Whom;
use super::{Room, RoomConfig};

type Removed = Vec<(PeerId, ParticipantId)>;

impl Room {
    pub(super) fn command(&mut self, now: UnixMs, id: CommandId, command: Command) {
        let session = self.tally.as_ref().map(|tally| tally.session());
        let removed = match command {
            Command::Configure(config) => {
                self.configure(now, config);
                Ok(Removed::new())
            }
            Command::Kick { participants, custom_ids, reason } => {
                self.command_kick(now, session, &participants, &custom_ids, reason)
            }
            Command::KickAll if session.is_none() => Err(RoomError::NotFound("active session")),
            Command::KickAll => Ok(self.kick_all(now)),
            Command::Terminate => Ok(self.terminate(now)),
            Command::Stop => Ok(self.stop(now)),
        };
        let result = removed.map(|removed| CommandReply { session, removed });
        self.out.add(Effect::Done { id, result });
    }

    /// New settings. A LIVE session is retitled; `open = false` ends nothing (SEMANTICS §2.1).
    fn configure(&mut self, now: UnixMs, config: RoomConfig) {
        if self.tally.is_some() && config.title != self.config.title {
            self.record(now, FactKind::SessionRetitled { title: config.title.clone() }, None);
        }
        if self.tally.is_some() && config.keep_alive_ms != self.config.keep_alive_ms {
            let keep_alive_ms = config.keep_alive_ms;
            self.record(now, FactKind::KeepAliveChanged { keep_alive_ms }, None);
        }
        // The caller may have read the store just before a session of ours ended.
        let prior_together_ms = config.prior_together_ms.max(self.config.prior_together_ms);
        self.configured_at = now;
        self.config = RoomConfig { prior_together_ms, ..config };
    }

    /// REST kick, deletion or block. The latter two end set-up screens too: their tokens are dead.
    fn command_kick(
        &mut self,
        now: UnixMs,
        session: Option<SessionId>,
        participants: &[ParticipantId],
        custom_ids: &[String],
        reason: LeaveReason,
    ) -> Result<Removed, RoomError> {
        let everywhere = match reason {
            LeaveReason::Kicked if session.is_none() => return Err(RoomError::NotFound("active session")),
            LeaveReason::Kicked => false,
            LeaveReason::ParticipantDeleted | LeaveReason::Blocked => true,
            LeaveReason::Left
            | LeaveReason::ConnectionLost
            | LeaveReason::HostEnded
            | LeaveReason::RoomTerminated
            | LeaveReason::ServerStopped
            | LeaveReason::NodeLost
            | LeaveReason::Imported => {
                return Err(RoomError::Invalid {
                    field: "reason",
                    rule: "must be a kick, deletion or block",
                });
            }
        };
        let victims: Vec<PeerId> = self
            .peers
            .iter()
            .filter(|peer| everywhere || self.is_of_session(peer))
            .filter(|peer| {
                let custom = peer.who.custom_participant_id.as_ref();
                participants.contains(&peer.participant()) || custom.is_some_and(|id| custom_ids.contains(id))
            })
            .map(|peer| peer.id)
            .collect();
        self.remove_lost(now, participants, custom_ids, reason);
        Ok(self.kick(victims, now, reason))
    }

    /// The server stops. The session stays open: its keep-alive decides at the next start.
    fn stop(&mut self, now: UnixMs) -> Removed {
        self.stopped = true;
        self.clear(now, Whom::Everybody, LeaveReason::ServerStopped, None, CloseReason::ServerStopping)
    }
}
