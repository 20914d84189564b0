//! A line: a rate, a queue in front of it, losses of its own, a round trip.

use std::collections::VecDeque;

use sederunt_dice::Dice;

/// What became of a packet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    /// When its sender hears of it, ms.
    pub(super) told_at: u64,
    pub(super) sent_at: u64,
    pub(super) payload: u64,
    /// How long it waited, ms; `None` = it was lost.
    pub(super) waited: Option<u64>,
}

/// A line towards a subscriber. Times are milliseconds.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) bps: u64,
    pub(super) queue_ms: u64,
    pub(super) loss_permille: u64,
    pub(super) rtt_ms: u64,
    /// Until when it is busy, microseconds.
    busy_us: u64,
    pub(super) told: VecDeque<Arrival>,
    pub(super) dice: Dice,
}

impl Line {
    pub(super) fn new(bps: u64, queue_ms: u64, loss_permille: u64, rtt_ms: u64, dice: Dice) -> Self {
        Self { bps, queue_ms, loss_permille, rtt_ms, busy_us: 0, told: VecDeque::new(), dice }
    }

    /// What waits, ms.
    pub(super) fn wait_ms(&self, now: u64) -> u64 {
        self.busy_us.saturating_sub(now * 1_000) / 1_000
    }

    /// Sends a packet; true when it arrives.
    pub(super) fn send(&mut self, now: u64, payload: u64, overhead: u64) -> bool {
        let bytes = payload + overhead;
        let waits = self.wait_ms(now);
        let full = waits > self.queue_ms;
        if !full {
            self.busy_us = self.busy_us.max(now * 1_000) + bytes * 8_000_000 / self.bps;
        }
        let arrives = !full && self.dice.below(1_000) >= self.loss_permille;
        let waited = arrives.then(|| self.wait_ms(now));
        let told_at = now + self.rtt_ms + waited.unwrap_or(waits);
        self.told.push_back(Arrival { told_at, sent_at: now, payload, waited });
        arrives
    }
}
