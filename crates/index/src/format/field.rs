//! The row-major block of a segment: what a page of sessions shows, but for their ids.
//!
//! Every field is stored as its distance from the smallest value of the segment, in as few bytes as the largest
//! distance needs. All arithmetic wraps, so any 64-bit value can be stored.

use crate::format::codec::Cursor;
use crate::row::Row;

/// A session as the files have it: a code in place of meeting and title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flat {
    pub(crate) id: u128,
    pub(crate) code: u32,
    pub(crate) started: i64,
    pub(crate) ended: i64,
    pub(crate) updated: i64,
    pub(crate) closed: i64,
    pub(crate) peak: u32,
    pub(crate) stays: u32,
    pub(crate) reason: u8,
    /// 0 = none.
    pub(crate) parent: u128,
}

/// Fields of a row, in the order of the file.
pub(crate) const FIELDS: usize = 10;
pub(crate) const CODE: usize = 0;
pub(crate) const STARTED: usize = 1;
/// End minus start.
pub(crate) const LASTED: usize = 2;
/// Latest change minus end.
pub(crate) const QUIET: usize = 3;
pub(crate) const CLOSED: usize = 4;
pub(crate) const PEAK: usize = 5;
pub(crate) const STAYS: usize = 6;
pub(crate) const REASON: usize = 7;
/// The halves of the parent's id: few rows have one, and a segment without any spends no byte on them.
pub(crate) const PARENT: [usize; 2] = [8, 9];

/// Spare bytes behind the last row, so that a field can be read as 8 bytes.
pub(crate) const SPARE: usize = 8;

impl Flat {
    pub(crate) fn fields(&self) -> [i64; FIELDS] {
        [
            i64::from(self.code),
            self.started,
            self.ended.wrapping_sub(self.started),
            self.updated.wrapping_sub(self.ended),
            self.closed,
            i64::from(self.peak),
            i64::from(self.stays),
            i64::from(self.reason),
            (self.parent >> 64) as i64,
            self.parent as i64,
        ]
    }

    /// As it goes out, but for meeting and title.
    pub(crate) fn row(&self) -> Row<&'static str> {
        Row {
            id: self.id,
            meeting: 0,
            title: "",
            started_ms: self.started,
            ended_ms: Some(self.ended),
            end_reason: self.reason,
            updated_ms: self.updated,
            peak: self.peak,
            stay_count: self.stays,
            closed_ms: self.closed,
            live_count: 0,
            ticking_count: 0,
            ticking_joined_sum_ms: 0,
            offset_ms: 0,
            parent: (self.parent != 0).then_some(self.parent),
        }
    }

    /// Numbers that do not fit their field, which only damage can bring, become 0.
    pub(crate) fn from_fields(id: u128, fields: [i64; FIELDS]) -> Self {
        let number = |field: usize| u32::try_from(fields[field]).unwrap_or(0);
        let half = |field: usize| u128::from(fields[field] as u64);
        let ended = fields[STARTED].wrapping_add(fields[LASTED]);
        Self {
            id,
            code: u32::try_from(fields[CODE]).unwrap_or(u32::MAX),
            started: fields[STARTED],
            ended,
            updated: ended.wrapping_add(fields[QUIET]),
            closed: fields[CLOSED],
            peak: number(PEAK),
            stays: number(STAYS),
            reason: u8::try_from(fields[REASON]).unwrap_or(0),
            parent: half(PARENT[0]) << 64 | half(PARENT[1]),
        }
    }
}

/// Smallest and largest value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) min: i64,
    pub(crate) max: i64,
}

impl Span {
    /// Of no value.
    pub(crate) const NONE: Self = Self { min: i64::MAX, max: i64::MIN };

    pub(crate) fn add(&mut self, value: i64) {
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// The largest distance that is stored.
    pub(crate) fn reach(self) -> u64 {
        self.max.wrapping_sub(self.min) as u64
    }

    /// Bytes that it takes.
    fn width(self) -> usize {
        (u64::BITS - self.reach().leading_zeros()).div_ceil(8) as usize
    }
}

/// Where each field of a row lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) spans: [Span; FIELDS],
    at: [usize; FIELDS],
    mask: [u64; FIELDS],
    pub(crate) stride: usize,
}

impl Layout {
    pub(crate) fn new(spans: [Span; FIELDS]) -> Self {
        let mut layout = Self { spans, at: [0; FIELDS], mask: [0; FIELDS], stride: 0 };
        for (field, span) in spans.iter().enumerate() {
            let width = span.width();
            layout.at[field] = layout.stride;
            layout.mask[field] = if width == 0 { 0 } else { u64::MAX >> (64 - 8 * width) };
            layout.stride += width;
        }
        layout
    }

    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        let mut spans = [Span::NONE; FIELDS];
        for span in &mut spans {
            *span = Span { min: cursor.i64()?, max: cursor.i64()? };
            if span.min > span.max {
                return None;
            }
        }
        Some(Self::new(spans))
    }

    pub(crate) fn write(&self, to: &mut Vec<u8>) {
        for span in &self.spans {
            to.extend_from_slice(&span.min.to_le_bytes());
            to.extend_from_slice(&span.max.to_le_bytes());
        }
    }

    /// Bytes of the block.
    pub(crate) fn block_len(&self, rows: u32) -> u64 {
        u64::from(rows) * self.stride as u64 + SPARE as u64
    }

    /// One field of a row of the block.
    pub(crate) fn get(&self, block: &[u8], row: u32, field: usize) -> Option<i64> {
        let at = row as usize * self.stride + self.at[field];
        let bytes = block.get(at..)?.first_chunk::<8>()?;
        let distance = u64::from_le_bytes(*bytes) & self.mask[field];
        Some(self.spans[field].min.wrapping_add(distance as i64))
    }

    /// All fields of a row of the block.
    pub(crate) fn row(&self, block: &[u8], row: u32) -> Option<[i64; FIELDS]> {
        let mut fields = [0; FIELDS];
        for (field, value) in fields.iter_mut().enumerate() {
            *value = self.get(block, row, field)?;
        }
        Some(fields)
    }

    /// Appends a row to a block. The spans must have met it.
    pub(crate) fn put(&self, fields: &[i64; FIELDS], to: &mut Vec<u8>) {
        for (field, value) in fields.iter().enumerate() {
            let distance = value.wrapping_sub(self.spans[field].min) as u64;
            let width = self.spans[field].width();
            to.extend_from_slice(&distance.to_le_bytes()[..width]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_value_comes_back() {
        let rows = [
            [0, i64::MIN, -1, 5, 0, 7, 0, 255, 0, 0],
            [0, i64::MAX, 1, 260, i64::from(u32::MAX), 7, 3, 0, 0, 9],
            [0, 0, 0, 5, 1 << 40, 7, 1, 1, 0, 0],
        ];
        let mut spans = [Span::NONE; FIELDS];
        for row in &rows {
            for (span, value) in spans.iter_mut().zip(row) {
                span.add(*value);
            }
        }
        let layout = Layout::new(spans);
        assert_eq!(layout.stride, 8 + 1 + 1 + 6 + 1 + 1 + 1, "one value alone takes no byte");
        let mut block = Vec::new();
        for row in &rows {
            layout.put(row, &mut block);
        }
        assert_eq!(block.len() + SPARE, layout.block_len(3) as usize);
        block.extend_from_slice(&[0xff; SPARE]);
        for (i, row) in rows.iter().enumerate() {
            assert_eq!(layout.row(&block, i as u32).as_ref(), Some(row));
        }
        assert_eq!(layout.row(&block, 3), None);

        let mut bytes = Vec::new();
        layout.write(&mut bytes);
        assert_eq!(Layout::read(&mut Cursor(&bytes)), Some(layout));
        assert_eq!(Layout::read(&mut Cursor(&bytes[1..])), None);
    }
}
