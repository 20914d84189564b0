//! What a person hears and sees, and whether it is right.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use str0m::Rtc;
use str0m::media::{KeyframeRequestKind, Mid};
use str0m::rtp::{RedDecoder, RtpPacket};

use crate::board::Board;
use crate::kind::Kind;
use crate::order::{Order, Step};
use crate::picture::{Part, Picture};
use crate::seen::Seen;
use crate::source::PT_OPUS;
use crate::stamp::Clock;
use crate::vp8::{self, Layer};

/// Samples of one packet of a voice.
const VOICE_TICKS: u32 = 960;
/// Whoever sees nothing asks for a key frame this often.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// A track that was wanted for a shorter time than this says nothing of whether it came.
const SETTLED: Duration = Duration::from_secs(3);

/// One track of somebody else.
pub(crate) struct Track {
    pub(crate) producer: String,
    pub(crate) peer: String,
    pub(crate) kind: Kind,
    /// The layer that was asked for last.
    pub(crate) asked: Layer,
    wanted_at: Instant,
    first_at: Option<Instant>,
    key_asked_at: Option<Instant>,
    ssrc: Option<u32>,
    order: Order<Part>,
    picture: Picture,
    /// What was published of it, and how much of that before it was first shown.
    published: Option<(Arc<AtomicU64>, u64)>,
}

impl Track {
    /// One that was just asked for.
    pub(crate) fn new(now: Instant, producer: String, peer: String, kind: Kind) -> Self {
        Self {
            producer,
            peer,
            kind,
            asked: Layer::F,
            wanted_at: now,
            first_at: None,
            key_asked_at: None,
            ssrc: None,
            order: Order::default(),
            picture: Picture::default(),
            published: None,
        }
    }

    /// It has been shown for so long; `None` = not at all.
    pub(crate) fn shown_for(&self, now: Instant) -> Option<Duration> {
        self.first_at.map(|first| now.saturating_duration_since(first))
    }
}

/// All tracks that a person takes.
#[derive(Default)]
pub(crate) struct Screen {
    pub(crate) tracks: BTreeMap<Mid, Track>,
    steps: Vec<Step<Part>>,
}

impl Screen {
    /// A packet came.
    pub(crate) fn packet(
        &mut self,
        now: Instant,
        mid: Mid,
        packet: &RtpPacket,
        clock: Clock,
        board: &Board,
        seen: &mut Seen,
    ) {
        let Some(track) = self.tracks.get_mut(&mid) else { return };
        board.received.fetch_add(1, Ordering::Relaxed);
        if let Some(age) = clock.age(&packet.payload, now) {
            seen.delays.add(age);
        }
        let (seq, payload) = (*packet.seq_no, &packet.payload);
        track.ssrc = Some(*packet.header.ssrc);
        if track.kind == Kind::Voice {
            let part = Part { head: None, ends: true };
            let carried = carried(packet).into_iter().map(|back| (back, part));
            track.order.push_with(now, seq, part, carried, &mut self.steps);
        } else {
            let part = Part { head: vp8::read(payload), ends: packet.header.marker };
            track.order.push(now, seq, part, &mut self.steps);
        }
        for step in self.steps.drain(..) {
            track.step(now, step, board, seen);
        }
    }

    /// Gives up what was waited for long enough, and asks for the key frames that are needed; true if it did.
    pub(crate) fn tick(&mut self, now: Instant, board: &Board, seen: &mut Seen, rtc: &mut Rtc) -> bool {
        let mut asked = false;
        for track in self.tracks.values_mut() {
            track.order.tick(now, &mut self.steps);
            for step in self.steps.drain(..) {
                track.step(now, step, board, seen);
            }
            let Some(ssrc) = track.ssrc.filter(|_| track.wants_key(now)) else { continue };
            if let Some(stream) = rtc.direct_api().stream_rx(&ssrc.into()) {
                stream.request_keyframe(KeyframeRequestKind::Pli);
                track.key_asked_at = Some(now);
                seen.keys_asked += 1;
                asked = true;
            }
        }
        asked
    }

    /// Takes a track off the screen, and its numbers into those of the person.
    pub(crate) fn remove(&mut self, now: Instant, mid: Mid, seen: &mut Seen) {
        let Some(track) = self.tracks.remove(&mid) else { return };
        let time = now.saturating_duration_since(track.wanted_at);
        let (packets, share, published) = match track.kind {
            Kind::Voice => (&mut seen.sound, &mut seen.voices, None),
            Kind::Camera => (&mut seen.video, &mut seen.pictures, Some(&mut seen.published)),
            Kind::Screen => (&mut seen.video, &mut seen.screens, Some(&mut seen.screens_published)),
        };
        packets.received += track.order.received;
        packets.late += track.order.late;
        packets.lost += track.order.lost;
        seen.stream_time += track.shown_for(now).unwrap_or_default();
        if track.first_at.is_some() || time >= SETTLED {
            share.wanted += 1;
            share.had += u64::from(track.first_at.is_some());
        }
        let Picture { shown, gaps, broken, cut, .. } = track.picture;
        seen.shown.iter_mut().zip(shown).for_each(|(own, more)| *own += more);
        seen.gaps += gaps;
        seen.broken += broken;
        seen.cut += cut;
        if let Some((made, before)) = track.published
            && let Some(published) = published
        {
            *published += made.load(Ordering::Relaxed).saturating_sub(before);
        }
    }
}

impl Track {
    fn step(&mut self, now: Instant, step: Step<Part>, board: &Board, seen: &mut Seen) {
        let part = match step {
            Step::Next(part) => part,
            Step::Lost(count) => {
                board.lost.fetch_add(count, Ordering::Relaxed);
                self.picture.lost();
                return;
            }
        };
        if self.kind == Kind::Voice {
            self.first_at.get_or_insert(now);
        } else if self.picture.part(part) {
            board.shown.fetch_add(1, Ordering::Relaxed);
            if self.first_at.is_none() {
                self.first_at = Some(now);
                seen.first_pictures.add(now.saturating_duration_since(self.wanted_at));
                let count = board.published(&self.producer);
                // This frame is one of them.
                self.published = count.map(|count| {
                    let before = count.load(Ordering::Relaxed).saturating_sub(1);
                    (count, before)
                });
            }
        }
    }

    /// Nothing can be shown, and it was not said lately.
    fn wants_key(&self, now: Instant) -> bool {
        let lately = |at: Instant| now.saturating_duration_since(at) < ASK_EVERY;
        // The server asks for the first one by itself.
        let is_new = lately(self.wanted_at);
        self.kind != Kind::Voice
            && self.picture.needs_key()
            && !is_new
            && !self.key_asked_at.is_some_and(lately)
    }
}

/// How far back the packets are that a packet with redundancy carries (RFC 2198).
fn carried(packet: &RtpPacket) -> Vec<u64> {
    if *packet.header.payload_type == PT_OPUS || packet.payload.is_empty() {
        return Vec::new();
    }
    let blocks = RedDecoder::decode(&packet.payload).unwrap_or_default();
    let before = blocks.iter().filter(|block| !block.is_primary && !block.payload.is_empty());
    before.map(|block| u64::from(block.timestamp_offset / VOICE_TICKS)).collect()
}
