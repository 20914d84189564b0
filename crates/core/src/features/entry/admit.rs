//! Who comes out of the waiting room, and how: by what a host asks, or because the meeting is over.

use std::collections::BTreeSet;

use crate::error::RoomError;
use crate::fact::LeaveReason;
use crate::hall::{Asked, Hall, Peer};
use crate::id::{Id, ParticipantId, PeerId};
use crate::limit::WAITS_MAX;
use crate::removal::Removal;
use crate::time::UnixMs;
use crate::who::Ability;
use crate::words::waiting::{Ask, Tell};

use super::Entry;
use super::waiting::list;

impl Entry {
    /// What a host asks of the waiting room.
    pub(crate) fn ask_waiting(&mut self, hall: &mut Hall, asked: &Asked, ask: Ask) -> Result<(), RoomError> {
        match ask {
            Ask::List => {
                // The client asks with the permission alone; nobody else is told of anybody.
                let may = hall.may(asked, Ability::AcceptWaiting).is_ok();
                let tell = if may { list(hall) } else { Tell::List(Vec::new()) };
                hall.answer(asked, tell)
            }
            Ask::Accept { ids } => {
                let chosen = chosen(hall, asked, &ids)?;
                if self.is_closed(hall) {
                    return Err(RoomError::Closed);
                }
                self.waiting.let_in(hall, asked.stamp.now, chosen);
                Ok(())
            }
            Ask::Deny { ids } => {
                let chosen = chosen(hall, asked, &ids)?;
                self.waiting.deny(hall, chosen);
                Ok(())
            }
        }
    }

    /// The meeting is over for those who wait, too, whether they are here or on their way back.
    pub(super) fn remove_waits(&mut self, hall: &mut Hall, at: UnixMs, reason: LeaveReason) {
        let waits: Vec<PeerId> = self.waiting.waits().collect();
        for peer in waits {
            self.waiting.forget(hall, peer);
            self.remove_for_good(hall, Removal { peer, at, reason, joined: true });
        }
    }
}

/// Peers that wait and are meant, by their own id or by their participant's: the official client names the latter, and its
/// app may name either. Never answered on success, as the client awaits nothing.
fn chosen(hall: &Hall, asked: &Asked, ids: &[Id]) -> Result<Vec<PeerId>, RoomError> {
    hall.may(asked, Ability::AcceptWaiting)?;
    if ids.len() > WAITS_MAX {
        return Err(RoomError::Limit { what: "people at once", max: WAITS_MAX });
    }
    let ids: BTreeSet<Id> = ids.iter().copied().collect();
    let named = |peer: &Peer| ids.contains(&peer.participant().0) || ids.contains(&peer.id.0);
    let people: BTreeSet<ParticipantId> =
        hall.peers.waiting().filter(|peer| named(peer)).map(Peer::participant).collect();
    let chosen: Vec<PeerId> = hall
        .peers
        .waiting()
        .filter(|peer| people.contains(&peer.participant()))
        .map(|peer| peer.id)
        .collect();
    if chosen.is_empty() { Err(RoomError::NotFound("waiting participant")) } else { Ok(chosen) }
}
