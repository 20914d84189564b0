//! Commands on receiving transports: our offers, one at a time, and the calls that wait behind them.

use str0m::change::SdpAnswer;
use str0m::format::PayloadParams;
use str0m::media::{Direction, MediaKind, Mid, Pt};

use crate::command::{Answer, Command, Fault, Kind};
use crate::downlink::Downlink;
use crate::engine::Sfu;
use crate::id::{CallId, ConsumerSlot, PeerKey, ProducerKey, TransportSlot};
use crate::limit::{
    CONSUME_WANTS_MAX, CONSUMERS_PER_TRANSPORT_MAX, M_LINES_MAX, QUEUED_CALLS_MAX, RTX_CACHE_AGE,
    RTX_CACHE_PACKETS, RTX_RATIO_MAX,
};
use crate::lines::outward;
use crate::negotiate::invalid;
use crate::rtc::guard;
use crate::sample::ConsumerCounts;
use crate::sdp::m_lines;
use crate::track::{Consumer, Grant, Wanted, decisions};
use crate::transport::Pending;

/// One m-line of the next offer.
struct Line {
    key: ProducerKey,
    kind: Kind,
    preferred: Option<String>,
    /// Media stream by which the subscriber synchronises the tracks of one publisher.
    stream: String,
}

/// The new m-lines of an offer.
fn names(wanted: &[Wanted]) -> Vec<(String, Kind)> {
    wanted.iter().map(|wanted| (wanted.mid.to_string(), wanted.kind)).collect()
}

impl Sfu {
    /// Performs `Consume` or `CloseConsumers`, or queues it behind our unanswered offer.
    pub(crate) fn on_receiving_call(&mut self, call: CallId, peer: PeerKey, command: Command) {
        let (Command::Consume { transport, .. } | Command::CloseConsumers { transport, .. }) = &command
        else {
            return;
        };
        let slot = match self.transport_of(peer, *transport, true) {
            Ok(slot) => slot,
            Err(fault) => return self.reply(peer, call, Err(fault)),
        };
        let Some(transport) = self.transports.get_mut(slot) else { return };
        if transport.queue.len() >= QUEUED_CALLS_MAX {
            return self.reply(peer, call, Err(Fault::Limit("calls behind an offer")));
        }
        transport.queue.push_back((call, command));
        self.run_queue(slot);
    }

    /// Performs queued calls until one makes an offer.
    pub(crate) fn run_queue(&mut self, slot: TransportSlot) {
        loop {
            let Some(transport) = self.transports.get_mut(slot) else { return };
            if transport.pending.is_some() {
                return self.schedule(slot);
            }
            let Some((call, command)) = transport.queue.pop_front() else { return };
            let peer = transport.peer;
            let result = match command {
                Command::Consume { wants, .. } => self.consume(slot, wants),
                Command::CloseConsumers { mids, offer, .. } => self.close_consumers(slot, &mids, &offer),
                Command::Open { .. }
                | Command::Produce { .. }
                | Command::CloseProducer { .. }
                | Command::DropProducer { .. }
                | Command::PauseProducer { .. }
                | Command::Renegotiate { .. }
                | Command::GiveUp { .. }
                | Command::SelectLayers { .. }
                | Command::Rank { .. }
                | Command::ClosePeer => Ok(Answer::Done),
            };
            self.reply(peer, call, result);
        }
    }

    fn consume(
        &mut self,
        slot: TransportSlot,
        wants: Vec<(ProducerKey, Option<String>)>,
    ) -> Result<Answer, Fault> {
        if wants.len() > CONSUME_WANTS_MAX {
            return Err(Fault::Limit("media of one consume"));
        }
        let transport = self.transports.get(slot).ok_or(Fault::NoTransport)?;
        let mut mids: Vec<(ProducerKey, String)> = Vec::new();
        let mut lines: Vec<Line> = Vec::new();
        for (key, preferred) in wants {
            if mids.iter().any(|(known, _)| *known == key) || lines.iter().any(|line| line.key == key) {
                continue;
            }
            let producer = self.producer_keys.get(&key).and_then(|slot| self.producers.get(*slot));
            let Some(producer) = producer.filter(|p| p.peer.scope == transport.peer.scope) else { continue };
            let existing =
                transport.consumers.iter().filter_map(|(mid, c)| Some((mid, self.consumers.get(*c)?)));
            match existing.filter(|(_, consumer)| consumer.key == key).map(|(mid, _)| mid).next() {
                Some(mid) => mids.push((key, mid.to_string())),
                None => {
                    let stream = format!("{:032x}.{}", producer.peer.id, producer.stream);
                    lines.push(Line { key, kind: producer.kind, preferred, stream });
                }
            }
        }
        if lines.is_empty() {
            return Ok(Answer::Offer { offer: None, mids });
        }
        if transport.consumers.len() + lines.len() > CONSUMERS_PER_TRANSPORT_MAX {
            return Err(Fault::Limit("consumers of a transport"));
        }
        if transport.lines.kept() + lines.len() > M_LINES_MAX {
            // str0m keeps displaced m-lines; a new transport has none. The client makes one when it notices.
            self.fail(slot);
            return Err(Fault::NoTransport);
        }
        let (offer, wanted) = self.offer(slot, lines)?;
        mids.extend(wanted.into_iter().map(|w| (w.key, w.mid.to_string())));
        Ok(Answer::Offer { offer: Some(offer), mids })
    }

    fn offer(&mut self, slot: TransportSlot, lines: Vec<Line>) -> Result<(String, Vec<Wanted>), Fault> {
        let transport = self.transports.get_mut(slot).ok_or(Fault::NoTransport)?;
        let result = guard(|| {
            for mid in &transport.idle {
                // Nothing was sent on it any more; a stopped m-line needs no reports either.
                let mut api = transport.rtc.direct_api();
                if let Some(ssrc) = api.stream_tx_by_mid(*mid, None).map(|stream| stream.ssrc()) {
                    api.remove_stream_tx(ssrc);
                }
            }
            let mut api = transport.rtc.sdp_api();
            transport.idle.drain(..).for_each(|mid| api.stop_media(mid));
            let mut wanted = Vec::with_capacity(lines.len());
            for line in lines {
                let kind = match line.kind {
                    Kind::Audio => MediaKind::Audio,
                    Kind::Video => MediaKind::Video,
                };
                let track = Some(line.key.to_string());
                let mid = api.add_media(kind, Direction::SendOnly, Some(line.stream), track, None);
                wanted.push(Wanted { key: line.key, kind: line.kind, mid, preferred: line.preferred });
            }
            let nothing = || Fault::Internal("nothing to offer".to_owned());
            let (offer, token) = api.apply().ok_or_else(nothing)?;
            let order = transport.lines.order(&names(&wanted));
            let offer = outward(&offer.to_sdp_string(), order.iter().map(String::as_str));
            Ok((offer, token, wanted))
        });
        let (offer, token, wanted) = self.survived(slot, result)?;
        let since = self.now;
        if let Some(transport) = self.transports.get_mut(slot) {
            transport.pending = Some(Pending { token, wanted: wanted.clone(), since });
        }
        self.touch(slot);
        Ok((offer, wanted))
    }

    /// Applies the client's answer to our offer; the subscriptions begin.
    pub(crate) fn renegotiate(&mut self, slot: TransportSlot, answer: &str) -> Result<(), Fault> {
        let lines = m_lines(answer)?;
        let transport = self.transports.get_mut(slot).ok_or(Fault::NoTransport)?;
        let Some(pending) = transport.pending.take() else {
            return Err(Fault::InvalidDescription("no offer waits for an answer".to_owned()));
        };
        let Pending { token, wanted, .. } = pending;
        let accepted = |mid: &str| lines.iter().find(|line| line.mid == mid).map(|line| line.formats.clone());
        let formats: Vec<_> = wanted.iter().map(|w| accepted(&w.mid).unwrap_or_default()).collect();
        let next = transport.lines.after(lines, &names(&wanted));
        let result = guard(|| {
            let answer = SdpAnswer::from_sdp_string(&next.inward(answer)).map_err(|e| invalid(&e))?;
            transport.rtc.sdp_api().accept_answer(token, answer).map_err(|e| invalid(&e))
        });
        self.survived(slot, result)?;
        if let Some(transport) = self.transports.get_mut(slot) {
            transport.lines = next;
            transport.candidates.hear(answer);
        }
        self.touch(slot);
        for (wanted, formats) in wanted.into_iter().zip(formats) {
            let mid = wanted.mid;
            if self.subscribe(slot, wanted, &formats).is_none()
                && let Some(transport) = self.transports.get_mut(slot)
            {
                transport.idle.push(mid);
            }
        }
        self.share_line(slot);
        Ok(())
    }

    /// Begins one subscription, unless its producer is gone or the client refused the m-line. `formats`: the payload
    /// types that it takes there.
    fn subscribe(&mut self, slot: TransportSlot, wanted: Wanted, formats: &[String]) -> Option<ConsumerSlot> {
        let producer = *self.producer_keys.get(&wanted.key)?;
        let kind = self.producers.get(producer)?.kind;
        let transport = self.transports.get_mut(slot)?;
        if !transport.rtc.media(wanted.mid)?.direction().is_sending() {
            return None;
        }
        let pt = transport.payload_type(kind)?;
        if kind == Kind::Video {
            let vp8 = transport.rtc.codec_config().find(|params| params.pt() == pt);
            transport.repeats = vp8.and_then(PayloadParams::resend);
        }
        // The session may know redundancy from another m-line; a receiver throws away what it did not accept in this one.
        let taken = |red: &Pt| formats.iter().any(|format| *format == red.to_string());
        let red = transport.red().filter(|red| kind == Kind::Audio && taken(red));
        let stream = guard(|| {
            let mut api = transport.rtc.direct_api();
            let stream = api.stream_tx_by_mid(wanted.mid, None)?;
            stream.set_rtx_cache(RTX_CACHE_PACKETS, RTX_CACHE_AGE, Some(RTX_RATIO_MAX));
            Some(stream.ssrc())
        });
        let Ok(ssrc) = stream else {
            self.panicked(slot);
            return None;
        };
        let (selector, rewriter) = decisions(kind);
        let grant = if transport.downlink.as_ref().is_some_and(Downlink::is_shared) {
            Grant::New
        } else {
            Grant::Free
        };
        let consumer = self.consumers.insert(Consumer {
            key: wanted.key,
            producer,
            transport: slot,
            ssrc: ssrc?,
            pt,
            red,
            reported: (0, 0),
            preferred: wanted.preferred,
            grant,
            leaves: None,
            on_since: None,
            selector,
            rewriter,
            counts: ConsumerCounts::default(),
        });
        transport.consumers.push((wanted.mid, consumer));
        self.producers.get_mut(producer)?.consumers.push(consumer);
        self.aim(producer);
        Some(consumer)
    }

    fn close_consumers(
        &mut self,
        slot: TransportSlot,
        mids: &[String],
        offer: &str,
    ) -> Result<Answer, Fault> {
        let (answer, _) = self.accept_offer(slot, offer)?;
        let transport = self.transports.get(slot).ok_or(Fault::NoTransport)?;
        let sends = |mid: Mid| transport.rtc.media(mid).is_some_and(|m| m.direction().is_sending());
        let ended = |mid: Mid| mids.iter().any(|m| Mid::from(m.as_str()) == mid) || !sends(mid);
        let gone: Vec<_> =
            transport.consumers.iter().filter(|(mid, _)| ended(*mid)).map(|(_, c)| *c).collect();
        for consumer in gone {
            self.drop_consumer(consumer);
        }
        Ok(Answer::Answer(answer))
    }

    /// Sets the preferred layers of existing subscriptions (PROTOCOL §6.6).
    pub(crate) fn select_layers(&mut self, slot: TransportSlot, layers: Vec<(ProducerKey, String)>) {
        let Some(transport) = self.transports.get(slot) else { return };
        let own: Vec<_> = transport.consumers.iter().map(|(_, consumer)| *consumer).collect();
        for (key, rid) in layers.into_iter().take(CONSUME_WANTS_MAX) {
            let Some(&found) = own.iter().find(|c| self.consumers.get(**c).is_some_and(|c| c.key == key))
            else {
                continue;
            };
            let Some(consumer) = self.consumers.get_mut(found) else { continue };
            consumer.preferred = Some(rid);
            let producer = consumer.producer;
            self.aim(producer);
        }
        self.share_line(slot);
    }
}
