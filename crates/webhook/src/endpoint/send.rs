//! What is sent next: events that failed and are due first, then the lanes in turn.

use std::sync::Arc;

use sederunt_core::id::MeetingId;

use super::{Doing, Endpoint, Flight};
use crate::broken::Broken;
use crate::lane::Item;
use crate::told::{Key, Told};
use crate::words::{Delivery, Out};

impl Endpoint {
    /// Lanes that have waited long enough for an event go on without it. Time that the endpoint is down does not count,
    /// so order outlives an outage.
    pub(super) fn release(&mut self) {
        let is_stopped = self.health.is_down() && !self.rules.breaks(Broken::HoldRunsOutInDown);
        if is_stopped || self.rules.breaks(Broken::HoldForEver) {
            return;
        }
        let now = self.now;
        let over = self.waiting.iter_mut().filter(|(_, waiting)| {
            !waiting.tried.is_alone && waiting.doing == Doing::Nothing && waiting.tried.hold_until <= now
        });
        let over: Vec<(Key, MeetingId)> = over.map(|(key, waiting)| (*key, waiting.lane)).collect();
        for (key, lane) in over {
            self.let_alone(key, lane);
        }
    }

    /// The lane of a waiting event goes on without it.
    pub(super) fn let_alone(&mut self, key: Key, id: MeetingId) {
        if let Some(waiting) = self.waiting.get_mut(&key) {
            waiting.tried.is_alone = true;
        }
        if let Some(lane) = self.lanes.get_mut(&id) {
            lane.held.remove(&key);
            lane.alone.insert(key);
        }
        self.keep.dirty.insert(id);
        self.touch(id);
    }

    /// As much as there are permits for.
    pub(super) fn send(&mut self) {
        let permits = self.health.permits();
        let free = permits.saturating_sub(self.in_flight());
        let ignores_time = self.rules.breaks(Broken::NoSchedule);
        let now = self.now;
        // Of those that hold a lane, the first: the others keep their places behind it.
        let is_first = |key: Key, id: MeetingId| {
            self.lanes.get(&id).is_none_or(|lane| lane.held.first().is_none_or(|first| *first >= key))
        };
        let due = self.waiting.iter().filter(|(key, waiting)| {
            waiting.doing == Doing::Nothing
                && (waiting.tried.next_at <= now || ignores_time)
                && (waiting.tried.is_alone || is_first(**key, waiting.lane))
        });
        let due: Vec<Key> = due.map(|(key, _)| *key).take(free).collect();
        for key in due {
            self.fetch(key, false);
        }
        while self.in_flight() < permits {
            let Some(id) = self.ready.pop_front() else { break };
            let limit = self.lane_limit();
            let item = self.lanes.get_mut(&id).and_then(|lane| {
                lane.is_listed = false;
                lane.pop(limit)
            });
            if let Some(item) = item {
                self.fly_fresh(&item, false);
            }
            self.touch(id);
        }
    }

    /// Asks for the body of a waiting event, to send it.
    pub(super) fn fetch(&mut self, key: Key, is_probe: bool) {
        let Some(waiting) = self.waiting.get_mut(&key) else { return };
        waiting.doing = Doing::Fetching(is_probe);
        self.fetching += 1;
        self.out.push(Out::ReadOne { key, lane: waiting.lane });
    }

    /// The body of a waiting event is there.
    pub(super) fn fetched(&mut self, key: Key, told: Option<Arc<Told>>) {
        let Some(waiting) = self.waiting.get_mut(&key) else { return };
        let Doing::Fetching(is_probe) = waiting.doing else { return };
        let (lane, attempt) = (waiting.lane, waiting.tried.attempts + 1);
        self.fetching = self.fetching.saturating_sub(1);
        waiting.doing = Doing::Nothing;
        match told.filter(|told| told.key == key) {
            // What is told is decided when it is read: it is not wanted any more.
            None => self.settle(key, lane),
            Some(told) if is_probe || !self.health.is_down() => {
                waiting.doing = Doing::Flying;
                self.hold_in_memory(&told);
                self.fly(told, attempt, is_probe, false);
            }
            Some(_) => {}
        }
    }

    /// Sends an event for the first time.
    pub(super) fn fly_fresh(&mut self, item: &Item, is_probe: bool) {
        self.fly(Arc::clone(&item.told), 1, is_probe, true);
    }

    fn fly(&mut self, told: Arc<Told>, attempt: u32, is_probe: bool, is_fresh: bool) {
        let ticket = self.take_ticket();
        let flight = Flight {
            key: told.key,
            lane: told.lane,
            bytes: told.body.len(),
            started_at: self.now,
            attempt,
            is_probe,
            is_fresh,
        };
        self.flights.insert(ticket, flight);
        self.out.push(Out::Send(Delivery { ticket, told, attempt, is_probe }));
    }
}
