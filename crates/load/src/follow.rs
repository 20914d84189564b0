//! What a person takes of what others publish: everything, as soon as it is told of it, in layers that suit its window.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use prost::Message as _;
use sederunt_proto::event::media as m;
use sederunt_proto::frame::Frame;
use sederunt_proto::media::edge as e;
use sederunt_proto::media::{
    ProducerState, RenegotiateRequest, RenegotiateResponse, SessionDescription, Simulcast, Target,
};
use str0m::media::Mid;

use crate::call::Call;
use crate::kind::Kind;
use crate::screen::Track;
use crate::signal::Trouble;
use crate::vp8::Layer;

/// As many as the client asks for at a time (PROTOCOL §6.4).
const WANTS_MAX: usize = 35;
/// The client looks this often whether its layers suit (PROTOCOL §6.6).
const LAYERS_EVERY: Duration = Duration::from_secs(2);
/// The first place among those who speak.
const FIRST: i32 = 1;

/// A producer that was told of and is not taken yet.
struct Wanted {
    peer: String,
    state: ProducerState,
}

/// What is taken, and what is to be.
pub(crate) struct Follow {
    me: String,
    small_window: bool,
    wanted: BTreeMap<String, Wanted>,
    /// Producers that are no more.
    gone: Vec<String>,
    speaker: Option<String>,
    layers_at: Instant,
}

impl Follow {
    pub(crate) fn new(small_window: bool, me: String) -> Self {
        let layers_at = Instant::now() + LAYERS_EVERY;
        Self { me, small_window, wanted: BTreeMap::new(), gone: Vec::new(), speaker: None, layers_at }
    }

    /// Who is there already.
    pub(crate) fn begin(&mut self, complete: e::PeerJoinCompleteResponse) {
        for participant in complete.participants {
            for state in participant.producer_states {
                self.want(participant.peer_id.clone(), state);
            }
        }
    }

    fn want(&mut self, peer: String, state: ProducerState) {
        if peer != self.me {
            self.wanted.insert(state.producer_id.clone(), Wanted { peer, state });
        }
    }

    /// Looks at what was told, and acts on it.
    pub(crate) async fn step(&mut self, call: &mut Call, transport: &str) -> Result<(), Trouble> {
        while let Some(frame) = call.pushes.pop_front() {
            self.hear(&frame, call);
        }
        self.wanted.retain(|id, _| call.screen.tracks.values().all(|track| track.producer != *id));
        if !self.wanted.is_empty() {
            self.consume(call, transport).await?;
        }
        if !self.gone.is_empty() {
            self.close(call, transport).await?;
        }
        if self.layers_at <= Instant::now() {
            self.layers_at = Instant::now() + LAYERS_EVERY;
            self.choose_layers(call, transport).await?;
        }
        Ok(())
    }

    /// Pushes that concern media (PROTOCOL §5.3, §6.7); everything else is for people.
    fn hear(&mut self, frame: &Frame, call: &Call) {
        let payload = frame.payload.clone();
        match frame.event {
            m::PEER_PRODUCER_CREATE_BROADCAST => {
                let push = e::PeerProducerCreateBroadcastResponse::decode(payload).unwrap_or_default();
                if let Some(state) = push.producer_state {
                    self.want(push.participant_id, state);
                }
            }
            m::PEER_PRODUCER_CLOSE_BROADCAST => {
                let push = e::PeerProducerCloseBroadcastResponse::decode(payload).unwrap_or_default();
                let id = push.producer_state.unwrap_or_default().producer_id;
                self.wanted.remove(&id);
                self.gone.push(id);
            }
            m::PEER_LEAVE_BROADCAST => {
                let push = e::PeerLeaveBroadcastResponse::decode(payload).unwrap_or_default();
                self.wanted.retain(|_, wanted| wanted.peer != push.participant_id);
                let of = |track: &&Track| track.peer == push.participant_id;
                self.gone.extend(call.screen.tracks.values().filter(of).map(|track| track.producer.clone()));
            }
            m::SELECTED_PEER_DIFF => {
                let push = e::SelectedPeersDiffResponse::decode(payload).unwrap_or_default();
                let first = push.entries.into_iter().find(|entry| entry.priority == FIRST);
                self.speaker = first.map(|entry| entry.peer_id).or_else(|| self.speaker.take());
            }
            _ => {}
        }
    }

    /// PROTOCOL §6.4.
    async fn consume(&mut self, call: &mut Call, transport: &str) -> Result<(), Trouble> {
        const WHAT: &str = "media.consume";
        let wanted: Vec<(String, Wanted)> =
            std::iter::from_fn(|| self.wanted.pop_first()).take(WANTS_MAX).collect();
        let requests = wanted.iter().map(|(id, of)| e::ConsumePeerRequest {
            producing_peer_id: of.peer.clone(),
            producer_id: Some(id.clone()),
            producing_transport_id: of.state.producing_transport_id.clone(),
            simulcast: Some(simulcast(Layer::F)),
            ..Default::default()
        });
        let consuming_transport_id = Some(transport.to_owned());
        let request = e::ConsumePeersRequest { requests: requests.collect(), consuming_transport_id };
        let asked = Instant::now();
        let reply: e::ConsumePeerResponse = call.ask(WHAT, m::CONSUME, &request).await?;
        let mut map = reply.consumer_ids_map.unwrap_or_default().map;
        for (id, of) in wanted {
            // Whoever has gone meanwhile has no track.
            let Some(track) = map.remove(&id).and_then(|consumer| consumer.producer_track) else { continue };
            let track_of = Track::new(asked, id, of.peer, Kind::of(&of.state));
            call.screen.tracks.insert(Mid::from(track.stream_id.as_str()), track_of);
        }
        let Some(offer) = reply.description else { return Ok(()) };
        let sdp = call.receives.answer(&offer.sdp)?;
        call.receives.flush(Instant::now(), &mut call.lines)?;
        let answer =
            SessionDescription { target: Target::Subscriber.into(), r#type: "answer".to_owned(), sdp };
        let request = RenegotiateRequest { transport_id: transport.to_owned(), description: Some(answer) };
        let what = "media.renegotiateSessionDescription";
        call.ask::<RenegotiateResponse>(what, m::RENEGOTIATE_SESSION_DESCRIPTION, &request).await?;
        Ok(())
    }

    /// PROTOCOL §6.5.
    async fn close(&mut self, call: &mut Call, transport: &str) -> Result<(), Trouble> {
        const WHAT: &str = "media.closeConsumer";
        let gone = std::mem::take(&mut self.gone);
        let tracks = call.screen.tracks.iter().filter(|(_, track)| gone.contains(&track.producer));
        let mids: Vec<Mid> = tracks.map(|(mid, _)| *mid).collect();
        if mids.is_empty() {
            return Ok(());
        }
        let now = Instant::now();
        mids.iter().for_each(|mid| call.screen.remove(now, *mid, &mut call.seen));
        let sdp = call.receives.stop(&mids)?;
        let offer = SessionDescription { target: Target::Subscriber.into(), r#type: "offer".to_owned(), sdp };
        let request = e::ConsumerCloseRequest {
            consumer_ids: mids.iter().map(ToString::to_string).collect(),
            description: Some(offer),
            consuming_transport_id: Some(transport.to_owned()),
        };
        let closed: e::ConsumerClosingResponse = call.ask(WHAT, m::CLOSE_CONSUMER, &request).await?;
        let missing = || Trouble::Bad(WHAT, "no description".to_owned());
        call.receives.accept_answer(&closed.description.ok_or_else(missing)?.sdp)?;
        call.receives.flush(Instant::now(), &mut call.lines)
    }

    /// A small window takes the middle layer of whoever speaks and the smallest of everybody else (PROTOCOL §6.6).
    async fn choose_layers(&mut self, call: &mut Call, transport: &str) -> Result<(), Trouble> {
        if !self.small_window {
            return Ok(());
        }
        let now = Instant::now();
        let mut requests = Vec::new();
        for (mid, track) in call.screen.tracks.iter_mut().filter(|(_, track)| track.kind == Kind::Camera) {
            let is_settled = track.shown_for(now).is_some_and(|time| time >= LAYERS_EVERY);
            let speaks = self.speaker.as_ref() == Some(&track.peer);
            let suits = if speaks { Layer::H } else { Layer::Q };
            if is_settled && track.asked != suits {
                track.asked = suits;
                requests.push(e::UpdateConsumerSimulcastConfigRequest {
                    producer_id: track.producer.clone(),
                    simulcast: Some(simulcast(suits)),
                    producing_transport_id: String::new(),
                    mid: mid.to_string(),
                });
            }
        }
        if requests.is_empty() {
            return Ok(());
        }
        let consuming_transport_id = Some(transport.to_owned());
        let request = e::UpdateConsumersSimulcastConfigRequest { requests, consuming_transport_id };
        let what = "media.updateConsumersSimulcastConfig";
        call.ask::<e::EmptyResponse>(what, m::UPDATE_CONSUMERS_SIMULCAST_CONFIG, &request).await?;
        Ok(())
    }
}

fn simulcast(layer: Layer) -> Simulcast {
    let order = Some("asciibetical".to_owned());
    Simulcast {
        preferred_rid: layer.rid().map(str::to_owned),
        priority_ordering: order.clone(),
        rid_not_available: order,
    }
}
