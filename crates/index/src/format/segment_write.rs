//! Builds a segment from rows that come in order, in memory that is a few words a row.

use std::io::{self, Write};
use std::path::Path;

use crate::error::{Error, Result};
use crate::format::container::{Kind, Writer, Written};
use crate::format::field::{CLOSED, FIELDS, Flat, Layout, PEAK, SPARE, Span};
use crate::format::order::{inverse, order};
use crate::format::segment::{Peaks, tag};
use crate::format::wavelet;
use crate::limits::{SAMPLE_EVERY, SEGMENT_ROWS_MAX};

/// Rows in the order of (`started`, id), read several times.
pub(crate) trait Rows {
    /// At least 1, at most [`SEGMENT_ROWS_MAX`].
    fn rows(&self) -> u32;
    fn row(&self, row: u32) -> Flat;
    fn id(&self, row: u32) -> u128 {
        self.row(row).id
    }
}

impl Rows for [Flat] {
    fn rows(&self) -> u32 {
        self.len() as u32
    }

    fn row(&self, row: u32) -> Flat {
        self[row as usize]
    }
}

/// Writes a segment to `out`, which is called `path`. All codes must be below `codes_end`.
pub(crate) fn write<W: Write>(
    rows: &(impl Rows + ?Sized),
    codes_end: u32,
    out: W,
    path: &Path,
) -> Result<(W, Written)> {
    let io = |e| Error::io("write", path)(e);
    let (layout, codes) = survey(rows, codes_end)?;
    let mut file = Writer::new(out, Kind::Segment).map_err(io)?;
    write_codes(&layout, codes, codes_end, &mut file).map_err(io)?;
    write_rows(rows, &layout, &mut file).map_err(io)?;
    write_orders(rows, &layout, &mut file).map_err(io)?;
    file.finish().map_err(io)
}

/// A first reading: the span of every field, and the codes.
fn survey(rows: &(impl Rows + ?Sized), codes_end: u32) -> Result<(Layout, Vec<u32>)> {
    let n = rows.rows();
    if n == 0 || n > SEGMENT_ROWS_MAX {
        return Err(Error::Full("rows in a segment"));
    }
    let mut spans = [Span::NONE; FIELDS];
    let mut codes = Vec::with_capacity(n as usize);
    let mut before = None;
    for i in 0..n {
        let row = rows.row(i);
        let key = (row.started, row.id);
        if before.is_some_and(|before| before >= key) {
            return Err(Error::Rows { id: row.id, why: "out of order" });
        }
        before = Some(key);
        if row.code >= codes_end {
            return Err(Error::Rows { id: row.id, why: "not in the dictionary" });
        }
        for (span, value) in spans.iter_mut().zip(row.fields()) {
            span.add(value);
        }
        codes.push(row.code);
    }
    Ok((Layout::new(spans), codes))
}

fn write_codes<W: Write>(
    layout: &Layout,
    codes: Vec<u32>,
    codes_end: u32,
    file: &mut Writer<W>,
) -> io::Result<()> {
    let (posted, ends, postings) = postings(&codes, codes_end);
    file.begin(tag::META)?;
    let mut meta = Vec::new();
    meta.extend_from_slice(&(codes.len() as u32).to_le_bytes());
    meta.extend_from_slice(&(posted.len() as u32).to_le_bytes());
    layout.write(&mut meta);
    file.put(&meta)?;
    for (tag, numbers) in [
        (tag::CODES, &codes),
        (tag::POSTED_CODES, &posted),
        (tag::POSTED_ENDS, &ends),
        (tag::POSTINGS, &postings),
    ] {
        file.begin(tag)?;
        file.put_u32s(numbers)?;
    }
    Ok(())
}

/// The codes present, where the rows of each end, and the rows of all.
fn postings(codes: &[u32], codes_end: u32) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
    let mut counts = vec![0_u32; codes_end as usize];
    for code in codes {
        counts[*code as usize] += 1;
    }
    let (mut posted, mut ends) = (Vec::new(), Vec::new());
    let mut end = 0;
    for (code, count) in (0_u32..).zip(&mut counts) {
        if *count > 0 {
            let start = end;
            end += *count;
            posted.push(code);
            ends.push(end);
            // From here on: where the next row of the code goes.
            *count = start;
        }
    }
    let mut postings = vec![0; codes.len()];
    for (row, code) in (0_u32..).zip(codes) {
        let next = &mut counts[*code as usize];
        postings[*next as usize] = row;
        *next += 1;
    }
    (posted, ends, postings)
}

fn write_rows<W: Write>(
    rows: &(impl Rows + ?Sized),
    layout: &Layout,
    file: &mut Writer<W>,
) -> io::Result<()> {
    let n = rows.rows();
    file.begin(tag::IDS)?;
    for i in 0..n {
        file.put(&rows.id(i).to_be_bytes())?;
    }
    file.begin(tag::ROWS)?;
    let mut peaks = Vec::new();
    let peak_width = Peaks::width(layout.spans[PEAK].max);
    let mut samples = Vec::new();
    let mut bytes = Vec::new();
    for i in 0..n {
        let row = rows.row(i);
        bytes.clear();
        layout.put(&row.fields(), &mut bytes);
        file.put(&bytes)?;
        peaks.extend_from_slice(&row.peak.to_le_bytes()[..peak_width]);
        if i.is_multiple_of(SAMPLE_EVERY) {
            samples.extend_from_slice(&row.started.to_le_bytes());
        }
    }
    file.put(&[0; SPARE])?;
    for (tag, bytes) in [(tag::PEAKS, &peaks), (tag::SAMPLES, &samples)] {
        file.begin(tag)?;
        file.put(bytes)?;
    }
    Ok(())
}

fn write_orders<W: Write>(
    rows: &(impl Rows + ?Sized),
    layout: &Layout,
    file: &mut Writer<W>,
) -> io::Result<()> {
    let n = rows.rows();
    let by_id = order(n, u64::MAX, (0..n).map(|i| ((rows.id(i) >> 64) as u64, i)), |i| rows.id(i));
    file.begin(tag::BY_ID)?;
    file.put_u32s(&by_id)?;

    // Sorted by where a row stands among the ids, so that ties need no look at them.
    let id_ranks = inverse(&by_id);
    let span = layout.spans[CLOSED];
    let above = |closed: i64| closed.wrapping_sub(span.min) as u64;
    let keys = (0..n).map(|i| (above(rows.row(i).closed), id_ranks[i as usize]));
    let row = |id_rank: u32| by_id[id_rank as usize];
    let mut by_minutes = order(n, span.reach(), keys, |rank| (above(rows.row(row(rank)).closed), rank));
    for number in &mut by_minutes {
        *number = row(*number);
    }
    drop((by_id, id_ranks));
    file.begin(tag::BY_MINUTES)?;
    file.put_u32s(&by_minutes)?;
    let ranks = inverse(&by_minutes);
    drop(by_minutes);
    file.begin(tag::WAVELET)?;
    file.put(&wavelet::build(ranks))
}
