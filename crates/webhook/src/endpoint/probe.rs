//! An endpoint that is down: the oldest event that waits is sent now and then. When the receiver answers it badly and
//! again, another event is sent as well: it may be the event.

use sederunt_core::id::MeetingId;

use super::{Doing, Endpoint};
use crate::broken::Broken;
use crate::health::State;
use crate::told::Key;

impl Endpoint {
    /// Whether a probe is on its way.
    pub(super) fn is_probing(&self) -> bool {
        self.flights.values().any(|flight| flight.is_probe)
            || self.waiting.values().any(|waiting| waiting.doing == Doing::Fetching(true))
    }

    /// Sends what is due.
    pub(super) fn probe(&mut self) {
        let State::Down(mut down) = self.health.state else { return };
        if self.now < down.probe_at || self.is_probing() {
            return;
        }
        let all = self.probes();
        let waits = |(key, _): &&(Key, MeetingId)| self.waiting.contains_key(key);
        let Some((first, lane)) = all.iter().find(waits).or_else(|| all.first()).copied() else {
            down.wants_more = true;
            self.health.state = State::Down(down);
            return;
        };
        down.probe_first(first);
        let next = self.second_probe(&all, first, lane, down.second);
        down.wants_more = next.is_none_or(|(_, is_round)| is_round) && down.answered > 0;
        let second = next.filter(|_| down.may_be_poison() && !self.rules.breaks(Broken::NoSecondProbe));
        if let Some((key, is_round)) = second {
            down.second = (!is_round).then_some(key);
        }
        self.health.state = State::Down(down);
        self.launch(first);
        if let Some((second, _)) = second {
            self.launch(second);
        }
    }

    /// The other event to be probed, and whether all that wait have had their turn. They come first, so that few are
    /// added; then one that was not tried yet, best of another meeting, whose order is not touched by it.
    fn second_probe(
        &self,
        all: &[(Key, MeetingId)],
        first: Key,
        lane: MeetingId,
        last: Option<Key>,
    ) -> Option<(Key, bool)> {
        let others = || all.iter().copied().filter(|(key, _)| *key != first);
        let waiting = || others().filter(|(key, _)| self.waiting.contains_key(key));
        if let Some((key, _)) = waiting().find(|(key, _)| Some(*key) > last) {
            return Some((key, false));
        }
        let fresh = others().filter(|(key, _)| !self.waiting.contains_key(key));
        let fresh = fresh.min_by_key(|(key, id)| (*id == lane, *key));
        fresh.or_else(|| waiting().next()).map(|(key, _)| (key, true))
    }

    /// Everything that may be sent as a probe, oldest first: what waits, and the first of every lane.
    fn probes(&self) -> Vec<(Key, MeetingId)> {
        let waiting = self.waiting.iter().filter(|(_, waiting)| waiting.doing == Doing::Nothing);
        let waiting = waiting.map(|(key, waiting)| (*key, waiting.lane));
        let free = self.lanes.iter().filter(|(_, lane)| lane.flying.is_empty());
        let fronts = free.filter_map(|(id, lane)| lane.queue.front().map(|item| (item.told.key, *id)));
        let mut all: Vec<_> = waiting.chain(fronts).collect();
        all.sort_unstable();
        all
    }

    fn launch(&mut self, key: Key) {
        if self.waiting.contains_key(&key) {
            self.fetch(key, true);
            return;
        }
        let mut lanes = self.lanes.values_mut();
        let item = lanes.find_map(|lane| {
            let is_first = lane.queue.front().is_some_and(|item| item.told.key == key);
            if is_first { lane.pop_first() } else { None }
        });
        if let Some(item) = item {
            self.fly_fresh(&item, true);
        }
    }
}
