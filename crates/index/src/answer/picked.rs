//! By minutes: any set of rows of a segment, its ranks looked at from one end and only as far as a page needs.

use std::cell::RefCell;

use crate::answer::bits::Bits;
use crate::answer::found::Found;
use crate::answer::select::{Place, Source, Walk};
use crate::answer::source::{Numbered, directed, narrow};
use crate::key::Key;

/// The rows of a set in the order of their minutes.
///
/// Steps count ranks from the end that is nearer to the page: the first or the last rank is step 0.
pub(crate) struct PickedMinutes<'a> {
    of: Numbered<'a>,
    rows: Picked<'a>,
    len: u32,
    from_top: bool,
    seen: RefCell<Seen>,
}

enum Picked<'a> {
    Found(&'a Found<'a>),
    Set(Bits),
}

/// One bit for each step that was looked at: whether the row is of the set.
#[derive(Default)]
struct Seen {
    words: Vec<u64>,
    /// Ones before each word.
    before: Vec<u32>,
    count: u32,
}

impl<'a> PickedMinutes<'a> {
    pub(crate) fn new(of: Numbered<'a>, found: &'a Found<'a>, from_top: bool) -> Self {
        let rows = match found {
            Found::Rows(list) => {
                let mut set = Bits::new(0, of.segment.rows());
                list.iter().for_each(|row| set.set(*row));
                Picked::Set(set)
            }
            Found::All(..) | Found::Set(_) => Picked::Found(found),
        };
        Self { of, rows, len: narrow(found.count()), from_top, seen: RefCell::default() }
    }

    /// A rank as a step and the other way round.
    fn turn(&self, rank: u32) -> u32 {
        if self.from_top { self.of.segment.rows().saturating_sub(rank.saturating_add(1)) } else { rank }
    }

    /// Looks at the next 64 steps; `false` when there are none.
    fn look(&self, seen: &mut Seen) -> bool {
        let ranks = self.of.segment.by_minutes();
        let from = seen.words.len() * 64;
        if from >= ranks.len() {
            return false;
        }
        let to = (from + 64).min(ranks.len());
        let word = if self.from_top {
            let part = &ranks[ranks.len() - to..ranks.len() - from];
            self.word(part.iter().rev())
        } else {
            self.word(ranks[from..to].iter())
        };
        // A short word was filled from above.
        let word = word >> (64 - (to - from));
        seen.words.push(word);
        seen.before.push(seen.count);
        seen.count += word.count_ones();
        true
    }

    fn word<'r>(&self, rows: impl Iterator<Item = &'r u32>) -> u64 {
        fn fill<'r>(rows: impl Iterator<Item = &'r u32>, test: impl Fn(u32) -> bool) -> u64 {
            rows.fold(0, |word, row| (word >> 1) | (u64::from(test(*row)) << 63))
        }
        match &self.rows {
            Picked::Found(Found::Set(set)) => fill(rows, |row| set.has(row)),
            Picked::Found(found) => fill(rows, |row| found.has(row)),
            Picked::Set(set) => fill(rows, |row| set.has(row)),
        }
    }

    /// The row that is `nth` from the near end.
    fn nth(&self, nth: u32) -> Option<u32> {
        let mut seen = self.seen.borrow_mut();
        while seen.count <= nth && self.look(&mut seen) {}
        let word = seen.before.partition_point(|before| *before <= nth).checked_sub(1)?;
        let left = nth - seen.before[word];
        let rest = (0..left).fold(seen.words[word], |rest, _| rest & rest.wrapping_sub(1));
        if rest == 0 {
            return None;
        }
        let step = u32::try_from(word).ok()? * 64 + rest.trailing_zeros();
        self.of.segment.by_minutes().get(self.turn(step) as usize).copied()
    }

    /// Members in the first `steps` steps.
    fn within(&self, steps: u32) -> u32 {
        let mut seen = self.seen.borrow_mut();
        let word = (steps / 64) as usize;
        while seen.words.len() <= word && self.look(&mut seen) {}
        match seen.words.get(word) {
            Some(bits) => seen.before[word] + (bits & ((1 << (steps % 64)) - 1)).count_ones(),
            None => seen.count,
        }
    }

    fn item(&self, position: u32) -> Option<(Key, Place)> {
        let nth = if self.from_top { self.len.checked_sub(position.saturating_add(1))? } else { position };
        self.nth(nth).map(|row| self.of.minutes(row))
    }
}

impl Source for PickedMinutes<'_> {
    fn len(&self) -> u64 {
        u64::from(self.len)
    }

    fn key(&self, at: u64) -> Key {
        self.item(narrow(at)).map_or((0, 0), |item| item.0)
    }

    fn below(&self, key: &Key, from: u64, to: u64) -> u64 {
        if from >= to {
            return from;
        }
        let rows = self.of.segment.rows();
        let rank = self.of.rank_of(key, 0, rows);
        let below =
            if self.from_top { self.len.saturating_sub(self.within(rows - rank)) } else { self.within(rank) };
        u64::from(below).clamp(from, to)
    }

    fn walk(&self, at: u64, ascending: bool) -> Walk<'_> {
        let item = |position| self.item(position);
        directed((0..narrow(at)).filter_map(item), (narrow(at)..self.len).filter_map(item), ascending)
    }
}
