//! What is read: ahead within the window, and again what a lane has dropped.

use std::sync::Arc;

use sederunt_core::id::MeetingId;

use super::{Endpoint, ROWS_MAX, WINDOW_BYTES, WINDOW_EVENTS};
use crate::broken::Broken;
use crate::health::State;
use crate::lane::{Behind, Item, LANE_MAX};
use crate::told::{Key, Told};
use crate::words::Out;

/// So many lanes are read again at a time: each is a walk over facts.
const WALKS_MAX: usize = 2;
/// Bytes of bodies that one of them brings.
const WALK_BYTES: usize = WINDOW_BYTES / 16;
/// No page is read for fewer events than this: reading one by one costs more than waiting.
const PAGE_MIN: usize = WINDOW_EVENTS / 4;

impl Endpoint {
    /// Asks for what there is room for.
    pub(super) fn read(&mut self) {
        if let State::Down(down) = self.health.state {
            if down.wants_more {
                self.read_on(1);
            }
            return;
        }
        self.walk();
        let has_more = self.reading == 0 && self.head > self.read_to;
        if !has_more || self.load_now().rows >= ROWS_MAX {
            return;
        }
        if self.rules.breaks(Broken::NoWindow) {
            self.read_on(WINDOW_BYTES);
            return;
        }
        if !self.has_room() {
            self.make_room();
        }
        if self.has_room() {
            self.read_on(self.room());
        }
    }

    /// How many events more there may be in memory.
    fn room(&self) -> usize {
        let held = self.open.len().max(self.load.events);
        WINDOW_EVENTS.saturating_sub(held + self.reading + self.walks * LANE_MAX)
    }

    fn has_room(&self) -> bool {
        self.room() >= PAGE_MIN && self.load.bytes < WINDOW_BYTES
    }

    fn has_room_to_walk(&self) -> bool {
        let events = self.load.events.saturating_add(self.reading) + (self.walks + 1) * LANE_MAX;
        let bytes = self.load.bytes + self.reading_bytes + (self.walks + 1) * WALK_BYTES;
        events <= WINDOW_EVENTS && bytes <= WINDOW_BYTES
    }

    /// Lanes that wait for an event must not keep others from being read: the one with most events falls behind.
    fn make_room(&mut self) {
        let held = self.lanes.iter().filter(|(_, lane)| !lane.held.is_empty() && !lane.queue.is_empty());
        if let Some(id) = held.max_by_key(|(_, lane)| lane.queue.len()).map(|(id, _)| *id) {
            self.fall_behind(id);
        }
    }

    fn read_on(&mut self, limit: usize) {
        if self.reading > 0 || self.head <= self.read_to {
            return;
        }
        self.reading = limit;
        let taken = self.load.bytes + self.walks * WALK_BYTES;
        let bytes = WINDOW_BYTES.saturating_sub(taken).max(1);
        self.reading_bytes = bytes;
        self.out.push(Out::Read { from: self.read_to + 1, limit, bytes });
    }

    /// A page is there.
    pub(super) fn events(&mut self, from: u64, events: Vec<Arc<Told>>, read_to: u64) {
        if self.health.is_off() || from != self.read_to + 1 {
            return;
        }
        (self.reading, self.reading_bytes) = (0, 0);
        if let State::Down(down) = &mut self.health.state {
            down.wants_more = false;
        }
        if read_to < from {
            // The hint was too high.
            self.head = self.read_to;
            return;
        }
        for told in events {
            if self.early.contains(&told.key)
                && let Some(lane) = self.lanes.get_mut(&told.lane)
            {
                lane.passed_by(told.key);
            }
            let is_known = self.waiting.contains_key(&told.key) || self.early.contains(&told.key);
            if is_known || told.key.seq < from || told.key.seq > read_to {
                continue;
            }
            let (key, id) = (told.key, told.lane);
            let may_overlap = !self.settings.is_strict;
            let lane = self.lanes.entry(id).or_default();
            if lane.push(Item { told: Arc::clone(&told), is_walked: false }, may_overlap) {
                self.open.insert(key);
                self.hold_in_memory(&told);
            }
            let is_long =
                self.lanes.get(&id).is_some_and(|lane| lane.queue.len() > LANE_MAX && !lane.held.is_empty());
            if is_long {
                self.fall_behind(id);
            }
            self.touch(id);
        }
        self.read_to = read_to;
        self.early = self.early.split_off(&Key::first(read_to + 1));
        self.head = self.head.max(read_to);
    }

    /// What waits in memory for a lane is dropped, and read again when the lane is free.
    pub(super) fn fall_behind(&mut self, id: MeetingId) {
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        let dropped = lane.drop_queue();
        if self.rules.breaks(Broken::ForgetsDropped)
            && let Some(behind) = &mut lane.behind
        {
            behind.to = behind.to.saturating_sub(1);
        }
        for item in dropped {
            self.open.remove(&item.told.key);
            self.let_go(item.told.body.len());
        }
        // The row of the event that the lane waits for says from where on it is behind: in the next batch, which is
        // also the first that moves the watermark past it.
        self.keep.dirty.insert(id);
        self.touch(id);
    }

    /// Reads again what lanes have dropped that are free.
    fn walk(&mut self) {
        let ids: Vec<MeetingId> = self.behind.iter().copied().collect();
        for id in ids {
            if self.lanes.get(&id).is_none_or(|lane| !lane.may_walk()) {
                continue;
            }
            if !self.has_room_to_walk() {
                self.make_room();
            }
            if self.walks >= WALKS_MAX || !self.has_room_to_walk() {
                return;
            }
            let Some(lane) = self.lanes.get_mut(&id) else { continue };
            let Some(behind) = lane.behind else { continue };
            lane.is_walking = true;
            self.walks += 1;
            let (from, to) = (behind.from.seq, behind.to);
            self.out.push(Out::ReadLane { lane: id, from, to, limit: LANE_MAX, bytes: WALK_BYTES });
        }
    }

    /// A page of a lane is there.
    pub(super) fn walked(&mut self, id: MeetingId, from: u64, events: Vec<Arc<Told>>, read_to: u64) {
        let Some(lane) = self.lanes.get_mut(&id).filter(|lane| lane.is_walking) else { return };
        let Some(behind) = lane.behind.filter(|behind| behind.from.seq == from) else { return };
        lane.is_walking = false;
        self.walks = self.walks.saturating_sub(1);
        let skipped = usize::from(self.rules.breaks(Broken::WalkFromSecond));
        let may_overlap = !self.settings.is_strict;
        for told in events.into_iter().skip(skipped) {
            let key = told.key;
            let is_asked = key >= behind.from && key.seq <= behind.to.min(read_to);
            let Some(lane) = self.lanes.get_mut(&id).filter(|_| is_asked) else { continue };
            if self.waiting.contains_key(&key) || lane.was_ahead(key) {
                continue;
            }
            lane.push(Item { told: Arc::clone(&told), is_walked: true }, may_overlap);
            lane.walked.insert(key);
            self.hold_in_memory(&told);
        }
        if let Some(lane) = self.lanes.get_mut(&id)
            && read_to >= from
        {
            let is_done = read_to >= behind.to;
            // What came meanwhile has moved its end.
            let to = lane.behind.map_or(behind.to, |now| now.to);
            lane.behind = (!is_done || to > read_to).then_some(Behind { from: Key::first(read_to + 1), to });
        }
        self.keep.dirty.insert(id);
        self.touch(id);
    }
}
