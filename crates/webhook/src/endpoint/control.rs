//! What the owner of a webhook wants.

use sederunt_core::id::MeetingId;

use super::{Doing, Endpoint, Load, Waiting};
use crate::health::{Health, State};
use crate::rows::{OffReason, SavedHealth, Tried};
use crate::told::Key;
use crate::words::Control;

impl Endpoint {
    pub(super) fn control(&mut self, control: Control) {
        match control {
            Control::Enable(seq) => self.switch_on(seq),
            Control::Disable => self.switch_off(OffReason::Disabled),
            Control::Retry(key, lane) => self.retry(key, lane),
            Control::Probe => self.probe_now(),
            Control::Rotated(at) => self.rotated_at = self.rotated_at.max(Some(at)),
        }
    }

    /// Nothing is collected from here on, and what waits goes. What is in flight may still arrive.
    pub(super) fn switch_off(&mut self, reason: OffReason) {
        if self.health.is_off() {
            return;
        }
        let open = self.lanes.values().filter_map(|lane| lane.first_open());
        let missed_from = open.min().map_or(self.done_seq() + 1, |first| first.min(self.done_seq() + 1));
        let rows = self.lanes.values().flat_map(|lane| lane.row_keys());
        self.keep.gone.extend(rows);
        self.keep.dirty.clear();
        self.keep.is_urgent = true;
        self.health.state = State::Off(reason, missed_from);
        self.lanes.clear();
        self.ready.clear();
        self.behind.clear();
        self.waiting.clear();
        self.open.clear();
        self.early.clear();
        self.logging.clear();
        self.flights.clear();
        (self.fetching, self.walks, self.reading, self.reading_bytes) = (0, 0, 0, 0);
        self.load = Load::default();
    }

    /// From now on.
    fn switch_on(&mut self, seq: u64) {
        if !self.health.is_off() {
            return;
        }
        let Self { settings, now, .. } = *self;
        self.health = Health::load(SavedHealth::Up, now, settings.concurrency.max(1), settings.give_up_ms);
        self.read_to = seq.max(self.keep.done_seq());
        self.head = self.head.max(self.read_to);
        self.keep.is_urgent = true;
    }

    fn probe_now(&mut self) {
        if let State::Down(down) = &mut self.health.state {
            down.probe_at = self.now;
        }
    }

    /// Makes an event due. One that is settled waits again, for itself.
    fn retry(&mut self, key: Key, id: MeetingId) {
        if self.health.is_off() {
            return;
        }
        self.probe_now();
        let now = self.now;
        if let Some(waiting) = self.waiting.get_mut(&key) {
            if waiting.doing == Doing::Nothing {
                waiting.tried.next_at = now;
                self.keep.dirty.insert(id);
            }
            return;
        }
        let lane = self.lanes.entry(id).or_default();
        let is_dropped = lane.behind.is_some_and(|behind| key >= behind.from && key.seq <= behind.to);
        let is_coming = key.seq > self.read_to || self.open.contains(&key) || lane.walked.contains(&key);
        if !is_dropped && !is_coming {
            lane.alone.insert(key);
            let tried = Tried {
                attempts: 0,
                first_at: now,
                hold_until: now,
                next_at: now,
                last_status: None,
                is_alone: true,
            };
            let waiting =
                Waiting { lane: id, tried, failed_at: now, is_last_chance: false, doing: Doing::Nothing };
            self.waiting.insert(key, waiting);
            self.keep.dirty.insert(id);
            self.keep.is_urgent = true;
        }
        self.touch(id);
    }
}
