//! The stage.

use sederunt_core::standing::Seat;
use sederunt_core::words::stage::{Ask, StageRequest, Tell};
use sederunt_proto::event::room;
use sederunt_proto::socket::livestreaming as l;
use sederunt_proto::socket::room as r;

use super::read::{ids, read};
use super::{Refusal, Translated, Wire, wire};

pub(super) fn ask(event: u32, payload: &[u8]) -> Option<Translated> {
    let ask = match event {
        room::GET_STAGE_REQUESTS => Ok(Ask::Requests),
        room::REQUEST_STAGE_ACCESS => Ok(Ask::Request),
        room::CANCEL_STAGE_REQUEST => Ok(Ask::Cancel),
        room::GRANT_STAGE_ACCESS => grant(payload),
        room::DENY_STAGE_ACCESS => deny(payload),
        room::JOIN_STAGE => Ok(Ask::Join),
        room::LEAVE_STAGE => leave(payload),
        _ => return None,
    };
    Some(ask.map(Into::into))
}

fn grant(payload: &[u8]) -> Result<Ask, Refusal> {
    let participants = ids("user_ids", &read::<l::GrantStageAccessRequest>(payload)?.user_ids)?;
    Ok(Ask::Grant { participants })
}

fn deny(payload: &[u8]) -> Result<Ask, Refusal> {
    let participants = ids("user_ids", &read::<l::DenyStageAccessRequest>(payload)?.user_ids)?;
    Ok(Ask::Deny { participants })
}

fn leave(payload: &[u8]) -> Result<Ask, Refusal> {
    let participants = ids("user_ids", &read::<l::LeaveStageRequest>(payload)?.user_ids)?;
    Ok(Ask::Leave { participants })
}

pub(super) fn tell(tell: &Tell) -> Wire {
    match tell {
        Tell::Requests(list) => {
            let request = |request: &StageRequest| l::StageRequest {
                display_name: request.display_name.clone(),
                user_id: request.participant.to_string(),
                peer_id: request.peer.to_string(),
            };
            let stage_requests = list.iter().map(request).collect();
            wire(room::GET_STAGE_REQUESTS, &l::GetStageRequestsResponse { stage_requests })
        }
        Tell::Granted => (room::GRANT_STAGE_ACCESS, None),
        Tell::Denied => (room::DENY_STAGE_ACCESS, None),
        // The reply to joinStage and leaveStage, too: the client waits for this number with its own id.
        Tell::SeatIs { peer, participant, seat } => {
            let update = r::PeerStatusUpdate {
                peer_id: peer.to_string(),
                user_id: participant.to_string(),
                stage_type: Some(stage_type(*seat).into()),
            };
            wire(room::PEER_STAGE_STATUS_UPDATE, &update)
        }
        Tell::TakenOff => (room::LEAVE_STAGE, None),
    }
}

/// A seat in the form of the wire.
pub(super) const fn stage_type(seat: Seat) -> r::StageType {
    match seat {
        Seat::Audience => r::StageType::OffStage,
        Seat::Asking => r::StageType::RequestedStage,
        Seat::Invited => r::StageType::ApprovedStage,
        Seat::OnStage => r::StageType::OnStage,
    }
}
