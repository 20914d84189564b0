//! The latest changes of an app as text, for all who follow it at the same pace: bounded in bytes, whoever is behind its oldest is
//! lost.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use sederunt_core::fact::FactName;
use sederunt_core::id::{MeetingId, SessionId};
use sederunt_store::EventFilter;

use crate::Cursor;

/// A change in the text of its batch.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    /// Sequence number in the ledger.
    pub seq: u64,
    /// The meeting.
    pub meeting: MeetingId,
    /// The session.
    pub session: SessionId,
    /// What happened.
    pub kind: FactName,
    /// Where it ends; it begins where the one before ends.
    pub end: usize,
}

/// Changes that were read together.
#[derive(Debug)]
pub struct Batch {
    /// The app has no other change up to here.
    pub through: Cursor,
    /// Their text, or what everybody is told when there are none.
    pub text: Bytes,
    /// The changes; none = nothing happened, which everybody is told.
    pub marks: Vec<Mark>,
}

/// Where somebody is who follows the ring.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Every wanted change up to here was told.
    pub cursor: Cursor,
    /// The next batch, once it follows the ring.
    next: Option<u64>,
}

impl Place {
    /// At a cursor, and not in the ring yet.
    pub fn at(cursor: Cursor) -> Self {
        Self { cursor, next: None }
    }
}

/// What the ring has for a place.
#[derive(Debug)]
pub enum Look {
    /// The next batch.
    Batch(Arc<Batch>),
    /// Nothing yet.
    Wait,
    /// It is gone: the place is behind the ring.
    Behind,
}

/// The batches, oldest first.
#[derive(Debug)]
pub struct Ring {
    batches: VecDeque<Arc<Batch>>,
    /// Number of the first batch.
    first: u64,
    /// Every change after this place is in the ring, or will be.
    start: Cursor,
    bytes: usize,
    bytes_max: usize,
}

impl Batch {
    /// What somebody at `cursor` with `filter` gets of it; empty when nothing passes.
    pub fn text(&self, cursor: Cursor, filter: &EventFilter) -> Bytes {
        let position = cursor.seq();
        let fresh = self.marks.first().is_none_or(|mark| mark.seq > position);
        if fresh && (filter.passes_all() || self.marks.is_empty()) {
            return self.text.clone();
        }
        let mut picked = Vec::new();
        let mut begin = 0;
        for mark in &self.marks {
            if mark.seq > position && filter.passes(mark.meeting, mark.session, mark.kind) {
                picked.extend_from_slice(self.text.get(begin..mark.end).unwrap_or_default());
            }
            begin = mark.end;
        }
        picked.into()
    }
}

impl Ring {
    /// An empty ring that will have what comes after `start`.
    pub fn new(start: Cursor, bytes_max: usize) -> Self {
        Self { batches: VecDeque::new(), first: 0, start, bytes: 0, bytes_max }
    }

    /// Adds a batch, and lets the oldest go while there are too many bytes. The newest always stays.
    pub fn push(&mut self, batch: Batch) {
        self.bytes += size(&batch);
        self.batches.push_back(Arc::new(batch));
        while self.bytes > self.bytes_max && self.batches.len() > 1 {
            if let Some(old) = self.batches.pop_front() {
                self.bytes -= size(&old);
                self.start = old.through;
                self.first += 1;
            }
        }
    }

    /// The number that the next batch will have; it changes with every batch.
    pub fn next_number(&self) -> u64 {
        self.first + u64::try_from(self.batches.len()).unwrap_or(0)
    }

    /// The next batch of a place. One that does not follow yet, or that has been told what is gone, joins where its cursor
    /// is.
    pub fn look(&self, place: &mut Place) -> Look {
        let next = match place.next {
            Some(next) if next >= self.first => next,
            _ if place.cursor < self.start => return Look::Behind,
            _ => {
                let told = self.batches.partition_point(|batch| batch.through <= place.cursor);
                self.first + u64::try_from(told).unwrap_or(0)
            }
        };
        place.next = Some(next);
        match usize::try_from(next - self.first).ok().and_then(|index| self.batches.get(index)) {
            Some(batch) => {
                place.next = Some(next + 1);
                Look::Batch(Arc::clone(batch))
            }
            None => Look::Wait,
        }
    }
}

/// Bytes that a batch takes.
fn size(batch: &Batch) -> usize {
    batch.text.len() + batch.marks.len() * size_of::<Mark>() + size_of::<Batch>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(seq: u64) -> SessionId {
        SessionId::from_u128(u128::from(seq % 4))
    }

    fn meeting(seq: u64) -> MeetingId {
        MeetingId::from_u128(u128::from(seq % 2))
    }

    /// Changes `from..=to` that are multiples of 3; the others are of other apps.
    fn batch(from: u64, to: u64) -> Batch {
        let (mut text, mut marks) = (String::new(), Vec::new());
        for seq in (from..=to).filter(|seq| seq.is_multiple_of(3)) {
            text.push_str(&format!("{seq} "));
            marks.push(Mark {
                seq,
                meeting: meeting(seq),
                session: session(seq),
                kind: FactName::PeerJoined,
                end: text.len(),
            });
        }
        Batch { through: Cursor::at_end(to), text: text.into(), marks }
    }

    fn told(ring: &Ring, place: &mut Place, filter: &EventFilter) -> Option<Vec<u64>> {
        let mut all = Vec::new();
        loop {
            match ring.look(place) {
                Look::Wait => return Some(all),
                Look::Behind => return None,
                Look::Batch(batch) => {
                    let text = batch.text(place.cursor, filter);
                    let text = std::str::from_utf8(&text).unwrap();
                    all.extend(text.split_whitespace().map(|seq| seq.parse::<u64>().unwrap()));
                    place.cursor = place.cursor.max(batch.through);
                }
            }
        }
    }

    /// Whoever joins at any place gets what follows it, or learns that it is gone.
    #[test]
    fn every_place_is_joined_exactly() {
        let odd = EventFilter { meetings: vec![meeting(1)], ..EventFilter::default() };
        let fourth = EventFilter { sessions: vec![session(3)], ..EventFilter::default() };
        for filter in [EventFilter::default(), odd, fourth] {
            let mut ring = Ring::new(Cursor::at_end(100), 20 * size(&batch(1, 10)) / 2);
            let mut end = 100;
            for step in (1..=7).cycle().take(60) {
                ring.push(batch(end + 1, end + step));
                end += step;
                for position in 90..end + 5 {
                    let mut place = Place::at(Cursor::at_end(position));
                    let wanted = |seq: &u64| {
                        seq.is_multiple_of(3)
                            && filter.passes(meeting(*seq), session(*seq), FactName::PeerJoined)
                    };
                    let expected: Vec<u64> = (position + 1..=end).filter(wanted).collect();
                    let found = told(&ring, &mut place, &filter);
                    assert_eq!(
                        found,
                        (position >= ring.start.seq()).then_some(expected),
                        "{position} of {end}"
                    );
                }
            }
            assert!(ring.start.seq() > 100, "the oldest are gone");
        }
    }

    #[test]
    fn who_is_overtaken_learns_it_unless_nothing_was_missed() {
        let mut ring = Ring::new(Cursor::at_end(0), 2 * size(&batch(1, 3)));
        ring.push(batch(1, 3));
        let all = EventFilter::default();
        let (mut slow, mut ahead) = (Place::at(Cursor::at_end(0)), Place::at(Cursor::at_end(15)));
        assert_eq!(told(&ring, &mut slow, &all), Some(vec![3]));
        // Joined while the ring was behind its place.
        assert_eq!(told(&ring, &mut ahead, &all), Some(Vec::new()));
        for step in 1..6 {
            ring.push(batch(step * 3 + 1, step * 3 + 3));
        }
        assert_eq!(told(&ring, &mut slow, &all), None);
        assert_eq!(told(&ring, &mut ahead, &all), Some(vec![18]));
    }
}
