//! Transports, tracks and subscriptions: every call to the SFU and what its answer leads to (PROTOCOL §6).

mod calls;
mod complete;
mod hold;
mod host_control;
mod publish;
mod subscribe;

use std::collections::BTreeMap;

use crate::error::RoomError;
use crate::feature::Feature;
use crate::hall::{Asked, Gone, Hall, Happened, Peer};
use crate::id::{PeerId, ProducerId, TransportId};
use crate::limit;
use crate::media::{MediaAnswer, MediaCallId, MediaCmd, MediaFault, ProducerState};
use crate::rights::Rights;
use crate::time::UnixMs;
use crate::words::Msg;
use crate::words::media::{Ask, Consumer, Tell};

use calls::{Call, Calls, Then};
use hold::Hold;
pub(super) use host_control::command_mute;

/// What other features show to who takes part in the media room.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// Who is pinned.
    pub(crate) pinned: Option<PeerId>,
    /// Who speaks, in order.
    pub(crate) speakers: Vec<PeerId>,
}

/// Calls under way, and answers that wait.
#[derive(Debug, Default)]
pub(crate) struct Media {
    calls: Calls,
    /// Answers that wait, by whose they are.
    holds: BTreeMap<PeerId, Hold>,
}

impl Media {
    /// `shown` is what the other features say of the room at this moment.
    pub(crate) fn ask(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        ask: Ask,
        shown: impl FnOnce() -> Shown,
    ) -> Result<(), RoomError> {
        match ask {
            Ask::Join { prejoined } => self.join(hall, asked, prejoined),
            Ask::OpenTransport { consuming, offer } => self.open_transport(hall, asked, consuming, offer),
            Ask::SelfJoinComplete => self.self_join_complete(hall, asked, shown),
            Ask::Produce(produce) => self.produce(hall, asked, produce),
            Ask::ToggleProducer { producer, paused } => toggle_producer(hall, asked, producer, paused),
            Ask::CloseProducer { producer, offer } => self.close_producer(hall, asked, producer, offer),
            Ask::Consume { transport, wants } => self.consume(hall, asked, transport, wants),
            Ask::Renegotiate { transport, answer } => self.renegotiate(hall, asked, transport, answer),
            Ask::CloseConsumers { transport, mids, offer } => {
                self.close_consumers(hall, asked, transport, mids, offer)
            }
            Ask::SelectLayers { transport, layers } => self.select_layers(hall, asked, transport, layers),
            Ask::HostControl { peer, audio, video } => {
                host_control::host_control(hall, asked, peer, (audio, video))
            }
        }
    }

    /// `media.joinRoom`, already on the set-up screen: announces nothing. A client that re-joins has dropped its
    /// producers, so we drop them too (PROTOCOL §3.5).
    fn join(&mut self, hall: &mut Hall, asked: &Asked, prejoined: bool) -> Result<(), RoomError> {
        let Some(peer) = hall.peers.get_mut(asked.me) else { return Err(RoomError::NotJoined) };
        let dropped = peer.media.join(prejoined);
        // It keeps a transport of which one of us may know more than the other: it would see and hear less for ever.
        let torn = peer.media.recv.filter(|_| prejoined && peer.media.negotiation.is_broken());
        hall.reply(asked, Tell::MediaJoined);
        if let Some(transport) = torn {
            hall.out.media(asked.me, MediaCmd::GiveUp { transport });
        }
        drop_producers(hall, asked.me, dropped);
        Ok(())
    }

    fn open_transport(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        consuming: bool,
        offer: String,
    ) -> Result<(), RoomError> {
        let transport = TransportId(asked.stamp.fresh);
        let cmd = MediaCmd::Open { transport, consuming, offer };
        self.call(hall, asked, cmd, Then::Opened { transport, consuming })?;
        if let Some(peer) = hall.peers.get_mut(asked.me) {
            peer.media.opened = true;
        }
        Ok(())
    }

    /// Sends a call to the SFU and keeps what to do with its answer.
    fn call(&mut self, hall: &mut Hall, asked: &Asked, cmd: MediaCmd, then: Then) -> Result<(), RoomError> {
        let Some(peer) = hall.peers.get_mut(asked.me) else { return Err(RoomError::NotJoined) };
        if peer.media.calls >= limit::MEDIA_CALLS_PER_PEER_MAX {
            let max = limit::MEDIA_CALLS_PER_PEER_MAX;
            return Err(RoomError::Limit { what: "media requests under way", max });
        }
        peer.media.calls = peer.media.calls.saturating_add(1);
        if then.negotiates() {
            peer.media.negotiation.goes_on(asked.stamp.now, false);
        }
        let id = hall.out.media(asked.me, cmd);
        self.calls.insert(id, Call { peer: asked.me, conn: asked.conn, re: asked.re.clone(), then });
        Ok(())
    }

    /// The SFU answered. What happened is noted in any case; only the socket that asked is told.
    pub(crate) fn answered(
        &mut self,
        hall: &mut Hall,
        id: MediaCallId,
        result: Result<MediaAnswer, MediaFault>,
    ) {
        let Some(Call { peer: id, conn, re, then }) = self.calls.take(id) else { return };
        let now = hall.now();
        let Some(peer) = hall.peers.get_mut(id) else { return };
        peer.media.calls = peer.media.calls.saturating_sub(1);
        let listens = peer.conn == Some(conn);
        if then.negotiates() {
            let is_offered = matches!(result, Ok(MediaAnswer::Offer { offer: Some(_), .. }));
            peer.media.negotiation.goes_on(now, is_offered);
        }
        if let Then::Produced(state) = then {
            return publish::answered(hall, id, listens.then_some((conn, re)), *state, result);
        }
        let applied = matches!((&then, &result), (Then::Renegotiated { .. }, Ok(_)));
        let told = match result {
            Ok(answer) => lead_on(hall, id, then, answer),
            // It waits for tracks on a transport that is no more. When it notices it stops to wait, opens another one and asks for everybody;
            // until then no answer would do: an error makes it forget the tracks, and a later try may fall between two transports.
            Err(MediaFault::NoTransport) if matches!(then, Then::Consumed { .. }) => return,
            Err(fault) => failed(&then, fault),
        };
        match told {
            Ok(msg) if listens => hall.out.reply(conn, &re, msg),
            Err(error) if listens => hall.out.refuse(conn, &re, error),
            Ok(_) | Err(_) => {}
        }
        if applied && listens {
            subscribe::tell_unmuted(hall, id, conn);
        }
    }

    /// Which answer is due next, and when.
    pub(crate) fn next_timer(&self, hall: &Hall) -> Option<(UnixMs, PeerId)> {
        self.holds.iter().map(|(peer, hold)| (hold.due(hall, *peer), *peer)).min()
    }

    /// How many answers wait.
    pub(crate) fn waiting(&self) -> usize {
        self.holds.len()
    }
}

impl Feature for Media {
    fn peer_lost(&mut self, hall: &mut Hall, peer: PeerId) {
        self.holds.remove(&peer);
        let tracks_changed_at = hall.tracks_changed_at();
        if let Some(peer) = hall.peers.get_mut(peer) {
            peer.media.negotiation.socket_lost(peer.lost_at.unwrap_or(peer.noticed_at), tracks_changed_at);
        }
    }

    fn peer_back(&mut self, _: &mut Hall, peer: PeerId) {
        // Nobody listens at the old socket any more; the client asks again.
        self.holds.remove(&peer);
    }

    fn peer_off_stage(&mut self, hall: &mut Hall, peer: PeerId) {
        publish::withdraw(hall, peer);
    }

    fn peer_rights_changed(&mut self, hall: &mut Hall, peer: PeerId, _: Rights) {
        publish::withdraw(hall, peer);
    }

    fn peer_left(&mut self, hall: &mut Hall, gone: &Gone) {
        let Gone { peer, away_ms, .. } = gone;
        self.calls.forget(peer.id);
        self.holds.remove(&peer.id);
        if peer.media.opened {
            hall.out.media(peer.id, MediaCmd::ClosePeer { away_ms: *away_ms });
        }
    }
}

/// What an answer of the SFU leads to.
fn lead_on(hall: &mut Hall, peer: PeerId, then: Then, answer: MediaAnswer) -> Result<Msg, RoomError> {
    let tell = match (then, answer) {
        (Then::Opened { transport, consuming }, MediaAnswer::Answer(answer)) => {
            transport_opened(hall, peer, transport, consuming);
            Tell::TransportOpened { transport, consuming, answer }
        }
        (Then::ProducerClosed, MediaAnswer::Answer(answer)) => Tell::ProducerClosed { answer: Some(answer) },
        (Then::ProducerClosed, MediaAnswer::Done) => Tell::ProducerClosed { answer: None },
        (Then::Consumed { wants }, MediaAnswer::Offer { offer, mids }) => {
            let consumers = subscribe::consumers(hall, &wants, mids);
            subscribe::note_muted(hall, peer, &consumers);
            Tell::Consumed { consumers, offer }
        }
        (Then::Renegotiated { transport }, MediaAnswer::Done) => Tell::Renegotiated { transport },
        (Then::ConsumersClosed, MediaAnswer::Answer(answer)) => Tell::ConsumersClosed { answer },
        (Then::LayersSelected, MediaAnswer::Done) => Tell::LayersSelected,
        (
            Then::Opened { .. }
            | Then::Produced(_)
            | Then::ProducerClosed
            | Then::Consumed { .. }
            | Then::Renegotiated { .. }
            | Then::ConsumersClosed
            | Then::LayersSelected,
            MediaAnswer::Answer(_) | MediaAnswer::Offer { .. } | MediaAnswer::Done,
        ) => return Err(unexpected()),
    };
    Ok(tell.into())
}

/// What is said of a call that failed. An error to a request for tracks would make the client forget them (decision 0050).
fn failed(then: &Then, fault: MediaFault) -> Result<Msg, RoomError> {
    match then {
        Then::Consumed { wants } => {
            let consumers = wants.iter().map(|want| Consumer::Later(want.producer)).collect();
            Ok(Tell::Consumed { consumers, offer: None }.into())
        }
        Then::Opened { .. }
        | Then::Produced(_)
        | Then::ProducerClosed
        | Then::Renegotiated { .. }
        | Then::ConsumersClosed
        | Then::LayersSelected => Err(RoomError::Media(fault)),
    }
}

/// A new transport replaces the old one of its direction; what was published on the old one is gone.
fn transport_opened(hall: &mut Hall, id: PeerId, transport: TransportId, consuming: bool) {
    let now = hall.now();
    let Some(peer) = hall.peers.get_mut(id) else { return };
    let dropped = peer.media.open(now, transport, consuming);
    drop_producers(hall, id, dropped);
}

/// Tells the others and the SFU that these producers of a peer are no more.
fn drop_producers(hall: &mut Hall, peer: PeerId, dropped: Vec<ProducerState>) {
    for producer in dropped {
        hush(hall, peer, &producer);
        hall.out.media(peer, MediaCmd::DropProducer { producer: producer.producer });
        hall.push_track(Some(peer), Tell::ProducerGone { peer, producer });
    }
}

/// A track is muted or gone: with its microphone the peer falls silent.
fn hush(hall: &mut Hall, peer: PeerId, track: &ProducerState) {
    if track.is_microphone() {
        hall.note(Happened::Silenced(peer));
    }
}

/// `media.toggleProducer`.
fn toggle_producer(
    hall: &mut Hall,
    asked: &Asked,
    producer: ProducerId,
    paused: bool,
) -> Result<(), RoomError> {
    let me = hall.joined(asked)?;
    if let Some(state) = me.media.producers.get(&producer).filter(|_| !paused) {
        let ability = publish::ability(state.screen_share, state.kind);
        hall.may(asked, ability)?;
    }
    let changed = set_paused(hall, asked.me, producer, paused).ok_or(RoomError::NotFound("producer"))?;
    if let Some(peer) = hall.peers.get_mut(asked.me) {
        // Its client knows better than what it could not hear.
        peer.media.take_muted_away();
    }
    hall.reply(asked, Tell::ProducerToggled);
    if let Some(producer) = changed {
        let tell = Tell::ProducerToggledBy { peer: asked.me, initiator: Some(asked.me), producer };
        hall.push_track(Some(asked.me), tell);
    }
    Ok(())
}

/// Mutes or unmutes. `None` = no such producer; `Some(None)` = it was so before.
fn set_paused(
    hall: &mut Hall,
    peer: PeerId,
    producer: ProducerId,
    paused: bool,
) -> Option<Option<ProducerState>> {
    let state = hall.peers.get_mut(peer)?.media.producers.get_mut(&producer)?;
    if state.paused == paused {
        return Some(None);
    }
    state.paused = paused;
    let state = state.clone();
    if paused {
        hush(hall, peer, &state);
    }
    hall.out.media(peer, MediaCmd::PauseProducer { producer, paused });
    Some(Some(state))
}

/// The peer's receiving transport; a client that names another one has an old one in mind.
fn receiving(peer: &Peer, wanted: Option<TransportId>) -> Result<TransportId, RoomError> {
    own(peer.media.recv, wanted)
}

/// The peer's sending transport.
fn sending(peer: &Peer, wanted: Option<TransportId>) -> Result<TransportId, RoomError> {
    own(peer.media.send, wanted)
}

fn own(mine: Option<TransportId>, wanted: Option<TransportId>) -> Result<TransportId, RoomError> {
    mine.filter(|mine| wanted.is_none_or(|wanted| wanted == *mine)).ok_or(RoomError::NotFound("transport"))
}

/// The SFU gave an answer of another kind than the command asks for: a fault of ours.
fn unexpected() -> RoomError {
    RoomError::Media(MediaFault::Internal("unexpected answer".to_owned()))
}
