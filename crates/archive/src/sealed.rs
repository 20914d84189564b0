//! One state of an app's sealed sessions.

use std::path::Path;
use std::sync::Arc;

use crate::Row;
use crate::dict::{Dict, Part};
use crate::dict_write::Interner;
use crate::error::{Error, Result};
use crate::field::Flat;
use crate::manifest::{Manifest, Owner};
use crate::map::Bytes;
use crate::segment::Segment;
use crate::segment_write;

/// An immutable state: exactly the sessions that ended at or before [`Sealed::sealed_seq`].
#[derive(Debug, Clone, Default)]
pub struct Sealed {
    pub(crate) segments: Vec<Arc<Segment>>,
    pub(crate) dict: Dict,
    pub(crate) counts: Arc<[u32]>,
    pub(crate) sealed_seq: u64,
    pub(crate) last_id: u128,
    pub(crate) rows: u64,
    pub(crate) generation: u64,
    /// Number of the next file.
    pub(crate) next: u64,
}

impl Sealed {
    /// Nothing sealed.
    pub fn empty() -> Self {
        Self::default()
    }

    /// A state that has no files, one segment for each batch of ended rows, which may come in any order.
    ///
    /// # Errors
    /// When a row is LIVE or comes twice in a batch.
    pub fn in_memory(batches: Vec<Vec<Row>>) -> Result<Self> {
        let path = Path::new("memory");
        let mut interner = Interner::new(Dict::default());
        let mut flat = Vec::new();
        for rows in batches {
            flat.push(flatten(&mut interner, rows.iter())?);
        }
        let mut segments = Vec::new();
        for (number, batch) in (0..).zip(&flat).filter(|(_, batch)| !batch.is_empty()) {
            let (bytes, _) = segment_write::write(&**batch, interner.codes_end(), Vec::new(), path)?;
            segments.push(Arc::new(Segment::open(Bytes::copy_of(&bytes), number)?));
        }
        let mut parts = Vec::new();
        if interner.has_new() {
            let (bytes, _) = interner.write(Vec::new(), path)?;
            parts.push(Arc::new(Part::open(Bytes::copy_of(&bytes), 0)?));
        }
        Ok(Self::empty().with(segments, Dict::new(parts)))
    }

    /// In the order of their first keys. They may overlap in time; no session is in two.
    pub fn segments(&self) -> &[Arc<Segment>] {
        &self.segments
    }

    /// Meetings and titles.
    pub fn dict(&self) -> &Dict {
        &self.dict
    }

    /// Sessions by code, over all segments.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Ledger sequence number of the latest end that is in here; 0 when nothing is.
    pub fn sealed_seq(&self) -> u64 {
        self.sealed_seq
    }

    /// The session that ended then.
    pub fn last_id(&self) -> u128 {
        self.last_id
    }

    /// Number of sessions.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Counts the published states of the app; 0 was never published.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The segment and row of a session.
    pub fn find(&self, id: u128) -> Option<(&Segment, u32)> {
        self.segments.iter().find_map(|segment| segment.find(id).map(|row| (&**segment, row)))
    }

    /// Whether a read met something impossible: a file is damaged, and answers may be wrong.
    pub fn is_suspect(&self) -> bool {
        self.segments.iter().any(|segment| segment.is_suspect()) || self.dict.is_suspect()
    }

    /// Other segments and another dictionary; brings them into order and counts.
    pub(crate) fn with(&self, mut segments: Vec<Arc<Segment>>, dict: Dict) -> Self {
        segments.sort_by_key(|segment| segment.first_key());
        let mut counts = vec![0_u32; dict.len() as usize];
        for segment in &segments {
            for (code, count) in segment.code_counts() {
                if let Some(sum) = counts.get_mut(code as usize) {
                    *sum = sum.saturating_add(count);
                }
            }
        }
        let rows = segments.iter().map(|segment| u64::from(segment.rows())).sum();
        Self { segments, dict, counts: counts.into(), rows, ..self.clone() }
    }

    /// Of the state as files.
    pub(crate) fn manifest(&self, owner: Owner) -> Manifest {
        Manifest {
            owner,
            generation: self.generation,
            sealed_seq: self.sealed_seq,
            last_id: self.last_id,
            rows: self.rows,
            next: self.next,
            parts: self.dict.parts().iter().map(|part| part.listed()).collect(),
            segments: self.segments.iter().map(|segment| segment.listed()).collect(),
        }
    }

    /// What the manifest says beside the files.
    pub(crate) fn of(manifest: &Manifest) -> Self {
        Self {
            sealed_seq: manifest.sealed_seq,
            last_id: manifest.last_id,
            generation: manifest.generation,
            next: manifest.next,
            ..Self::default()
        }
    }
}

/// Ended rows with codes, in the order of a segment.
pub(crate) fn flatten<'a>(interner: &mut Interner, rows: impl Iterator<Item = &'a Row>) -> Result<Vec<Flat>> {
    let mut flat = rows.map(|row| flat(interner, row)).collect::<Result<Vec<_>>>()?;
    flat.sort_unstable_by_key(|row| (row.started, row.id));
    Ok(flat)
}

pub(crate) fn flat(interner: &mut Interner, row: &Row) -> Result<Flat> {
    let ended = row.ended_ms.ok_or(Error::Rows { id: row.id, why: "LIVE" })?;
    Ok(Flat {
        id: row.id,
        code: interner.code(row.meeting, &row.title)?,
        started: row.started_ms,
        ended,
        updated: row.updated_ms,
        closed: row.closed_ms,
        peak: row.peak,
        stays: row.stay_count,
        reason: row.end_reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u128, started_ms: i64) -> Row {
        Row {
            id: id.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835),
            meeting: id % 5,
            title: format!("Weekly {}", id % 3).into(),
            started_ms,
            ended_ms: Some(started_ms + 60_000),
            end_reason: (id % 4) as u8,
            updated_ms: started_ms + 60_001 + (id % 2) as i64,
            peak: (id % 300) as u32,
            stay_count: (id % 9) as u32,
            closed_ms: (id % 7) as i64 * 1000,
            live_count: 0,
            ticking_count: 0,
            ticking_joined_sum_ms: 0,
            offset_ms: 0,
        }
    }

    #[test]
    fn rows_come_back_as_they_went_in() {
        let mut rows: Vec<Row> = (1..=1000).map(|i| row(i, 5_000 + (i as i64 * 37) % 100)).collect();
        let sealed = Sealed::in_memory(vec![rows[..700].to_vec(), Vec::new(), rows[700..].to_vec()]).unwrap();
        assert_eq!((sealed.segments.len(), sealed.rows, sealed.dict.len()), (2, 1000, 15));
        for row in &rows {
            let (segment, nth) = sealed.find(row.id).unwrap();
            assert_eq!(segment.row(nth, &sealed.dict), *row);
            assert_eq!((segment.peak(nth), segment.closed(nth)), (row.peak, row.closed_ms));
            assert_eq!(sealed.dict.find(row.meeting, &row.title), Some(segment.code(nth)));
        }
        assert!(sealed.find(7).is_none());

        rows.truncate(700);
        rows.sort_by_key(|row| (row.started_ms, row.id));
        let segment = sealed.find(rows[0].id).unwrap().0;
        for started in 4_999..5_101 {
            for id in [0, rows[350].id, u128::MAX] {
                let expected = rows.partition_point(|row| (row.started_ms, row.id) < (started, id));
                assert_eq!(segment.lower_bound(started, id) as usize, expected, "{started} {id}");
            }
        }
        let mut by_minutes: Vec<_> = rows.iter().map(|row| (row.closed_ms, row.id)).collect();
        by_minutes.sort_unstable();
        assert!((0..700).all(|rank| segment.minutes_key(rank) == by_minutes[rank as usize]));
        for code in 0..15 {
            let has = |row: &u32| segment.code(*row) == code;
            assert_eq!(segment.postings(code), (0..700).filter(has).collect::<Vec<_>>());
            let entry = sealed.dict.entry(code).unwrap();
            assert!(sealed.dict.codes_of_meeting(entry.meeting).contains(&code));
        }
        assert_eq!(segment.code_counts().map(|(_, n)| n).sum::<u32>(), 700);
        assert_eq!(sealed.counts.iter().sum::<u32>(), 1000);
        assert!(!sealed.is_suspect());
    }

    #[test]
    fn live_and_double_rows_are_refused() {
        let mut live = row(1, 5);
        live.ended_ms = None;
        assert!(matches!(Sealed::in_memory(vec![vec![live]]), Err(Error::Rows { why: "LIVE", .. })));
        let twice = vec![row(1, 5), row(1, 5)];
        assert!(matches!(Sealed::in_memory(vec![twice]), Err(Error::Rows { why: "out of order", .. })));
    }
}
