//! Shares the lines of subscribers: what their sessions tell goes into `allocate`, and what comes out of it to the layers of
//! their subscriptions.

use std::collections::HashMap;
use std::time::Instant;

use smallvec::SmallVec;
use str0m::bwe::Bitrate;
use str0m::stats::PeerStats;

use crate::allocate::{Budget, Class, Measure, Picture, Voice};
use crate::command::Kind;
use crate::downlink::{Downlink, Seen};
use crate::engine::Sfu;
use crate::id::{ConsumerSlot, ProducerSlot, Scope, TransportSlot};
use crate::limit::{
    LAYER_LEAVE_MAX, LAYERS_MAX, LINE_FIRST_BPS, LINE_UNKNOWN_BPS, LOSS_FULL, RANKED_SPEAKERS_MAX,
    RTX_CACHE_AGE, RTX_CACHE_PACKETS, RTX_RATIO_ILL, RTX_RATIO_MAX,
};
use crate::rtc::guard;
use crate::track::{Grant, Rank, Rung};
use crate::transport::Link;

/// Of everybody who has not spoken lately, the oldest subscription comes first, behind those who have.
const ORDER_BEHIND: u64 = RANKED_SPEAKERS_MAX as u64;
/// The desire is told anew when it has changed by so much: each rise is a reason for the estimator to probe.
const DESIRE_CHANGE_PERMILLE: u64 = 125;

/// Who asks for a part of a line.
#[derive(Default)]
struct Claims {
    voices: Vec<Voice>,
    voice_of: Vec<ConsumerSlot>,
    pictures: Vec<Picture>,
    picture_of: Vec<(ConsumerSlot, SmallVec<[Rung; LAYERS_MAX]>)>,
    /// Pictures of which nothing comes: they are new when they come back.
    absent: Vec<ConsumerSlot>,
}

impl Sfu {
    /// The session of a transport tells what it has sent, and what is known of the line.
    pub(crate) fn on_line(&mut self, slot: TransportSlot, stats: &PeerStats) {
        let now = self.now;
        let handing = self.late.get(now);
        let Some(transport) = self.transports.get_mut(slot).filter(|t| t.link == Link::Up) else { return };
        let datagrams = transport.datagrams_out;
        let Some(downlink) = &mut transport.downlink else { return };
        let sent = downlink.sent_since(now, stats.peer_bytes_tx, datagrams);
        let (Some((elapsed, bytes, datagrams)), Some(estimate)) = (sent, stats.bwe_tx) else { return };
        let loss_permille = stats.egress_loss_fraction.map(|loss| (loss.clamp(0.0, 1.0) * 1_000.0) as u64);
        if downlink.is_silent(now, loss_permille.is_some(), stats.bytes_tx) {
            return self.stop_sharing(slot);
        }
        if downlink.is_deaf {
            if downlink.is_heard {
                // It tells after all.
                downlink.is_deaf = false;
                self.start_sharing(slot);
            }
            return;
        }
        let late = handing + downlink.waited();
        let measure = Measure {
            estimate_bps: estimate.as_u64(),
            bytes,
            datagrams,
            elapsed,
            loss_permille,
            rtt: stats.rtt,
            late,
        };
        let was_ill = downlink.allocator.is_ill();
        let reset = downlink.is_heard.then(|| downlink.allocator.measure(now, measure)).flatten();
        let changed = downlink.allocator.is_ill() != was_ill;
        if let Some(restart) = reset {
            self.stats.lines_dropped += u64::from(restart.is_drop);
            let desired_bps = if restart.is_drop { 0 } else { restart.from_bps };
            self.begin_estimate(slot, restart.from_bps, desired_bps);
        }
        if reset.is_some() || changed {
            let pictures = self.transports.get(slot).map(|t| t.consumers.clone()).unwrap_or_default();
            pictures.into_iter().for_each(|(_, consumer)| self.forget_sent(consumer));
        }
        self.share_line(slot);
    }

    /// The client tells nothing of what arrives: as if nothing were known of its line, it gets what it asks for.
    fn stop_sharing(&mut self, slot: TransportSlot) {
        let Some(transport) = self.transports.get_mut(slot) else { return };
        let consumers = transport.consumers.clone();
        let Some(downlink) = transport.downlink.as_mut().filter(|downlink| !downlink.is_deaf) else { return };
        downlink.is_deaf = true;
        downlink.report(&mut self.stats, Seen::default());
        // The pacer goes by the estimate. Nothing is desired, so nothing is probed for.
        self.begin_estimate(slot, LINE_UNKNOWN_BPS, 0);
        for (_, consumer) in consumers {
            self.grant(consumer, Grant::Free);
        }
    }

    fn start_sharing(&mut self, slot: TransportSlot) {
        self.begin_estimate(slot, LINE_FIRST_BPS, LINE_FIRST_BPS);
        let consumers = self.transports.get(slot).map(|t| t.consumers.clone()).unwrap_or_default();
        for (_, consumer) in consumers {
            self.grant(consumer, Grant::New);
        }
        self.share_line(slot);
    }

    /// The estimator begins again. Its first probes go by what is desired.
    fn begin_estimate(&mut self, slot: TransportSlot, from_bps: u64, desired_bps: u64) {
        let Some(transport) = self.transports.get_mut(slot) else { return };
        if let Some(downlink) = &mut transport.downlink {
            downlink.told = Budget { least_bps: 0, desired_bps };
        }
        let begun = guard(|| {
            transport.rtc.bwe().set_bitrate(Bitrate::ZERO, Bitrate::bps(desired_bps));
            transport.rtc.bwe().reset(Bitrate::bps(from_bps));
        });
        if begun.is_err() {
            self.panicked(slot);
        }
    }

    /// Shares the line of a subscription's subscriber anew.
    fn share_line_of(&mut self, consumer: ConsumerSlot) {
        if let Some(transport) = self.consumers.get(consumer).map(|consumer| consumer.transport) {
            self.share_line(transport);
        }
    }

    /// The first layer of a picture flows: those who wait for it find its place.
    pub(crate) fn share_lines_for(&mut self, producer: ProducerSlot) {
        let consumers = self.producers.get(producer).map(|p| p.consumers.clone()).unwrap_or_default();
        for consumer in consumers {
            if self.consumers.get(consumer).is_some_and(|consumer| consumer.grant == Grant::New) {
                self.share_line_of(consumer);
            }
        }
    }

    /// Shares a line anew, as far as what it carries is known.
    pub(crate) fn share_line(&mut self, slot: TransportSlot) {
        let now = self.now;
        let downlink = self.transports.get(slot).and_then(|transport| transport.downlink.as_ref());
        if !downlink.is_some_and(Downlink::is_shared) {
            return;
        }
        let mut claims = self.claims(slot);
        for absent in std::mem::take(&mut claims.absent) {
            self.grant(absent, Grant::New);
        }
        let Some(transport) = self.transports.get_mut(slot) else { return };
        let Some(downlink) = &mut transport.downlink else { return };
        let (budget, moves) = downlink.allocator.share(now, &mut claims.voices, &mut claims.pictures);
        let is_full = downlink.allocator.is_full();
        let seen = Seen {
            estimate_bps: downlink.allocator.estimate_bps(),
            is_short: claims.pictures.iter().any(|p| p.bps() < p.most_bps())
                || claims.voices.iter().any(|voice| voice.on_since.is_none()),
            pictures_paused: claims.pictures.iter().filter(|picture| picture.at.is_none()).count() as u64,
            voices_paused: claims.voices.iter().filter(|voice| voice.on_since.is_none()).count() as u64,
        };
        downlink.report(&mut self.stats, seen);
        self.stats.steps_up += moves.ups;
        self.stats.steps_down += moves.downs;
        if let Some(from_bps) = moves.begins {
            self.begin_estimate(slot, from_bps, budget.desired_bps.max(from_bps));
        }
        self.tell_estimator(slot, budget);
        self.pace(slot, !moves.is_unpaced);
        if is_full {
            self.give_up_redundancy(slot);
        }
        self.apply(claims);
        self.await_leaving(slot);
    }

    /// What the subscribers of a transport ask for.
    fn claims(&self, slot: TransportSlot) -> Claims {
        let now = self.now;
        let mut claims = Claims::default();
        let Some(transport) = self.transports.get(slot) else { return claims };
        let room = self.rooms.get(&transport.peer.scope);
        for (order, (_, consumer_slot)) in transport.consumers.iter().enumerate() {
            let Some(consumer) = self.consumers.get(*consumer_slot) else { continue };
            let Some(producer) = self.producers.get(consumer.producer) else { continue };
            if producer.kind == Kind::Audio {
                let rate = producer.layers.first().map_or(0, |layer| layer.rate.bps(now));
                let hears = room.is_none_or(|room| room.hears(transport.peer.id, producer.audience));
                let bps = if producer.paused || !hears { 0 } else { rate };
                claims.voices.push(Voice {
                    bps,
                    level: producer.loudness.level(now),
                    on_since: consumer.on_since,
                });
                claims.voice_of.push(*consumer_slot);
                continue;
            }
            let ladder = producer.ladder(now, consumer.preferred.as_deref());
            if producer.paused || ladder.is_empty() {
                claims.absent.push(*consumer_slot);
                continue;
            }
            let at = match consumer.grant {
                // A layer that fell silent: what its publisher sends instead.
                Grant::Layer(layer) => {
                    Some(ladder.iter().position(|(known, _)| *known == layer).unwrap_or(ladder.len() - 1))
                }
                Grant::Free | Grant::New | Grant::Paused => None,
            };
            claims.pictures.push(Picture {
                class: if producer.screen { Class::Screen } else { producer.rank.class },
                order: producer.rank.place.unwrap_or(ORDER_BEHIND + order as u64),
                rates_bps: ladder.iter().map(|(_, bps)| *bps).collect(),
                at,
                is_new: consumer.grant == Grant::New,
            });
            claims.picture_of.push((*consumer_slot, ladder));
        }
        claims
    }

    /// Has the session pace its pictures, or not; sound never is.
    fn pace(&mut self, slot: TransportSlot, is_paced: bool) {
        let Some(transport) = self.transports.get_mut(slot) else { return };
        let Some(downlink) = &mut transport.downlink else { return };
        let told = (is_paced, transport.consumers.len());
        if std::mem::replace(&mut downlink.paced, told) == told {
            return;
        }
        let consumers = transport.consumers.iter().filter_map(|(_, consumer)| self.consumers.get(*consumer));
        let is_picture = |slot: ProducerSlot| self.producers.get(slot).is_some_and(|p| p.kind == Kind::Video);
        let pictures = consumers.filter(|consumer| is_picture(consumer.producer));
        let told = guard(|| {
            let mut api = transport.rtc.direct_api();
            for consumer in pictures {
                if let Some(stream) = api.stream_tx(&consumer.ssrc) {
                    stream.set_unpaced(!is_paced);
                }
            }
        });
        if told.is_err() {
            self.panicked(slot);
        }
    }

    /// Where what is lost has found no room, to say everything twice leaves less.
    fn give_up_redundancy(&mut self, slot: TransportSlot) {
        let Some(transport) = self.transports.get_mut(slot) else { return };
        let was = std::mem::take(&mut transport.protection);
        self.stats.red_subscribers -= u64::from(was.depth() > 0);
        if let Some(downlink) = &mut transport.downlink {
            downlink.full_until = Some(self.now + LOSS_FULL);
        }
    }

    fn tell_estimator(&mut self, slot: TransportSlot, budget: Budget) {
        let Some(transport) = self.transports.get_mut(slot) else { return };
        let Some(downlink) = &mut transport.downlink else { return };
        // A probe goes to twice what is desired, and what it finds is the estimate: of little it finds little. Nothing is desired where
        // there is to be none.
        let desired_bps = if budget.desired_bps > 0 { budget.desired_bps.max(LINE_FIRST_BPS) } else { 0 };
        let budget = Budget { desired_bps, ..budget };
        let changed = downlink.told.desired_bps.abs_diff(budget.desired_bps).saturating_mul(1_000)
            > downlink.told.desired_bps.saturating_mul(DESIRE_CHANGE_PERMILLE);
        let desired_bps = if changed { budget.desired_bps } else { downlink.told.desired_bps };
        let told = Budget { desired_bps, ..budget };
        if std::mem::replace(&mut downlink.told, told) == told {
            return;
        }
        let (least, desired) = (Bitrate::bps(told.least_bps), Bitrate::bps(told.desired_bps));
        if guard(|| transport.rtc.bwe().set_bitrate(least, desired)).is_err() {
            self.panicked(slot);
        }
    }

    fn apply(&mut self, claims: Claims) {
        for (voice, consumer) in claims.voices.iter().zip(claims.voice_of) {
            if let Some(consumer) = self.consumers.get_mut(consumer) {
                consumer.on_since = voice.on_since;
            }
            self.grant(consumer, if voice.on_since.is_some() { Grant::Layer(0) } else { Grant::Paused });
        }
        for (picture, (consumer, ladder)) in claims.pictures.iter().zip(claims.picture_of) {
            let layer = picture.at.and_then(|at| ladder.get(at)).map(|(layer, _)| *layer);
            let Some(known) = self.consumers.get(consumer) else { continue };
            let was = match known.grant {
                Grant::Layer(layer) => ladder.iter().position(|(known, _)| *known == layer),
                Grant::Free | Grant::New | Grant::Paused => None,
            };
            let is_down = was > picture.at;
            let leaves = picture.at.filter(|_| is_down).map(|_| self.now + LAYER_LEAVE_MAX);
            if self.grant_until(consumer, layer.map_or(Grant::Paused, Grant::Layer), leaves) && is_down {
                self.forget_sent(consumer);
            }
        }
    }

    /// Gives a subscription its part; false when it has it already.
    fn grant(&mut self, slot: ConsumerSlot, grant: Grant) -> bool {
        self.grant_until(slot, grant, None)
    }

    /// The same; the layer that it had goes on until then at most.
    fn grant_until(&mut self, slot: ConsumerSlot, grant: Grant, leaves: Option<Instant>) -> bool {
        let Some(consumer) = self.consumers.get_mut(slot).filter(|consumer| consumer.grant != grant) else {
            return false;
        };
        consumer.grant = grant;
        consumer.leaves = leaves;
        self.aim_one(slot);
        true
    }

    /// What was sent of a picture is not repeated: of a layer that is left it would take the place of the new one.
    fn forget_sent(&mut self, slot: ConsumerSlot) {
        let Some(consumer) = self.consumers.get(slot) else { return };
        if self.producers.get(consumer.producer).is_none_or(|producer| producer.kind == Kind::Audio) {
            return;
        }
        let (ssrc, transport_slot) = (consumer.ssrc, consumer.transport);
        let Some(transport) = self.transports.get_mut(transport_slot) else { return };
        let is_ill = transport.downlink.as_ref().is_some_and(|downlink| downlink.allocator.is_ill());
        let ratio = if is_ill { RTX_RATIO_ILL } else { RTX_RATIO_MAX };
        let forgotten = guard(|| {
            let mut api = transport.rtc.direct_api();
            if let Some(stream) = api.stream_tx(&ssrc) {
                stream.set_rtx_cache(RTX_CACHE_PACKETS, RTX_CACHE_AGE, Some(ratio));
            }
        });
        if forgotten.is_err() {
            self.panicked(transport_slot);
        }
    }

    /// Pictures that were to leave a layer, and have waited long enough for a key frame, take nothing more of it.
    pub(crate) fn leave_layers(&mut self, slot: TransportSlot) {
        let consumers = self.transports.get(slot).map(|t| t.consumers.clone()).unwrap_or_default();
        for (_, slot) in consumers {
            let Some(consumer) = self.consumers.get_mut(slot) else { continue };
            if consumer.leaves.is_some_and(|at| at <= self.now) {
                consumer.leaves = None;
                self.restart(slot);
            }
        }
        self.await_leaving(slot);
    }

    fn await_leaving(&mut self, slot: TransportSlot) {
        let Some(transport) = self.transports.get_mut(slot) else { return };
        let leaves = transport.consumers.iter().filter_map(|(_, c)| self.consumers.get(*c)?.leaves).min();
        if let Some(downlink) = &mut transport.downlink {
            downlink.leaves = leaves;
        }
        self.schedule(slot);
    }

    /// Who matters in a scope.
    pub(crate) fn rank(&mut self, scope: Scope, pinned: Option<u128>, speakers: &[u128]) {
        let places = speakers.iter().take(RANKED_SPEAKERS_MAX).zip(0_u64..);
        let places: HashMap<u128, u64> = places.map(|(peer, place)| (*peer, place)).collect();
        let Self { rooms, producers, .. } = self;
        for slot in rooms.get(&scope).into_iter().flat_map(|room| &room.producers) {
            let Some(producer) = producers.get_mut(*slot) else { continue };
            let place = places.get(&producer.peer.id).copied();
            let class = match place {
                _ if pinned == Some(producer.peer.id) => Class::Pinned,
                Some(0) => Class::Speaker,
                Some(_) | None => Class::Rest,
            };
            producer.rank = Rank { class, place };
        }
    }
}
