//! Takes samples. Off the way of packets: each one adds a few numbers to its layer, sessions count what they handle
//! anyway, and a session is asked every few seconds.

use std::time::Duration;

use str0m::Event as RtcEvent;
use str0m::media::Mid;
use str0m::stats::{MediaEgressStats, MediaIngressStats, PeerStats};

use crate::command::Kind;
use crate::engine::{Event, Output, Sfu};
use crate::id::{ConsumerSlot, ProducerSlot, TransportSlot};
use crate::limit::SAMPLED_TRACKS_MAX;
use crate::sample::{ConsumerSample, LayerCounts, Path, ProducerSample, ReceivedReport, Sample, SentReport};
use crate::track::{AUDIO_HZ, Consumer, Layer, Producer, VIDEO_HZ};
use crate::transport::Link;

/// Packets of a receiver's report are lost up to here; beyond it a signed number of 24 bits is negative.
const LOST_END: u64 = 1 << 23;

impl Sfu {
    /// Statistics of a session come in pieces: first of the whole, then of each stream.
    pub(crate) fn on_stats(&mut self, slot: TransportSlot, event: &RtcEvent) {
        if let RtcEvent::PeerStats(stats) = event {
            self.begin_sample(slot, stats);
            self.on_line(slot, stats);
        } else if let RtcEvent::MediaIngressStats(stats) = event {
            self.count_layer(slot, stats);
        } else if let RtcEvent::MediaEgressStats(stats) = event {
            self.count_consumer(slot, stats);
        }
    }

    fn begin_sample(&mut self, slot: TransportSlot, stats: &PeerStats) {
        let Some(transport) = self.transports.get_mut(slot).filter(|t| t.link == Link::Up) else { return };
        if self.now.saturating_duration_since(transport.sampled) < self.config.sample_every {
            return;
        }
        let Some(pair) = &stats.selected_candidate_pair else { return };
        transport.sampled = self.now;
        let remote = pair.remote.addr;
        transport.sample = Some(Path {
            remote,
            remote_kind: transport.candidates.kind_of(remote),
            bytes_received: stats.peer_bytes_rx,
            bytes_sent: stats.peer_bytes_tx,
            packets_received: transport.datagrams_in,
            packets_sent: transport.datagrams_out,
            rtt: None,
        });
    }

    fn count_layer(&mut self, slot: TransportSlot, stats: &MediaIngressStats) {
        let Some(producer) = self.transports.get(slot).and_then(|t| t.producer(stats.mid)) else { return };
        let Some(producer) = self.producers.get_mut(producer) else { return };
        let kind = producer.kind;
        let Some(layer) = producer.layers.iter_mut().find(|layer| layer.rid == stats.rid) else { return };
        let sent = stats.remote.as_ref().map(|r| SentReport { bytes: r.bytes, packets: r.packets });
        layer.counts = LayerCounts {
            sent: sent.filter(|sent| layer.counts.told != Some(*sent)),
            told: layer.counts.told,
            jitter: Some(ticks(u64::from(stats.jitter), kind)),
            plis: stats.plis,
            firs: stats.firs,
        };
    }

    fn count_consumer(&mut self, slot: TransportSlot, stats: &MediaEgressStats) {
        let Some(found) = self.transports.get(slot).and_then(|t| t.consumer(stats.mid)) else { return };
        let Some(consumer) = self.consumers.get_mut(found) else { return };
        let Some(kind) = self.producers.get(consumer.producer).map(|p| p.kind) else { return };
        let Some(remote) = &stats.remote else { return };
        let expected = *remote.maximum_sequence_number;
        let lost = if remote.packets_lost < LOST_END { remote.packets_lost } else { 0 };
        if consumer.counts.told != Some(expected) {
            let jitter = ticks(u64::from(remote.jitter), kind);
            consumer.counts.report = Some(ReceivedReport { expected, lost, jitter });
            consumer.counts.rtt = stats.rtt;
        }
        self.on_report(slot, found, expected, lost);
    }

    /// A receiver has told of the packets of a subscription: numbers up to `expected`, of which `lost` did not come.
    fn on_report(&mut self, slot: TransportSlot, consumer: ConsumerSlot, expected: u64, lost: u64) {
        let Some(consumer) = self.consumers.get_mut(consumer).filter(|c| c.red.is_some()) else { return };
        let (known, known_lost) = std::mem::replace(&mut consumer.reported, (expected, lost));
        let Some(transport) = self.transports.get_mut(slot) else { return };
        if transport.downlink.as_ref().is_some_and(|downlink| downlink.is_full(self.now)) {
            return;
        }
        let was = transport.protection.depth() > 0;
        // What came late after all makes the sum of losses fall.
        transport.protection.report(
            self.now,
            expected.saturating_sub(known),
            lost.saturating_sub(known_lost),
        );
        let is = transport.protection.depth() > 0;
        match (was, is) {
            (false, true) => self.stats.red_subscribers += 1,
            (true, false) => self.stats.red_subscribers -= 1,
            (_, _) => {}
        }
    }

    /// The session has said everything.
    pub(crate) fn finish_sample(&mut self, slot: TransportSlot) {
        let Some(transport) = self.transports.get_mut(slot) else { return };
        let Some(path) = transport.sample.take() else { return };
        let (peer, key, consuming) = (transport.peer, transport.key, transport.consuming);
        let (producers, consumers) = (transport.producers.clone(), transport.consumers.clone());
        let produced = producers.iter().filter_map(|(mid, slot)| self.producer_sample(*mid, *slot));
        let producers = produced.take(SAMPLED_TRACKS_MAX).collect();
        let mut consumed = Vec::new();
        let mut rtt: Option<Duration> = None;
        for (mid, slot) in consumers {
            let Some(consumer) = self.consumers.get_mut(slot) else { continue };
            let Some(producer) = self.producers.get(consumer.producer).filter(|p| !p.paused) else {
                continue;
            };
            // All reports are of one path: what makes one of them late is no part of it.
            rtt = [rtt, consumer.counts.rtt.take()].into_iter().flatten().min();
            if consumed.len() < SAMPLED_TRACKS_MAX {
                consumed.push(consumer_sample(mid, consumer, producer));
            }
        }
        let sample = Sample {
            peer,
            transport: key,
            consuming,
            at: self.now,
            path: Path { rtt, ..path },
            producers,
            consumers: consumed,
        };
        self.out.push_back(Output::Event(Event::Sampled(Box::new(sample))));
    }

    fn producer_sample(&mut self, mid: Mid, slot: ProducerSlot) -> Option<ProducerSample> {
        let producer = self.producers.get_mut(slot).filter(|p| !p.paused)?;
        let Producer { key, kind, screen, .. } = *producer;
        let layer = largest(&mut producer.layers)?;
        let sent = layer.counts.sent.take();
        if sent.is_some() {
            layer.counts.told = sent;
        }
        Some(ProducerSample {
            producer: key,
            kind,
            screen,
            mid: mid.to_string(),
            ssrc: layer.count.ssrc(),
            sent,
            expected: layer.count.expected(),
            lost: layer.count.lost(),
            jitter: layer.counts.jitter,
            plis: layer.counts.plis,
            firs: layer.counts.firs,
            frames: layer.count.frames,
            key_frames: layer.count.key_frames,
            size: layer.count.size,
        })
    }

    /// A track is heard or seen from now on, or not any more.
    pub(crate) fn tell_track(&mut self, slot: ProducerSlot, on: bool) {
        let Some(producer) = self.producers.get(slot) else { return };
        let Producer { peer, kind, screen, .. } = *producer;
        let at = self.now;
        self.out.push_back(Output::Event(Event::TrackTurned { peer, at, kind, screen, on }));
    }
}

fn consumer_sample(mid: Mid, consumer: &mut Consumer, producer: &Producer) -> ConsumerSample {
    let report = consumer.counts.report.take();
    if let Some(report) = report {
        consumer.counts.told = Some(report.expected);
    }
    ConsumerSample {
        producer: consumer.key,
        sender: producer.peer,
        kind: producer.kind,
        screen: producer.screen,
        mid: mid.to_string(),
        ssrc: *consumer.ssrc,
        report,
    }
}

/// The layer that is sampled: the largest of those that flow. Sizes that are not known are told by the names (PROTOCOL §6.6).
fn largest(layers: &mut [Layer]) -> Option<&mut Layer> {
    let size =
        |layer: &Layer| layer.count.size.map_or(0, |(width, height)| u32::from(width) * u32::from(height));
    layers.iter_mut().min_by(|a, b| {
        let order = b.live.cmp(&a.live).then_with(|| size(b).cmp(&size(a)));
        order.then_with(|| a.rid.as_deref().cmp(&b.rid.as_deref()))
    })
}

/// A length in units of a track's clock.
fn ticks(ticks: u64, kind: Kind) -> Duration {
    let hz = match kind {
        Kind::Audio => AUDIO_HZ,
        Kind::Video => VIDEO_HZ,
    };
    Duration::from_micros(ticks.saturating_mul(1_000_000) / u64::from(hz))
}
