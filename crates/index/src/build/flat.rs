//! Rows as a segment holds them, and states that are made in memory.

use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::format::dict::{Dict, Part};
use crate::format::dict_write::Interner;
use crate::format::field::Flat;
use crate::format::map::Bytes;
use crate::format::segment::Segment;
use crate::format::segment_write;
use crate::row::Row;
use crate::shelf::sealed::Sealed;

impl Sealed {
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
        parent: row.parent.unwrap_or(0),
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
            parent: id.is_multiple_of(500).then_some(id << 64 | 7),
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
