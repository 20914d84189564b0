//! Coming and going: sockets, joins, leaves, and the end of the session and of the room. Nothing else takes a peer in or
//! out.

mod admit;
mod command;
mod join;
mod leave;
mod newest;
mod remove;
mod removed;
mod sockets;
mod timer;
mod waiting;

use crate::error::RoomError;
use crate::feature::Feature;
use crate::hall::{Asked, Hall};
use crate::id::{ParticipantId, PeerId};
use crate::removal::{LostPeer, Removal};
use crate::rights::{Right, Rights};
use crate::time::UnixMs;
use crate::who::Ability;
use crate::words::entry::{Ask, PeerEvent, Tell};

use removed::{LostPeers, Removals};
pub(crate) use timer::Timer;
use waiting::WaitingRoom;

/// Who may come in, who may not any more, and whether the room goes on.
#[derive(Debug)]
pub(crate) struct Entry {
    removed: Removals,
    lost: LostPeers,
    pub(crate) waiting: WaitingRoom,
    /// No reconnect grace began before.
    grace_from: UnixMs,
    /// When the settings in force came.
    configured_at: UnixMs,
    /// For good: no Configure opens the room again.
    terminated: bool,
    stopped: bool,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            removed: Removals::default(),
            lost: LostPeers::default(),
            waiting: WaitingRoom::default(),
            grace_from: UnixMs(i64::MIN),
            configured_at: UnixMs(i64::MIN),
            terminated: false,
            stopped: false,
        }
    }
}

impl Entry {
    /// The server has stopped the room.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// The store knows of a peer id that was removed before.
    pub(crate) fn load_removed(&mut self, removal: Removal) {
        self.removed.note(removal);
    }

    /// The store knows of a peer of the LIVE session that was lost before.
    pub(crate) fn load_lost(&mut self, peer: LostPeer) {
        self.lost.add(peer);
    }

    /// Nobody could come back before `now`: the grace of those who were lost begins here.
    pub(crate) fn go_on(&mut self, now: UnixMs) {
        self.grace_from = self.grace_from.max(now);
    }

    /// Whoever was let in waits again the next time: it was removed in a breakout room.
    pub(crate) fn revoke(&mut self, hall: &mut Hall, participant: ParticipantId) {
        self.waiting.revoke(hall, participant);
    }

    pub(crate) fn ask(&mut self, hall: &mut Hall, asked: &Asked, ask: Ask) -> Result<(), RoomError> {
        match ask {
            Ask::JoinRoom { display_name } => self.join(hall, asked, &display_name),
            Ask::LeaveRoom => {
                let peer = hall.me(asked)?.info();
                hall.reply(asked, Tell::PeerInfo { event: PeerEvent::LeaveRoom, peer });
                self.say_goodbye(hall, asked);
                Ok(())
            }
            Ask::MediaLeave => {
                hall.reply(asked, Tell::MediaLeft);
                self.say_goodbye(hall, asked);
                Ok(())
            }
            Ask::Kick { peers } => self.kick_peers(hall, asked, &peers),
            Ask::KickAll => {
                hall.may(asked, Ability::Kick)?;
                self.kick_all(hall, asked.stamp.now);
                Ok(())
            }
        }
    }

    fn is_closed(&self, hall: &Hall) -> bool {
        self.terminated || !hall.config().open
    }
}

impl Feature for Entry {
    fn session_ended(&mut self, _: &mut Hall) {
        self.lost = LostPeers::default();
        self.waiting.session_ended();
    }

    /// Who may let people in again finds them where it left them.
    fn peer_rights_changed(&mut self, hall: &mut Hall, peer: PeerId, given: Rights) {
        if given.contains(Right::AcceptWaiting) && !self.is_closed(hall) {
            let now = hall.now();
            self.waiting.host_came(hall, now, peer);
        }
    }

    fn input_treated(&mut self, hall: &mut Hall) {
        self.waiting.tell_changes(hall);
    }

    fn time_moved(&mut self, ms: i64) {
        self.configured_at = self.configured_at.plus_ms(ms);
        self.grace_from = self.grace_from.plus_ms(ms);
        self.removed.shift(ms);
        self.waiting.shift(ms);
    }
}
