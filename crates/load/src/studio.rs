//! What a person publishes, frame by frame at its time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use str0m::Rtc;
use str0m::media::{Mid, Rid};
use str0m::rtp::rtcp::Nack;

use crate::source::{Source, VOICE_FRAME};
use crate::stamp::Clock;
use crate::vp8::Layer;

/// Whoever is further behind leaves frames out instead of sending them all at once.
const BEHIND_MAX: Duration = Duration::from_millis(200);

/// When the next frame of a kind is due.
#[derive(Debug)]
struct Beat {
    next: Instant,
    every: Duration,
}

impl Beat {
    /// How many frames are due.
    fn take(&mut self, now: Instant) -> u32 {
        if now.saturating_duration_since(self.next) > BEHIND_MAX {
            self.next = now;
        }
        let mut due = 0;
        while self.next <= now {
            self.next += self.every;
            due += 1;
        }
        due
    }
}

/// A track: its encodings, whose frames are due together.
#[derive(Debug)]
struct Track {
    beat: Beat,
    sources: Vec<Source>,
    /// Counts the frames of a picture.
    frames: Option<Arc<AtomicU64>>,
}

/// Microphone, camera and screen.
#[derive(Debug, Default)]
pub(crate) struct Studio {
    tracks: Vec<Track>,
}

impl Studio {
    /// Begins to speak on a track.
    pub(crate) fn add_voice(&mut self, now: Instant, mid: Mid) {
        self.add(now, VOICE_FRAME, vec![Source::voice(mid)], None);
    }

    /// Begins to show on a track, in these layers; `frames` counts what is made.
    pub(crate) fn add_picture(&mut self, now: Instant, mid: Mid, layers: &[Layer], frames: Arc<AtomicU64>) {
        let rate = layers.iter().map(|layer| layer.frames_per_second()).max().unwrap_or(1);
        let sources = layers.iter().map(|layer| Source::picture(mid, *layer)).collect();
        self.add(now, Duration::from_secs(1) / rate, sources, Some(frames));
    }

    fn add(&mut self, next: Instant, every: Duration, sources: Vec<Source>, frames: Option<Arc<AtomicU64>>) {
        self.tracks.push(Track { beat: Beat { next, every }, sources, frames });
    }

    /// When the next frame is due.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.tracks.iter().map(|track| track.beat.next).min()
    }

    /// Writes the frames that are due; true if there were any.
    pub(crate) fn write(&mut self, now: Instant, clock: Clock, loud: bool, rtc: &mut Rtc) -> bool {
        let mut api = rtc.direct_api();
        let mut any = false;
        for Track { beat, sources, frames } in &mut self.tracks {
            let due = beat.take(now);
            any |= due > 0;
            for source in sources {
                let Some(stream) = api.stream_tx_by_mid(source.mid, source.rid) else { continue };
                for _ in 0..due {
                    source.frame(now, clock, loud).into_iter().for_each(|packet| stream.write_rtp(packet));
                }
            }
            if let Some(frames) = frames {
                frames.fetch_add(u64::from(due), Ordering::Relaxed);
            }
        }
        any
    }

    fn sources(&mut self) -> impl Iterator<Item = &mut Source> {
        self.tracks.iter_mut().flat_map(|track| &mut track.sources)
    }

    /// Somebody needs a key frame of a layer.
    pub(crate) fn want_key(&mut self, mid: Mid, rid: Option<Rid>) {
        let of = |source: &&mut Source| source.mid == mid && (rid.is_none() || source.rid == rid);
        self.sources().filter(of).for_each(Source::want_key);
    }

    /// Repeats what was lost on its way, on the stream itself; true if there was something.
    pub(crate) fn repeat(&mut self, now: Instant, nack: &Nack, rtc: &mut Rtc) -> bool {
        let mut api = rtc.direct_api();
        let Some(stream) = api.stream_tx(&nack.ssrc) else { return false };
        let (mid, rid) = (stream.mid(), stream.rid());
        let Some(source) = self.sources().find(|s| s.mid == mid && s.rid == rid) else {
            return false;
        };
        let mut any = false;
        for entry in nack.reports.iter() {
            let later = (0..16).filter(|bit| entry.blp >> bit & 1 == 1);
            let all = std::iter::once(entry.pid).chain(later.map(|bit| entry.pid.wrapping_add(bit + 1)));
            for packet in all.filter_map(|seq| source.again(seq, now)) {
                stream.write_rtp(packet);
                any = true;
            }
        }
        any
    }

    /// Packets repeated so far.
    pub(crate) fn repeated(&self) -> u64 {
        self.tracks.iter().flat_map(|track| &track.sources).map(|source| source.repeated).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_made_up_for_when_it_is_late_and_left_out_when_it_is_very_late() {
        let begin = Instant::now();
        let ms = Duration::from_millis;
        let mut beat = Beat { next: begin, every: ms(20) };
        assert_eq!(beat.take(begin), 1);
        assert_eq!(beat.take(begin + ms(19)), 0);
        assert_eq!(beat.take(begin + ms(20)), 1);
        assert_eq!(beat.take(begin + ms(101)), 4, "40 to 100");
        assert_eq!(beat.take(begin + ms(1_000)), 1);
        assert_eq!(beat.next, begin + ms(1_020));
    }
}
