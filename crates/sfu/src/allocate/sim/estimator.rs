//! A model of the estimator: it grows by 8 % a second up to one and a half times what arrives, falls to 85 % of what arrives
//! when the queue grows, is slow to believe in losses, and takes the result of a probe at its word, right or wrong.

use sederunt_dice::Dice;

use super::line::Arrival;

/// Packets wait so much longer than those before them when the queue grows, ms.
const OVERUSE_MS: u64 = 10;
/// Over this the waits are averaged, ms.
const TREND_MS: u64 = 200;
/// Over this it is judged what arrives, ms.
const WINDOW_MS: u64 = 300;
const FALL_EVERY_MS: u64 = 250;
const PROBE_EVERY_MS: u64 = 5_000;

#[derive(Debug)]
pub(super) struct Estimator {
    /// Bits of payload a second.
    pub(super) bps: f64,
    pub(super) desired_bps: f64,
    pub(super) least_bps: f64,
    recent: Vec<Arrival>,
    fell_at: u64,
    probed_at: u64,
    probe_due: Option<(u64, f64)>,
    is_over: bool,
    /// It has just begun, or begun again, and has not probed.
    is_new: bool,
    dice: Dice,
}

impl Estimator {
    pub(super) fn new(bps: f64, dice: Dice) -> Self {
        Self {
            bps,
            desired_bps: 0.0,
            least_bps: 0.0,
            recent: Vec::new(),
            fell_at: 0,
            probed_at: 0,
            probe_due: None,
            is_over: false,
            is_new: true,
            dice,
        }
    }

    pub(super) fn reset(&mut self, now: u64, bps: f64) {
        (self.bps, self.fell_at, self.is_new, self.probe_due) = (bps, now, true, None);
    }

    pub(super) fn set(&mut self, now: u64, rtt_ms: u64, least: f64, desired: f64) {
        if desired > 0.0 && std::mem::take(&mut self.is_new) {
            self.probe(now, rtt_ms, (desired * 2.0).min(self.bps * 6.0));
        } else if desired > self.desired_bps && desired > self.bps {
            self.probe(now, rtt_ms, desired.min(self.bps * 2.0));
        }
        (self.least_bps, self.desired_bps) = (least.min(desired), desired);
    }

    fn probe(&mut self, now: u64, rtt_ms: u64, bps: f64) {
        self.probed_at = now;
        self.probe_due = Some((now + rtt_ms + 30, bps));
    }

    /// How much padding it asks for, bits of payload a second.
    pub(super) fn padding_bps(&self) -> f64 {
        if self.is_over { 0.0 } else { self.least_bps.max(50_000.0).min(self.bps) }
    }

    /// How long the latest packet waited that is known of.
    pub(super) fn wait_ms(&self) -> Option<u64> {
        self.recent.iter().rev().find_map(|a| a.waited)
    }

    /// Share of the packets of the last second that did not come, in thousandths.
    pub(super) fn loss_permille(&self, now: u64) -> Option<u64> {
        let lately = || self.recent.iter().filter(move |a| a.sent_at + 1_000 > now);
        let total = lately().count() as u64;
        (total > 0).then(|| lately().filter(|a| a.waited.is_none()).count() as u64 * 1_000 / total)
    }

    /// Takes what it was told since the last call; every 50 ms. `line_bps`: what a probe finds.
    pub(super) fn hear(&mut self, now: u64, told: &[Arrival], line: (u64, u64)) {
        let (line_bps, rtt_ms) = line;
        self.recent.retain(|a| a.sent_at + 2_000 > now);
        self.recent.extend_from_slice(told);
        let newest = self.recent.last().map_or(0, |a| a.sent_at);
        let window: Vec<&Arrival> = self.recent.iter().filter(|a| a.sent_at + WINDOW_MS > newest).collect();
        let came: u64 = window.iter().filter(|a| a.waited.is_some()).map(|a| a.payload).sum();
        let acked = came as f64 * 8_000.0 / WINDOW_MS as f64;
        let waited = mean_wait(&self.recent, newest, 0).unwrap_or(0);
        let before = mean_wait(&self.recent, newest, TREND_MS).unwrap_or(waited);
        self.is_over = waited > before + OVERUSE_MS;
        let falls = waited + OVERUSE_MS / 2 < before;
        if self.is_over && now >= self.fell_at + FALL_EVERY_MS {
            (self.bps, self.fell_at) = (self.bps.min(acked * 0.85), now);
        } else if !self.is_over && !falls && self.bps < acked * 1.5 + 10_000.0 {
            self.bps = (self.bps * 1.004).min(acked * 1.5 + 10_000.0);
        }
        if let Some((at, bps)) = self.probe_due.filter(|(at, _)| *at <= now) {
            let _ = at;
            self.probe_due = None;
            // Now and then a burst passes at once, and the queue in front of the line is taken for the line.
            let seen = line_bps as f64 * self.dice.within(850..1_001) as f64 / 1_000.0;
            let wrong = self.dice.below(1_000) < 200;
            if !self.is_over {
                self.bps = if wrong { bps } else { bps.min(seen * 0.93) };
            }
        }
        let idle = acked < self.bps * 0.65;
        if idle && now >= self.probed_at + PROBE_EVERY_MS && self.desired_bps > 0.0 {
            self.probe(now, rtt_ms, self.desired_bps * 2.0);
        }
        self.bps = self.bps.max(5_000.0);
    }
}

/// How long packets waited, on average, that were sent `back` before the newest.
fn mean_wait(recent: &[Arrival], newest: u64, back: u64) -> Option<u64> {
    let end = newest.saturating_sub(back);
    let within = |a: &&Arrival| a.sent_at <= end && a.sent_at + TREND_MS > end;
    let waits: Vec<u64> = recent.iter().filter(within).filter_map(|a| a.waited).collect();
    (!waits.is_empty()).then(|| waits.iter().sum::<u64>() / waits.len() as u64)
}
