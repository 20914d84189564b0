//! Transports and subscriptions: every call to the SFU and what its answer leads to (PROTOCOL §6).

use std::collections::{BTreeMap, BTreeSet};

use crate::effect::{Consumer, MediaCmd, Msg, ProducerState};
use crate::error::RoomError;
use crate::id::{PeerId, ProducerId, TransportId};
use crate::input::{MediaAnswer, MediaCallId, MediaFault, Want};
use crate::limit;

use super::Room;
use super::calls::{Call, Then};
use super::peers::Peer;
use super::request::Asked;

impl Room {
    /// `media.joinRoom`, already on the set-up screen: announces nothing. A client that re-joins has dropped its
    /// producers, so we drop them too (PROTOCOL §3.5).
    pub(super) fn media_join(&mut self, asked: &Asked, prejoined: bool) -> Result<(), RoomError> {
        let Some(peer) = self.peers.get_mut(asked.me) else { return Err(RoomError::NotJoined) };
        peer.media.complete = false;
        peer.media.join(prejoined);
        let dropped: Vec<ProducerState> = std::mem::take(&mut peer.media.producers).into_values().collect();
        self.reply(asked, Msg::MediaJoined);
        self.drop_producers(asked.me, dropped);
        Ok(())
    }

    /// Tells the others and the SFU that these producers of a peer are no more.
    pub(super) fn drop_producers(&mut self, peer: PeerId, dropped: Vec<ProducerState>) {
        for producer in dropped {
            self.hush(peer, &producer);
            self.out.media(peer, MediaCmd::DropProducer { producer: producer.producer });
            self.out.push(self.peers.media_audience(Some(peer)), Msg::ProducerGone { peer, producer });
        }
    }

    pub(super) fn open_transport(
        &mut self,
        asked: &Asked,
        consuming: bool,
        offer: String,
    ) -> Result<(), RoomError> {
        let transport = TransportId(asked.stamp.fresh);
        let cmd = MediaCmd::Open { transport, consuming, offer };
        self.call(asked, cmd, Then::Opened { transport, consuming })?;
        if let Some(peer) = self.peers.get_mut(asked.me) {
            peer.media.opened = true;
        }
        Ok(())
    }

    pub(super) fn consume(
        &mut self,
        asked: &Asked,
        transport: Option<TransportId>,
        wants: Vec<Want>,
    ) -> Result<(), RoomError> {
        let me = self.joined(asked)?;
        let transport = receiving(me, transport)?;
        if wants.len() > limit::CONSUME_WANTS_MAX {
            let max = limit::CONSUME_WANTS_MAX;
            return Err(RoomError::Limit { what: "consumers of one request", max });
        }
        let mut asked_for = BTreeSet::new();
        let known: Vec<(ProducerId, Option<String>)> = wants
            .iter()
            .filter(|want| self.wanted(want).is_some() && asked_for.insert(want.producer))
            .map(|want| (want.producer, want.preferred_rid.clone()))
            .collect();
        if known.is_empty() {
            let consumers = wants.iter().map(|want| Consumer::NotFound(want.producer)).collect();
            return self.answer(asked, Msg::Consumed { consumers, offer: None });
        }
        self.call(asked, MediaCmd::Consume { transport, wants: known }, Then::Consumed { wants })
    }

    /// The producer a client wants, if it exists.
    fn wanted(&self, want: &Want) -> Option<&ProducerState> {
        self.peers.get(want.producing_peer)?.media.producers.get(&want.producer)
    }

    pub(super) fn renegotiate(
        &mut self,
        asked: &Asked,
        transport: TransportId,
        answer: String,
    ) -> Result<(), RoomError> {
        let transport = receiving(self.me(asked)?, Some(transport))?;
        self.call(asked, MediaCmd::Renegotiate { transport, answer }, Then::Renegotiated { transport })
    }

    pub(super) fn close_consumers(
        &mut self,
        asked: &Asked,
        transport: Option<TransportId>,
        mids: Vec<String>,
        offer: String,
    ) -> Result<(), RoomError> {
        let transport = receiving(self.me(asked)?, transport)?;
        if mids.len() > limit::CLOSE_MIDS_MAX {
            return Err(RoomError::Limit { what: "consumers of one request", max: limit::CLOSE_MIDS_MAX });
        }
        self.call(asked, MediaCmd::CloseConsumers { transport, mids, offer }, Then::ConsumersClosed)
    }

    pub(super) fn select_layers(
        &mut self,
        asked: &Asked,
        transport: Option<TransportId>,
        layers: Vec<(ProducerId, String)>,
    ) -> Result<(), RoomError> {
        let transport = receiving(self.me(asked)?, transport)?;
        if layers.len() > limit::CONSUME_WANTS_MAX {
            let max = limit::CONSUME_WANTS_MAX;
            return Err(RoomError::Limit { what: "layers of one request", max });
        }
        self.call(asked, MediaCmd::SelectLayers { transport, layers }, Then::LayersSelected)
    }

    /// Sends a call to the SFU and keeps what to do with its answer.
    pub(super) fn call(&mut self, asked: &Asked, cmd: MediaCmd, then: Then) -> Result<(), RoomError> {
        let Some(peer) = self.peers.get_mut(asked.me) else { return Err(RoomError::NotJoined) };
        if peer.media.calls >= limit::MEDIA_CALLS_PER_PEER_MAX {
            let max = limit::MEDIA_CALLS_PER_PEER_MAX;
            return Err(RoomError::Limit { what: "media requests under way", max });
        }
        peer.media.calls = peer.media.calls.saturating_add(1);
        let id = self.out.media(asked.me, cmd);
        self.calls.insert(id, Call { peer: asked.me, conn: asked.conn, re: asked.re.clone(), then });
        Ok(())
    }

    /// The SFU answered. What happened is noted in any case; only the socket that asked is told.
    pub(super) fn media_done(&mut self, id: MediaCallId, result: Result<MediaAnswer, MediaFault>) {
        let Some(Call { peer: id, conn, re, then }) = self.calls.take(id) else { return };
        let Some(peer) = self.peers.get_mut(id) else { return };
        peer.media.calls = peer.media.calls.saturating_sub(1);
        let listens = peer.conn == Some(conn);
        if let Then::Produced(state) = then {
            return self.producer_answered(id, listens.then_some((conn, re)), *state, result);
        }
        let told = match result {
            Ok(answer) => self.media_answer(id, then, answer),
            Err(fault) => Err(RoomError::Media(fault)),
        };
        match told {
            Ok(msg) if listens => self.out.reply(conn, &re, msg),
            Err(error) if listens => self.out.refuse(conn, &re, error),
            Ok(_) | Err(_) => {}
        }
    }

    fn media_answer(&mut self, peer: PeerId, then: Then, answer: MediaAnswer) -> Result<Msg, RoomError> {
        match (then, answer) {
            (Then::Opened { transport, consuming }, MediaAnswer::Answer(answer)) => {
                self.transport_opened(peer, transport, consuming);
                Ok(Msg::TransportOpened { transport, consuming, answer })
            }
            (Then::ProducerClosed, MediaAnswer::Answer(answer)) => {
                Ok(Msg::ProducerClosed { answer: Some(answer) })
            }
            (Then::ProducerClosed, MediaAnswer::Done) => Ok(Msg::ProducerClosed { answer: None }),
            (Then::Consumed { wants }, MediaAnswer::Offer { offer, mids }) => {
                Ok(Msg::Consumed { consumers: self.consumers(&wants, mids), offer })
            }
            (Then::Renegotiated { transport }, MediaAnswer::Done) => Ok(Msg::Renegotiated { transport }),
            (Then::ConsumersClosed, MediaAnswer::Answer(answer)) => Ok(Msg::ConsumersClosed { answer }),
            (Then::LayersSelected, MediaAnswer::Done) => Ok(Msg::LayersSelected),
            (
                Then::Opened { .. }
                | Then::Produced(_)
                | Then::ProducerClosed
                | Then::Consumed { .. }
                | Then::Renegotiated { .. }
                | Then::ConsumersClosed
                | Then::LayersSelected,
                MediaAnswer::Answer(_) | MediaAnswer::Offer { .. } | MediaAnswer::Done,
            ) => Err(unexpected()),
        }
    }

    /// A new transport replaces the old one of its direction; what was published on the old one is gone.
    fn transport_opened(&mut self, id: PeerId, transport: TransportId, consuming: bool) {
        let Some(peer) = self.peers.get_mut(id) else { return };
        peer.media.note_opened(self.floor);
        if consuming {
            peer.media.recv = Some(transport);
            return;
        }
        peer.media.send = Some(transport);
        let producers = std::mem::take(&mut peer.media.producers);
        let (kept, dropped): (BTreeMap<_, _>, BTreeMap<_, _>) =
            producers.into_iter().partition(|(_, state)| state.transport == transport);
        peer.media.producers = kept;
        self.drop_producers(id, dropped.into_values().collect());
    }

    /// One result per wanted producer, in the order of the request. A producer may have gone meanwhile.
    fn consumers(&self, wants: &[Want], mids: Vec<(ProducerId, String)>) -> Vec<Consumer> {
        let mids: BTreeMap<ProducerId, String> = mids.into_iter().collect();
        wants
            .iter()
            .map(|want| match (self.wanted(want), mids.get(&want.producer)) {
                (Some(state), Some(mid)) => Consumer::Ready { state: state.clone(), mid: mid.clone() },
                (None, _) | (_, None) => Consumer::NotFound(want.producer),
            })
            .collect()
    }
}

/// The peer's receiving transport; a client that names another one has an old one in mind.
fn receiving(peer: &Peer, wanted: Option<TransportId>) -> Result<TransportId, RoomError> {
    own(peer.media.recv, wanted)
}

/// The peer's sending transport.
pub(super) fn sending(peer: &Peer, wanted: Option<TransportId>) -> Result<TransportId, RoomError> {
    own(peer.media.send, wanted)
}

fn own(mine: Option<TransportId>, wanted: Option<TransportId>) -> Result<TransportId, RoomError> {
    mine.filter(|mine| wanted.is_none_or(|wanted| wanted == *mine)).ok_or(RoomError::NotFound("transport"))
}

/// The SFU gave an answer of another kind than the command asks for: a fault of ours.
pub(super) fn unexpected() -> RoomError {
    RoomError::Media(MediaFault::Internal("unexpected answer".to_owned()))
}
