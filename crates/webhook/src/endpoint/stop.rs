//! The end of a server that stops: what was answered is not sent again after the start.

use sederunt_core::id::MeetingId;

use super::{Doing, Endpoint, HOLD_MS, Waiting};
use crate::rows::Tried;
use crate::told::Key;

impl Endpoint {
    /// What has no answer, or whose failure the log does not have, gets a row, and so does what waits in memory before something
    /// that is settled: the watermark can pass them all then.
    pub(super) fn put_aside(&mut self) {
        if self.health.is_off() {
            return;
        }
        self.is_stopping = true;
        let flying = std::mem::take(&mut self.flights).into_values().filter(|flight| flight.is_fresh);
        let logging = std::mem::take(&mut self.logging);
        // Its meeting has gone on without what has failed.
        let logging = logging.into_iter().map(|(key, id)| (key, id, true));
        let without_row: Vec<(Key, MeetingId, bool)> =
            flying.map(|flight| (flight.key, flight.lane, false)).chain(logging).collect();
        for (key, id, is_alone) in without_row {
            self.put_back(key, id, is_alone);
        }
        let queued = self.lanes.iter().filter(|(_, lane)| {
            lane.queue.front().is_some_and(|first| first.told.key.seq <= self.settled_to)
        });
        let queued: Vec<MeetingId> = queued.map(|(id, _)| *id).collect();
        for id in queued {
            self.fall_behind(id);
        }
        self.keep.is_urgent = true;
    }

    /// It waits, as if it had never been sent.
    fn put_back(&mut self, key: Key, id: MeetingId, is_alone: bool) {
        let now = self.now;
        let lane = self.lanes.entry(id).or_default();
        lane.landed(key);
        lane.walked.remove(&key);
        if is_alone {
            lane.alone.insert(key)
        } else {
            lane.held.insert(key)
        };
        self.open.remove(&key);
        let tried = Tried {
            attempts: 0,
            first_at: now,
            hold_until: now.plus_ms(HOLD_MS),
            next_at: now,
            last_status: None,
            is_alone,
        };
        let waiting =
            Waiting { lane: id, tried, failed_at: now, is_last_chance: false, doing: Doing::Nothing };
        self.waiting.insert(key, waiting);
        self.keep.dirty.insert(id);
        self.touch(id);
    }
}
