//! Broadcasts: messages that peers send each other through the server (PROTOCOL §7.4), and those of the API.

use std::collections::BTreeSet;

use crate::error::RoomError;
use crate::feature::Feature;
use crate::hall::{Asked, Hall};
use crate::id::PeerId;
use crate::limit;
use crate::time::Stamp;
use crate::words::broadcast::{Broadcast, BroadcastTo, Tell};

/// It keeps nothing: a broadcast passes through.
#[derive(Debug, Default)]
pub(crate) struct Broadcasts;

impl Feature for Broadcasts {}

impl Broadcasts {
    pub(crate) fn ask(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        broadcast: Broadcast,
    ) -> Result<(), RoomError> {
        hall.joined(asked)?;
        check(&broadcast)?;
        let (receivers, to_peers) = match &broadcast.to {
            BroadcastTo::Room => (hall.peers.audience(Some(asked.me)), false),
            BroadcastTo::Peers(peers) => {
                let wanted: BTreeSet<PeerId> = peers.iter().copied().collect();
                (hall.peers.sockets(|peer| peer.is_in() && wanted.contains(&peer.id)), true)
            }
            BroadcastTo::Rooms => return Err(RoomError::NotOffered("broadcast to rooms")),
        };
        hall.reply(asked, Tell::BroadcastAck { to_peers });
        hall.out.push(receivers, Tell::Broadcast(broadcast));
        Ok(())
    }

    /// The API tells everybody who is connected in the room. Whoever is away hears nothing of it, also when it comes back.
    pub(crate) fn send_by_api(
        &mut self,
        hall: &mut Hall,
        stamp: Stamp,
        kind: String,
        payload: Vec<u8>,
    ) -> Result<(), RoomError> {
        let timestamp = u64::try_from(stamp.now.0).unwrap_or(0);
        let broadcast = Broadcast { kind, payload, timestamp, to: BroadcastTo::Room };
        check(&broadcast)?;
        hall.push(None, Tell::Broadcast(broadcast));
        Ok(())
    }
}

fn check(broadcast: &Broadcast) -> Result<(), RoomError> {
    if broadcast.payload.len() > limit::BROADCAST_MAX_BYTES {
        return Err(RoomError::Limit { what: "bytes of a broadcast", max: limit::BROADCAST_MAX_BYTES });
    }
    if broadcast.kind.len() > limit::BROADCAST_KIND_MAX_BYTES {
        let max = limit::BROADCAST_KIND_MAX_BYTES;
        return Err(RoomError::Limit { what: "bytes of the type of a broadcast", max });
    }
    Ok(())
}
