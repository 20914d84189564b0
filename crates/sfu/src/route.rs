//! The way of a packet from its publisher to the subscribers, and of key frame requests back.

use std::time::Instant;

use str0m::media::{KeyframeRequestKind, Mid};
use str0m::rtp::{ExtensionValues, RtpPacket, RtpWrite, Ssrc, Vp8Descriptor, Vp8Patch};

use crate::command::Kind;
use crate::engine::Sfu;
use crate::floor::Audience;
use crate::id::{ConsumerSlot, ProducerSlot, TransportSlot};
use crate::limit::{LEVEL_UNKNOWN_DB, RTX_CACHE_AGE};
use crate::red::{Bundle, Recent};
use crate::rewrite::Numbers;
use crate::rtc::{Panicked, guard};
use crate::select::Step;
use crate::timer::Timer;
use crate::track::{Consumer, Grant, Producer};
use crate::transport::{Link, Origin, Transport};
use crate::vp8::key_frame_size;

/// The largest 7-bit picture id; a publisher that uses the short form must be answered in it.
const PICTURE_ID_SHORT_MAX: u16 = 0x7f;

impl Sfu {
    /// Forwards one packet of a publisher.
    pub(crate) fn on_packet(&mut self, slot: TransportSlot, packet: RtpPacket) {
        self.stats.packets_received += 1;
        let Some((producer_slot, layer)) = self.origin(slot, packet.header.ssrc) else { return };
        let Some(producer) = self.producers.get_mut(producer_slot) else { return };
        let Some(state) = producer.layers.get_mut(layer) else { return };
        let is_late = state.count.packet(*packet.header.ssrc, *packet.seq_no);
        self.stats.packets_late += u64::from(is_late);
        // An empty payload is padding that probes the path; it has a sequence number and must be passed on.
        let descriptor = match producer.kind {
            Kind::Video if !packet.payload.is_empty() => match Vp8Descriptor::parse(&packet.payload) {
                Ok(descriptor) => Some(descriptor),
                Err(_) => {
                    self.stats.packets_malformed += 1;
                    return;
                }
            },
            Kind::Video | Kind::Audio => None,
        };
        let keyframe = descriptor.is_some_and(|d| d.starts_keyframe(&packet.payload));
        let Some(state) = producer.layers.get_mut(layer) else { return };
        if keyframe {
            state.gate.arrived(self.now);
            state.count.key_frames += 1;
            state.count.size = key_frame_size(&packet.payload).or(state.count.size);
        }
        let restarted =
            state.ssrc.replace(packet.header.ssrc).is_some_and(|known| known != packet.header.ssrc);
        let frame = !packet.payload.is_empty();
        let revived = frame && !std::mem::replace(&mut state.live, true);
        if frame {
            state.last = Some(self.now);
            state.rate.add(self.now, packet.payload.len());
            state.count.frames += u64::from(packet.header.marker);
        }
        if restarted {
            producer.recent = Recent::default();
        }
        let begins = if producer.kind == Kind::Video { keyframe } else { !is_late };
        if producer.kind == Kind::Audio && !producer.paused {
            self.on_sound(producer_slot, &packet, is_late);
        }
        if restarted {
            self.restart_layer(producer_slot, layer);
        }
        if revived {
            self.aim(producer_slot);
            self.share_lines_for(producer_slot);
        }
        self.fan_out(producer_slot, layer, &packet, descriptor, begins);
    }

    /// Notes a packet of a sound that is not muted, and lets it be heard where it is among the loudest.
    fn on_sound(&mut self, slot: ProducerSlot, packet: &RtpPacket, is_late: bool) {
        let Some(producer) = self.producers.get_mut(slot) else { return };
        producer.recent.remember(*packet.seq_no, packet.header.timestamp, &packet.payload);
        let level = packet.header.ext_vals.audio_level.unwrap_or(LEVEL_UNKNOWN_DB);
        producer.loudness.hear(self.now, level);
        if producer.audience != Audience::All && !is_late {
            self.ask_floor(slot, level);
        }
    }

    /// `begins`: who is to get this layer from now on may begin with this packet.
    fn fan_out(
        &mut self,
        producer: ProducerSlot,
        layer: usize,
        packet: &RtpPacket,
        descriptor: Option<Vp8Descriptor>,
        begins: bool,
    ) {
        let Self { producers, consumers, transports, rooms, dirty, stats, now, .. } = self;
        let Some(source) = producers.get(producer).filter(|p| !p.paused) else { return };
        stats.packets_unheard += u64::from(source.audience != Audience::All);
        let room = match source.audience {
            Audience::All => None,
            Audience::Speakers => rooms.get(&source.peer.scope),
            Audience::Nobody => return,
        };
        let mut outgoing = Outgoing::new(packet, descriptor, &source.recent);
        let (mut started, mut broken) = (false, Vec::new());
        for slot in &source.consumers {
            let Some(consumer) = consumers.get_mut(*slot) else { continue };
            let Some(transport) = transports.get_mut(consumer.transport) else { continue };
            if transport.link != Link::Up {
                continue;
            }
            if room.is_some_and(|room| !room.hears(transport.peer.id, source.audience)) {
                consumer.selector.stop();
                continue;
            }
            match consumer.selector.step(layer, begins) {
                Step::Drop => continue,
                Step::Start => {
                    consumer.rewriter.start(*now, *packet.header.ssrc, outgoing.numbers);
                    stats.switches += 1;
                    consumer.leaves = None;
                    started = true;
                }
                Step::Forward => {}
            }
            match outgoing.write(*now, transport, consumer) {
                Ok(Some(bytes)) => {
                    let redundancy = bytes - packet.payload.len();
                    stats.packets_forwarded += 1;
                    stats.packets_redundant += u64::from(redundancy > 0);
                    stats.bytes_forwarded += bytes as u64;
                    stats.bytes_redundant += redundancy as u64;
                }
                Ok(None) => continue,
                Err(Panicked) => broken.push(consumer.transport),
            }
            if !transport.dirty {
                transport.dirty = true;
                dirty.push(consumer.transport);
            }
        }
        for transport in broken {
            self.panicked(transport);
        }
        if started {
            self.request_keyframes(producer);
        }
    }

    /// The producer and layer of an SSRC.
    fn origin(&mut self, slot: TransportSlot, ssrc: Ssrc) -> Origin {
        let transport = self.transports.get_mut(slot)?;
        if let Some(origin) = transport.origin(ssrc) {
            return origin;
        }
        let named = guard(|| {
            let mut api = transport.rtc.direct_api();
            // The client publishes without RTX, which str0m takes for a wish not to be asked (PROTOCOL §9). It does
            // answer: lost packets come again on the stream itself.
            let stream = api.stream_rx(&ssrc)?;
            Some((stream.mid(), stream.rid()))
        });
        let Ok(named) = named else {
            self.panicked(slot);
            return None;
        };
        let (mid, rid) = named?;
        let origin = transport.producer(mid).and_then(|producer_slot| {
            let producer = self.producers.get_mut(producer_slot)?;
            let allowed = guard(|| {
                transport.rtc.direct_api().stream_rx(&ssrc).map(|stream| stream.suppress_nack(false))
            });
            allowed.ok()?;
            Some((producer_slot, producer.layer(rid)?))
        });
        transport.set_origin(ssrc, origin);
        origin
    }

    /// A timer of the producer: layers that fell silent, key frames that are due.
    pub(crate) fn producer_due(&mut self, slot: ProducerSlot) {
        let Some(producer) = self.producers.get_mut(slot) else { return };
        let mut stopped = false;
        for layer in &mut producer.layers {
            // Browsers stop simulcast layers silently: subscribers of a silent one get another.
            if layer.silent_at().is_some_and(|at| at <= self.now) {
                layer.live = false;
                stopped = true;
            }
        }
        if stopped { self.aim(slot) } else { self.request_keyframes(slot) }
    }

    /// A subscriber asks for a key frame.
    pub(crate) fn on_keyframe_request(&mut self, slot: TransportSlot, mid: Mid) {
        self.stats.keyframes_asked += 1;
        let Some(consumer) = self.transports.get(slot).and_then(|t| t.consumer(mid)) else { return };
        let Some(consumer) = self.consumers.get(consumer) else { return };
        let producer = consumer.producer;
        let Some(layer) = consumer.selector.current().or(consumer.selector.waits_for()) else { return };
        if let Some(state) = self.producers.get_mut(producer).and_then(|p| p.layers.get_mut(layer)) {
            state.gate.want();
            self.request_keyframes(producer);
        }
    }

    /// Chooses the layer of every subscriber anew, and asks for the key frames that are needed.
    pub(crate) fn aim(&mut self, slot: ProducerSlot) {
        let Some(producer) = self.producers.get_mut(slot) else { return };
        for index in 0..producer.consumers.len() {
            let Some(consumer) = producer.consumers.get(index).and_then(|c| self.consumers.get_mut(*c))
            else {
                continue;
            };
            point(producer, consumer);
        }
        self.request_keyframes(slot);
    }

    /// The same for one subscriber, whose part of its line is another one now.
    pub(crate) fn aim_one(&mut self, slot: ConsumerSlot) {
        let Some(consumer) = self.consumers.get_mut(slot) else { return };
        let producer = consumer.producer;
        if let Some(source) = self.producers.get_mut(producer) {
            point(source, consumer);
            self.request_keyframes(producer);
        }
    }

    /// The subscriber begins anew with the next key frame (pause, resume, its link came up).
    pub(crate) fn restart(&mut self, slot: ConsumerSlot) {
        let Some(consumer) = self.consumers.get_mut(slot) else { return };
        consumer.selector.stop();
        let producer = consumer.producer;
        self.request_keyframes(producer);
    }

    fn restart_layer(&mut self, slot: ProducerSlot, layer: usize) {
        let Some(producer) = self.producers.get(slot) else { return };
        for consumer in &producer.consumers {
            if let Some(consumer) = self.consumers.get_mut(*consumer)
                && consumer.selector.current() == Some(layer)
            {
                consumer.selector.stop();
            }
        }
        self.request_keyframes(slot);
    }

    /// Sends the key frame requests that are due, and wakes for what comes next.
    pub(crate) fn request_keyframes(&mut self, slot: ProducerSlot) {
        let Self { producers, consumers, transports, timers, stats, now, .. } = self;
        let Some(producer) = producers.get_mut(slot).filter(|p| p.kind == Kind::Video) else { return };
        let (mut asked, mut next) = (false, None);
        for (index, layer) in producer.layers.iter_mut().enumerate() {
            let (mut waiting, mut patient) = (0, 0);
            if !producer.paused {
                for consumer in producer.consumers.iter().filter_map(|c| consumers.get(*c)) {
                    let waits = consumer.selector.waits_for() == Some(index)
                        && transports.get(consumer.transport).is_some_and(|t| t.link == Link::Up);
                    waiting += usize::from(waits);
                    // Who steps down leaves the larger layer soon, and would see nothing then.
                    let sees = consumer.selector.current().is_some() && consumer.leaves.is_none();
                    patient += usize::from(waits && sees);
                }
            }
            layer.gate.set_waiting(waiting, patient);
            if layer.gate.take(*now)
                && let Some(publisher) = transports.get_mut(producer.transport)
            {
                let (mid, rid) = (producer.mid, layer.rid);
                // Without a stream there is nothing to ask yet; its first frame will be a key frame.
                let found = guard(|| {
                    let mut api = publisher.rtc.direct_api();
                    api.stream_rx_by_mid(mid, rid).map(|s| s.request_keyframe(KeyframeRequestKind::Pli))
                });
                asked |= found.is_ok_and(|found| found.is_some());
            }
            let due = layer.gate.due(*now);
            next = [next, due, layer.silent_at()].into_iter().flatten().min();
        }
        if let Some(at) = next {
            timers.wake(&mut producer.scheduled, at, Timer::Producer(slot));
        }
        if asked {
            stats.keyframes_requested += 1;
            let publisher = producer.transport;
            self.touch(publisher);
        }
    }

    /// Ends a producer; its subscribers keep their m-lines until they close them.
    pub(crate) fn drop_producer(&mut self, slot: ProducerSlot) {
        if self.producers.get(slot).is_some_and(|producer| !producer.paused) {
            self.tell_track(slot, false);
        }
        let Some(producer) = self.producers.remove(slot) else { return };
        self.producer_keys.remove(&producer.key);
        self.track_went(producer.peer.scope, slot);
        if let Some(transport) = self.transports.get_mut(producer.transport) {
            transport.producers.retain(|(_, known)| *known != slot);
            transport.forget_origins();
        }
        for consumer in producer.consumers {
            self.drop_consumer(consumer);
        }
    }

    /// Ends a subscription.
    pub(crate) fn drop_consumer(&mut self, slot: ConsumerSlot) {
        let Some(consumer) = self.consumers.remove(slot) else { return };
        if let Some(producer) = self.producers.get_mut(consumer.producer) {
            producer.consumers.retain(|known| *known != slot);
        }
        if let Some(transport) = self.transports.get_mut(consumer.transport) {
            transport
                .idle
                .extend(transport.consumers.iter().filter(|(_, c)| *c == slot).map(|(mid, _)| *mid));
            transport.consumers.retain(|(_, known)| *known != slot);
            // Frees what is kept for retransmission. The stream itself is part of the session description.
            let _ = guard(|| {
                let mut api = transport.rtc.direct_api();
                if let Some(stream) = api.stream_tx(&consumer.ssrc) {
                    stream.set_rtx_cache(1, RTX_CACHE_AGE, None);
                }
            });
        }
    }
}

/// A packet on its way to subscribers.
struct Outgoing<'a> {
    packet: &'a RtpPacket,
    numbers: Numbers,
    descriptor: Option<Vp8Descriptor>,
    extensions: ExtensionValues,
    bundle: Bundle<'a>,
}

impl<'a> Outgoing<'a> {
    fn new(packet: &'a RtpPacket, descriptor: Option<Vp8Descriptor>, recent: &'a Recent) -> Self {
        let numbers = Numbers {
            seq: *packet.seq_no,
            time: packet.header.timestamp,
            picture: descriptor.and_then(|d| d.picture_id()),
            tl0: descriptor.and_then(|d| d.tl0_pic_idx()),
        };
        let bundle = Bundle::new(recent, numbers.seq, numbers.time, &packet.payload);
        Self { packet, numbers, descriptor, extensions: forwarded_extensions(packet), bundle }
    }

    /// Hands it to the session of one subscriber; bytes of payload, or `None` when there is nothing to hand over.
    fn write(
        &mut self,
        now: Instant,
        transport: &mut Transport,
        consumer: &mut Consumer,
    ) -> Result<Option<usize>, Panicked> {
        let Some(out) = consumer.rewriter.map(now, self.numbers) else { return Ok(None) };
        // What came before the stretch was not for it.
        let most = usize::try_from(consumer.rewriter.before(self.numbers.seq)).unwrap_or(usize::MAX);
        let depth = transport.protection.depth().min(most);
        let (pt, payload) = self.bundle.written(consumer.pt, consumer.red, depth);
        let bytes = payload.len();
        let write = RtpWrite::new(pt, out.seq.into(), out.time, self.packet.timestamp, payload)
            .marker(self.packet.header.marker)
            .nackable(true)
            .ext_vals(self.extensions.clone());
        let write = match self.descriptor.and_then(|d| patch(&d, self.numbers, out)) {
            Some(patch) => write.vp8_patch(patch),
            None => write,
        };
        let ssrc = consumer.ssrc;
        let written =
            guard(|| transport.rtc.direct_api().stream_tx(&ssrc).map(|stream| stream.write_rtp(write)))?;
        transport.queued += u32::from(written.is_some());
        Ok(written.map(|()| bytes))
    }
}

/// Chooses the layer of a subscriber, and wants a key frame where it needs one.
fn point(producer: &mut Producer, consumer: &mut Consumer) {
    let target = match consumer.grant {
        Grant::Layer(layer) if producer.flows(layer) => Some(layer),
        Grant::Free | Grant::Layer(_) => producer.pick(consumer.preferred.as_deref()),
        Grant::New | Grant::Paused => {
            consumer.selector.aim(None);
            return consumer.selector.stop();
        }
    };
    // Without any layer the former choice stands until one flows again.
    let Some(target) = target else { return };
    let is_urgent = consumer.selector.current().is_none() || consumer.leaves.is_some();
    if consumer.selector.aim(Some(target))
        && is_urgent
        && let Some(layer) = producer.layers.get_mut(target)
    {
        layer.gate.want();
    }
}

/// The header extensions that subscribers get; the rest belongs to the publisher's own session (MEDIA §7 point 5).
fn forwarded_extensions(packet: &RtpPacket) -> ExtensionValues {
    ExtensionValues {
        audio_level: packet.header.ext_vals.audio_level,
        voice_activity: packet.header.ext_vals.voice_activity,
        video_orientation: packet.header.ext_vals.video_orientation,
        ..ExtensionValues::default()
    }
}

/// The change of a VP8 descriptor, when there is any.
fn patch(descriptor: &Vp8Descriptor, from: Numbers, to: Numbers) -> Option<Vp8Patch> {
    if from.picture == to.picture && from.tl0 == to.tl0 {
        return None;
    }
    let build = |picture: Option<u16>| {
        let mut builder = descriptor.patch();
        if let Some(picture) = picture {
            builder = builder.picture_id(picture);
        }
        if let Some(tl0) = to.tl0 {
            builder = builder.tl0_pic_idx(tl0);
        }
        builder.build()
    };
    build(to.picture).or_else(|_| build(to.picture.map(|p| p & PICTURE_ID_SHORT_MAX))).ok()
}
