//! Breakout rooms (PROTOCOL §7.9).

use sederunt_core::family::{Branch, Family, Member, RoomName};
use sederunt_core::id::{Id, MeetingId, ParticipantId};
use sederunt_core::words::breakout::{Ask, Tell};
use sederunt_proto::event::room;
use sederunt_proto::socket::room as r;

use super::read::{id, ids, read};
use super::{Refusal, Translated, Wire, wire};

/// A closed room, in the vendor's own word for it.
const CLOSED: &str = "INACTIVE";
/// The client takes an answer to a move for a failure when this is anywhere in its bytes, so that nothing that a person chose may
/// be in an answer that is none.
const FAILED: &str = "error";

pub(super) fn ask(event: u32, payload: &[u8]) -> Option<Translated> {
    let ask = match event {
        room::GET_CONNECTED_ROOMS_DUMP => Ok(Ask::Rooms),
        room::CREATE_CONNECTED_ROOMS => create(payload),
        room::DELETE_CONNECTED_ROOMS => close(payload),
        room::MOVE_PEERS => transfer(payload),
        _ => return None,
    };
    Some(ask.map(Into::into))
}

fn create(payload: &[u8]) -> Result<Ask, Refusal> {
    let asked = read::<r::CreateConnectedRoomsRequest>(payload)?;
    // Rooms get their ids where requests get their time.
    let name = |room: r::CreateRoomRequestPayload| RoomName {
        meeting: MeetingId(Id::default()),
        title: room.title.unwrap_or_default(),
    };
    Ok(Ask::Create { rooms: asked.payloads.into_iter().map(name).collect() })
}

fn close(payload: &[u8]) -> Result<Ask, Refusal> {
    let asked = read::<r::DisableConnectedRoomsRequest>(payload)?;
    let named: Vec<String> = asked.payloads.into_iter().map(|room| room.id.unwrap_or_default()).collect();
    Ok(Ask::Close { rooms: ids("payloads.id", &named)? })
}

fn transfer(payload: &[u8]) -> Result<Ask, Refusal> {
    let asked = read::<r::MovePeersBetweenRoomsRequest>(payload)?;
    if asked.participants.iter().any(|person| person.preset_id.as_ref().is_some_and(|id| !id.is_empty())) {
        return Err(Refusal {
            code: 501,
            message: "\"participants.preset_id\" is not offered by this server: people keep their presets"
                .to_owned(),
        });
    }
    let named: Vec<String> =
        asked.participants.into_iter().map(|person| person.id.unwrap_or_default()).collect();
    Ok(Ask::Move {
        from: id("source_meeting_id", &asked.source_meeting_id.unwrap_or_default())?,
        to: id("destination_meeting_id", &asked.destination_meeting_id.unwrap_or_default())?,
        people: ids("participants.id", &named)?,
    })
}

pub(super) fn tell(tell: &Tell) -> Wire {
    match tell {
        Tell::Rooms(family) => wire(room::GET_CONNECTED_ROOMS_DUMP, &dump(family)),
        Tell::Created(rooms) => wire(room::CREATE_CONNECTED_ROOMS, &opened(rooms)),
        Tell::RoomsOpened(rooms) => wire(room::CONNECTED_ROOMS_UPDATED, &opened(rooms)),
        Tell::Closed(rooms) => wire(room::DELETE_CONNECTED_ROOMS, &closed(rooms)),
        Tell::RoomsClosed(rooms) => wire(room::CONNECTED_ROOMS_DELETED, &closed(rooms)),
        Tell::Moved { to, missing } => wire(room::MOVE_PEERS, &moved(*to, missing)),
        Tell::Transfer { to, token } => {
            let transfer =
                r::TransferPeer { meeting_id: Some(to.to_string()), auth_token: Some(token.clone()) };
            wire(room::TRANSFER_PEER, &transfer)
        }
    }
}

fn dump(family: &Family) -> r::GetConnectedRoomsDumpResponse {
    r::GetConnectedRoomsDumpResponse {
        parent_meeting: Some(branch(&family.parent)),
        meetings: family.rooms.iter().map(branch).collect(),
    }
}

fn branch(branch: &Branch) -> r::ConnectedMeetingDump {
    r::ConnectedMeetingDump {
        id: Some(branch.meeting.to_string()),
        title: Some(branch.title.clone()),
        participants: branch.people.iter().map(person).collect(),
    }
}

fn person(member: &Member) -> r::ConnectedMeetingPeer {
    r::ConnectedMeetingPeer {
        id: Some(member.participant.to_string()),
        display_name: Some(member.display_name.clone()),
        custom_participant_id: Some(member.custom_id.clone()),
        preset_id: None,
        display_picture_url: Some(member.picture.clone()),
    }
}

fn opened(rooms: &[RoomName]) -> r::CreateConnectedRoomsResponse {
    let room = |room: &RoomName| r::CreateRoomResponsePayload {
        id: Some(room.meeting.to_string()),
        title: Some(room.title.clone()),
        error: None,
    };
    r::CreateConnectedRoomsResponse { payloads: rooms.iter().map(room).collect() }
}

fn closed(rooms: &[RoomName]) -> r::DisableConnectedRoomsResponse {
    let room = |room: &RoomName| r::DisableConnectedRoomPayload {
        id: Some(room.meeting.to_string()),
        status: Some(CLOSED.to_owned()),
        title: Some(room.title.clone()),
        error: None,
    };
    r::DisableConnectedRoomsResponse { payloads: rooms.iter().map(room).collect() }
}

/// Those who were not moved are named with the word that the client looks for.
fn moved(to: MeetingId, missing: &[ParticipantId]) -> r::MovePeersBetweenRoomsResponse {
    let missing = missing.iter().map(|participant| r::MovedPeer {
        meeting_id: None,
        custom_participant_id: None,
        error: Some(r::ServiceError {
            message: Some(format!("participant {participant} is not in that room")),
            code: Some(FAILED.to_owned()),
        }),
    });
    let done = r::MovedPeer { meeting_id: Some(to.to_string()), custom_participant_id: None, error: None };
    r::MovePeersBetweenRoomsResponse { payloads: std::iter::once(done).chain(missing).collect() }
}
