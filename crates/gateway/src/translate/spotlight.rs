//! The pin.

use sederunt_core::words::spotlight::{Ask, Tell};
use sederunt_proto::event::media as m;
use sederunt_proto::media::edge as e;

use super::read::{maybe_id, read};
use super::{Refusal, Translated, Wire, wire};

pub(super) fn ask(event: u32, payload: &[u8]) -> Option<Translated> {
    match event {
        m::GLOBAL_PIN_PEER => Some(pin(payload).map(Into::into)),
        _ => None,
    }
}

fn pin(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<e::GlobalPeerPinningRequest>(payload)?;
    Ok(Ask::Pin { peer: maybe_id("participant_id", Some(&q.participant_id))? })
}

pub(super) fn tell(tell: &Tell) -> Wire {
    match tell {
        Tell::Pinned => wire(m::GLOBAL_PIN_PEER, &e::GlobalPeerPinningResponse {}),
        Tell::PinChanged(peer) => {
            let participant_id = peer.map(|peer| peer.to_string()).unwrap_or_default();
            wire(m::GLOBAL_PEER_PIN_BROADCAST, &e::GlobalPeerPinningBroadcastResponse { participant_id })
        }
    }
}
