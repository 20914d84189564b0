//! What a person publishes: one encoding of a camera or a screen, or a voice, packet by packet, and what of it is repeated on request.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::media::{Mid, Pt, Rid};
use str0m::rtp::{ExtensionValues, RtpWrite};

use crate::stamp::Clock;
use crate::vp8::{self, KEY_EVERY, Layer};

/// Payload types that the client uses (PROTOCOL §9).
pub(crate) const PT_OPUS: u8 = 111;
pub(crate) const PT_VP8: u8 = 96;
/// Time between two frames of a voice.
pub(crate) const VOICE_FRAME: Duration = Duration::from_millis(20);
const VOICE_TICKS: u32 = 960;
/// 32 kbit/s, as the client asks Opus for.
const VOICE_BYTES: usize = 80;
/// Opus: CELT, full band, 20 ms, one frame, mono (RFC 6716 §3.1).
const VOICE_TOC: u8 = 0xf8;
/// Level of a voice that speaks, and of one that is silent (RFC 6464), negative dBov as str0m wants them.
const LOUD_DB: i8 = -20;
const SILENT_DB: i8 = -90;
const PICTURE_HZ: u32 = 90_000;
/// Packets that can be repeated: two seconds of the largest layer.
const KEPT_MAX: usize = 256;
/// Numbers begin here, so that what was repeated of the first packets has a number, too.
const FIRST: u64 = 1_000;

/// What it makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Makes {
    Voice,
    Picture(Layer),
}

/// A packet that was sent.
#[derive(Debug, Clone)]
struct Kept {
    seq: u64,
    time: u32,
    marker: bool,
    payload: Arc<[u8]>,
}

/// One encoding.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) mid: Mid,
    pub(crate) rid: Option<Rid>,
    makes: Makes,
    seq: u64,
    frames: u32,
    since_key: u32,
    key: bool,
    kept: VecDeque<Kept>,
    /// Packets repeated.
    pub(crate) repeated: u64,
}

impl Source {
    /// A voice.
    pub(crate) fn voice(mid: Mid) -> Self {
        Self::new(mid, None, Makes::Voice)
    }

    /// A layer of a camera, or a screen.
    pub(crate) fn picture(mid: Mid, layer: Layer) -> Self {
        Self::new(mid, layer.rid().map(Rid::from), Makes::Picture(layer))
    }

    fn new(mid: Mid, rid: Option<Rid>, makes: Makes) -> Self {
        Self {
            mid,
            rid,
            makes,
            seq: FIRST,
            frames: 0,
            since_key: 0,
            key: true,
            kept: VecDeque::with_capacity(KEPT_MAX),
            repeated: 0,
        }
    }

    pub(crate) fn is_voice(&self) -> bool {
        self.makes == Makes::Voice
    }

    /// Somebody needs a key frame: the next frame is one.
    pub(crate) fn want_key(&mut self) {
        self.key = true;
    }

    /// The packets of the next frame, `loud` if somebody speaks.
    pub(crate) fn frame(&mut self, now: Instant, clock: Clock, loud: bool) -> Vec<RtpWrite> {
        let (payloads, ticks) = match self.makes {
            Makes::Voice => {
                let mut payload = vec![0; VOICE_BYTES];
                payload.iter_mut().take(1).for_each(|toc| *toc = VOICE_TOC);
                (vec![payload], VOICE_TICKS)
            }
            Makes::Picture(layer) => {
                let key = std::mem::take(&mut self.key) || self.since_key >= KEY_EVERY;
                self.since_key = if key { 1 } else { self.since_key + 1 };
                (
                    vp8::frame(layer, self.frames as u16, self.frames as u8, key),
                    PICTURE_HZ / layer.frames_per_second(),
                )
            }
        };
        let time = self.frames.wrapping_mul(ticks);
        self.frames = self.frames.wrapping_add(1);
        let last = payloads.len().saturating_sub(1);
        let mut written = Vec::with_capacity(payloads.len());
        for (index, mut payload) in payloads.into_iter().enumerate() {
            clock.stamp(&mut payload, now);
            let marker = !self.is_voice() && index == last;
            let kept = Kept { seq: self.seq, time, marker, payload: payload.into() };
            self.seq += 1;
            written.push(self.write(&kept, now, loud));
            if self.kept.len() == KEPT_MAX {
                self.kept.pop_front();
            }
            self.kept.push_back(kept);
        }
        written
    }

    /// A packet once more, by the 16 bits of its number that RTP has; its stamp is that of the first time.
    pub(crate) fn again(&mut self, seq: u16, now: Instant) -> Option<RtpWrite> {
        let kept = self.kept.iter().rev().find(|kept| kept.seq as u16 == seq)?.clone();
        self.repeated += 1;
        Some(self.write(&kept, now, false))
    }

    fn write(&self, kept: &Kept, now: Instant, loud: bool) -> RtpWrite {
        let pt: Pt = if self.is_voice() { PT_OPUS } else { PT_VP8 }.into();
        let mut said = ExtensionValues::default();
        if self.is_voice() {
            said.audio_level = Some(if loud { LOUD_DB } else { SILENT_DB });
            said.voice_activity = Some(loud);
        }
        RtpWrite::new(pt, kept.seq.into(), kept.time, now, Arc::clone(&kept.payload))
            .marker(kept.marker)
            .ext_vals(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(source: &mut Source, frames: u32) -> Vec<u32> {
        let now = Instant::now();
        let clock = Clock::from(now);
        let mut found = Vec::new();
        for n in 0..frames {
            source.frame(now, clock, false);
            let ends: Vec<_> = source.kept.iter().filter(|kept| kept.marker).collect();
            let time = ends.last().unwrap().time;
            let first = source.kept.iter().find(|kept| kept.time == time).unwrap();
            if vp8::read(&first.payload).unwrap().key {
                found.push(n);
            }
        }
        found
    }

    #[test]
    fn a_key_frame_comes_every_two_seconds_and_on_request() {
        let mut source = Source::picture(Mid::from("a"), Layer::Q);
        assert_eq!(keys(&mut source, 2 * KEY_EVERY + 1), [0, KEY_EVERY, 2 * KEY_EVERY]);
        source.want_key();
        assert_eq!(
            keys(&mut source, KEY_EVERY + 1),
            [0, KEY_EVERY],
            "counted from the one that was asked for"
        );
    }

    #[test]
    fn what_is_repeated_is_what_was_sent() {
        let mut source = Source::picture(Mid::from("a"), Layer::F);
        let (now, later) = (Instant::now(), Instant::now() + Duration::from_secs(1));
        let count = source.frame(now, Clock::from(now), false).len();
        assert!(count > 2);
        assert!(source.again(FIRST as u16, later).is_some());
        assert!(source.again((FIRST + count as u64) as u16, later).is_none(), "not sent yet");
        for _ in 0..KEPT_MAX {
            source.frame(now, Clock::from(now), false);
        }
        assert!(source.again(FIRST as u16, later).is_none(), "too long ago");
        assert_eq!((source.kept.len(), source.repeated), (KEPT_MAX, 1));
    }
}
