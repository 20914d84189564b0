//! Who and what is here.

use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::words::roster::{Ask, Tell};
use sederunt_proto::event::{media as m, room};
use sederunt_proto::media::edge as e;
use sederunt_proto::socket::room as r;

use super::entry::peer;
use super::read::{count, id, read, unsigned};
use super::{Refusal, Translated, Wire, wire};

/// What the client wants to read after a change of its name.
const SUCCESS: &str = "success";

pub(super) fn ask(event: u32, payload: &[u8]) -> Option<Translated> {
    let ask = match event {
        room::GET_PEER_INFO => peer_info(payload),
        room::GET_ROOM_PEERS_INFO => room_peers(payload),
        room::GET_ROOM_INFO => Ok(Ask::RoomInfo),
        room::GET_ROOM_STAGE_STATE => Ok(Ask::StageState),
        m::CHANGE_DISPLAY_NAME => change_display_name(payload),
        _ => return None,
    };
    Some(ask.map(Into::into))
}

fn peer_info(payload: &[u8]) -> Result<Ask, Refusal> {
    Ok(Ask::PeerInfo { peer: id("peer_id", &read::<r::GetPeerInfoRequest>(payload)?.peer_id)? })
}

fn room_peers(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<r::RoomPeersInfoRequest>(payload)?;
    Ok(Ask::RoomPeers { search: q.seach_query, limit: count(q.limit), offset: count(q.offset) })
}

fn change_display_name(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<e::PeerDisplayNameEditRequest>(payload)?;
    let peer = id("participant_id", &q.participant_id)?;
    Ok(Ask::ChangeDisplayName { peer, display_name: q.display_name })
}

pub(super) fn tell(meeting: MeetingId, tell: &Tell) -> Wire {
    match tell {
        Tell::RoomInfo { title, created_at, session } => {
            let room = r::Room {
                room_id: meeting.to_string(),
                title: title.clone(),
                created_at: unsigned(*created_at) / 1000,
                active_recordings: Vec::new(),
                room_uuid: Some(session.to_string()),
            };
            wire(room::GET_ROOM_INFO, &r::RoomInfoResponse { room: Some(room) })
        }
        Tell::RoomPeers(peers) => {
            let peers = peers.iter().map(peer).collect();
            wire(room::GET_ROOM_PEERS_INFO, &r::RoomPeersInfoResponse { peers })
        }
        Tell::StageState { on_stage, invited, asking } => {
            let texts = |peers: &[PeerId]| peers.iter().map(ToString::to_string).collect();
            let state = r::GetRoomStageStateResponse {
                on_stage_peers: texts(on_stage),
                approved_stage_peers: texts(invited),
                requested_stage_peers: texts(asking),
            };
            wire(room::GET_ROOM_STAGE_STATE, &state)
        }
        Tell::DisplayNameChanged => {
            wire(m::CHANGE_DISPLAY_NAME, &e::PeerDisplayNameEditResponse { status: SUCCESS.to_owned() })
        }
    }
}
