//! Building an app's state from all its rows, in memory that does not grow with them.

use crate::build::draft::Draft;
use crate::build::flat::flat;
use crate::build::merge::parts_due;
use crate::build::spool::Spool;
use crate::error::Result;
use crate::format::dict::Dict;
use crate::format::dict_write::Interner;
use crate::limits::{SEGMENT_ROWS_MAX, SPOOL_PAIRS, SPOOL_ROWS};
use crate::row::Row;
use crate::shelf::folder::Folder;
use crate::shelf::sealed::Sealed;

/// How much is gathered before it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// Rows of a segment.
    segment_rows: u32,
    /// Rows in memory.
    spool_rows: usize,
    /// Pairs of meeting and title in memory.
    pairs: usize,
}

impl Sizes {
    /// The usual ones.
    pub(crate) const USUAL: Self =
        Self { segment_rows: SEGMENT_ROWS_MAX, spool_rows: SPOOL_ROWS, pairs: SPOOL_PAIRS };
}

/// Segments of the largest size from rows in the order of (`started_ms`, id); they become the app's state in place of
/// the files of `replaced`.
pub(crate) fn build(
    folder: &Folder,
    state: Sealed,
    rows: &mut dyn Iterator<Item = Result<Row>>,
    replaced: &[String],
    sizes: Sizes,
) -> Result<Sealed> {
    let mut draft = Draft::new(folder, state.next);
    let mut interner = Interner::new(Dict::default());
    let mut spool = Spool::new(folder, sizes.spool_rows);
    let mut segments = Vec::new();
    for row in rows {
        spool.push(flat(&mut interner, &row?)?)?;
        if interner.is_large(sizes.pairs) {
            let mut dict = draft.dict(&interner)?;
            while let Some(n) = parts_due(dict.parts()) {
                dict = merge_parts(folder, &mut draft, &dict, n)?;
            }
            interner = Interner::new(dict);
        }
        if spool.rows() == sizes.segment_rows {
            segments.push(spool.take(|rows| draft.segment(rows, interner.codes_end()))?);
        }
    }
    if spool.rows() > 0 {
        segments.push(spool.take(|rows| draft.segment(rows, interner.codes_end()))?);
    }
    let dict = draft.dict(&interner)?;
    draft.publish(state.with(segments, dict), replaced)
}

/// The last `n` parts as one.
pub(crate) fn merge_parts(folder: &Folder, draft: &mut Draft<'_>, dict: &Dict, n: usize) -> Result<Dict> {
    let mut parts = dict.parts().to_vec();
    let sources = parts.split_off(parts.len().saturating_sub(n));
    folder.check(&sources, &[])?;
    parts.push(draft.merged_part(&sources)?);
    Ok(Dict::new(parts))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::error::Error;
    use crate::format::manifest::Owner;
    use crate::shelf::fs::RealFs;

    fn row(n: u64) -> Row {
        let started_ms = 1000 + n as i64 / 3;
        Row {
            id: u128::from(n) << 70 | u128::from(n),
            meeting: u128::from(n * 7 % 25),
            title: format!("Title {}", n % 41).into(),
            started_ms,
            ended_ms: Some(started_ms + 5),
            end_reason: 2,
            updated_ms: started_ms + 9,
            peak: 70_000 + n as u32,
            stay_count: 1,
            closed_ms: (n % 13) as i64,
            live_count: 0,
            ticking_count: 0,
            ticking_joined_sum_ms: 0,
            offset_ms: 0,
            parent: n.is_multiple_of(7).then_some(u128::from(n) << 70 | 1),
        }
    }

    fn folder(dir: &std::path::Path) -> Folder {
        let owner = Owner { ledger: [0; 16], app: 1 };
        Folder { fs: Arc::new(RealFs), dir: dir.to_owned(), owner, stop: Arc::default() }
    }

    /// Everything is spilled and split and merged on the way.
    const SMALL: Sizes = Sizes { segment_rows: 700, spool_rows: 64, pairs: 30 };

    #[test]
    fn rows_pass_through_the_spool_and_many_parts() {
        let dir = tempfile::tempdir().unwrap();
        let folder = folder(dir.path());
        let state = Sealed { next: 1, generation: 1, ..Sealed::default() };
        let sealed = build(&folder, state, &mut (0..2000).map(|n| Ok(row(n))), &[], SMALL).unwrap();
        let segments: Vec<u32> = sealed.segments.iter().map(|segment| segment.rows()).collect();
        assert_eq!(segments, [700, 700, 600]);
        assert!(sealed.dict.parts().len() > 1 && sealed.dict.len() == 41 * 25);
        let reopened = folder.open(&folder.manifest().unwrap().unwrap()).unwrap();
        for state in [&sealed, &reopened] {
            for n in 0..2000 {
                let (segment, nth) = state.find(row(n).id).unwrap();
                assert_eq!(segment.row(nth, &state.dict), row(n));
                assert_eq!(segment.peak(nth), row(n).peak);
            }
        }
        let mut names = folder.fs.list(&folder.dir).unwrap();
        let mut listed: Vec<String> = folder.manifest().unwrap().unwrap().names().collect();
        listed.push("MANIFEST".to_owned());
        names.sort();
        listed.sort();
        assert_eq!(names, listed, "the spool and merged parts are gone");
    }

    #[test]
    fn nothing_stays_behind_when_the_rows_end_in_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let folder = folder(dir.path());
        let mut rows = (0..1000).map(|n| if n < 900 { Ok(row(n)) } else { Err(Error::Stopped) });
        let state = Sealed { next: 1, ..Sealed::default() };
        assert!(matches!(build(&folder, state, &mut rows, &[], SMALL), Err(Error::Stopped)));
        assert_eq!(folder.fs.list(&folder.dir).unwrap(), [""; 0]);
    }
}
