//! The numbers of a forwarded stream: sequence, timestamp, VP8 picture id and TL0PICIDX stay continuous for the
//! subscriber while the source behind them changes, pauses or starts anew.

use std::time::Instant;

/// First sequence number of a subscription. SRTP receivers start at roll-over counter 0, so the publisher's
/// extended number must not be used (MEDIA §7 point 3).
const FIRST_SEQ: u64 = 1;
const PICTURE_ID_MASK: u16 = 0x7fff;

/// The numbers of a packet as the publisher sent it, or as the subscriber gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbers {
    /// Extended sequence number.
    pub(crate) seq: u64,
    /// RTP timestamp.
    pub(crate) time: u32,
    /// VP8 picture id.
    pub(crate) picture: Option<u16>,
    /// VP8 TL0PICIDX.
    pub(crate) tl0: Option<u8>,
}

#[derive(Debug)]
struct Stretch {
    ssrc: u32,
    first_seq: u64,
    first_out: u64,
    time: u32,
    picture: u16,
    tl0: u8,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    numbers: Numbers,
    at: Instant,
}

/// The rewriting state of one subscription.
#[derive(Debug)]
pub(crate) struct Rewriter {
    clock_hz: u32,
    stretch: Option<Stretch>,
    last: Option<Last>,
}

impl Rewriter {
    pub(crate) fn new(clock_hz: u32) -> Self {
        Self { clock_hz, stretch: None, last: None }
    }

    /// Begins a stretch at this packet of the encoding `ssrc`: it follows what went out last.
    pub(crate) fn start(&mut self, now: Instant, ssrc: u32, first: Numbers) {
        let time = match (&self.last, &self.stretch) {
            // The same source keeps its clock, so that lip sync survives a pause.
            (Some(_), Some(stretch)) if stretch.ssrc == ssrc => stretch.time,
            (Some(last), _) => {
                let elapsed = now.saturating_duration_since(last.at).as_secs_f64();
                let ticks = ((elapsed * f64::from(self.clock_hz)) as u32).max(1);
                last.numbers.time.wrapping_add(ticks).wrapping_sub(first.time)
            }
            (None, _) => 0,
        };
        let after = |last: Option<u16>, first: Option<u16>| match (last, first) {
            (Some(last), Some(first)) => last.wrapping_add(1).wrapping_sub(first),
            (None, _) | (_, None) => 0,
        };
        let last = self.last.map(|last| last.numbers);
        self.stretch = Some(Stretch {
            ssrc,
            first_seq: first.seq,
            first_out: last.map_or(FIRST_SEQ, |last| last.seq + 1),
            time,
            picture: after(last.and_then(|l| l.picture), first.picture) & PICTURE_ID_MASK,
            tl0: after(last.and_then(|l| l.tl0).map(u16::from), first.tl0.map(u16::from)) as u8,
        });
    }

    /// How many packets before this one belong to the stretch.
    pub(crate) fn before(&self, seq: u64) -> u64 {
        self.stretch.as_ref().map_or(0, |stretch| seq.saturating_sub(stretch.first_seq))
    }

    /// The numbers that go out, or `None` for a packet from before the stretch.
    pub(crate) fn map(&mut self, now: Instant, packet: Numbers) -> Option<Numbers> {
        let stretch = self.stretch.as_ref()?;
        let offset = packet.seq.checked_sub(stretch.first_seq)?;
        let out = Numbers {
            seq: stretch.first_out + offset,
            time: packet.time.wrapping_add(stretch.time),
            picture: packet.picture.map(|p| p.wrapping_add(stretch.picture) & PICTURE_ID_MASK),
            tl0: packet.tl0.map(|t| t.wrapping_add(stretch.tl0)),
        };
        match &mut self.last {
            Some(last) if last.numbers.seq > out.seq => {}
            Some(last) => {
                let kept = last.numbers;
                last.numbers =
                    Numbers { picture: out.picture.or(kept.picture), tl0: out.tl0.or(kept.tl0), ..out };
                last.at = now;
            }
            None => self.last = Some(Last { numbers: out, at: now }),
        }
        Some(out)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "time must begin somewhere")]
mod tests {
    use super::*;
    use std::time::Duration;

    fn n(seq: u64, time: u32, picture: u16, tl0: u8) -> Numbers {
        Numbers { seq, time, picture: Some(picture), tl0: Some(tl0) }
    }

    #[test]
    fn starts_at_roll_over_zero_and_keeps_gaps() {
        let t0 = Instant::now();
        let mut r = Rewriter::new(90_000);
        r.start(t0, 7, n(200_000, 50, 9, 3));
        assert_eq!(r.map(t0, n(200_000, 50, 9, 3)), Some(n(1, 50, 9, 3)));
        assert_eq!(r.map(t0, n(200_003, 60, 10, 4)), Some(n(4, 60, 10, 4)), "a gap stays a gap");
        assert_eq!(r.map(t0, n(200_001, 50, 9, 3)), Some(n(2, 50, 9, 3)), "a late packet finds its place");
        assert_eq!(r.map(t0, n(199_999, 40, 8, 2)), None, "before the stretch");
    }

    #[test]
    fn a_switch_is_continuous() {
        let t0 = Instant::now();
        let mut r = Rewriter::new(90_000);
        r.start(t0, 1, n(10, 1000, 0x7fff, 255));
        r.map(t0, n(10, 1000, 0x7fff, 255));
        let t1 = t0 + Duration::from_millis(50);
        r.start(t1, 2, n(70_000, 4_000_000_000, 77, 5));
        assert_eq!(r.map(t1, n(70_000, 4_000_000_000, 77, 5)), Some(n(2, 1000 + 4500, 0, 0)));
        assert_eq!(r.map(t1, n(70_001, 4_000_003_000, 78, 6)), Some(n(3, 5500 + 3000, 1, 1)));
    }

    #[test]
    fn a_pause_leaves_no_hole_and_keeps_the_clock() {
        let t0 = Instant::now();
        let mut r = Rewriter::new(48_000);
        let audio = |seq, time| Numbers { seq, time, picture: None, tl0: None };
        r.start(t0, 1, audio(5, 960));
        r.map(t0, audio(5, 960));
        let t1 = t0 + Duration::from_secs(20);
        r.start(t1, 1, audio(1005, 960_960));
        assert_eq!((r.before(1005), r.before(1007)), (0, 2), "what was said in the pause is not part of it");
        assert_eq!(r.map(t1, audio(1005, 960_960)), Some(audio(2, 960_960)));
    }
}
