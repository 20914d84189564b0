//! What is known of a line: what the estimator says of it, what went out and what of that arrived.

use std::time::{Duration, Instant};

use smallvec::SmallVec;

use super::tuning::{Tuning, of};
use crate::limit::{NET_HEADERS_BYTES, RTP_HEADERS_BYTES};
use crate::rate::per_second;

/// Losses are reported of the last second; what was sent is summed over as long.
const SENT_WINDOW: Duration = Duration::from_secs(1);
/// How long the least of something counts, and at most twice as long.
const LEAST_WINDOW: Duration = Duration::from_secs(20);
/// Measures of that window, more than there ever are.
const MEASURES_MAX: usize = 16;
/// Bounds of what goes over the line for one bit of payload: a large picture, and the smallest packets of sound.
const WIRE_PERMILLE: (u64, u64) = (1_040, 2_600);

/// What a session has seen since the measure before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measure {
    /// Of the estimator: bits of RTP payload a second.
    pub(crate) estimate_bps: u64,
    /// Bytes of all datagrams.
    pub(crate) bytes: u64,
    /// Datagrams.
    pub(crate) datagrams: u64,
    /// Over how long.
    pub(crate) elapsed: Duration,
    /// Of the packets of the last second that the client has reported on, those that did not come, in thousandths; `None` when
    /// it has reported on none.
    pub(crate) loss_permille: Option<u64>,
    /// Of the latest packet that was reported on.
    pub(crate) rtt: Option<Duration>,
    /// Of that, at most so much was our own doing: packets that were made and not sent, reports that came and were not read.
    pub(crate) late: Duration,
}

/// The line of one subscriber. All rates are bits a second on the wire, headers of every layer included: sound is half
/// headers, and what the estimator calls a bit is a bit of payload.
#[derive(Debug, Default)]
pub(crate) struct Line {
    estimate_bps: Option<u64>,
    sent: SmallVec<[(u64, Duration); 8]>,
    sent_bps: u64,
    wire_permille: Option<u64>,
    dropped: Option<Instant>,
    is_ill: bool,
    rtt: Least<Duration>,
    loss: Least<u64>,
    /// Since when it loses more than at best lately.
    loses: Option<Instant>,
    is_strained: bool,
    waits: bool,
    is_full: bool,
    /// When it last lost more than at best lately, or its packets waited.
    marred: Option<Instant>,
    late: Duration,
    /// When it was last strained.
    strained: Option<Instant>,
}

/// The least of a number lately.
#[derive(Debug, Default)]
struct Least<T> {
    since: Option<Instant>,
    before: Option<T>,
    now: Option<T>,
}

impl<T: Copy + Ord> Least<T> {
    /// Takes a value; the least of it and those of some time before it.
    fn of(&mut self, now: Instant, value: T) -> T {
        let since = *self.since.get_or_insert(now);
        if now.saturating_duration_since(since) >= LEAST_WINDOW {
            (self.before, self.now, self.since) = (self.now, None, Some(now));
        }
        let least = self.now.map_or(value, |least| least.min(value));
        self.now = Some(least);
        self.before.map_or(least, |before| before.min(least))
    }
}

impl Line {
    /// Takes a measure. `Some` = far less arrives than the estimator believes: it is to begin again from this, bits of
    /// payload a second.
    pub(crate) fn measure(&mut self, now: Instant, measure: Measure, tuning: &Tuning) -> Option<u64> {
        self.note_sent(&measure);
        self.late = measure.late;
        let wire = self.wire_permille.unwrap_or(WIRE_PERMILLE.0);
        self.estimate_bps = Some(of(measure.estimate_bps, wire));
        let loss = measure.loss_permille?;
        let most = tuning.strain_wait + measure.late;
        let waits = measure.rtt.is_some_and(|rtt| rtt >= self.rtt.of(now, rtt) + most);
        let more = loss.saturating_sub(self.loss.of(now, loss));
        // Radio loses packets and delays none: there is nothing to be had from sending less.
        let loses = (waits && more >= tuning.strain_loss_permille) || loss >= tuning.heavy_loss_permille;
        self.is_strained = waits || loses;
        self.waits = waits;
        self.strained = if self.is_strained { Some(now) } else { self.strained };
        let is_marred = waits || more >= tuning.strain_loss_permille;
        self.marred = if is_marred { Some(now) } else { self.marred };
        self.loses = self.loses.filter(|_| loses).or(loses.then_some(now));
        let is_losing = self.loses.is_some_and(|at| now.saturating_duration_since(at) >= tuning.drop_after);
        let is_flooded = loses && loss >= tuning.drop_loss_permille;
        // One report in which packets wait and one in ten is lost may be radio. For a while, or with a quarter lost, it is not.
        self.is_full = waits && (is_losing || loss >= tuning.heavy_loss_permille);
        self.is_ill = is_flooded || (self.is_ill && loss >= tuning.well_loss_permille);
        let arrived = of(self.sent_bps, 1_000_u64.saturating_sub(loss));
        let to = of(arrived, tuning.drop_to_permille);
        let again = self.dropped.is_none_or(|at| now.saturating_duration_since(at) >= tuning.drop_every);
        let is_over = of(measure.estimate_bps, wire) > of(to, tuning.drop_from_permille);
        if !(is_flooded || is_losing) || !is_over || !again {
            return None;
        }
        self.dropped = Some(now);
        self.estimate_bps = Some(to);
        Some(self.payload(to))
    }

    fn note_sent(&mut self, measure: &Measure) {
        let wire = measure.bytes + measure.datagrams * NET_HEADERS_BYTES;
        let payload = measure.bytes.saturating_sub(measure.datagrams * RTP_HEADERS_BYTES);
        if self.sent.len() == MEASURES_MAX {
            self.sent.remove(0);
        }
        self.sent.push((wire, measure.elapsed));
        let mut span: Duration = self.sent.iter().map(|(_, elapsed)| *elapsed).sum();
        while let Some((_, first)) = self.sent.first().copied()
            && span.saturating_sub(first) >= SENT_WINDOW
        {
            self.sent.remove(0);
            span -= first;
        }
        self.sent_bps = per_second(self.sent.iter().map(|(bytes, _)| *bytes).sum(), span);
        if let Some(ratio) = (wire * 1_000).checked_div(payload) {
            let ratio = ratio.clamp(WIRE_PERMILLE.0, WIRE_PERMILLE.1);
            self.wire_permille = Some(self.wire_permille.map_or(ratio, |before| (before * 3 + ratio) / 4));
        }
    }

    /// The estimator begins again from so much on the wire; in bits of payload.
    pub(crate) fn begin(&mut self, wire_bps: u64) -> u64 {
        self.estimate_bps = self.estimate_bps.map(|_| wire_bps);
        self.payload(wire_bps)
    }

    /// What the estimator says, on the wire; `None` before the first measure.
    pub(crate) fn estimate_bps(&self) -> Option<u64> {
        self.estimate_bps
    }

    /// What may be shared out.
    pub(crate) fn carries_bps(&self, tuning: &Tuning) -> u64 {
        of(self.estimate_bps.unwrap_or(0), tuning.use_permille)
    }

    /// Whether it may get so much more that this is what goes out: it has carried that, and has some room.
    pub(crate) fn takes(&self, total_bps: u64, tuning: &Tuning) -> bool {
        let has_room = self.carries_bps(tuning) >= of(total_bps, tuning.up_permille);
        !self.is_strained && has_room && self.sent_bps >= total_bps
    }

    /// Whether it carries so much more than this that it needs no proof.
    pub(crate) fn has_plenty(&self, total_bps: u64, tuning: &Tuning) -> bool {
        !self.is_strained && self.carries_bps(tuning) >= of(total_bps, tuning.ample_permille)
    }

    /// Packets wait or are lost, more than at best lately.
    pub(crate) fn is_strained(&self) -> bool {
        self.is_strained
    }

    /// Packets wait: where not all fit, what is lost has found no room.
    pub(crate) fn waits(&self) -> bool {
        self.waits
    }

    /// Packets wait and are lost, for a while or a quarter of them: what is lost has found no room.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    /// We are so late ourselves that the estimator may take it for a queue.
    pub(crate) fn is_served_late(&self, tuning: &Tuning) -> bool {
        self.late >= tuning.late_least
    }

    /// All that was sent for a while has arrived, but for what is lost at best, and without a wait.
    pub(crate) fn is_clean(&self, now: Instant, tuning: &Tuning) -> bool {
        self.marred.is_none_or(|at| now.saturating_duration_since(at) >= tuning.look_calm)
    }

    /// Has not been strained for so long.
    pub(crate) fn is_calm(&self, now: Instant, time: Duration) -> bool {
        self.strained.is_none_or(|at| now.saturating_duration_since(at) >= time)
    }

    /// Has carried so much, and has not been strained, for a while.
    pub(crate) fn is_calm_with(&self, now: Instant, going_bps: u64, tuning: &Tuning) -> bool {
        self.is_calm(now, tuning.late_calm) && self.sent_bps >= of(going_bps, tuning.late_sent_permille)
    }

    /// Loses so much that repeats would only make it worse.
    pub(crate) fn is_ill(&self) -> bool {
        self.is_ill
    }

    /// What a rate on the wire is in bits of payload.
    pub(crate) fn payload(&self, wire_bps: u64) -> u64 {
        wire_bps.saturating_mul(1_000) / self.wire_permille.unwrap_or(WIRE_PERMILLE.0)
    }
}
