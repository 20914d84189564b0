//! Who and what is here: lists and details for clients, and one's own name.

use crate::error::RoomError;
use crate::feature::Feature;
use crate::hall::{Asked, Hall, Peer, cut};
use crate::id::PeerId;
use crate::standing::Seat;
use crate::who::Ability;
use crate::words::count;
use crate::words::entry::{PeerEvent, PeerInfo, Tell as EntryTell};
use crate::words::roster::{Ask, Tell};

/// It keeps nothing: the hall knows who is here.
#[derive(Debug, Default)]
pub(crate) struct Roster;

impl Feature for Roster {}

impl Roster {
    pub(crate) fn ask(&mut self, hall: &mut Hall, asked: &Asked, ask: Ask) -> Result<(), RoomError> {
        match ask {
            Ask::RoomInfo => room_info(hall, asked),
            Ask::RoomPeers { search, limit, offset } => room_peers(hall, asked, &search, (limit, offset)),
            Ask::PeerInfo { peer } => peer_info(hall, asked, peer),
            Ask::StageState => stage_state(hall, asked),
            Ask::ChangeDisplayName { peer, display_name } => {
                change_display_name(hall, asked, peer, &display_name)
            }
        }
    }
}

fn room_info(hall: &mut Hall, asked: &Asked) -> Result<(), RoomError> {
    hall.joined(asked)?;
    let Some(tally) = hall.session() else { return Err(RoomError::NotJoined) };
    let columns = tally.columns();
    let tell = Tell::RoomInfo {
        title: columns.title.clone(),
        created_at: columns.started_at,
        session: columns.session,
    };
    hall.answer(asked, tell)
}

/// Oneself and the visible others, in order of joining. Those in the reconnect grace are still here.
fn seen_by(hall: &Hall, me: PeerId) -> impl Iterator<Item = &Peer> {
    hall.peers.joined().into_iter().filter(move |peer| peer.id == me || peer.visible())
}

fn room_peers(
    hall: &mut Hall,
    asked: &Asked,
    search: &str,
    (limit, offset): (u32, u32),
) -> Result<(), RoomError> {
    hall.joined(asked)?;
    let wanted = search.to_lowercase();
    let limit = if limit == 0 { usize::MAX } else { count(limit) };
    let peers: Vec<PeerInfo> = seen_by(hall, asked.me)
        .filter(|peer| wanted.is_empty() || peer.display_name.to_lowercase().contains(&wanted))
        .skip(count(offset))
        .take(limit)
        .map(Peer::info)
        .collect();
    hall.answer(asked, Tell::RoomPeers(peers))
}

fn peer_info(hall: &mut Hall, asked: &Asked, id: PeerId) -> Result<(), RoomError> {
    hall.joined(asked)?;
    let seen = hall.peers.get(id).filter(|peer| peer.id == asked.me || peer.visible());
    let peer = seen.ok_or(RoomError::NotFound("peer"))?.info();
    hall.answer(asked, EntryTell::PeerInfo { event: PeerEvent::PeerInfo, peer })
}

fn stage_state(hall: &mut Hall, asked: &Asked) -> Result<(), RoomError> {
    hall.joined(asked)?;
    let at = |seat: Seat| {
        let sits = |peer: &&Peer| peer.seat() == Some(seat);
        seen_by(hall, asked.me).filter(sits).map(|peer| peer.id).collect()
    };
    let tell = Tell::StageState {
        on_stage: at(Seat::OnStage),
        invited: at(Seat::Invited),
        asking: at(Seat::Asking),
    };
    hall.answer(asked, tell)
}

/// `media.changeDisplayName`: one's own. The ledger keeps the name of the join.
fn change_display_name(
    hall: &mut Hall,
    asked: &Asked,
    peer: PeerId,
    display_name: &str,
) -> Result<(), RoomError> {
    hall.may(asked, Ability::EditDisplayName)?;
    if peer != asked.me {
        return Err(RoomError::Invalid { field: "participant_id", rule: "must be your own" });
    }
    if display_name.trim().is_empty() {
        return Err(RoomError::Invalid { field: "display_name", rule: "must not be empty" });
    }
    if let Some(me) = hall.peers.get_mut(asked.me) {
        me.display_name = cut(display_name);
    }
    hall.peers.note_people();
    hall.answer(asked, Tell::DisplayNameChanged)
}
