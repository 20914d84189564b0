//! What the API asks of a room's doors: other settings, who has to go, and an end.

use crate::config::RoomConfig;
use crate::effect::CloseReason;
use crate::error::RoomError;
use crate::fact::{FactKind, LeaveReason};
use crate::hall::Hall;
use crate::id::{ParticipantId, PeerId};
use crate::time::UnixMs;

use super::Entry;
use super::leave::{Clearing, Removed, Whom};
use super::remove::is_of_session;

impl Entry {
    /// New settings. A LIVE session is retitled; `open = false` ends nothing (SEMANTICS §2.1).
    pub(crate) fn configure(&mut self, hall: &mut Hall, now: UnixMs, config: RoomConfig) {
        let is_live = hall.session().is_some();
        if is_live && config.title != hall.config().title {
            hall.record(now, FactKind::SessionRetitled { title: config.title.clone() }, None);
        }
        if is_live && config.keep_alive_ms != hall.config().keep_alive_ms {
            let keep_alive_ms = config.keep_alive_ms;
            hall.record(now, FactKind::KeepAliveChanged { keep_alive_ms }, None);
        }
        // The caller may have read the store just before a session of ours ended.
        let prior_together_ms = config.prior_together_ms.max(hall.config().prior_together_ms);
        self.configured_at = now;
        hall.configure(RoomConfig { prior_together_ms, ..config });
    }

    /// REST kick, deletion or block. The latter two end set-up screens too: their tokens are dead.
    pub(crate) fn command_kick(
        &mut self,
        hall: &mut Hall,
        now: UnixMs,
        people: (&[ParticipantId], &[String]),
        reason: LeaveReason,
    ) -> Result<Removed, RoomError> {
        let everywhere = match reason {
            LeaveReason::Kicked if hall.session().is_none() => {
                return Err(RoomError::NotFound("active session"));
            }
            LeaveReason::Kicked => false,
            LeaveReason::ParticipantDeleted | LeaveReason::Blocked => true,
            LeaveReason::Left
            | LeaveReason::ConnectionLost
            | LeaveReason::HostEnded
            | LeaveReason::RoomTerminated
            | LeaveReason::Moved
            | LeaveReason::ServerStopped
            | LeaveReason::NodeLost
            | LeaveReason::Imported => {
                return Err(RoomError::Invalid {
                    field: "reason",
                    rule: "must be a kick, deletion or block",
                });
            }
        };
        let (participants, custom_ids) = people;
        let victims: Vec<PeerId> = hall
            .peers
            .iter()
            .filter(|peer| everywhere || is_of_session(hall, peer))
            .filter(|peer| {
                let custom = peer.who.custom_participant_id.as_ref();
                participants.contains(&peer.participant()) || custom.is_some_and(|id| custom_ids.contains(id))
            })
            .map(|peer| peer.id)
            .collect();
        self.remove_lost(hall, now, people, reason);
        Ok(self.kick(hall, victims, now, reason))
    }

    /// The server stops. The session stays open: its keep-alive decides at the next start.
    pub(crate) fn stop(&mut self, hall: &mut Hall, now: UnixMs) -> Removed {
        self.stopped = true;
        let (reason, close) = (LeaveReason::ServerStopped, CloseReason::ServerStopping);
        self.clear(hall, Whom::Everybody, Clearing { at: now, reason, event: None, close })
    }
}
