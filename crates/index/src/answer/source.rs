//! The kinds of sorted sources a page is made of.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use crate::answer::bits::Ranked;
use crate::answer::list::{Chunk, List};
use crate::answer::select::{Place, Source, Walk};
use crate::format::segment::Segment;
use crate::format::wavelet::Wavelet;
use crate::key::Key;
use crate::limits::SPARSE;

/// A segment and its number in the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbered<'a> {
    pub(crate) number: u32,
    pub(crate) segment: &'a Segment,
}

impl Numbered<'_> {
    fn place(&self, row: u32) -> Place {
        Place::Sealed { segment: self.number, row }
    }

    fn created(&self, row: u32) -> (Key, Place) {
        (self.segment.key(row), self.place(row))
    }

    pub(crate) fn minutes(&self, row: u32) -> (Key, Place) {
        ((self.segment.closed(row), self.segment.id(row)), self.place(row))
    }

    /// The first rank within `[low, high)` whose key is not below this one.
    pub(crate) fn rank_of(&self, key: &Key, low: u32, high: u32) -> u32 {
        let (mut low, mut high) = (low, high);
        while low < high {
            let middle = low + (high - low) / 2;
            let row = self.row_at(middle);
            let closed = self.segment.closed(row);
            if closed < key.0 || (closed == key.0 && self.segment.id(row) < key.1) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn row_at(&self, rank: u32) -> u32 {
        self.segment.by_minutes().get(rank as usize).copied().unwrap_or(0)
    }
}

pub(crate) fn narrow(position: u64) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

pub(crate) fn directed<'a, T>(
    before: impl DoubleEndedIterator<Item = T> + 'a,
    after: impl Iterator<Item = T> + 'a,
    ascending: bool,
) -> Box<dyn Iterator<Item = T> + 'a> {
    if ascending { Box::new(after) } else { Box::new(before.rev()) }
}

/// By `created`: all rows `[from, to)` of a segment.
pub(crate) struct Span<'a> {
    pub(crate) of: Numbered<'a>,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

impl Source for Span<'_> {
    fn len(&self) -> u64 {
        u64::from(self.to - self.from)
    }

    fn key(&self, at: u64) -> Key {
        self.of.segment.key(self.from + narrow(at))
    }

    fn below(&self, key: &Key, from: u64, to: u64) -> u64 {
        if from >= to {
            return from;
        }
        let position = self.of.segment.lower_bound(key.0, key.1).saturating_sub(self.from);
        u64::from(position).clamp(from, to)
    }

    fn ends(&self) -> Option<(Key, Key)> {
        let segment = self.of.segment;
        let first = if self.from == 0 { segment.first_key() } else { segment.key(self.from) };
        let last = if self.to == segment.rows() { segment.last_key() } else { segment.key(self.to - 1) };
        Some((first, last))
    }

    fn walk(&self, at: u64, ascending: bool) -> Walk<'_> {
        let at = self.from + narrow(at);
        let item = |row| self.of.created(row);
        directed((self.from..at).map(item), (at..self.to).map(item), ascending)
    }

    fn places(&self, at: u64, ascending: bool, limit: usize, places: &mut Vec<Place>) {
        let (at, place) = (self.from + narrow(at), |row| self.of.place(row));
        if ascending {
            places.extend((at..self.to).take(limit).map(place));
        } else {
            places.extend((self.from..at).rev().take(limit).map(place));
        }
    }
}

/// By `created`: all rows of the positions `[from, to)` in memory.
pub(crate) struct ListSpan<'a> {
    pub(crate) list: &'a List,
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// The place of a position.
    pub(crate) place: fn(usize) -> Place,
}

impl ListSpan<'_> {
    fn item(&self, position: usize) -> (Key, Place) {
        (self.list.at(position).map_or((0, 0), |row| row.key()), (self.place)(position))
    }
}

impl Source for ListSpan<'_> {
    fn len(&self) -> u64 {
        (self.to - self.from) as u64
    }

    fn key(&self, at: u64) -> Key {
        self.item(self.from + narrow(at) as usize).0
    }

    fn below(&self, key: &Key, from: u64, to: u64) -> u64 {
        if from >= to {
            return from;
        }
        (self.list.below(key).saturating_sub(self.from) as u64).clamp(from, to)
    }

    fn ends(&self) -> Option<(Key, Key)> {
        let ends = self.list.ends()?;
        let first = if self.from == 0 { ends.0 } else { self.key(0) };
        let last = if self.to == self.list.len() { ends.1 } else { self.key(self.len().saturating_sub(1)) };
        Some((first, last))
    }

    fn walk(&self, at: u64, ascending: bool) -> Walk<'_> {
        let at = self.from + narrow(at) as usize;
        let item = |position| self.item(position);
        directed((self.from..at).map(item), (at..self.to).map(item), ascending)
    }

    fn places(&self, at: u64, ascending: bool, limit: usize, places: &mut Vec<Place>) {
        let at = self.from + narrow(at) as usize;
        if ascending {
            places.extend((at..self.to).take(limit).map(self.place));
        } else {
            places.extend((self.from..at).rev().take(limit).map(self.place));
        }
    }
}

/// By minutes: all rows of a chunk of ended rows in memory.
pub(crate) struct ChunkMinutes<'a>(pub(crate) &'a Chunk);

impl ChunkMinutes<'_> {
    fn item(&self, entry: &(Key, usize)) -> (Key, Place) {
        (entry.0, Place::Ended(self.0.start + entry.1))
    }
}

impl Source for ChunkMinutes<'_> {
    fn len(&self) -> u64 {
        self.0.rows().len() as u64
    }

    fn key(&self, at: u64) -> Key {
        self.0.minutes().get(narrow(at) as usize).map_or((0, 0), |entry| entry.0)
    }

    fn walk(&self, at: u64, ascending: bool) -> Walk<'_> {
        let minutes = self.0.minutes();
        let (before, after) = minutes.split_at((narrow(at) as usize).min(minutes.len()));
        let item = |entry| self.item(entry);
        directed(before.iter().map(item), after.iter().map(item), ascending)
    }
}

/// Matches in memory, in the order of their keys.
pub(crate) struct Sorted(pub(crate) Vec<(Key, Place)>);

impl Source for Sorted {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn key(&self, at: u64) -> Key {
        self.0.get(narrow(at) as usize).map_or((0, 0), |item| item.0)
    }

    fn ends(&self) -> Option<(Key, Key)> {
        Some((self.key(0), self.key(self.len().saturating_sub(1))))
    }

    fn walk(&self, at: u64, ascending: bool) -> Walk<'_> {
        let (before, after) = self.0.split_at((narrow(at) as usize).min(self.0.len()));
        directed(before.iter().copied(), after.iter().copied(), ascending)
    }
}

/// By `created`: listed rows of a segment, ascending.
pub(crate) struct Rows<'a> {
    pub(crate) of: Numbered<'a>,
    pub(crate) rows: Cow<'a, [u32]>,
}

impl Source for Rows<'_> {
    fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    fn key(&self, at: u64) -> Key {
        self.rows.get(narrow(at) as usize).map_or((0, 0), |row| self.of.segment.key(*row))
    }

    fn ends(&self) -> Option<(Key, Key)> {
        Some((self.key(0), self.key(self.len().saturating_sub(1))))
    }

    fn walk(&self, at: u64, ascending: bool) -> Walk<'_> {
        let (before, after) = self.rows.split_at((narrow(at) as usize).min(self.rows.len()));
        let item = |row: &u32| self.of.created(*row);
        directed(before.iter().map(item), after.iter().map(item), ascending)
    }
}

/// By `created`: a set of rows of a segment.
pub(crate) struct Picked<'a> {
    pub(crate) of: Numbered<'a>,
    pub(crate) rows: Ranked,
}

impl Source for Picked<'_> {
    fn len(&self) -> u64 {
        u64::from(self.rows.count())
    }

    fn key(&self, at: u64) -> Key {
        self.rows.nth(narrow(at)).map_or((0, 0), |row| self.of.segment.key(row))
    }

    fn below(&self, key: &Key, from: u64, to: u64) -> u64 {
        if from >= to {
            return from;
        }
        let row = self.of.segment.lower_bound(key.0, key.1);
        u64::from(self.rows.below(row)).clamp(from, to)
    }

    fn ends(&self) -> Option<(Key, Key)> {
        Some((self.key(0), self.key(self.len().saturating_sub(1))))
    }

    fn walk(&self, at: u64, ascending: bool) -> Walk<'_> {
        let item = |nth: u32| self.rows.nth(nth).map(|row| self.of.created(row));
        let (at, len) = (narrow(at), self.rows.count());
        directed((0..at).filter_map(item), (at..len).filter_map(item), ascending)
    }
}

/// By minutes: all rows `[from, to)` of a segment.
///
/// A position is a rank among these rows; with the ranks of the whole segment known at the ends of the candidates, the
/// next search is a short one.
pub(crate) struct Minutes<'a> {
    of: Numbered<'a>,
    from: u32,
    to: u32,
    wavelet: Wavelet<'a>,
    /// Positions and their ranks in the whole segment, as far as they have come up.
    known: RefCell<Vec<(u32, u32)>>,
}

impl<'a> Minutes<'a> {
    /// `None` when the segment is damaged.
    pub(crate) fn new(of: Numbered<'a>, from: u32, to: u32) -> Option<Self> {
        let wavelet = of.segment.wavelet()?;
        let known = RefCell::new(vec![(0, 0), (to - from, of.segment.rows())]);
        Some(Self { of, from, to, wavelet, known })
    }

    fn is_whole(&self) -> bool {
        self.to - self.from == self.of.segment.rows()
    }

    fn rank(&self, position: u32) -> u32 {
        if self.is_whole() {
            return position;
        }
        self.wavelet.quantile(self.from, self.to, position).unwrap_or(0)
    }

    fn item(&self, position: u32) -> (Key, Place) {
        self.of.minutes(self.of.row_at(self.rank(position)))
    }

    /// The ranks between which the keys of the positions `[from, to)` lie.
    fn ranks(&self, from: u32, to: u32) -> (u32, u32) {
        let known = self.known.borrow();
        let low = known.iter().filter(|(position, _)| *position <= from).map(|(_, rank)| *rank).max();
        let high = known.iter().filter(|(position, _)| *position >= to).map(|(_, rank)| *rank).min();
        let (low, high) = (low.unwrap_or(0), high.unwrap_or(self.of.segment.rows()));
        (low.min(high), high)
    }

    fn holds(&self, row: u32) -> bool {
        row >= self.from && row < self.to
    }
}

impl Source for Minutes<'_> {
    fn len(&self) -> u64 {
        u64::from(self.to - self.from)
    }

    fn key(&self, at: u64) -> Key {
        let position = narrow(at);
        let rank = self.rank(position);
        self.known.borrow_mut().extend([(position, rank), (position + 1, rank + 1)]);
        self.of.minutes(self.of.row_at(rank)).0
    }

    fn below(&self, key: &Key, from: u64, to: u64) -> u64 {
        if from >= to {
            return from;
        }
        let (low, high) = self.ranks(narrow(from), narrow(to));
        let rank = self.of.rank_of(key, low, high);
        let position =
            if self.is_whole() { rank } else { self.wavelet.count_below(self.from, self.to, rank) };
        self.known.borrow_mut().push((position, rank));
        // Damaged counts may lead outside.
        u64::from(position).clamp(from, to)
    }

    fn walk(&self, at: u64, ascending: bool) -> Walk<'_> {
        let (at, len) = (narrow(at), self.to - self.from);
        let rows = self.of.segment.rows();
        if len < rows / SPARSE {
            let item = |position| self.item(position);
            return directed((0..at).map(item), (at..len).map(item), ascending);
        }
        let rank = if at < len { self.rank(at) } else { rows };
        let row = |rank| self.of.row_at(rank);
        let walk = directed((0..rank).map(row), (rank..rows).map(row), ascending);
        Box::new(walk.filter(|row| self.holds(*row)).map(|row| self.of.minutes(row)))
    }
}

/// How many rows may still be walked over.
pub(crate) struct Budget(Cell<u64>);

impl Budget {
    pub(crate) fn new(rows: u64) -> Self {
        Self(Cell::new(rows))
    }

    /// Whether a walk has ended too early because of it.
    pub(crate) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }

    fn spend(&self) -> bool {
        self.0.set(self.0.get().saturating_sub(1));
        !self.is_spent()
    }
}

/// By minutes: the rows of a segment that `matches` names, found by walking from an end.
pub(crate) fn walk_minutes<'a>(
    of: Numbered<'a>,
    ascending: bool,
    budget: &'a Budget,
    matches: impl Fn(u32) -> bool + 'a,
) -> Walk<'a> {
    let rows = of.segment.rows();
    let row = move |rank| of.row_at(rank);
    let walk = directed((0..rows).map(row), (0..rows).map(row), ascending).take_while(|_| budget.spend());
    Box::new(walk.filter(move |row| matches(*row)).map(move |row| of.minutes(row)))
}

/// By `created`: the rows `[from, to)` of a segment that `matches` names, found by walking from an end.
pub(crate) fn walk_created<'a>(
    of: Numbered<'a>,
    (from, to): (u32, u32),
    ascending: bool,
    budget: &'a Budget,
    matches: impl Fn(u32) -> bool + 'a,
) -> Walk<'a> {
    let walk = directed(from..to, from..to, ascending).take_while(|_| budget.spend());
    Box::new(walk.filter(move |row| matches(*row)).map(move |row| of.created(row)))
}
