//! Broadcasts: messages that peers send each other through the server (PROTOCOL §7.4), and those of the API.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::RoomError;
use crate::feature::Feature;
use crate::hall::{Asked, Gone, Hall, Pace};
use crate::id::PeerId;
use crate::limit;
use crate::time::{Stamp, UnixMs};
use crate::who::Ability;
use crate::words::broadcast::{Broadcast, BroadcastTo, Tell};

/// What a page with a spotlight tells the others.
const SPOTLIGHT: &str = "spotlight";
/// What the official client sends by itself.
const OF_THE_CLIENT: [&str; 2] = [SPOTLIGHT, "screenshareConsumerCreated"];

/// How often each peer has sent some. The broadcasts themselves pass through.
#[derive(Debug, Default)]
pub(crate) struct Broadcasts {
    paces: BTreeMap<PeerId, Paces>,
}

/// Of what the app sends, and of what the client does by itself.
#[derive(Debug)]
struct Paces {
    app: Pace,
    own: Pace,
}

impl Feature for Broadcasts {
    fn peer_left(&mut self, _: &mut Hall, gone: &Gone) {
        self.paces.remove(&gone.peer.id);
    }

    fn time_moved(&mut self, ms: i64) {
        for paces in self.paces.values_mut() {
            paces.app.shift(ms);
            paces.own.shift(ms);
        }
    }
}

impl Broadcasts {
    pub(crate) fn ask(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        broadcast: Broadcast,
    ) -> Result<(), RoomError> {
        hall.joined(asked)?;
        check(&broadcast)?;
        if broadcast.kind == SPOTLIGHT {
            hall.may(asked, Ability::Spotlight)?;
        }
        let receivers = match &broadcast.to {
            BroadcastTo::Room => hall.peers.audience(Some(asked.me)),
            BroadcastTo::Peers(peers) => {
                let wanted: BTreeSet<PeerId> = peers.iter().copied().collect();
                hall.peers.sockets(|peer| peer.is_in() && wanted.contains(&peer.id))
            }
            // This one is all that there are.
            BroadcastTo::Rooms(rooms) if rooms.iter().any(|room| *room != hall.config().meeting) => {
                return Err(RoomError::NotFound("connected meeting"));
            }
            BroadcastTo::Rooms(_) => hall.peers.audience(Some(asked.me)),
        };
        self.pace(asked, &broadcast.kind)?;
        hall.reply(asked, Tell::BroadcastAck { to_entity: broadcast.to != BroadcastTo::Room });
        hall.out.push(receivers, Tell::Broadcast(broadcast));
        Ok(())
    }

    fn pace(&mut self, asked: &Asked, kind: &str) -> Result<(), RoomError> {
        let now: UnixMs = asked.stamp.now;
        let per_second = limit::BROADCASTS_PER_SECOND;
        let paces = self.paces.entry(asked.me).or_insert_with(|| Paces {
            app: Pace::new(per_second, limit::BROADCASTS_BURST, now),
            own: Pace::new(per_second, limit::OWN_BROADCASTS_BURST, now),
        });
        let pace = if OF_THE_CLIENT.contains(&kind) { &mut paces.own } else { &mut paces.app };
        if pace.take(now) {
            return Ok(());
        }
        Err(RoomError::TooOften { what: "broadcasts", per_second })
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
    let ids = match &broadcast.to {
        BroadcastTo::Room => 0,
        BroadcastTo::Peers(peers) => peers.len(),
        BroadcastTo::Rooms(rooms) => rooms.len(),
    };
    if ids > limit::BROADCAST_IDS_MAX {
        return Err(RoomError::Limit { what: "receivers of a broadcast", max: limit::BROADCAST_IDS_MAX });
    }
    Ok(())
}
