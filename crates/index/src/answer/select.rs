//! One page out of several sorted sources, without walking to it.

use std::cmp::Ordering;

use crate::key::Key;
use crate::limits::{PAGE_USUAL, SKIP_MAX};

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// Row of a segment.
    Sealed { segment: u32, row: u32 },
    /// Position among the LIVE rows.
    Live(usize),
    /// Position among the ended rows in memory.
    Ended(usize),
}

/// A sequence of matches with its keys, lazily.
pub(crate) type Walk<'a> = Box<dyn Iterator<Item = (Key, Place)> + 'a>;

/// Matches in ascending order of their keys, reachable by position.
pub(crate) trait Source {
    fn len(&self) -> u64;

    /// The key at a position below [`Source::len`].
    fn key(&self, at: u64) -> Key;

    /// The first position within `[from, to)` whose key is not below `key`, or `to`. All keys before `from` are below
    /// `key` and all from `to` on are above.
    fn below(&self, key: &Key, from: u64, to: u64) -> u64 {
        if from >= to || *key <= self.key(from) {
            return from;
        }
        if *key > self.key(to - 1) {
            return to;
        }
        let (mut low, mut high) = (from + 1, to - 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.key(middle) < *key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The first and the last key, where they cost nothing; for at least one match.
    fn ends(&self) -> Option<(Key, Key)> {
        None
    }

    /// The matches from position `at` on, or, descending, those before it.
    fn walk(&self, at: u64, ascending: bool) -> Walk<'_>;

    /// Adds the places of the first `limit` of these.
    fn places(&self, at: u64, ascending: bool, limit: usize, places: &mut Vec<Place>) {
        places.extend(self.walk(at, ascending).take(limit).map(|(_, place)| place));
    }
}

/// The places of one page.
///
/// Sources whose keys do not overlap stand one behind the other, and all but those with the page are passed by at once.
pub(crate) fn page(sources: &[Box<dyn Source + '_>], ascending: bool, offset: u64, limit: u32) -> Vec<Place> {
    let total: u64 = sources.iter().map(|source| source.len()).sum();
    let mut left =
        usize::try_from(total.saturating_sub(offset)).map_or(limit, |left| left.min(limit as usize) as u32);
    let mut places = Vec::with_capacity(left as usize);
    let mut clusters = clusters(sources);
    if !ascending {
        clusters.reverse();
    }
    let mut skip = offset;
    for cluster in clusters {
        if left == 0 {
            break;
        }
        let size: u64 = cluster.iter().map(|source| source.len()).sum();
        if skip >= size {
            skip -= size;
            continue;
        }
        let before = places.len();
        if let [source] = &cluster[..] {
            source.places(if ascending { skip } else { size - skip }, ascending, left as usize, &mut places);
        } else {
            let (starts, skip) = if skip <= SKIP_MAX {
                (cluster.iter().map(|source| if ascending { 0 } else { source.len() }).collect(), skip)
            } else {
                (split(&cluster, if ascending { skip } else { size - skip }), 0)
            };
            let walks = cluster.iter().zip(starts).map(|(source, at)| source.walk(at, ascending)).collect();
            places.extend(merge(walks, ascending, skip, left).into_iter().map(|(_, place)| place));
        }
        left -= u32::try_from(places.len() - before).unwrap_or(left).min(left);
        skip = 0;
    }
    places
}

/// The sources that have matches, in groups: all keys of a group are below those of the next.
fn clusters<'s, 'a>(sources: &'s [Box<dyn Source + 'a>]) -> Vec<Vec<&'s (dyn Source + 'a)>> {
    let with_matches = || sources.iter().map(|source| &**source).filter(|source| source.len() > 0);
    let ends: Option<Vec<_>> =
        with_matches().map(|source| source.ends().map(|ends| (ends, source))).collect();
    let Some(mut ends) = ends else { return vec![with_matches().collect()] };
    ends.sort_unstable_by_key(|(ends, _)| *ends);
    let mut clusters: Vec<Vec<&dyn Source>> = Vec::with_capacity(ends.len());
    let mut end = None;
    for ((first, last), source) in ends {
        match clusters.last_mut() {
            // It begins before all of these end.
            Some(cluster) if end.is_some_and(|end| first <= end) => cluster.push(source),
            _ => clusters.push(vec![source]),
        }
        end = end.max(Some(last));
    }
    clusters
}

/// `limit` matches of several walks as one, after `skip` others.
pub(crate) fn merge(mut walks: Vec<Walk<'_>>, ascending: bool, skip: u64, limit: u32) -> Vec<(Key, Place)> {
    let wanted = if ascending { Ordering::Less } else { Ordering::Greater };
    let mut heads: Vec<Option<(Key, Place)>> = walks.iter_mut().map(Iterator::next).collect();
    // A usual page fits; a limit is what somebody asks for.
    let mut page = Vec::with_capacity(PAGE_USUAL.min(limit as usize));
    let mut skip = skip;
    while page.len() < limit as usize {
        let mut best: Option<(usize, (Key, Place))> = None;
        for (i, head) in heads.iter().enumerate() {
            if let Some(head) = head
                && best.is_none_or(|(_, best)| head.0.cmp(&best.0) == wanted)
            {
                best = Some((i, *head));
            }
        }
        let Some((i, head)) = best else { break };
        heads[i] = walks[i].next();
        if skip > 0 {
            skip -= 1;
        } else {
            page.push(head);
        }
    }
    page
}

/// The positions that have the `k` smallest of all matches before them.
///
/// Every round takes a pivot from the source with the most candidates, at the place where the wanted match would be if
/// all sources were alike, and counts what is below it everywhere. Alike sources need a few rounds; a round that gained
/// little is followed by one that halves the largest source, so that unlike ones need a logarithmic number.
fn split(sources: &[&dyn Source], k: u64) -> Vec<u64> {
    let mut low = vec![0; sources.len()];
    let mut high: Vec<u64> = sources.iter().map(|source| source.len()).collect();
    let mut left = k;
    let mut halve = false;
    loop {
        let active: u64 = high.iter().zip(&low).map(|(high, low)| high - low).sum();
        if left == 0 {
            return low;
        }
        if left >= active {
            return high;
        }
        let size = |i: &usize| high[*i] - low[*i];
        let Some(largest) = (0..sources.len()).max_by_key(size) else { return low };
        let size = size(&largest);
        if size == active {
            low[largest] += left;
            return low;
        }
        let share = if halve { size / 2 } else { mul_div(size, left, active) };
        let pivot = low[largest] + share.min(size - 1);
        let key = sources[largest].key(pivot);
        let below: Vec<u64> = (0..sources.len())
            .map(|i| if i == largest { pivot } else { sources[i].below(&key, low[i], high[i]) })
            .collect();
        let sum: u64 = below.iter().zip(&low).map(|(below, low)| below - low).sum();
        let before = left.min(active - left);
        if sum > left {
            high = below;
        } else if sum == left {
            return below;
        } else {
            low = below;
            // The pivot itself is one of the smallest.
            low[largest] += 1;
            left -= sum + 1;
        }
        let active_now: u64 = high.iter().zip(&low).map(|(high, low)| high - low).sum();
        let gained = active_now <= active / 2 || left.min(active_now.saturating_sub(left)) <= before / 2;
        halve = !gained && !halve;
    }
}

/// `a * b / c` for `b <= c`.
fn mul_div(a: u64, b: u64, c: u64) -> u64 {
    let exact = u128::from(a) * u128::from(b) / u128::from(c.max(1));
    u64::try_from(exact).unwrap_or(a)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct List(Vec<Key>);

    impl Source for List {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }

        fn key(&self, at: u64) -> Key {
            self.0[usize::try_from(at).unwrap()]
        }

        fn ends(&self) -> Option<(Key, Key)> {
            self.0.first().copied().zip(self.0.last().copied())
        }

        fn walk(&self, at: u64, ascending: bool) -> Walk<'_> {
            let (before, after) = self.0.split_at(usize::try_from(at).unwrap());
            let item = |key: &Key| (*key, Place::Live(usize::try_from(key.1).unwrap()));
            if ascending { Box::new(after.iter().map(item)) } else { Box::new(before.iter().rev().map(item)) }
        }
    }

    fn check(lists: Vec<Vec<Key>>) {
        let mut all: Vec<Key> = lists.iter().flatten().copied().collect();
        all.sort_unstable();
        let sources: Vec<Box<dyn Source>> =
            lists.into_iter().map(|list| Box::new(List(list)) as Box<dyn Source>).collect();
        for offset in 0..=all.len() as u64 + 1 {
            let skip = usize::try_from(offset).unwrap();
            let place = |key: &Key| Place::Live(usize::try_from(key.1).unwrap());
            for limit in [3, 40] {
                let up: Vec<_> = all.iter().skip(skip).take(limit).map(place).collect();
                let down: Vec<_> = all.iter().rev().skip(skip).take(limit).map(place).collect();
                assert_eq!(page(&sources, true, offset, limit as u32), up);
                assert_eq!(page(&sources, false, offset, limit as u32), down);
            }
        }
        assert!(page(&sources, true, u64::MAX, 3).is_empty());
    }

    #[test]
    fn every_page_equals_a_sort() {
        let list = |from: i64, to: i64, step: usize| -> Vec<Key> {
            (from..to).step_by(step).map(|v| (v / 3, u128::try_from(v).unwrap())).collect()
        };
        check(vec![]);
        check(vec![vec![], vec![]]);
        check(vec![list(0, 300, 1), vec![], list(300, 400, 1)]);
        check(vec![list(300, 400, 1), list(0, 100, 1), list(50, 60, 1), list(95, 120, 1), list(120, 130, 1)]);
        check(vec![list(0, 300, 3), list(1, 300, 3), list(2, 500, 3)]);
        check(vec![list(0, 1000, 10), list(1, 20, 10), list(502, 600, 10), list(903, 2000, 10)]);
        // One value for all: only the ids tell them apart.
        let same = |from: u128| (0..100).map(|i| (5, from + i * 3)).collect();
        check(vec![same(0), same(1), same(2)]);
    }
}
