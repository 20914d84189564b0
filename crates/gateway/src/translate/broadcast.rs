//! Broadcasts of peers.

use sederunt_core::words::Request;
use sederunt_core::words::broadcast::{Broadcast, BroadcastTo, Tell};
use sederunt_proto::event::room;
use sederunt_proto::socket::room as r;

use super::read::{ids, read};
use super::{Translated, Wire, wire};

pub(super) fn ask(event: u32, payload: &[u8]) -> Option<Translated> {
    match event {
        room::BROADCAST_MESSAGE | room::BROADCAST_TO_ENTITY => Some(broadcast(event, payload)),
        _ => None,
    }
}

fn broadcast(event: u32, payload: &[u8]) -> Translated {
    let message = read::<r::BroadcastMessage>(payload)?;
    let to = if event == room::BROADCAST_MESSAGE {
        BroadcastTo::Room
    } else if message.broadcast_type() == r::BroadcastType::Rooms {
        BroadcastTo::Rooms(ids("ids", &message.ids)?)
    } else {
        BroadcastTo::Peers(ids("ids", &message.ids)?)
    };
    let (kind, payload, timestamp) = (message.r#type, message.payload, message.timestamp);
    Ok(Request::Broadcast(Broadcast { kind, payload, timestamp, to }))
}

pub(super) fn tell(tell: &Tell) -> Wire {
    let message = match tell {
        Tell::BroadcastAck { to_entity: false } => return (room::BROADCAST_MESSAGE, None),
        Tell::BroadcastAck { to_entity: true } => return (room::BROADCAST_TO_ENTITY, None),
        Tell::Broadcast(message) => message,
    };
    let (event, ids) = match &message.to {
        BroadcastTo::Room => (room::BROADCAST_MESSAGE, Vec::new()),
        BroadcastTo::Peers(peers) => {
            (room::BROADCAST_TO_ENTITY, peers.iter().map(ToString::to_string).collect())
        }
        BroadcastTo::Rooms(rooms) => {
            (room::BROADCAST_TO_ENTITY, rooms.iter().map(ToString::to_string).collect())
        }
    };
    let message = r::BroadcastMessage {
        r#type: message.kind.clone(),
        payload: message.payload.clone(),
        timestamp: message.timestamp,
        ids,
        broadcast_type: matches!(message.to, BroadcastTo::Rooms(_)).then(|| r::BroadcastType::Rooms.into()),
    };
    wire(event, &message)
}
