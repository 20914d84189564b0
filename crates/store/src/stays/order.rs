//! Sorted permutations of rows, and sets of rows.

use std::borrow::Cow;
use std::ops::Range;

/// A set of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// No row of `rows`.
    pub(super) fn none(rows: usize) -> Self {
        Self(vec![0; rows.div_ceil(64)])
    }

    /// These rows.
    pub(super) fn of(rows: usize, these: &[u32]) -> Self {
        let mut bits = Self::none(rows);
        for row in these {
            bits.set(*row as usize);
        }
        bits
    }

    /// The rows for which `is` holds.
    pub(super) fn from_fn(rows: usize, is: impl Fn(usize) -> bool) -> Self {
        let word = |first: usize| {
            let last = rows.min(first + 64);
            (first..last).fold(0, |word, row| word | (u64::from(is(row)) << (row - first)))
        };
        Self((0..rows).step_by(64).map(word).collect())
    }

    pub(super) fn set(&mut self, row: usize) {
        self.0[row / 64] |= 1 << (row % 64);
    }

    pub(super) fn has(&self, row: u32) -> bool {
        let row = row as usize;
        self.0[row / 64] >> (row % 64) & 1 == 1
    }

    pub(super) fn and(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
    }

    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// The rows of an order that are in a set; all without one.
pub(super) fn kept<'a>(rows: &'a [u32], set: Option<&Bits>) -> Cow<'a, [u32]> {
    match set {
        None => rows.into(),
        Some(set) => rows.iter().copied().filter(|row| set.has(*row)).collect(),
    }
}

/// A sorted order with `new` rows where they belong. Keys differ.
pub(super) fn merged<K: Ord>(mut order: Vec<u32>, mut new: Vec<u32>, key: impl Fn(u32) -> K) -> Vec<u32> {
    new.sort_unstable_by_key(|row| key(*row));
    let Some(first) = new.first() else { return order };
    let first = key(*first);
    let start = order.partition_point(|row| key(*row) < first);
    // What is sorted behind the first new row moves back by as many as come before it.
    let tail = order.split_off(start);
    order.reserve(tail.len() + new.len());
    let mut rest = tail.as_slice();
    for row in new {
        let at = key(row);
        let before = rest.partition_point(|old| key(*old) < at);
        order.extend_from_slice(&rest[..before]);
        order.push(row);
        rest = &rest[before..];
    }
    order.extend_from_slice(rest);
    order
}

/// Two sorted orders, read as one.
#[derive(Debug)]
pub(super) struct Two<'a> {
    pub a: &'a [u32],
    pub b: &'a [u32],
}

impl Two<'_> {
    /// The rows at these places of the merged order.
    pub(super) fn range<K: Ord>(&self, range: Range<usize>, key: impl Fn(u32) -> K) -> Vec<u32> {
        let (mut i, mut j) = self.split(range.start, &key);
        let mut rows = Vec::with_capacity(range.len());
        while rows.len() < range.len() {
            let from_a = match (self.a.get(i), self.b.get(j)) {
                (Some(a), Some(b)) => key(*a) < key(*b),
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => break,
            };
            rows.push(if from_a { self.a[i] } else { self.b[j] });
            i += usize::from(from_a);
            j += usize::from(!from_a);
        }
        rows
    }

    /// How many of the first `count` rows come from each.
    fn split<K: Ord>(&self, count: usize, key: impl Fn(u32) -> K) -> (usize, usize) {
        let (mut low, mut high) = (count.saturating_sub(self.b.len()), count.min(self.a.len()));
        while low < high {
            let i = low.midpoint(high);
            // `low <= i < high` keeps both positions inside.
            if key(self.a[i]) < key(self.b[count - i - 1]) { low = i + 1 } else { high = i }
        }
        (low, count - low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_orders_read_as_one_from_any_place() {
        for mask in 0_u32..256 {
            let (a, b): (Vec<u32>, Vec<u32>) = (0..8).partition(|row| mask >> row & 1 == 1);
            let two = Two { a: &a, b: &b };
            for from in 0..=8 {
                for to in from..=8 {
                    let expected: Vec<u32> = (from as u32..to as u32).collect();
                    assert_eq!(two.range(from..to, |row| row), expected, "{mask:08b}");
                }
            }
        }
    }

    #[test]
    fn new_rows_go_where_they_belong() {
        for mask in 0_u32..256 {
            let (old, new): (Vec<u32>, Vec<u32>) = (0..8).partition(|row| mask >> row & 1 == 1);
            let order = merged(old, new.into_iter().rev().collect(), |row| row);
            assert_eq!(order, (0..8).collect::<Vec<_>>(), "{mask:08b}");
        }
    }

    #[test]
    fn sets_of_rows() {
        for rows in [0, 1, 63, 64, 65, 200] {
            let third = Bits::from_fn(rows, |row| row % 3 == 0);
            assert_eq!(third.count(), rows.div_ceil(3));
            let mut set = Bits::none(rows);
            (0..rows).step_by(2).for_each(|row| set.set(row));
            set.and(&third);
            let expected: Vec<u32> = (0..rows as u32).filter(|row| row % 6 == 0).collect();
            let all: Vec<u32> = (0..rows as u32).collect();
            assert_eq!(*kept(&all, Some(&set)), expected);
            assert_eq!(set, Bits::of(rows, &expected));
        }
    }
}
