//! Subscribing to tracks of others (PROTOCOL §6.4).

use std::collections::{BTreeMap, BTreeSet};

use crate::error::RoomError;
use crate::hall::{Asked, Hall};
use crate::id::{ProducerId, TransportId};
use crate::limit;
use crate::media::{MediaCmd, ProducerState};
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
