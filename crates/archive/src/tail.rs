//! The sessions that are not sealed: LIVE ones and those that ended lately.
//!
//! Rows stand in the order of `created` in small shared chunks. A copy shares all of them, and a change copies the one
//! chunk it falls into if somebody else still reads it, so that readers never wait for writers nor the other way round.

use std::sync::Arc;

use crate::fold::fold;
use crate::{Change, Row};

/// A chunk of this many rows is split: small enough to be copied in about a microsecond.
const CHUNK_ROWS_MAX: usize = 256;

/// `(started_ms, id)`: the order of `created`.
pub(crate) type Created = (i64, u128);

/// A row of the tail.
#[derive(Debug, Clone)]
pub(crate) struct TailRow {
    pub(crate) row: Row,
    /// The title as it is searched.
    pub(crate) folded: Arc<str>,
    /// Sequence number of the fact that ended it.
    pub(crate) ended_seq: Option<u64>,
}

impl TailRow {
    fn new(change: &Change, old: Option<&Self>) -> Self {
        let folded = match old {
            Some(old) if old.row.title == change.row.title => old.folded.clone(),
            _ => folded(&change.row.title),
        };
        Self { row: change.row.clone(), folded, ended_seq: change.ended_seq }
    }

    pub(crate) fn key(&self) -> Created {
        (self.row.started_ms, self.row.id)
    }

    pub(crate) fn is_live(&self) -> bool {
        self.row.ended_ms.is_none()
    }

    pub(crate) fn change(&self) -> Change {
        Change { row: self.row.clone(), ended_seq: self.ended_seq }
    }
}

fn folded(title: &Arc<str>) -> Arc<str> {
    let folded = fold(title);
    if *folded == **title { title.clone() } else { folded.into() }
}

/// The rows in the order of `created`. A clone is one counter up.
#[derive(Debug, Clone, Default)]
pub struct Tail {
    inner: Arc<Inner>,
}

#[derive(Debug, Clone, Default)]
struct Inner {
    /// None is empty.
    chunks: Vec<Chunk>,
    len: usize,
    live: usize,
}

#[derive(Debug, Clone)]
struct Chunk {
    /// Rows of all chunks before.
    start: usize,
    /// LIVE rows of this chunk.
    live: usize,
    rows: Arc<Vec<TailRow>>,
}

impl Chunk {
    fn new(rows: Vec<TailRow>) -> Self {
        let mut chunk = Self { start: 0, live: 0, rows: Arc::new(rows) };
        chunk.count();
        chunk
    }

    fn count(&mut self) {
        self.live = self.rows.iter().filter(|row| row.is_live()).count();
    }

    fn holds(&self, key: &Created) -> bool {
        self.rows.first().is_some_and(|row| row.key() <= *key)
    }
}

impl Tail {
    /// Rows.
    pub fn len(&self) -> usize {
        self.inner.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// LIVE ones.
    pub fn live(&self) -> usize {
        self.inner.live
    }

    /// Ended ones.
    pub fn ended(&self) -> usize {
        self.inner.len - self.inner.live
    }

    /// Rows before the key.
    pub(crate) fn below(&self, key: &Created) -> usize {
        match self.inner.chunk_of(key).and_then(|at| self.inner.chunks.get(at)) {
            Some(chunk) => chunk.start + chunk.rows.partition_point(|row| row.key() < *key),
            None => 0,
        }
    }

    pub(crate) fn at(&self, position: usize) -> Option<&TailRow> {
        let chunks = &self.inner.chunks;
        let after = chunks.partition_point(|chunk| chunk.start <= position);
        let chunk = chunks.get(after.checked_sub(1)?)?;
        chunk.rows.get(position - chunk.start)
    }

    pub(crate) fn find(&self, key: &Created) -> Option<&TailRow> {
        self.at(self.below(key)).filter(|row| row.key() == *key)
    }

    /// The rows of the positions `[from, to)` with their positions.
    pub(crate) fn rows(&self, from: usize, to: usize) -> impl Iterator<Item = (usize, &TailRow)> {
        let first = self.inner.chunks.partition_point(|chunk| chunk.start + chunk.rows.len() <= from);
        self.inner.chunks[first..].iter().take_while(move |chunk| chunk.start < to).flat_map(move |chunk| {
            let skip = from.saturating_sub(chunk.start);
            let take = to.saturating_sub(chunk.start.max(from));
            chunk.rows.iter().enumerate().skip(skip).take(take).map(|(i, row)| (chunk.start + i, row))
        })
    }

    /// Puts in or replaces the row with this start and id.
    pub(crate) fn put(&mut self, change: &Change) {
        let inner = Arc::make_mut(&mut self.inner);
        let key = (change.row.started_ms, change.row.id);
        let Some(at) = inner.chunk_of(&key) else {
            let row = TailRow::new(change, None);
            match inner.chunks.first_mut() {
                Some(first) => Arc::make_mut(&mut first.rows).insert(0, row),
                None => inner.chunks.push(Chunk::new(vec![row])),
            }
            return inner.changed(0);
        };
        let last = at + 1 == inner.chunks.len();
        let rows = Arc::make_mut(&mut inner.chunks[at].rows);
        let place = rows.partition_point(|row| row.key() < key);
        let full = rows.len() >= CHUNK_ROWS_MAX;
        match rows.get_mut(place) {
            Some(old) if old.key() == key => *old = TailRow::new(change, Some(old)),
            // New sessions come at the end: full chunks stay full.
            None if last && full => {
                inner.chunks.push(Chunk::new(vec![TailRow::new(change, None)]));
            }
            _ => rows.insert(place, TailRow::new(change, None)),
        }
        inner.changed(at);
    }

    /// Takes out the row with this start and id.
    pub(crate) fn remove(&mut self, key: &Created) {
        if self.find(key).is_none() {
            return;
        }
        let inner = Arc::make_mut(&mut self.inner);
        let Some(at) = inner.chunk_of(key) else { return };
        Arc::make_mut(&mut inner.chunks[at].rows).retain(|row| row.key() != *key);
        inner.changed(at);
    }

    /// Takes out the rows that ended at or before `sealed_seq`, and returns them.
    pub(crate) fn drop_sealed(&mut self, sealed_seq: u64) -> Vec<Created> {
        let sealed = |row: &TailRow| row.ended_seq.is_some_and(|seq| seq <= sealed_seq);
        let gone: Vec<Created> =
            self.rows(0, self.len()).filter(|(_, row)| sealed(row)).map(|(_, row)| row.key()).collect();
        if gone.is_empty() {
            return gone;
        }
        let inner = Arc::make_mut(&mut self.inner);
        for chunk in inner.chunks.iter_mut().filter(|chunk| chunk.rows.iter().any(sealed)) {
            Arc::make_mut(&mut chunk.rows).retain(|row| !sealed(row));
        }
        inner.join_small();
        inner.sum();
        gone
    }
}

impl Inner {
    /// The chunk with the last row that is not above the key; `None` when there is no such row.
    fn chunk_of(&self, key: &Created) -> Option<usize> {
        self.chunks.partition_point(|chunk| chunk.holds(key)).checked_sub(1)
    }

    /// Restores the sizes and the counts after a change in one chunk.
    fn changed(&mut self, at: usize) {
        let size = self.chunks.get(at).map_or(0, |chunk| chunk.rows.len());
        if size == 0 && at < self.chunks.len() {
            self.chunks.remove(at);
        } else if size > CHUNK_ROWS_MAX {
            let rows = Arc::make_mut(&mut self.chunks[at].rows);
            let upper = rows.split_off(size / 2);
            self.chunks.insert(at + 1, Chunk::new(upper));
        }
        if let Some(chunk) = self.chunks.get_mut(at) {
            chunk.count();
        }
        self.sum();
    }

    /// Numbers the rows again.
    fn sum(&mut self) {
        (self.len, self.live) = (0, 0);
        for chunk in &mut self.chunks {
            chunk.start = self.len;
            self.len += chunk.rows.len();
            self.live += chunk.live;
        }
    }

    /// Puts neighbours together that are nearly empty after many rows have gone, and counts each again.
    fn join_small(&mut self) {
        let mut joined: Vec<Chunk> = Vec::with_capacity(self.chunks.len());
        for chunk in self.chunks.drain(..).filter(|chunk| !chunk.rows.is_empty()) {
            match joined.last_mut() {
                Some(last) if last.rows.len() + chunk.rows.len() <= CHUNK_ROWS_MAX / 2 => {
                    Arc::make_mut(&mut last.rows).extend(chunk.rows.iter().cloned());
                }
                _ => joined.push(chunk),
            }
        }
        joined.iter_mut().for_each(Chunk::count);
        self.chunks = joined;
    }
}
