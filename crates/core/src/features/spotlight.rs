//! Whom everybody sees in front: the pin (PROTOCOL §6.7).

use crate::error::RoomError;
use crate::feature::Feature;
use crate::hall::{Asked, Gone, Hall};
use crate::id::PeerId;
use crate::who::Ability;
use crate::words::spotlight::{Ask, Tell};

/// Who is pinned in the session.
#[derive(Debug, Default)]
pub(crate) struct Spotlight {
    pinned: Option<PeerId>,
}

impl Spotlight {
    /// `media.globalPinPeer`; pushed to everybody, the initiator included.
    pub(crate) fn ask(&mut self, hall: &mut Hall, asked: &Asked, ask: Ask) -> Result<(), RoomError> {
        let Ask::Pin { peer } = ask;
        hall.may(asked, Ability::Pin)?;
        if let Some(id) = peer {
            // Everybody is told: of somebody hidden not even by himself.
            let seen = hall.peers.get(id).filter(|peer| peer.visible());
            if !seen.ok_or(RoomError::NotFound("peer"))?.is_on_stage() {
                return Err(RoomError::Invalid { field: "participant_id", rule: "must be on stage" });
            }
        }
        self.pinned = peer;
        hall.reply(asked, Tell::Pinned);
        hall.push_media(None, Tell::PinChanged(peer));
        Ok(())
    }

    pub(crate) fn pinned(&self) -> Option<PeerId> {
        self.pinned
    }

    /// This one is not seen any more.
    fn let_go(&mut self, hall: &mut Hall, peer: PeerId) {
        if self.pinned == Some(peer) {
            self.pinned = None;
            hall.push_media(None, Tell::PinChanged(None));
        }
    }
}

impl Feature for Spotlight {
    fn peer_off_stage(&mut self, hall: &mut Hall, peer: PeerId) {
        self.let_go(hall, peer);
    }

    fn peer_left(&mut self, hall: &mut Hall, gone: &Gone) {
        self.let_go(hall, gone.peer.id);
    }

    fn session_ended(&mut self, _: &mut Hall) {
        self.pinned = None;
    }
}
