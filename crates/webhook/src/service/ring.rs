//! The latest events of an app, rendered once for all of its receivers.

use std::collections::VecDeque;
use std::sync::Arc;

use sederunt_core::id::MeetingId;

use super::event::Posted;
use super::wants::Wants;
use crate::told::Told;

/// Events that it keeps.
const EVENTS_MAX: usize = 4096;
/// And bytes of their bodies.
const BYTES_MAX: usize = 8 << 20;
/// Looks (one a second) without anything new, after which it lets go of all: whoever needs that reads the ledger.
const IDLE_LOOKS: u32 = 60;

/// What a read found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    /// Events that are wanted, in order; all parts of a fact or none.
    pub events: Vec<Arc<Told>>,
    /// The last fact that was looked at.
    pub read_to: u64,
}

/// How much a page may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Events; more only for the parts of one fact.
    pub events: usize,
    /// No further fact once bodies have so many bytes.
    pub bytes: usize,
}

/// Events in the order of their facts, from one fact on.
#[derive(Debug)]
pub(super) struct Ring {
    events: VecDeque<Posted>,
    /// Every event after this fact is in it.
    start: u64,
    /// The last fact that was looked at.
    through: u64,
    bytes: usize,
    idle_looks: u32,
}

impl Ring {
    /// One that will have what comes after a fact.
    pub(super) const fn new(start: u64) -> Self {
        Self { events: VecDeque::new(), start, through: start, bytes: 0, idle_looks: 0 }
    }

    /// Adds what was found up to a fact, and lets the oldest facts go while there is too much.
    pub(super) fn push(&mut self, events: Vec<Posted>, through: u64) {
        self.idle_looks = if events.is_empty() { self.idle_looks } else { 0 };
        self.bytes += events.iter().map(|event| event.told.body.len()).sum::<usize>();
        self.events.extend(events);
        self.through = self.through.max(through);
        while self.events.len() > EVENTS_MAX || self.bytes > BYTES_MAX {
            let Some(seq) = self.events.front().map(|event| event.told.key.seq) else { return };
            self.start = self.start.max(seq);
            while let Some(old) = self.events.pop_front_if(|event| event.told.key.seq == seq) {
                self.bytes -= old.told.body.len();
            }
        }
    }

    /// A second has passed.
    pub(super) fn look(&mut self) {
        self.idle_looks = self.idle_looks.saturating_add(1);
        if self.idle_looks >= IDLE_LOOKS && !self.events.is_empty() {
            *self = Self::new(self.through);
        }
    }

    /// What is wanted of the facts from `from` to `to`, of one meeting or of all; `None` = not everything is here.
    pub(super) fn read(
        &self,
        wants: &Wants,
        lane: Option<MeetingId>,
        (from, to): (u64, u64),
        room: Room,
    ) -> Option<Page> {
        // What it has not come to yet is not the same as what is not there: a row may be ahead of a ring that begins.
        if from <= self.start || from > self.through {
            return None;
        }
        let first = self.events.partition_point(|event| event.told.key.seq < from);
        let last = to.min(self.through);
        let candidates = self.events.iter().skip(first).take_while(|event| event.told.key.seq <= last);
        let candidates = candidates.filter(|event| lane.is_none_or(|lane| lane == event.told.lane));
        Some(pick(candidates, wants, room).through(last))
    }
}

/// What was picked of a list of events, and where it stopped.
pub(super) struct Picked {
    events: Vec<Arc<Told>>,
    stopped_before: Option<u64>,
}

/// Picks what is wanted until there is no room.
pub(super) fn pick<'a>(events: impl Iterator<Item = &'a Posted>, wants: &Wants, room: Room) -> Picked {
    let mut picked = Picked { events: Vec::new(), stopped_before: None };
    let (mut bytes, mut current) = (0, 0);
    for event in events {
        let seq = event.told.key.seq;
        let Some(told) = wants.pick(event) else { continue };
        if seq != current && (picked.events.len() >= room.events || bytes >= room.bytes) {
            picked.stopped_before = Some(seq);
            break;
        }
        current = seq;
        bytes += told.body.len();
        picked.events.push(told);
    }
    picked
}

impl Picked {
    /// The page, when everything was looked at up to `last`.
    pub(super) fn through(self, last: u64) -> Page {
        let read_to = self.stopped_before.map_or(last, |seq| seq.saturating_sub(1));
        Page { events: self.events, read_to }
    }

    /// Whether there was no room for something.
    pub(super) const fn is_full(&self) -> bool {
        self.stopped_before.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::event::Kind;
    use super::*;
    use crate::body::kit::EventName;
    use crate::told::{Key, Order};
    use bytes::Bytes;

    fn posted(seq: u64, part: u8, bytes: usize) -> Posted {
        let told = Told {
            key: Key { seq, part, replay: 0 },
            lane: MeetingId::from_u128(1),
            order: Order::Session,
            body: Bytes::from(vec![b'x'; bytes]),
        };
        Posted { told: Arc::new(told), kind: Kind::Kit(EventName::ALL[usize::from(part)]) }
    }

    fn all() -> Wants {
        Wants::Kit(EventName::ALL.iter().copied().collect())
    }

    fn seqs(page: &Page) -> Vec<u64> {
        page.events.iter().map(|told| told.key.seq).collect()
    }

    const ROOM: Room = Room { events: 1000, bytes: 1 << 20 };

    #[test]
    fn a_reader_gets_what_it_wants_and_how_far_it_came() {
        let mut ring = Ring::new(10);
        ring.push(vec![posted(12, 0, 1), posted(14, 0, 1), posted(14, 1, 1)], 15);
        let page = ring.read(&all(), None, (11, u64::MAX), ROOM).unwrap();
        assert_eq!((seqs(&page), page.read_to), (vec![12, 14, 14], 15));
        assert_eq!(ring.read(&all(), None, (10, u64::MAX), ROOM), None, "before it begins");
        let page = ring.read(&all(), None, (13, 13), ROOM).unwrap();
        assert_eq!((seqs(&page), page.read_to), (vec![], 13));
        let ended = Wants::Kit(BTreeSet::from([EventName::ALL[1]]));
        assert_eq!(seqs(&ring.read(&ended, None, (11, u64::MAX), ROOM).unwrap()), [14]);
        assert_eq!(ring.read(&all(), None, (16, u64::MAX), ROOM), None, "it has not come to that");
    }

    #[test]
    fn a_page_ends_between_facts() {
        let mut ring = Ring::new(0);
        ring.push(vec![posted(2, 0, 5), posted(2, 1, 5), posted(4, 0, 5), posted(9, 0, 5)], 9);
        let page = ring.read(&all(), None, (1, u64::MAX), Room { events: 1, bytes: 100 }).unwrap();
        assert_eq!((seqs(&page), page.read_to), (vec![2, 2], 3));
        let page = ring.read(&all(), None, (4, u64::MAX), Room { events: 9, bytes: 5 }).unwrap();
        assert_eq!((seqs(&page), page.read_to), (vec![4], 8));
    }

    #[test]
    fn what_nobody_has_added_to_for_a_while_is_let_go() {
        let mut ring = Ring::new(0);
        ring.push(vec![posted(2, 0, 9)], 3);
        for _ in 1..IDLE_LOOKS {
            ring.look();
        }
        ring.push(vec![posted(4, 0, 9)], 5);
        for _ in 1..IDLE_LOOKS {
            ring.push(Vec::new(), 6);
            ring.look();
        }
        assert_eq!(seqs(&ring.read(&all(), None, (1, u64::MAX), ROOM).unwrap()), [2, 4]);
        ring.look();
        assert_eq!((ring.events.capacity(), ring.bytes), (0, 0));
        assert_eq!(ring.read(&all(), None, (1, u64::MAX), ROOM), None, "it is in the ledger");
        ring.push(vec![posted(8, 0, 9)], 8);
        assert_eq!(seqs(&ring.read(&all(), None, (7, u64::MAX), ROOM).unwrap()), [8]);
    }

    #[test]
    fn the_oldest_facts_go_whole() {
        let mut ring = Ring::new(0);
        for seq in 1..=EVENTS_MAX as u64 {
            ring.push(vec![posted(seq * 2, 0, 1), posted(seq * 2, 1, 1)], seq * 2);
        }
        assert!(ring.events.len() <= EVENTS_MAX);
        let first = ring.start + 1;
        assert_eq!(
            seqs(&ring.read(&all(), None, (first, u64::MAX), ROOM).unwrap())[..2],
            [first + 1, first + 1]
        );
        assert_eq!(ring.read(&all(), None, (first - 1, u64::MAX), ROOM), None);
        ring.push(vec![posted(1 << 40, 0, BYTES_MAX + 1)], 1 << 40);
        assert_eq!((ring.events.len(), ring.bytes), (0, 0), "one that is too large is read from the ledger");
    }
}
