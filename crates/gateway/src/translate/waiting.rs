//! The waiting room.

use sederunt_core::id::{Id, MeetingId, ParticipantId};
use sederunt_core::words::entry::PeerInfo;
use sederunt_core::words::waiting::{Ask, Tell};
use sederunt_proto::event::room;
use sederunt_proto::socket::room as r;

use super::entry::peer;
use super::read::{ids, read};
use super::{Refusal, Translated, Wire, wire};

pub(super) fn ask(event: u32, payload: &[u8]) -> Option<Translated> {
    let ask = match event {
        room::GET_WAITING_ROOM_REQUESTS => Ok(Ask::List),
        room::ACCEPT_WAITING_ROOM_REQUESTS => accept(payload),
        room::DENY_WAITING_ROOM_REQUESTS => deny(payload),
        _ => return None,
    };
    Some(ask.map(Into::into))
}

fn accept(payload: &[u8]) -> Result<Ask, Refusal> {
    Ok(Ask::Accept { ids: named(&read::<r::AcceptWaitingRoomRequests>(payload)?.user_ids)? })
}

fn deny(payload: &[u8]) -> Result<Ask, Refusal> {
    Ok(Ask::Deny { ids: named(&read::<r::DenyWaitingRoomRequests>(payload)?.user_ids)? })
}

/// Ids of participants, or of peers.
fn named(user_ids: &[String]) -> Result<Vec<Id>, Refusal> {
    Ok(ids::<ParticipantId>("user_ids", user_ids)?.into_iter().map(|id| id.0).collect())
}

pub(super) fn tell(meeting: MeetingId, tell: &Tell) -> Wire {
    match tell {
        Tell::Waits(info) => {
            let peer = r::Peer { waitlisted: true, ..peer(info) };
            wire(room::JOIN_ROOM, &r::PeerInfoResponse { peer: Some(peer) })
        }
        Tell::List(peers) => {
            let requests = peers.iter().map(request).collect();
            wire(room::GET_WAITING_ROOM_REQUESTS, &r::GetWaitingRoomRequests { requests })
        }
        Tell::Accepted => (room::WAITING_ROOM_REQUEST_ACCEPTED, Some(Vec::new())),
        Tell::Denied => (room::WAITING_ROOM_REQUEST_DENIED, Some(Vec::new())),
        Tell::RoomFromOutside { title } => {
            // No start and no session: the client takes neither, and shows no clock.
            let room = r::Room {
                room_id: meeting.to_string(),
                title: title.clone(),
                created_at: 0,
                active_recordings: Vec::new(),
                room_uuid: None,
            };
            wire(room::GET_ROOM_INFO, &r::RoomInfoResponse { room: Some(room) })
        }
    }
}

fn request(info: &PeerInfo) -> r::WaitingRoomRequest {
    r::WaitingRoomRequest {
        peer_id: info.peer.to_string(),
        user_id: info.participant.to_string(),
        display_name: info.display_name.clone(),
        picture: Some(info.picture.clone()),
        custom_participant_id: info.custom_participant_id.clone(),
        preset_name: Some(info.preset_name.clone()),
    }
}
