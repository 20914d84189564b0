//! Matches in memory that are put into order only as far as a page needs it.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::answer::select::{Place, Source, Walk};
use crate::key::Key;

type Item = (Key, Place);

/// Matches in any order. Every question about them orders them a little more.
pub(crate) struct Unsorted {
    items: RefCell<Partly>,
    len: usize,
}

struct Partly {
    items: Vec<Item>,
    /// Ascending positions that have only smaller items before them.
    cuts: Vec<usize>,
}

impl Unsorted {
    pub(crate) fn new(items: Vec<Item>) -> Self {
        let len = items.len();
        Self { items: RefCell::new(Partly { items, cuts: vec![0, len] }), len }
    }

    fn position(&self, at: u64) -> usize {
        usize::try_from(at).map_or(self.len, |at| at.min(self.len))
    }
}

impl Partly {
    /// The items between the cuts around a position, and where they begin.
    fn around(&mut self, at: usize) -> (usize, &mut [Item]) {
        let next = self.cuts.partition_point(|cut| *cut <= at);
        let from = next.checked_sub(1).map_or(0, |before| self.cuts[before]);
        let to = self.cuts.get(next).copied().unwrap_or(self.items.len());
        (from, &mut self.items[from..to])
    }

    fn cut(&mut self, at: usize) {
        let place = self.cuts.partition_point(|cut| *cut < at);
        if self.cuts.get(place) != Some(&at) {
            self.cuts.insert(place, at);
        }
    }

    /// Puts the item of a position there.
    fn settle(&mut self, at: usize) {
        if at >= self.items.len() {
            return;
        }
        let (from, items) = self.around(at);
        items.select_nth_unstable(at - from);
        self.cut(at);
        self.cut(at + 1);
    }
}

impl Source for Unsorted {
    fn len(&self) -> u64 {
        self.len as u64
    }

    fn key(&self, at: u64) -> Key {
        let at = self.position(at);
        let mut partly = self.items.borrow_mut();
        partly.settle(at);
        partly.items.get(at).map_or((0, 0), |item| item.0)
    }

    fn below(&self, key: &Key, from: u64, to: u64) -> u64 {
        let (mut low, high) = (self.position(from), self.position(to));
        let mut partly = self.items.borrow_mut();
        let start = low;
        // Between two cuts the smaller ones go to the front.
        for at in start..high {
            if partly.items[at].0 < *key {
                partly.items.swap(low, at);
                low += 1;
            }
        }
        // What was between `from` and `to` is cut here only: other cuts within have been mixed up.
        partly.cuts.retain(|cut| *cut <= start || *cut >= high);
        partly.cut(start);
        partly.cut(low);
        low as u64
    }

    fn walk(&self, at: u64, ascending: bool) -> Walk<'_> {
        let at = self.position(at);
        let mut partly = self.items.borrow_mut();
        if !partly.cuts.contains(&at) {
            partly.settle(at);
        }
        if ascending {
            let mut heap: BinaryHeap<Reverse<Item>> =
                partly.items[at..].iter().copied().map(Reverse).collect();
            Box::new(std::iter::from_fn(move || heap.pop().map(|item| item.0)))
        } else {
            let mut heap: BinaryHeap<Item> = partly.items[..at].iter().copied().collect();
            Box::new(std::iter::from_fn(move || heap.pop()))
        }
    }
}
