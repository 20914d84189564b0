//! Subscribing to tracks of others (PROTOCOL §6.4).

use std::collections::{BTreeMap, BTreeSet};

use crate::call::ConnId;
use crate::error::RoomError;
use crate::hall::{Asked, Hall};
use crate::id::{PeerId, ProducerId, TransportId};
use crate::limit;
use crate::media::{MediaCmd, MediaKind, ProducerState};
use crate::words::media::{Consumer, Tell, Want};

use super::calls::Then;
use super::{Media, receiving};

impl Media {
    pub(super) fn consume(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        transport: Option<TransportId>,
        wants: Vec<Want>,
    ) -> Result<(), RoomError> {
        let transport = receiving(hall.joined(asked)?, transport)?;
        if wants.len() > limit::CONSUME_WANTS_MAX {
            let max = limit::CONSUME_WANTS_MAX;
            return Err(RoomError::Limit { what: "consumers of one request", max });
        }
        let mut asked_for = BTreeSet::new();
        let known: Vec<(ProducerId, Option<String>)> = wants
            .iter()
            .filter(|want| wanted(hall, want).is_some() && asked_for.insert(want.producer))
            .map(|want| (want.producer, want.preferred_rid.clone()))
            .collect();
        if known.is_empty() {
            let consumers = wants.iter().map(|want| Consumer::NotFound(want.producer)).collect();
            return hall.answer(asked, Tell::Consumed { consumers, offer: None });
        }
        self.call(hall, asked, MediaCmd::Consume { transport, wants: known }, Then::Consumed { wants })
    }

    pub(super) fn renegotiate(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        transport: TransportId,
        answer: String,
    ) -> Result<(), RoomError> {
        let transport = receiving(hall.me(asked)?, Some(transport))?;
        self.call(hall, asked, MediaCmd::Renegotiate { transport, answer }, Then::Renegotiated { transport })
    }

    pub(super) fn close_consumers(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        transport: Option<TransportId>,
        mids: Vec<String>,
        offer: String,
    ) -> Result<(), RoomError> {
        let transport = receiving(hall.me(asked)?, transport)?;
        if mids.len() > limit::CLOSE_MIDS_MAX {
            return Err(RoomError::Limit { what: "consumers of one request", max: limit::CLOSE_MIDS_MAX });
        }
        self.call(hall, asked, MediaCmd::CloseConsumers { transport, mids, offer }, Then::ConsumersClosed)
    }

    pub(super) fn select_layers(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        transport: Option<TransportId>,
        layers: Vec<(ProducerId, String)>,
    ) -> Result<(), RoomError> {
        let transport = receiving(hall.me(asked)?, transport)?;
        if layers.len() > limit::CONSUME_WANTS_MAX {
            let max = limit::CONSUME_WANTS_MAX;
            return Err(RoomError::Limit { what: "layers of one request", max });
        }
        self.call(hall, asked, MediaCmd::SelectLayers { transport, layers }, Then::LayersSelected)
    }
}

/// Notes the microphones that a client is told of as muted: it applies the answer some time after it came.
pub(super) fn note_muted(hall: &mut Hall, id: PeerId, consumers: &[Consumer]) {
    let Some(peer) = hall.peers.get_mut(id) else { return };
    for consumer in consumers {
        if let Consumer::Ready { state, .. } = consumer
            && state.kind == MediaKind::Audio
            && state.paused
            && peer.media.taken_muted.len() < limit::CONSUME_WANTS_MAX
        {
            peer.media.taken_muted.insert(state.producer);
        }
    }
}

/// The client has applied what it was answered. Microphones that came on meanwhile are told to it again: it had nothing yet that
/// it could have switched on, and would play nothing until they are muted and on once more.
pub(super) fn tell_unmuted(hall: &mut Hall, id: PeerId, conn: ConnId) {
    let Some(peer) = hall.peers.get_mut(id) else { return };
    let taken = std::mem::take(&mut peer.media.taken_muted);
    if taken.is_empty() {
        return;
    }
    let mut on: Vec<(PeerId, ProducerState)> = Vec::new();
    for peer in hall.peers.iter().filter(|peer| peer.is_on_stage()) {
        let states = peer.media.producers().filter(|state| !state.paused && taken.contains(&state.producer));
        on.extend(states.map(|state| (peer.id, state.clone())));
    }
    for (peer, producer) in on {
        hall.out.push([conn], Tell::ProducerToggledBy { peer, initiator: Some(peer), producer });
    }
}

/// The producer a client wants, if it exists. Nobody subscribes to who is off stage.
fn wanted<'a>(hall: &'a Hall, want: &Want) -> Option<&'a ProducerState> {
    let peer = hall.peers.get(want.producing_peer).filter(|peer| peer.is_on_stage())?;
    peer.media.producers.get(&want.producer)
}

/// One result per wanted producer, in the order of the request. A producer may have gone meanwhile.
pub(super) fn consumers(hall: &Hall, wants: &[Want], mids: Vec<(ProducerId, String)>) -> Vec<Consumer> {
    let mids: BTreeMap<ProducerId, String> = mids.into_iter().collect();
    wants
        .iter()
        .map(|want| match (wanted(hall, want), mids.get(&want.producer)) {
            (Some(state), Some(mid)) => Consumer::Ready { state: state.clone(), mid: mid.clone() },
            (None, _) | (_, None) => Consumer::NotFound(want.producer),
        })
        .collect()
}
