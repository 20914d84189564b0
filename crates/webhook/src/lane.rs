//! A lane: one meeting with something to send, in order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::rows::{Row, Tried};
use crate::told::{Key, Order, Told};

/// So many events of a lane wait in memory behind one that failed; more are read again later. A lane with more than this
/// may let events of different peers overlap.
pub(crate) const LANE_MAX: usize = 64;
/// So many requests of one lane are in flight at most, when they may overlap.
pub(crate) const OVERLAP_MAX: usize = 8;

/// One meeting.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    /// Not tried yet.
    pub(crate) queue: VecDeque<Item>,
    /// In flight for the first time.
    pub(crate) flying: Vec<(Key, Order)>,
    /// Failed, and the lane waits for them.
    pub(crate) held: BTreeSet<Key>,
    /// Failed, and the lane goes on without them.
    pub(crate) alone: BTreeSet<Key>,
    /// What was dropped, to be read again.
    pub(crate) behind: Option<Behind>,
    /// What was read again and is neither settled nor has a row of its own.
    pub(crate) walked: BTreeSet<Key>,
    /// Sent or settled although something before them is still to come: when that is read again, they are not.
    ahead: BTreeSet<Key>,
    /// A walk is being read.
    pub(crate) is_walking: bool,
    /// It is in the list of lanes that have something to send.
    pub(crate) is_listed: bool,
    /// Events of different peers may overlap, until the lane is empty.
    is_wide: bool,
    /// The rows that it has in the store, or will have when the batch that is out is durable.
    rows: BTreeMap<Key, Row>,
}

/// An event that waits in memory.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) told: Arc<Told>,
    /// It was read again: the row of its lane covers it.
    pub(crate) is_walked: bool,
}

/// What a lane has dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Behind {
    /// The first event.
    pub(crate) from: Key,
    /// The last fact.
    pub(crate) to: u64,
}

impl Lane {
    /// Of a lane that begins with rows.
    pub(crate) fn saved(&mut self, row: Row) {
        self.rows.insert(row.key, row);
    }

    /// Adds an event. What comes after something dropped is dropped, too.
    pub(crate) fn push(&mut self, item: Item, may_overlap: bool) -> bool {
        if let Some(behind) = &mut self.behind
            && !item.is_walked
            && item.told.key >= behind.from
        {
            behind.to = behind.to.max(item.told.key.seq);
            return false;
        }
        self.queue.push_back(item);
        self.is_wide |= may_overlap && (self.queue.len() > LANE_MAX || self.behind.is_some());
        true
    }

    /// The place in the queue of the next event that may be sent.
    fn sendable(&self, limit: usize) -> Option<usize> {
        if !self.held.is_empty() || self.flying.len() >= limit {
            return None;
        }
        let binds = |order: Order, at: usize| {
            let earlier = self.queue.iter().take(at).map(|item| item.told.order);
            self.flying.iter().map(|(_, flying)| *flying).chain(earlier).any(|other| order.binds(other))
        };
        if !self.is_wide || limit == 1 {
            return (self.flying.is_empty() && !self.queue.is_empty()).then_some(0);
        }
        let mut orders = self.queue.iter().map(|item| item.told.order).take(LANE_MAX).enumerate();
        orders.find(|(at, order)| !binds(*order, *at)).map(|(at, _)| at)
    }

    /// Whether something may be sent now. `limit`: how many may be in flight.
    pub(crate) fn is_ready(&self, limit: usize) -> bool {
        self.sendable(limit).is_some()
    }

    /// Takes the next event that may be sent.
    pub(crate) fn pop(&mut self, limit: usize) -> Option<Item> {
        let at = self.sendable(limit)?;
        let item = self.queue.remove(at)?;
        self.flying.push((item.told.key, item.told.order));
        self.is_wide &= !self.queue.is_empty();
        if at > 0 {
            self.ahead.insert(item.told.key);
        }
        self.forget_ahead();
        Some(item)
    }

    /// Takes the first event, whoever waits.
    pub(crate) fn pop_first(&mut self) -> Option<Item> {
        let item = self.queue.pop_front()?;
        self.flying.push((item.told.key, item.told.order));
        self.forget_ahead();
        Some(item)
    }

    /// Whether an event was sent before others that are read again.
    pub(crate) fn was_ahead(&self, key: Key) -> bool {
        self.ahead.contains(&key)
    }

    /// An event that waited is settled. It may stand among what is read again.
    pub(crate) fn passed_by(&mut self, key: Key) {
        if self.next().is_some_and(|next| next <= key) {
            self.ahead.insert(key);
        }
    }

    /// Nothing before what comes next is read again.
    fn forget_ahead(&mut self) {
        match self.next() {
            Some(next) => self.ahead = self.ahead.split_off(&next),
            None => self.ahead.clear(),
        }
    }

    /// The first event that has not been tried.
    fn next(&self) -> Option<Key> {
        let front = self.queue.front().map(|item| item.told.key);
        front.or(self.behind.map(|behind| behind.from))
    }

    /// An event is no longer in flight for the first time.
    pub(crate) fn landed(&mut self, key: Key) {
        self.flying.retain(|(flying, _)| *flying != key);
    }

    /// Drops what waits in memory, and gives it back.
    pub(crate) fn drop_queue(&mut self) -> Vec<Item> {
        let dropped: Vec<Item> = self.queue.drain(..).collect();
        for key in dropped.iter().map(|item| item.told.key) {
            self.walked.remove(&key);
            let behind = self.behind.get_or_insert(Behind { from: key, to: key.seq });
            behind.from = behind.from.min(key);
            behind.to = behind.to.max(key.seq);
        }
        dropped
    }

    /// Whether what was dropped can be read again.
    pub(crate) fn may_walk(&self) -> bool {
        self.behind.is_some()
            && !self.is_walking
            && self.queue.is_empty()
            && self.flying.is_empty()
            && self.held.is_empty()
    }

    /// From which fact on its row covers what it has dropped, or read again and not settled.
    pub(crate) fn behind_from(&self) -> Option<u64> {
        let dropped = self.behind.map(|behind| behind.from);
        dropped.into_iter().chain(self.walked.first().copied()).map(|key| key.seq).min()
    }

    /// The first fact that anything of it still depends on.
    pub(crate) fn first_open(&self) -> Option<u64> {
        let waiting = self.held.first().into_iter().chain(self.alone.first()).map(|key| key.seq);
        waiting.chain(self.behind_from()).min()
    }

    /// Rows that it should have and has not, and rows that it has and should not have. From here on it has them.
    /// `behind_from` is that of [`Self::behind_from`].
    pub(crate) fn changes(
        &mut self,
        tried: impl Fn(Key) -> Option<Tried>,
        lane: sederunt_core::id::MeetingId,
        behind_from: Option<u64>,
    ) -> (Vec<Row>, Vec<Key>) {
        let mut rows: BTreeMap<Key, Row> = BTreeMap::new();
        for key in self.held.iter().chain(&self.alone).copied() {
            rows.insert(key, Row { key, lane, tried: tried(key), behind_from: None });
        }
        if let Some(from) = behind_from {
            match rows.first_entry() {
                Some(mut carrier) => carrier.get_mut().behind_from = Some(from),
                None => {
                    let key = Key::first(from);
                    rows.insert(key, Row { key, lane, tried: None, behind_from });
                }
            }
        }
        let put = rows.values().filter(|row| self.rows.get(&row.key) != Some(row)).cloned().collect();
        let remove = self.rows.keys().filter(|key| !rows.contains_key(key)).copied().collect();
        self.rows = rows;
        (put, remove)
    }

    /// Keys of the rows that it has.
    pub(crate) fn row_keys(&self) -> impl Iterator<Item = Key> {
        self.rows.keys().copied()
    }

    /// Whether nothing of it is left.
    pub(crate) fn is_over(&self) -> bool {
        self.queue.is_empty()
            && self.flying.is_empty()
            && self.held.is_empty()
            && self.alone.is_empty()
            && self.behind.is_none()
            && self.walked.is_empty()
            && self.rows.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use sederunt_core::id::{MeetingId, PeerId};

    use super::*;

    fn item(seq: u64, order: Order) -> Item {
        let lane = MeetingId::default();
        Item {
            told: Arc::new(Told { key: Key::first(seq), lane, order, body: Bytes::new() }),
            is_walked: false,
        }
    }

    fn peer(n: u128) -> Order {
        Order::Peer(PeerId::from_u128(n))
    }

    fn popped(lane: &mut Lane, limit: usize) -> Vec<u64> {
        std::iter::from_fn(|| lane.pop(limit)).map(|item| item.told.key.seq).collect()
    }

    #[test]
    fn one_at_a_time_until_too_many_wait() {
        let mut lane = Lane::default();
        for seq in 1..=LANE_MAX as u64 {
            assert!(lane.push(item(seq, peer(u128::from(seq))), true));
        }
        assert_eq!(popped(&mut lane, OVERLAP_MAX), [1]);
        lane.push(item(65, peer(65)), true);
        lane.push(item(66, peer(66)), true);
        assert_eq!(popped(&mut lane, OVERLAP_MAX), [2, 3, 4, 5, 6, 7, 8], "eight in flight");
        assert_eq!(popped(&mut lane, 1), Vec::<u64>::new(), "strict");
    }

    #[test]
    fn what_overlaps_keeps_the_order_of_peers_and_of_the_session() {
        let mut lane = Lane::default();
        lane.push(item(1, Order::Session), true);
        lane.push(item(2, peer(1)), true);
        lane.push(item(3, peer(2)), true);
        lane.push(item(4, peer(1)), true);
        lane.push(item(5, peer(3)), true);
        lane.push(item(6, Order::Session), true);
        for seq in 7..=70 {
            lane.push(item(seq, peer(9)), true);
        }
        assert_eq!(popped(&mut lane, OVERLAP_MAX), [1], "started before all");
        lane.landed(Key::first(1));
        assert_eq!(popped(&mut lane, OVERLAP_MAX), [2, 3, 5], "not the second of a peer, not past the end");
        lane.landed(Key::first(2));
        assert_eq!(popped(&mut lane, OVERLAP_MAX), [4]);
        for seq in [3, 4, 5] {
            lane.landed(Key::first(seq));
        }
        assert_eq!(popped(&mut lane, OVERLAP_MAX), [6], "the end alone");
        lane.landed(Key::first(6));
        assert_eq!(popped(&mut lane, OVERLAP_MAX), [7], "all of one peer");
    }

    #[test]
    fn a_lane_that_is_held_sends_nothing_and_drops_what_comes_after_what_it_dropped() {
        let mut lane = Lane::default();
        lane.held.insert(Key::first(1));
        lane.push(item(2, peer(1)), true);
        lane.push(item(5, peer(1)), true);
        assert!(!lane.is_ready(OVERLAP_MAX));
        assert_eq!(lane.drop_queue().len(), 2);
        assert!(!lane.push(item(9, peer(1)), true), "dropped");
        assert_eq!(lane.behind, Some(Behind { from: Key::first(2), to: 9 }));
        assert!(!lane.may_walk());
        lane.held.clear();
        assert!(lane.may_walk());
    }

    #[test]
    fn rows_are_what_waits_and_the_first_one_says_what_is_behind() {
        let mut lane = Lane::default();
        let id = MeetingId::default();
        lane.held.insert(Key::first(3));
        lane.push(item(4, peer(1)), true);
        lane.drop_queue();
        let from = lane.behind_from();
        let (put, remove) = lane.changes(|_| None, id, from);
        assert_eq!((put.len(), put[0].key, put[0].behind_from), (1, Key::first(3), Some(4)));
        assert!(remove.is_empty());
        assert_eq!(lane.changes(|_| None, id, from), (vec![], vec![]), "nothing new");
        lane.held.clear();
        let (put, remove) = lane.changes(|_| None, id, from);
        assert_eq!(
            (put.len(), put[0].key, put[0].behind_from),
            (1, Key::first(4), Some(4)),
            "a place, no event"
        );
        assert_eq!(remove, [Key::first(3)]);
        lane.behind = None;
        let from = lane.behind_from();
        let (put, remove) = lane.changes(|_| None, id, from);
        assert_eq!((put, remove), (vec![], vec![Key::first(4)]));
        assert!(lane.is_over());
    }
}
