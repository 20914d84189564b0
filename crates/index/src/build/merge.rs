//! Many segments as one, and many parts of a dictionary as one.

use std::sync::Arc;

use crate::format::dict::Part;
use crate::format::field::Flat;
use crate::format::segment::Segment;
use crate::format::segment_write::Rows;
use crate::key::Key;
use crate::limits::{PART_TEXT_MAX, PARTS_MAX, ROW_BITS, SEGMENT_ROWS_MAX};

/// Rows of several segments in one order, 4 bytes a row beside the segments themselves.
pub(crate) struct Merge<'a> {
    segments: &'a [Arc<Segment>],
    /// Source and row.
    order: Vec<u32>,
}

impl<'a> Merge<'a> {
    /// The segments must not have more rows than fit one, and there must be fewer than 512.
    pub(crate) fn new(segments: &'a [Arc<Segment>]) -> Self {
        let rows: usize = segments.iter().map(|segment| segment.rows() as usize).sum();
        let mut order = Vec::with_capacity(rows);
        let mut heads: Vec<(Key, u32, u32)> = (0..)
            .zip(segments)
            .map(|(source, segment)| {
                (segment.first_key(), source << ROW_BITS, (source << ROW_BITS) + segment.rows())
            })
            .collect();
        while let Some(least) = heads.iter_mut().min_by_key(|head| head.0) {
            order.push(least.1);
            least.1 += 1;
            if least.1 < least.2 {
                let segment = &segments[(least.1 >> ROW_BITS) as usize];
                least.0 = segment.key(least.1 & (SEGMENT_ROWS_MAX - 1));
            } else {
                heads.retain(|head| head.1 < head.2);
            }
        }
        Self { segments, order }
    }

    fn at(&self, row: u32) -> (&Segment, u32) {
        let place = self.order[row as usize];
        (&self.segments[(place >> ROW_BITS) as usize], place & (SEGMENT_ROWS_MAX - 1))
    }
}

impl Rows for Merge<'_> {
    fn rows(&self) -> u32 {
        self.order.len() as u32
    }

    fn row(&self, row: u32) -> Flat {
        let (segment, row) = self.at(row);
        segment.flat(row)
    }

    fn id(&self, row: u32) -> u128 {
        let (segment, row) = self.at(row);
        segment.id(row)
    }
}

/// How many parts at the end should become one, if there are too many. Sizes then at least double from part to part
/// backwards, so that a pair is rewritten a few times only.
pub(crate) fn parts_due(parts: &[Arc<Part>]) -> Option<usize> {
    if parts.len() <= PARTS_MAX {
        return None;
    }
    let sizes: Vec<(u64, u64)> = parts.iter().map(|part| (u64::from(part.len()), part.text_len())).collect();
    let n = suffix(&sizes);
    (n >= 2).then_some(n)
}

/// Of sizes in codes and in bytes of text.
fn suffix(sizes: &[(u64, u64)]) -> usize {
    let (mut n, mut codes, mut text) = (0, 0, 0);
    for (part_codes, part_text) in sizes.iter().rev() {
        let small = n < PARTS_MAX / 2 || *part_codes < 2 * codes;
        if !small || text + part_text > PART_TEXT_MAX {
            break;
        }
        n += 1;
        codes += part_codes;
        text += part_text;
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stay_few_and_are_rewritten_seldom() {
        let mut sizes: Vec<(u64, u64)> = Vec::new();
        let mut written = 0;
        for _ in 0..10_000 {
            sizes.push((100, 4000));
            if sizes.len() > PARTS_MAX {
                let rest = sizes.split_off(sizes.len() - suffix(&sizes));
                let sum = rest.iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
                written += sum.0;
                sizes.push(sum);
            }
            assert!(sizes.len() <= PARTS_MAX);
        }
        assert!(written <= 10_000 * 100 * 12, "{written}");
        let huge = [(10, PART_TEXT_MAX / 2); 9];
        assert_eq!(suffix(&huge), 2, "positions in a text must fit");
    }
}
