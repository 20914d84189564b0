//! What is known of the line of a receiving transport, and what is reported of it.

use std::time::{Duration, Instant};

use crate::allocate::{Allocator, Budget, Tuning};
use crate::limit::{GRID_FROM_PER_SECOND, LINE_DEAF_AFTER};
use crate::stats::Stats;

/// What is reported of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) estimate_bps: Option<u64>,
    /// Somebody is not forwarded as asked for.
    pub(crate) is_short: bool,
    pub(crate) pictures_paused: u64,
    pub(crate) voices_paused: u64,
}

/// The line of one receiving transport.
#[derive(Debug)]
pub(crate) struct Downlink {
    pub(crate) allocator: Allocator,
    /// What the estimator was told.
    pub(crate) told: Budget,
    /// When it was measured, and bytes and datagrams until then.
    measured: Option<(Instant, u64, u64)>,
    media_bytes: u64,
    /// Since when media goes out of which the client has reported nothing.
    unheard: Option<Instant>,
    /// Its client has told what arrived.
    pub(crate) is_heard: bool,
    /// Its client does not tell: it gets what it asks for.
    pub(crate) is_deaf: bool,
    /// When the next of its pictures takes nothing more of the layer that it is to leave.
    pub(crate) leaves: Option<Instant>,
    /// It takes so much that its session says something once in a step of the grid.
    is_busy: bool,
    /// Not before then, if so.
    rests_until: Option<Instant>,
    /// How long reports waited for us since the line was looked at, or those before.
    waited: Duration,
    is_waited_old: bool,
    /// Whether its pictures are paced, and of how many subscriptions the session was told so.
    pub(crate) paced: (bool, usize),
    /// What is lost until then was lost because there was no room for it.
    pub(crate) full_until: Option<Instant>,
    seen: Seen,
}

impl Default for Downlink {
    fn default() -> Self {
        Self {
            allocator: Allocator::new(Tuning::USED),
            told: Budget::default(),
            measured: None,
            media_bytes: 0,
            unheard: None,
            is_heard: false,
            is_deaf: false,
            leaves: None,
            is_busy: false,
            rests_until: None,
            waited: Duration::ZERO,
            is_waited_old: false,
            paced: (true, 0),
            full_until: None,
            seen: Seen::default(),
        }
    }
}

impl Downlink {
    /// Whether its client's line is shared; else the client gets what it asks for.
    pub(crate) fn is_shared(&self) -> bool {
        !self.is_deaf
    }

    /// What is reported as lost now was lost because there was no room for it.
    pub(crate) fn is_full(&self, now: Instant) -> bool {
        self.full_until.is_some_and(|until| now < until)
    }

    /// Brings the gauges up to date.
    pub(crate) fn report(&mut self, stats: &mut Stats, seen: Seen) {
        let before = std::mem::replace(&mut self.seen, seen);
        let moved = |gauge: &mut u64, was: u64, is: u64| *gauge = (*gauge + is).saturating_sub(was);
        let known = |seen: Seen| u64::from(seen.estimate_bps.is_some());
        moved(&mut stats.lines_estimated, known(before), known(seen));
        let bps = |seen: Seen| seen.estimate_bps.unwrap_or(0);
        moved(&mut stats.lines_estimate_bps, bps(before), bps(seen));
        moved(&mut stats.lines_short, before.is_short.into(), seen.is_short.into());
        moved(&mut stats.pictures_paused, before.pictures_paused, seen.pictures_paused);
        moved(&mut stats.voices_paused, before.voices_paused, seen.voices_paused);
    }

    /// What went out since the measure before.
    pub(crate) fn sent_since(
        &mut self,
        now: Instant,
        bytes: u64,
        datagrams: u64,
    ) -> Option<(Duration, u64, u64)> {
        let (at, old_bytes, old_datagrams) = self.measured.replace((now, bytes, datagrams))?;
        let elapsed = now.saturating_duration_since(at);
        let datagrams = datagrams.saturating_sub(old_datagrams);
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        self.is_busy = datagrams.saturating_mul(1_000_000) >= micros.saturating_mul(GRID_FROM_PER_SECOND);
        (!elapsed.is_zero()).then(|| (elapsed, bytes.saturating_sub(old_bytes), datagrams))
    }

    /// Its client gets all that it asks for.
    pub(crate) fn is_content(&self) -> bool {
        self.seen.estimate_bps.is_some() && !self.seen.is_short
    }

    /// Padding asks for more: at the times that its pacer names, or there is less of it.
    pub(crate) fn pads(&self) -> bool {
        self.told.least_bps > 0
    }

    /// What was written to its session waits until then. Not while it is to find out whether there is more: bursts that measure a line
    /// need their distances.
    pub(crate) fn rests(&self, now: Instant) -> Option<Instant> {
        self.rests_until.filter(|until| self.is_busy && self.is_content() && now < *until)
    }

    /// Its session has said something, and is to say more at the next point of the grid, or later.
    pub(crate) fn rest(&mut self, next: Instant) {
        self.rests_until = Some(next);
    }

    /// A report of its client waited so long for us.
    pub(crate) fn report_waited(&mut self, waited: Duration) {
        self.waited = if std::mem::take(&mut self.is_waited_old) { waited } else { self.waited.max(waited) };
    }

    /// How long the latest reports waited at most.
    pub(crate) fn waited(&mut self) -> Duration {
        self.is_waited_old = true;
        self.waited
    }

    /// Whether the client has turned out to tell nothing of what arrives. `reported`: it has, lately; `media_bytes`: all that
    /// was sent of sound and pictures.
    pub(crate) fn is_silent(&mut self, now: Instant, reported: bool, media_bytes: u64) -> bool {
        let sends = std::mem::replace(&mut self.media_bytes, media_bytes) != media_bytes;
        self.is_heard |= reported;
        if self.is_heard || !sends {
            self.unheard = None;
            return false;
        }
        now.saturating_duration_since(*self.unheard.get_or_insert(now)) >= LINE_DEAF_AFTER
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "time must begin somewhere")]
mod tests {
    use super::*;

    #[test]
    fn a_session_with_much_to_say_says_it_on_the_grid() {
        let (t0, step) = (Instant::now(), Duration::from_millis(100));
        let mut line = Downlink::default();
        line.rest(t0 + step);
        line.seen = Seen { estimate_bps: Some(1), ..Seen::default() };
        assert_eq!(line.rests(t0), None, "there is little to say");
        line.sent_since(t0, 0, 0);
        line.sent_since(t0 + step, 9, GRID_FROM_PER_SECOND / 10);
        line.rest(t0 + step * 2);
        assert_eq!(line.rests(t0 + step), Some(t0 + step * 2));
        assert_eq!(line.rests(t0 + step * 2), None);
        line.seen.is_short = true;
        assert_eq!(line.rests(t0 + step), None, "it looks for more");
        line.seen.is_short = false;
        line.sent_since(t0 + step * 3, 9, GRID_FROM_PER_SECOND / 10 + 1);
        assert_eq!(line.rests(t0 + step), None);
    }

    #[test]
    fn a_client_that_tells_nothing_is_found_out_once_it_is_sent_media() {
        let t0 = Instant::now();
        let mut line = Downlink::default();
        assert!(!line.is_silent(t0, false, 0));
        assert!(!line.is_silent(t0 + LINE_DEAF_AFTER * 9, false, 0), "there was nothing to tell of");
        let mut at = t0 + LINE_DEAF_AFTER * 10;
        assert!(!line.is_silent(at, false, 1));
        at += LINE_DEAF_AFTER;
        assert!(line.is_silent(at, false, 2));
        assert!(!line.is_silent(at, true, 3), "it tells after all");
        assert!(!line.is_silent(at + LINE_DEAF_AFTER * 9, false, 4), "and is believed from then on");
    }
}
