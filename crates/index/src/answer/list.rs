//! Rows in memory in the order of `created`, in small shared chunks.
//!
//! A copy shares all chunks, and a change copies the one that it falls into if somebody else still reads it, so that
//! readers never wait for writers nor the other way round.

use std::sync::{Arc, OnceLock};

use memchr::memmem::Finder;

use crate::answer::bits::Bits;
use crate::fold::shared;
use crate::format::dict::SEPARATOR;
use crate::key::Key;
use crate::limits::CHUNK_ROWS_MAX;
use crate::row::{Change, Row};

/// A row in memory.
#[derive(Debug, Clone)]
pub(crate) struct TailRow {
    pub(crate) row: Row,
    /// The title as it is searched.
    folded: Arc<str>,
    /// Sequence number of the fact that ended it.
    pub(crate) ended_seq: Option<u64>,
}

impl TailRow {
    pub(crate) fn new(change: &Change, old: Option<&Self>) -> Self {
        let folded = match old {
            Some(old) if old.row.title == change.row.title => old.folded.clone(),
            _ => shared(&change.row.title),
        };
        Self { row: change.row.clone(), folded, ended_seq: change.ended_seq }
    }

    pub(crate) fn key(&self) -> Key {
        (self.row.started_ms, self.row.id)
    }

    pub(crate) fn is_live(&self) -> bool {
        self.row.ended_ms.is_none()
    }
}

/// The rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct List {
    inner: Arc<Inner>,
}

#[derive(Debug, Clone, Default)]
struct Inner {
    /// None is empty.
    chunks: Vec<Chunk>,
    len: usize,
    /// Keys of the first and the last row.
    ends: Option<(Key, Key)>,
}

#[derive(Debug, Clone)]
pub(crate) struct Chunk {
    /// Rows of all chunks before.
    pub(crate) start: usize,
    body: Arc<Body>,
}

/// Rows, and what is derived from them when it is asked for.
#[derive(Debug, Default)]
struct Body {
    rows: Vec<TailRow>,
    minutes: OnceLock<Vec<(Key, usize)>>,
    titles: OnceLock<Titles>,
}

/// All folded titles, each followed by a separator, and where each ends.
#[derive(Debug)]
struct Titles {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Clone for Body {
    /// To be changed: what was derived does not hold any more.
    fn clone(&self) -> Self {
        Self { rows: self.rows.clone(), ..Self::default() }
    }
}

impl Chunk {
    fn new(rows: Vec<TailRow>) -> Self {
        Self { start: 0, body: Arc::new(Body { rows, ..Body::default() }) }
    }

    pub(crate) fn rows(&self) -> &[TailRow] {
        &self.body.rows
    }

    fn rows_mut(&mut self) -> &mut Vec<TailRow> {
        let body = Arc::make_mut(&mut self.body);
        body.minutes.take();
        body.titles.take();
        &mut body.rows
    }

    fn end(&self) -> usize {
        self.start + self.rows().len()
    }

    /// Keys by minutes, ascending, with the places in [`Chunk::rows`]; of rows that have ended.
    pub(crate) fn minutes(&self) -> &[(Key, usize)] {
        self.body.minutes.get_or_init(|| {
            let key = |(nth, row): (usize, &TailRow)| ((row.row.closed_ms, row.row.id), nth);
            let mut keys: Vec<_> = self.rows().iter().enumerate().map(key).collect();
            keys.sort_unstable();
            keys
        })
    }

    /// The places of the rows whose title contains the text.
    pub(crate) fn with_title(&self, text: &Finder<'_>) -> Bits {
        let titles = self.body.titles.get_or_init(|| self.collect_titles());
        let mut places = Bits::new(0, u32::try_from(self.rows().len()).unwrap_or(u32::MAX));
        let mut from = 0;
        while let Some(at) = titles.text.get(from..).and_then(|rest| text.find(rest)) {
            let nth = titles.ends.partition_point(|end| *end <= from + at);
            let Some(end) = titles.ends.get(nth) else { break };
            places.set(u32::try_from(nth).unwrap_or(u32::MAX));
            from = *end;
        }
        places
    }

    fn collect_titles(&self) -> Titles {
        let mut titles = Titles { text: Vec::new(), ends: Vec::with_capacity(self.rows().len()) };
        for row in self.rows() {
            titles.text.extend_from_slice(row.folded.as_bytes());
            titles.text.push(SEPARATOR);
            titles.ends.push(titles.text.len());
        }
        titles
    }
}

impl List {
    pub(crate) fn len(&self) -> usize {
        self.inner.len
    }

    /// Keys of the first and the last row.
    pub(crate) fn ends(&self) -> Option<(Key, Key)> {
        self.inner.ends
    }

    /// Rows before the key.
    pub(crate) fn below(&self, key: &Key) -> usize {
        match self.inner.chunk_of(key).and_then(|at| self.inner.chunks.get(at)) {
            Some(chunk) => chunk.start + chunk.rows().partition_point(|row| row.key() < *key),
            None => 0,
        }
    }

    pub(crate) fn at(&self, position: usize) -> Option<&TailRow> {
        let after = self.inner.chunks.partition_point(|chunk| chunk.start <= position);
        let chunk = self.inner.chunks.get(after.checked_sub(1)?)?;
        chunk.rows().get(position - chunk.start)
    }

    pub(crate) fn find(&self, key: &Key) -> Option<&TailRow> {
        self.at(self.below(key)).filter(|row| row.key() == *key)
    }

    /// The chunks that have some of the positions `[from, to)`.
    pub(crate) fn chunks(&self, from: usize, to: usize) -> &[Chunk] {
        let chunks = &self.inner.chunks;
        let first = chunks.partition_point(|chunk| chunk.end() <= from);
        let after = chunks.partition_point(|chunk| chunk.start < to);
        chunks.get(first..after).unwrap_or(&[])
    }

    /// The rows of the positions `[from, to)` with their positions.
    pub(crate) fn rows(&self, from: usize, to: usize) -> impl Iterator<Item = (usize, &TailRow)> {
        self.chunks(from, to).iter().flat_map(move |chunk| {
            let skip = from.saturating_sub(chunk.start);
            let take = to.saturating_sub(chunk.start.max(from));
            chunk.rows().iter().enumerate().skip(skip).take(take).map(|(nth, row)| (chunk.start + nth, row))
        })
    }

    /// Puts in or replaces the row with this start and id.
    pub(crate) fn put(&mut self, row: TailRow) {
        let inner = Arc::make_mut(&mut self.inner);
        let key = row.key();
        let Some(at) = inner.chunk_of(&key) else {
            match inner.chunks.first_mut() {
                Some(first) => first.rows_mut().insert(0, row),
                None => inner.chunks.push(Chunk::new(vec![row])),
            }
            return inner.changed(0);
        };
        let chunk = &inner.chunks[at];
        let place = chunk.rows().partition_point(|row| row.key() < key);
        let len = chunk.rows().len();
        let is_there = chunk.rows().get(place).is_some_and(|old| old.key() == key);
        if is_there {
            inner.chunks[at].rows_mut()[place] = row;
        } else if place == len && len >= CHUNK_ROWS_MAX && at + 1 == inner.chunks.len() {
            // New sessions come at the end: full chunks stay full.
            inner.chunks.push(Chunk::new(vec![row]));
        } else {
            inner.chunks[at].rows_mut().insert(place, row);
        }
        inner.changed(at);
    }

    /// Takes out the row with this start and id.
    pub(crate) fn remove(&mut self, key: &Key) {
        if self.find(key).is_none() {
            return;
        }
        let inner = Arc::make_mut(&mut self.inner);
        let Some(at) = inner.chunk_of(key) else { return };
        inner.chunks[at].rows_mut().retain(|row| row.key() != *key);
        inner.changed(at);
    }

    /// Takes out all rows that pass the test, and returns their keys.
    pub(crate) fn remove_all(&mut self, test: impl Fn(&TailRow) -> bool) -> Vec<Key> {
        let gone: Vec<Key> =
            self.rows(0, self.len()).filter(|(_, row)| test(row)).map(|(_, row)| row.key()).collect();
        if gone.is_empty() {
            return gone;
        }
        let inner = Arc::make_mut(&mut self.inner);
        for chunk in inner.chunks.iter_mut().filter(|chunk| chunk.rows().iter().any(&test)) {
            chunk.rows_mut().retain(|row| !test(row));
        }
        inner.join_small();
        inner.number(0);
        gone
    }
}

impl Inner {
    /// The chunk with the last row that is not above the key; `None` when there is no such row.
    fn chunk_of(&self, key: &Key) -> Option<usize> {
        let holds = |chunk: &Chunk| chunk.rows().first().is_some_and(|row| row.key() <= *key);
        self.chunks.partition_point(holds).checked_sub(1)
    }

    /// Restores the sizes and the numbers after a change in one chunk.
    fn changed(&mut self, at: usize) {
        let size = self.chunks.get(at).map_or(0, |chunk| chunk.rows().len());
        if size == 0 && at < self.chunks.len() {
            self.chunks.remove(at);
        } else if size > CHUNK_ROWS_MAX {
            let upper = self.chunks[at].rows_mut().split_off(size / 2);
            self.chunks.insert(at + 1, Chunk::new(upper));
        }
        self.number(at);
    }

    /// Numbers the rows from a chunk on again.
    fn number(&mut self, at: usize) {
        self.len = at.checked_sub(1).and_then(|before| self.chunks.get(before)).map_or(0, Chunk::end);
        for chunk in self.chunks.iter_mut().skip(at) {
            chunk.start = self.len;
            self.len += chunk.rows().len();
        }
        let first = self.chunks.first().and_then(|chunk| chunk.rows().first());
        let last = self.chunks.last().and_then(|chunk| chunk.rows().last());
        self.ends = first.map(TailRow::key).zip(last.map(TailRow::key));
    }

    /// Puts neighbours together that are nearly empty after many rows have gone.
    fn join_small(&mut self) {
        let mut joined: Vec<Chunk> = Vec::with_capacity(self.chunks.len());
        for chunk in self.chunks.drain(..).filter(|chunk| !chunk.rows().is_empty()) {
            match joined.last_mut() {
                Some(last) if last.rows().len() + chunk.rows().len() <= CHUNK_ROWS_MAX / 2 => {
                    last.rows_mut().extend(chunk.rows().iter().cloned());
                }
                _ => joined.push(chunk),
            }
        }
        self.chunks = joined;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn row(key: Key, closed_ms: i64) -> TailRow {
        let row = Row {
            id: key.1,
            meeting: 1,
            title: ["Stand-up", "ÉTÉ", ""][closed_ms as usize % 3].into(),
            started_ms: key.0,
            ended_ms: Some(key.0),
            end_reason: 0,
            updated_ms: key.0,
            peak: 1,
            stay_count: 1,
            closed_ms,
            live_count: 0,
            ticking_count: 0,
            ticking_joined_sum_ms: 0,
            offset_ms: 0,
            parent: None,
        };
        TailRow::new(&Change { row, ended_seq: Some(key.1 as u64) }, None)
    }

    fn check(list: &List, model: &BTreeMap<Key, i64>) {
        assert_eq!(list.len(), model.len());
        let keys: Vec<Key> = model.keys().copied().collect();
        assert!(list.rows(0, list.len()).map(|(_, row)| row.key()).eq(keys.iter().copied()));
        assert!(list.rows(0, list.len()).map(|(at, _)| at).eq(0..keys.len()));
        for (at, key) in keys.iter().enumerate().step_by(37) {
            assert_eq!(list.at(at).map(TailRow::key), Some(*key));
            assert_eq!((list.below(key), list.below(&(key.0, key.1 + 1))), (at, at + 1));
            let part: Vec<usize> = list.rows(at, at + 300).map(|(at, _)| at).collect();
            assert!(part.iter().copied().eq(at..keys.len().min(at + 300)), "{at}");
        }
        assert!(list.at(keys.len()).is_none());
        for chunk in list.chunks(0, list.len()) {
            assert!(!chunk.rows().is_empty() && chunk.rows().len() <= CHUNK_ROWS_MAX);
            assert!(chunk.minutes().is_sorted() && chunk.minutes().len() == chunk.rows().len());
            for ((closed, id), place) in chunk.minutes() {
                let row = &chunk.rows()[*place].row;
                assert_eq!((row.closed_ms, row.id), (*closed, *id));
            }
            for text in ["and", "té", ""] {
                let found = chunk.with_title(&Finder::new(text));
                let has = |row: &TailRow| crate::fold::fold(&row.row.title).contains(text);
                assert!((0..).zip(chunk.rows()).all(|(place, row)| found.has(place) == has(row)), "{text}");
            }
        }
    }

    #[test]
    fn a_list_is_a_sorted_map_and_its_copies_stay() {
        let (mut list, mut model) = (List::default(), BTreeMap::new());
        let mut state = 3_u64;
        let mut next = |end: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % end
        };
        let mut copies = Vec::new();
        for step in 0..6000_u64 {
            // At the end, in the middle, again, and out.
            let key = match next(4) {
                0..2 => (step as i64, u128::from(step)),
                _ => (next(step + 1) as i64, u128::from(next(9))),
            };
            if next(5) == 0 {
                list.remove(&key);
                model.remove(&key);
            } else {
                list.put(row(key, next(50) as i64));
                model.insert(key, 0);
            }
            assert_eq!(list.find(&key).is_some(), model.contains_key(&key));
            if step % 1500 == 7 {
                copies.push((list.clone(), model.clone()));
                check(&list, &model);
            }
        }
        let gone = list.remove_all(|row| row.row.started_ms % 10 != 0);
        let count = model.len();
        model.retain(|key, _| key.0 % 10 == 0);
        assert_eq!(gone.len(), count - model.len());
        check(&list, &model);
        copies.iter().for_each(|(list, model)| check(list, model));
        list.remove_all(|_| true);
        check(&list, &BTreeMap::new());
    }
}
