//! A sealed segment: ended sessions in the order of (`started_ms`, id), read in place from a file.
//!
//! Nothing read is trusted: a number that leads outside gives a neutral answer and marks the segment as suspect.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Result;
use crate::format::codec::{Cursor, as_i64s, as_ids, as_u32s};
use crate::format::container::{Container, Kind};
use crate::format::dict::Dict;
use crate::format::field::{CLOSED, CODE, Flat, LASTED, Layout, PEAK, STARTED};
use crate::format::manifest::{Listed, segment_name};
use crate::format::map::{Access, Bytes};
use crate::format::wavelet::Wavelet;
use crate::key::Key;
use crate::limits::{SAMPLE_EVERY, SEGMENT_ROWS_MAX};
use crate::row::Row;

/// Sections of a segment.
pub(crate) mod tag {
    pub(crate) const META: u32 = 1;
    pub(crate) const IDS: u32 = 2;
    pub(crate) const ROWS: u32 = 3;
    pub(crate) const CODES: u32 = 4;
    pub(crate) const PEAKS: u32 = 5;
    pub(crate) const SAMPLES: u32 = 6;
    pub(crate) const BY_MINUTES: u32 = 7;
    pub(crate) const WAVELET: u32 = 8;
    pub(crate) const POSTED_CODES: u32 = 9;
    pub(crate) const POSTED_ENDS: u32 = 10;
    pub(crate) const POSTINGS: u32 = 11;
    pub(crate) const BY_ID: u32 = 12;

    pub(crate) const NAMES: [(u32, &str); 12] = [
        (META, "meta"),
        (IDS, "ids"),
        (ROWS, "rows"),
        (CODES, "codes"),
        (PEAKS, "peaks"),
        (SAMPLES, "samples"),
        (BY_MINUTES, "by minutes"),
        (WAVELET, "wavelet"),
        (POSTED_CODES, "posted codes"),
        (POSTED_ENDS, "posted ends"),
        (POSTINGS, "postings"),
        (BY_ID, "by id"),
    ];
}

/// An open segment.
#[derive(Debug)]
pub struct Segment {
    file: Container,
    number: u64,
    rows: u32,
    /// Keys of the first and the last row: which segments have a page is known without a look at any of them.
    ends: (Key, Key),
    layout: Layout,
    at: Places,
    suspect: AtomicBool,
}

/// Where the sections lie.
#[derive(Debug)]
struct Places {
    ids: Range<usize>,
    rows: Range<usize>,
    codes: Range<usize>,
    peaks: Range<usize>,
    samples: Range<usize>,
    by_minutes: Range<usize>,
    wavelet: Range<usize>,
    posted_codes: Range<usize>,
    posted_ends: Range<usize>,
    postings: Range<usize>,
    by_id: Range<usize>,
}

/// The peak of every row, as narrow as the largest allows.
#[derive(Debug, Clone, Copy)]
pub enum Peaks<'a> {
    /// None over 255.
    One(&'a [u8]),
    /// None over 65 535.
    Two(&'a [u16]),
    /// Any.
    Four(&'a [u32]),
}

impl Peaks<'_> {
    /// Of one row; 0 outside.
    pub fn get(&self, row: u32) -> u32 {
        let row = row as usize;
        match self {
            Self::One(peaks) => peaks.get(row).copied().map(u32::from),
            Self::Two(peaks) => peaks.get(row).copied().map(u32::from),
            Self::Four(peaks) => peaks.get(row).copied(),
        }
        .unwrap_or(0)
    }

    /// Bytes of a peak where `max` is the largest.
    pub(crate) fn width(max: i64) -> usize {
        if max <= 0xff {
            1
        } else if max <= 0xffff {
            2
        } else {
            4
        }
    }
}

impl Segment {
    /// Checks the frame and what is cheap to check: the lengths of all sections and the checksum of the first.
    pub(crate) fn open(bytes: Bytes, number: u64) -> Result<Self> {
        let file = Container::open(bytes, &segment_name(number), Kind::Segment)?;
        file.check(tag::META)?;
        let meta = file.range(tag::META)?;
        let (rows, posted, layout) = read_meta(file.part(&meta)).ok_or_else(|| file.bad("meta"))?;
        let n = u64::from(rows);
        let at = Places {
            ids: file.range_of(tag::IDS, n * 16)?,
            rows: file.range_of(tag::ROWS, layout.block_len(rows))?,
            codes: file.range_of(tag::CODES, n * 4)?,
            peaks: file.range_of(tag::PEAKS, n * Peaks::width(layout.spans[PEAK].max) as u64)?,
            samples: file.range_of(tag::SAMPLES, n.div_ceil(u64::from(SAMPLE_EVERY)) * 8)?,
            by_minutes: file.range_of(tag::BY_MINUTES, n * 4)?,
            wavelet: file.range(tag::WAVELET)?,
            posted_codes: file.range_of(tag::POSTED_CODES, u64::from(posted) * 4)?,
            posted_ends: file.range_of(tag::POSTED_ENDS, u64::from(posted) * 4)?,
            postings: file.range_of(tag::POSTINGS, n * 4)?,
            by_id: file.range_of(tag::BY_ID, n * 4)?,
        };
        if Wavelet::new(file.part(&at.wavelet), rows).is_none() {
            return Err(file.bad("wavelet"));
        }
        for scattered in [&at.rows, &at.by_minutes, &at.postings, &at.by_id] {
            file.advise(scattered, Access::Scattered);
        }
        for soon in [&at.samples, &at.codes, &at.peaks, &at.posted_codes, &at.posted_ends] {
            file.advise(soon, Access::Soon);
        }
        let ends = ((0, 0), (0, 0));
        let mut segment = Self { file, number, rows, ends, layout, at, suspect: AtomicBool::new(false) };
        segment.ends = (segment.key(0), segment.key(rows - 1));
        Ok(segment)
    }

    /// Number of rows, at least 1.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Start of a row, ms.
    pub fn started(&self, row: u32) -> i64 {
        self.field(row, STARTED)
    }

    /// Milliseconds that a row consumed.
    pub fn closed(&self, row: u32) -> i64 {
        self.field(row, CLOSED)
    }

    /// Session id of a row.
    pub fn id(&self, row: u32) -> u128 {
        self.ids().get(row as usize).map_or_else(|| self.doubt(0), |id| u128::from_be_bytes(*id))
    }

    /// Session ids of all rows, as they are printed: most significant byte first.
    pub fn ids(&self) -> &[[u8; 16]] {
        as_ids(self.file.part(&self.at.ids))
    }

    /// Dictionary code of a row.
    pub fn code(&self, row: u32) -> u32 {
        self.codes().get(row as usize).copied().unwrap_or_else(|| self.doubt(u32::MAX))
    }

    /// Dictionary codes of all rows.
    pub fn codes(&self) -> &[u32] {
        as_u32s(self.file.part(&self.at.codes))
    }

    /// Peak of a row.
    pub fn peak(&self, row: u32) -> u32 {
        self.peaks().get(row)
    }

    /// Peaks of all rows.
    pub fn peaks(&self) -> Peaks<'_> {
        let bytes = self.file.part(&self.at.peaks);
        match Peaks::width(self.layout.spans[PEAK].max) {
            1 => Peaks::One(bytes),
            2 => Peaks::Two(bytemuck::try_cast_slice(bytes).unwrap_or(&[])),
            _ => Peaks::Four(as_u32s(bytes)),
        }
    }

    /// Smallest and largest peak.
    pub fn peak_span(&self) -> (u32, u32) {
        let span = self.layout.spans[PEAK];
        (u32::try_from(span.min).unwrap_or(0), u32::try_from(span.max).unwrap_or(u32::MAX))
    }

    /// How long the longest session lasted, ms.
    pub(crate) fn lasted_max(&self) -> i64 {
        self.layout.spans[LASTED].max
    }

    /// Some fields of a row.
    pub(crate) fn numbers<const N: usize>(&self, row: u32, fields: [usize; N]) -> [i64; N] {
        let block = self.file.part(&self.at.rows);
        fields.map(|field| self.layout.get(block, row, field).unwrap_or_else(|| self.doubt(0)))
    }

    /// One above the largest code.
    pub(crate) fn codes_end(&self) -> u64 {
        u64::try_from(self.layout.spans[CODE].max).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// Key of a row.
    pub fn key(&self, row: u32) -> Key {
        (self.started(row), self.id(row))
    }

    /// Smallest key.
    pub fn first_key(&self) -> Key {
        self.ends.0
    }

    /// Largest key.
    pub fn last_key(&self) -> Key {
        self.ends.1
    }

    /// The first row whose key is at least this one; [`Segment::rows`] when there is none.
    pub fn lower_bound(&self, started_ms: i64, id: u128) -> u32 {
        let samples = as_i64s(self.file.part(&self.at.samples));
        // Rows between the last sample before the instant and the first one behind it.
        let below = samples.partition_point(|s| *s < started_ms) as u32;
        let equal = samples.partition_point(|s| *s <= started_ms) as u32;
        let mut low = below.saturating_sub(1).saturating_mul(SAMPLE_EVERY).min(self.rows);
        let mut high = equal.saturating_mul(SAMPLE_EVERY).min(self.rows);
        while low < high {
            let mid = low + (high - low) / 2;
            let started = self.started(mid);
            if started < started_ms || (started == started_ms && self.id(mid) < id) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        low
    }

    /// Rows in the order of (`closed_ms`, id): the row of every rank.
    pub fn by_minutes(&self) -> &[u32] {
        as_u32s(self.file.part(&self.at.by_minutes))
    }

    /// Key of a rank in [`Segment::by_minutes`].
    pub fn minutes_key(&self, rank: u32) -> (i64, u128) {
        match self.by_minutes().get(rank as usize) {
            Some(row) => (self.closed(*row), self.id(*row)),
            None => self.doubt((0, 0)),
        }
    }

    /// "The k-th by minutes among these rows": the ranks of all rows. Checked at [`Segment::open`].
    pub(crate) fn wavelet(&self) -> Option<Wavelet<'_>> {
        Wavelet::new(self.file.part(&self.at.wavelet), self.rows)
    }

    /// The rows of a code, ascending.
    pub fn postings(&self, code: u32) -> &[u32] {
        match self.posted_codes().binary_search(&code) {
            Ok(nth) => self.nth_postings(nth),
            Err(_) => &[],
        }
    }

    /// The codes present, ascending, and the rows of each.
    pub(crate) fn posted(&self) -> impl Iterator<Item = (u32, &[u32])> {
        let (postings, mut start) = (as_u32s(self.file.part(&self.at.postings)), 0);
        self.posted_codes().iter().zip(self.posted_ends()).map(move |(code, end)| {
            let rows = postings.get(start..*end as usize);
            start = *end as usize;
            (*code, rows.unwrap_or_else(|| self.doubt(&[])))
        })
    }

    /// Number of codes present.
    pub(crate) fn posted_len(&self) -> usize {
        self.posted_codes().len()
    }

    /// The codes present, ascending, and how many rows each has.
    pub fn code_counts(&self) -> impl Iterator<Item = (u32, u32)> {
        let mut start = 0;
        self.posted_codes().iter().zip(self.posted_ends()).map(move |(code, end)| {
            let count = end.saturating_sub(start);
            start = *end;
            (*code, count)
        })
    }

    /// The row of a session.
    pub fn find(&self, id: u128) -> Option<u32> {
        let by_id = as_u32s(self.file.part(&self.at.by_id));
        let nth = by_id.binary_search_by_key(&id, |row| self.id(*row)).ok()?;
        by_id.get(nth).copied()
    }

    /// A row as it goes out.
    pub fn row(&self, row: u32, dict: &Dict) -> Row {
        let flat = self.flat(row);
        let (meeting, title) = dict.pair(flat.code).unwrap_or_else(|| self.doubt((0, "")));
        Row { meeting, title, ..flat.row() }.owned()
    }

    /// Whether something read led outside: the file is damaged, and answers from it may be wrong.
    pub fn is_suspect(&self) -> bool {
        self.suspect.load(Ordering::Relaxed)
    }

    /// All of a row.
    pub(crate) fn flat(&self, row: u32) -> Flat {
        let fields = self.layout.row(self.file.part(&self.at.rows), row);
        Flat::from_fields(self.id(row), fields.unwrap_or_else(|| self.doubt(Default::default())))
    }

    pub(crate) fn file(&self) -> &Container {
        &self.file
    }

    pub(crate) fn listed(&self) -> Listed {
        Listed { number: self.number, written: self.file.written() }
    }

    fn posted_codes(&self) -> &[u32] {
        as_u32s(self.file.part(&self.at.posted_codes))
    }

    fn posted_ends(&self) -> &[u32] {
        as_u32s(self.file.part(&self.at.posted_ends))
    }

    fn nth_postings(&self, nth: usize) -> &[u32] {
        let ends = self.posted_ends();
        let start = nth.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied());
        let (Some(start), Some(end)) = (start, ends.get(nth)) else { return self.doubt(&[]) };
        let postings = as_u32s(self.file.part(&self.at.postings));
        postings.get(start as usize..*end as usize).unwrap_or_else(|| self.doubt(&[]))
    }

    fn field(&self, row: u32, field: usize) -> i64 {
        self.layout.get(self.file.part(&self.at.rows), row, field).unwrap_or_else(|| self.doubt(0))
    }

    #[cold]
    pub(crate) fn doubt<T>(&self, neutral: T) -> T {
        self.suspect.store(true, Ordering::Relaxed);
        neutral
    }
}

/// Rows, codes present, layout.
fn read_meta(bytes: &[u8]) -> Option<(u32, u32, Layout)> {
    let mut cursor = Cursor(bytes);
    let rows = cursor.u32().filter(|n| (1..=SEGMENT_ROWS_MAX).contains(n))?;
    let posted = cursor.u32().filter(|n| (1..=rows).contains(n))?;
    let layout = Layout::read(&mut cursor)?;
    cursor.0.is_empty().then_some((rows, posted, layout))
}
