//! A table that has room for so many, and keeps the newest.

use std::collections::{BTreeMap, BTreeSet};

use crate::time::UnixMs;

/// Values by key, each with its instant.
#[derive(Debug)]
pub(super) struct Newest<K, V> {
    max: usize,
    by_key: BTreeMap<K, (UnixMs, V)>,
    by_age: BTreeSet<(UnixMs, K)>,
}

impl<K: Copy + Ord, V> Newest<K, V> {
    /// An empty one with room for `max`.
    pub(super) const fn new(max: usize) -> Self {
        Self { max, by_key: BTreeMap::new(), by_age: BTreeSet::new() }
    }

    /// Puts a value in, in place of an older one of its key. The oldest of all makes room: its key is returned.
    pub(super) fn put(&mut self, at: UnixMs, key: K, value: V) -> Option<K> {
        if let Some((old, _)) = self.by_key.insert(key, (at, value)) {
            self.by_age.remove(&(old, key));
        }
        self.by_age.insert((at, key));
        if self.by_key.len() <= self.max {
            return None;
        }
        let (_, oldest) = self.by_age.pop_first()?;
        self.by_key.remove(&oldest);
        Some(oldest)
    }

    pub(super) fn get(&self, key: K) -> Option<&V> {
        self.by_key.get(&key).map(|(_, value)| value)
    }

    /// Takes a value out.
    pub(super) fn remove(&mut self, key: K) -> Option<V> {
        let (at, value) = self.by_key.remove(&key)?;
        self.by_age.remove(&(at, key));
        Some(value)
    }

    /// Keys, in no order that matters.
    pub(super) fn keys(&self) -> impl Iterator<Item = K> {
        self.by_key.keys().copied()
    }

    pub(super) fn clear(&mut self) {
        self.by_key.clear();
        self.by_age.clear();
    }

    /// Moves every instant, and changes the values with it: the room's time was set.
    pub(super) fn shift(&mut self, ms: i64, change: impl Fn(&mut V)) {
        self.by_age =
            std::mem::take(&mut self.by_age).into_iter().map(|(at, key)| (at.plus_ms(ms), key)).collect();
        for (at, value) in self.by_key.values_mut() {
            *at = at.plus_ms(ms);
            change(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_when_there_are_too_many() {
        let mut newest = Newest::new(3);
        let gone: Vec<Option<i64>> = (0..5).map(|n| newest.put(UnixMs(n), n, ())).collect();
        assert_eq!(gone, [None, None, None, Some(0), Some(1)]);
        assert_eq!(newest.keys().collect::<Vec<_>>(), [2, 3, 4]);
        // What is put in again is as new as that.
        newest.put(UnixMs(9), 2, ());
        newest.put(UnixMs(10), 7, ());
        assert_eq!(newest.keys().collect::<Vec<_>>(), [2, 4, 7]);
        assert_eq!(newest.by_age.len(), 3);
        assert!(newest.remove(4).is_some() && newest.remove(4).is_none());
        assert_eq!(newest.by_age.len(), 2);
    }
}
