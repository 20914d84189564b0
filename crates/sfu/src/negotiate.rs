//! Commands on sending transports, and what all session descriptions have in common.

use str0m::change::SdpOffer;
use str0m::media::{MediaKind, Mid, Rids};

use crate::command::{Answer, Command, Fault, Kind};
use crate::downlink::Downlink;
use crate::engine::Sfu;
use crate::floor::Audience;
use crate::id::{CallId, PeerKey, ProducerKey, TransportKey, TransportSlot};
use crate::limit::{PRODUCERS_PER_PEER_MAX, TRANSPORTS_MAX};
use crate::lines::outward;
use crate::rate::Loudness;
use crate::red::Recent;
use crate::rtc::{Role, guard, session};
use crate::sdp::{MLine, m_lines, only_offered, reports_arrivals, track_line};
use crate::timer::Scheduled;
use crate::track::{Producer, Rank};
use crate::transport::Transport;

/// A track to publish.
struct NewTrack {
    producer: ProducerKey,
    kind: Kind,
    mid: Option<String>,
    paused: bool,
    screen: bool,
}

impl Sfu {
    /// Performs a command and answers it, now or when the offer before it is answered.
    pub(crate) fn on_call(&mut self, call: CallId, peer: PeerKey, command: Command) {
        let done = |()| Answer::Done;
        let result = match command {
            Command::Open { transport, consuming, offer } => self.open(peer, transport, consuming, &offer),
            Command::Produce { transport, producer, kind, mid, paused, screen, offer } => {
                let track = NewTrack { producer, kind, mid, paused, screen };
                self.produce(peer, transport, track, &offer)
            }
            Command::CloseProducer { transport, producer, offer } => {
                self.close_producer(peer, transport, producer, offer.as_deref())
            }
            Command::DropProducer { producer } => {
                self.drop_named(peer, producer);
                Ok(Answer::Done)
            }
            Command::PauseProducer { producer, paused } => {
                self.pause(peer, producer, paused);
                Ok(Answer::Done)
            }
            Command::Consume { .. } | Command::CloseConsumers { .. } => {
                return self.on_receiving_call(call, peer, command);
            }
            Command::Renegotiate { transport, answer } => {
                let slot = match self.transport_of(peer, transport, true) {
                    Ok(slot) => slot,
                    Err(fault) => return self.reply(peer, call, Err(fault)),
                };
                let result = self.renegotiate(slot, &answer).map(done);
                self.reply(peer, call, result);
                return self.run_queue(slot);
            }
            Command::GiveUp { transport } => {
                self.transport_of(peer, transport, true).map(|slot| self.fail(slot)).map(done)
            }
            Command::SelectLayers { transport, layers } => {
                let slot = self.transport_of(peer, transport, true);
                slot.map(|slot| self.select_layers(slot, layers)).map(done)
            }
            Command::Rank { pinned, speakers } => return self.rank(peer.scope, pinned, &speakers),
            Command::ClosePeer => {
                let sides = self.peers.get(&peer).map(|p| [p.sending, p.receiving]);
                for slot in sides.into_iter().flatten().flatten() {
                    self.close(slot);
                }
                return;
            }
        };
        self.reply(peer, call, result);
    }

    /// The transport of a peer in a direction.
    pub(crate) fn transport_of(
        &self,
        peer: PeerKey,
        key: TransportKey,
        consuming: bool,
    ) -> Result<TransportSlot, Fault> {
        let slot = *self.transport_keys.get(&key).ok_or(Fault::NoTransport)?;
        let transport = self.transports.get(slot).ok_or(Fault::NoTransport)?;
        let fits = transport.peer == peer && transport.consuming == consuming;
        if fits { Ok(slot) } else { Err(Fault::NoTransport) }
    }

    fn open(
        &mut self,
        peer: PeerKey,
        key: TransportKey,
        consuming: bool,
        offer: &str,
    ) -> Result<Answer, Fault> {
        if self.transport_keys.contains_key(&key) {
            return Err(Fault::Internal("the transport exists".to_owned()));
        }
        if self.transports.len() >= TRANSPORTS_MAX {
            return Err(Fault::Limit("transports"));
        }
        let name = self.names.of(peer, key);
        let role = match (consuming, reports_arrivals(offer)) {
            (false, _) => Role::Sends,
            (true, false) => Role::Receives,
            (true, true) => Role::ReceivesEstimated,
        };
        let rtc = guard(|| session(self.now, &self.cert, name, role, &self.config))
            .map_err(|_| Fault::Internal("no session".to_owned()))?;
        let mut transport = Transport::new(self.now, key, peer, consuming, rtc);
        transport.downlink = (role == Role::ReceivesEstimated).then(Downlink::default);
        let slot = self.transports.insert(transport);
        self.transport_keys.insert(key, slot);
        match self.accept_offer(slot, offer) {
            Ok((answer, _)) => {
                // Only now: a bad offer costs the peer nothing it had.
                let sides = self.peers.entry(peer).or_default();
                let side = if consuming { &mut sides.receiving } else { &mut sides.sending };
                match side.replace(slot) {
                    Some(former) => drop(self.close(former)),
                    None if consuming => self.person_came(peer.scope),
                    None => {}
                }
                Ok(Answer::Answer(answer))
            }
            Err(fault) => {
                self.close(slot);
                Err(fault)
            }
        }
    }

    /// Applies a client offer; the answer, and the m-lines of the offer.
    pub(crate) fn accept_offer(
        &mut self,
        slot: TransportSlot,
        offer: &str,
    ) -> Result<(String, Vec<MLine>), Fault> {
        let lines = m_lines(offer)?;
        let transport = self.transports.get_mut(slot).ok_or(Fault::NoTransport)?;
        let next = transport.lines.after(lines.clone(), &[]);
        let result = guard(|| {
            let offer = SdpOffer::from_sdp_string(&next.inward(offer)).map_err(|e| invalid(&e))?;
            let answer = transport.rtc.sdp_api().accept_offer(offer).map_err(|e| invalid(&e))?;
            Ok((answer.to_sdp_string(), transport.rtc.direct_api().local_ice_credentials().ufrag))
        });
        let (answer, ufrag) = self.survived(slot, result)?;
        if let Some(transport) = self.transports.get_mut(slot) {
            transport.lines = next;
            transport.candidates.hear(offer);
            transport.forget_origins();
        }
        self.demux.set_ufrag(slot, ufrag);
        self.touch(slot);
        let answer = outward(&answer, lines.iter().map(|line| line.mid.as_str()));
        Ok((only_offered(&answer, &lines), lines))
    }

    /// The result of a guarded call; a panic closes the transport.
    pub(crate) fn survived<T>(
        &mut self,
        slot: TransportSlot,
        result: Result<Result<T, Fault>, crate::rtc::Panicked>,
    ) -> Result<T, Fault> {
        result.unwrap_or_else(|_| {
            self.panicked(slot);
            Err(Fault::Internal("the session failed".to_owned()))
        })
    }

    fn produce(
        &mut self,
        peer: PeerKey,
        key: TransportKey,
        track: NewTrack,
        offer: &str,
    ) -> Result<Answer, Fault> {
        let slot = self.transport_of(peer, key, false)?;
        if self.producer_keys.contains_key(&track.producer) {
            return Err(Fault::Internal("the producer exists".to_owned()));
        }
        if self.transports.get(slot).is_some_and(|t| t.producers.len() >= PRODUCERS_PER_PEER_MAX) {
            return Err(Fault::Limit("producers of a peer"));
        }
        let (answer, lines) = self.accept_offer(slot, offer)?;
        let refused = || Fault::InvalidDescription("no m-line for the track".to_owned());
        let mid = track_line(&lines, track.kind, track.mid.as_deref()).ok_or_else(refused)?;
        let mid = Mid::from(mid.as_str());
        let transport = self.transports.get(slot).ok_or(Fault::NoTransport)?;
        let media = transport.rtc.media(mid).ok_or_else(refused)?;
        let kind = if media.kind() == MediaKind::Audio { Kind::Audio } else { Kind::Video };
        if kind != track.kind || !media.direction().is_receiving() {
            return Err(refused());
        }
        let layers = match media.rids_rx() {
            Rids::Specific(rids) => Producer::layers_of(rids),
            Rids::None | Rids::Any => Producer::layers_of(&[]),
        };
        let stream = media.stream_id().to_owned();
        if let Some(former) = transport.producer(mid) {
            self.drop_producer(former);
        }
        let producer = self.producers.insert(Producer {
            key: track.producer,
            peer,
            transport: slot,
            mid,
            kind,
            paused: track.paused,
            screen: track.screen,
            stream,
            layers,
            consumers: Vec::new(),
            recent: Recent::default(),
            loudness: Loudness::default(),
            audience: Audience::All,
            rank: Rank::NONE,
            scheduled: Scheduled::default(),
        });
        self.producer_keys.insert(track.producer, producer);
        self.track_came(peer.scope, producer);
        if let Some(transport) = self.transports.get_mut(slot) {
            transport.producers.push((mid, producer));
        }
        if !track.paused {
            self.tell_track(producer, true);
        }
        Ok(Answer::Answer(answer))
    }

    fn close_producer(
        &mut self,
        peer: PeerKey,
        transport: TransportKey,
        producer: ProducerKey,
        offer: Option<&str>,
    ) -> Result<Answer, Fault> {
        self.drop_named(peer, producer);
        let Some(offer) = offer else { return Ok(Answer::Done) };
        let slot = self.transport_of(peer, transport, false)?;
        let (answer, _) = self.accept_offer(slot, offer)?;
        Ok(Answer::Answer(answer))
    }

    fn drop_named(&mut self, peer: PeerKey, key: ProducerKey) {
        if let Some(&slot) = self.producer_keys.get(&key)
            && self.producers.get(slot).is_some_and(|p| p.peer == peer)
        {
            self.drop_producer(slot);
        }
    }

    /// A host may mute others, so the peer need not be the publisher; the scope must be the same.
    fn pause(&mut self, peer: PeerKey, key: ProducerKey, paused: bool) {
        let Some(&slot) = self.producer_keys.get(&key) else { return };
        let Some(producer) = self.producers.get_mut(slot) else { return };
        if producer.peer.scope != peer.scope || producer.paused == paused {
            return;
        }
        producer.paused = paused;
        // What was said meanwhile is nobody's to hear, not even as redundancy.
        producer.recent = Recent::default();
        for consumer in producer.consumers.clone() {
            self.restart(consumer);
        }
        self.leave_floor(slot);
        // A picture that comes back has to find its place.
        self.share_lines_for(slot);
        self.tell_track(slot, !paused);
        self.request_keyframes(slot);
    }
}

/// A description that str0m refuses.
pub(crate) fn invalid(error: &dyn std::fmt::Display) -> Fault {
    Fault::InvalidDescription(error.to_string())
}
