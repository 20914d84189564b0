//! Coming and going.

use sederunt_core::words::entry::{Ask, PeerEvent, PeerInfo, Tell};
use sederunt_proto::event::{media as m, room};
use sederunt_proto::media::edge as e;
use sederunt_proto::socket::room as r;

use super::read::{ids, read};
use super::stage::stage_type;
use super::{Refusal, Translated, Wire, wire};

pub(super) fn ask(event: u32, payload: &[u8]) -> Option<Translated> {
    let ask = match event {
        room::JOIN_ROOM => join(payload),
        room::LEAVE_ROOM => Ok(Ask::LeaveRoom),
        m::LEAVE_ROOM => Ok(Ask::MediaLeave),
        room::KICK => kick(payload),
        room::KICK_ALL => Ok(Ask::KickAll),
        _ => return None,
    };
    Some(ask.map(Into::into))
}

fn join(payload: &[u8]) -> Result<Ask, Refusal> {
    let peer = read::<r::JoinRoomRequest>(payload)?.peer.unwrap_or_default();
    Ok(Ask::JoinRoom { display_name: peer.display_name })
}

fn kick(payload: &[u8]) -> Result<Ask, Refusal> {
    let peers = ids("peer_ids", &read::<r::RemoveParticipantsRequest>(payload)?.peer_ids)?;
    Ok(Ask::Kick { peers })
}

pub(super) fn tell(tell: &Tell) -> Wire {
    match tell {
        Tell::PeerInfo { event, peer: info } => {
            wire(peer_event(*event), &r::PeerInfoResponse { peer: Some(peer(info)) })
        }
        Tell::MediaLeft => wire(m::LEAVE_ROOM, &e::PeerLeaveResponse { closed: false }),
        Tell::MediaPeerLeft(peer) => {
            let participant_id = peer.to_string();
            wire(m::PEER_LEAVE_BROADCAST, &e::PeerLeaveBroadcastResponse { participant_id })
        }
    }
}

const fn peer_event(event: PeerEvent) -> u32 {
    match event {
        PeerEvent::PeerInfo => room::GET_PEER_INFO,
        PeerEvent::JoinRoom => room::JOIN_ROOM,
        PeerEvent::LeaveRoom => room::LEAVE_ROOM,
        PeerEvent::Kick => room::KICK,
        PeerEvent::KickAll => room::KICK_ALL,
    }
}

/// A peer in the form of the wire.
pub(super) fn peer(info: &PeerInfo) -> r::Peer {
    let recorder_type = if info.recorder { "RECORDER" } else { "NONE" };
    r::Peer {
        peer_id: info.peer.to_string(),
        user_id: info.participant.to_string(),
        display_name: info.display_name.clone(),
        // A peer off stage neither publishes nor is subscribed to (PROTOCOL §0 point 9).
        stage_type: Some(stage_type(info.seat).into()),
        custom_participant_id: info.custom_participant_id.clone(),
        preset_id: None,
        display_picture_url: Some(info.picture.clone()),
        waitlisted: false,
        flags: Some(r::PeerFlags {
            preset_name: info.preset_name.clone(),
            recorder_type: recorder_type.to_owned(),
            hidden_participant: info.hidden,
        }),
    }
}
