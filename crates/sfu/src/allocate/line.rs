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
    sent: SmallVec<[Sent; 16]>,
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
    /// What goes through a line whose packets wait, or a little less; 0 for any other.
    passes_bps: u64,
    is_passes_known: bool,
    /// Packets wait since then.
    waiting: Option<Instant>,
    late: Duration,
    /// When it was last strained.
    strained: Option<Instant>,
}

/// What was sent until a measure.
#[derive(Debug, Clone, Copy)]
struct Sent {
    /// On the wire.
    bytes: u64,
    elapsed: Duration,
    /// Of the latest packet that had been reported on then.
    rtt: Option<Duration>,
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
    pub(crate) fn measure(
        &mut self,
        now: Instant,
        measure: Measure,
        is_tight: bool,
        tuning: &Tuning,
    ) -> Option<u64> {
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
        self.loses = self.loses.filter(|_| loses).or(loses.then_some(now));
        let is_losing = self.loses.is_some_and(|at| now.saturating_duration_since(at) >= tuning.drop_after);
        let is_flooded = loses && loss >= tuning.drop_loss_permille;
        self.is_ill = is_flooded || (self.is_ill && loss >= tuning.well_loss_permille);
        // Where not even the sound fits, its steps are too fine for a queue to tell anything.
        let arrived =
            if is_tight { of(self.sent_bps, 1_000_u64.saturating_sub(loss)) } else { self.arrived_bps(loss) };
        let to = of(arrived, tuning.drop_to_permille);
        self.note_passes(now, to, tuning);
        let again = self.dropped.is_none_or(|at| now.saturating_duration_since(at) >= tuning.drop_every);
        let is_over = of(measure.estimate_bps, wire) > of(to, tuning.drop_from_permille);
        let is_full = is_flooded && waits && !is_tight;
        if !(is_flooded || is_losing) || !(is_over || is_full) || !again {
            return None;
        }
        self.dropped = Some(now);
        self.estimate_bps = Some(to);
        Some(self.payload(to))
    }

    /// What arrives over a line whose packets wait is what it carries. When they wait no longer it is known for a while, if it was of that line alone.
    fn note_passes(&mut self, now: Instant, to_bps: u64, tuning: &Tuning) {
        if self.waits {
            let since = *self.waiting.get_or_insert(now);
            let is_known = now.saturating_duration_since(since) >= tuning.known_after;
            (self.passes_bps, self.is_passes_known) = (to_bps, is_known);
            return;
        }
        self.waiting = None;
        if !self.is_passes_known || self.is_calm(now, tuning.strained_for) {
            (self.passes_bps, self.is_passes_known) = (0, false);
        }
    }

    /// What arrived, of what went out in the last second and is reported on: what is sent between two instants arrives between those at
    /// which it is heard of.
    fn arrived_bps(&self, loss_permille: u64) -> u64 {
        let Some(latest) = self.sent.last().and_then(|sent| sent.rtt) else { return self.sent_bps };
        let mut age = Duration::ZERO;
        let mut first: Option<(Duration, Duration)> = None;
        for sent in self.sent.iter().rev() {
            let Some(rtt) = sent.rtt else { break };
            let made = age + rtt;
            if first.is_some_and(|(_, before)| made.abs_diff(SENT_WINDOW) > before.abs_diff(SENT_WINDOW)) {
                break;
            }
            first = (!age.is_zero()).then_some((age, made));
            age += sent.elapsed;
        }
        let Some((heard, made)) = first else { return self.sent_bps };
        let (mut bytes, mut age) = (0, Duration::ZERO);
        for sent in self.sent.iter().rev() {
            let end = age + sent.elapsed;
            let within = end.min(made).saturating_sub(age.max(latest));
            bytes += sent.bytes * within.as_micros() as u64 / (sent.elapsed.as_micros() as u64).max(1);
            age = end;
        }
        of(per_second(bytes, heard), 1_000_u64.saturating_sub(loss_permille))
    }

    fn note_sent(&mut self, measure: &Measure) {
        let wire = measure.bytes + measure.datagrams * NET_HEADERS_BYTES;
        let payload = measure.bytes.saturating_sub(measure.datagrams * RTP_HEADERS_BYTES);
        if self.sent.len() == MEASURES_MAX {
            self.sent.remove(0);
        }
        self.sent.push(Sent { bytes: wire, elapsed: measure.elapsed, rtt: measure.rtt });
        let (mut bytes, mut span) = (0, Duration::ZERO);
        for sent in self.sent.iter().rev() {
            if span >= SENT_WINDOW {
                break;
            }
            (bytes, span) = (bytes + sent.bytes, span + sent.elapsed);
        }
        self.sent_bps = per_second(bytes, span);
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

    /// What goes through a line whose packets wait, or a little less: what arrives is what it carries. 0 for any other.
    pub(crate) fn passes_bps(&self) -> u64 {
        self.passes_bps
    }

    /// What went out in the last second.
    pub(crate) fn sent_bps(&self) -> u64 {
        self.sent_bps
    }

    /// What may be shared out.
    pub(crate) fn carries_bps(&self, tuning: &Tuning) -> u64 {
        of(self.estimate_bps.unwrap_or(0), tuning.use_permille)
    }

    /// Whether it may get so much more that this is what goes out: it has carried that with some room.
    pub(crate) fn takes(&self, total_bps: u64, tuning: &Tuning) -> bool {
        let has_room = self.carries_bps(tuning) >= of(total_bps, tuning.up_permille);
        !self.is_strained && has_room && self.sent_bps >= of(total_bps, tuning.proof_permille)
    }

    /// Whether it carries so much more than this that it needs no proof.
    pub(crate) fn has_plenty(&self, total_bps: u64, tuning: &Tuning) -> bool {
        !self.is_strained && self.carries_bps(tuning) >= of(total_bps, tuning.ample_permille)
    }

    /// Packets wait or are lost, more than at best lately.
    pub(crate) fn is_strained(&self) -> bool {
        self.is_strained
    }

    /// Packets wait: what is lost has found no room.
    pub(crate) fn waits(&self) -> bool {
        self.waits
    }

    /// We are so late ourselves that the estimator may take it for a queue.
    pub(crate) fn is_served_late(&self, tuning: &Tuning) -> bool {
        self.late >= tuning.late_least
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
