//! Every number that could be another one, and why it is this one.
//!
//! Changing one changes when work is done and how much of it, never an answer: the test against plain rows draws those
//! of [`Ways`] at random. What a file is made of (lines of a bit matrix, cards of the dictionary) is no limit and stands
//! with the format.

// Segments.

/// Rows of the largest segment. A row number fits 23 bits, so that a key and its row are sorted as one word; sorting as
/// many takes 64 MB.
pub const SEGMENT_ROWS_MAX: u32 = 1 << 23;

/// Bits of a row number within a source of a merge: nine are left for the source, so fewer than 512 are merged at once.
pub(crate) const ROW_BITS: u32 = SEGMENT_ROWS_MAX.trailing_zeros();

/// Every so many rows, the start of one is kept apart: a search for an instant touches few pages. 64 KB for each million.
pub(crate) const SAMPLE_EVERY: u32 = 128;

/// A tier with as many segments is merged into one of the next: a row is written nine times at most up to ten million,
/// and there are never more than 16 segments to look into (`build/tiers.rs` tests both).
pub(crate) const FAN_IN: usize = 4;

/// Below this, a segment is of the lowest tier: four seals of the usual size.
pub(crate) const TIER_ROWS: u32 = 32 * 1024;

/// From here on a segment stays as it is: two of them may be too many rows for one.
pub(crate) const FULL_ROWS: u32 = SEGMENT_ROWS_MAX / 2;

// The dictionary.

/// Parts that an app's dictionary has at most, before some are merged: every lookup goes through all.
pub(crate) const PARTS_MAX: usize = 8;

/// Bytes of titles, folded ones counted too, up to which parts are merged. Positions are 32 bits wide.
pub(crate) const PART_TEXT_MAX: u64 = 1 << 30;

/// Bytes of new titles in memory above which they are written out: a build stays below some 100 MB.
pub(crate) const NEW_TEXT_MAX: u64 = 64 << 20;

/// Longest title that is taken: folding may make it three times as long, which still fits a part.
pub(crate) const TITLE_MAX: usize = 64 << 20;

// Building and writing.

/// Rows that a build holds in memory before they go to a scratch file: 16 MB.
pub(crate) const SPOOL_ROWS: usize = 1 << 18;

/// Pairs of meeting and title that a build holds in memory before they are written: some 100 MB with usual titles.
pub(crate) const SPOOL_PAIRS: usize = 1 << 19;

/// Bytes gathered before they are hashed and written: a call of the system for so many costs nothing beside them.
pub(crate) const BUFFER_BYTES: usize = 256 * 1024;

/// A file that stays is brought to the disk in pieces of this size, so that a merge of hundreds of megabytes does not
/// end in one long flush behind which the commits of the ledger would wait.
pub(crate) const FLUSH_EVERY: u64 = 8 * 1024 * 1024;

// Reading files.

/// Sections of a file: no kind has as many, so a directory that says so is damaged.
pub(crate) const SECTIONS_MAX: u32 = 64;

/// Largest manifest that is read: thousands of times a usual one.
pub(crate) const MANIFEST_BYTES_MAX: u64 = 1 << 20;

// Memory.

/// A chunk of this many rows is split: small enough to be copied in a few microseconds.
pub(crate) const CHUNK_ROWS_MAX: usize = 256;

// Ways to a page.

/// When one way to a page gives way to another. Every way gives the same page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ways {
    /// Rows of a segment that are a list; more are a bitmap, one bit for every row of the segment.
    pub(crate) list: usize,
    /// Matches that are sorted for one page, 48 bytes each.
    pub(crate) sort: u64,
    /// Rows that are walked over rather than a bitmap built, which takes a look at every row.
    pub(crate) walk: u64,
    /// Looking up the rows of one code costs about as much as testing so many rows one after the other.
    pub(crate) code: u64,
    /// And each of them as much as so many.
    pub(crate) posted: u64,
}

impl Ways {
    /// A list takes 256 KB and a bitmap 1 MB at most; sorting 65 536 keys takes some 3 MB and 2 ms, walking over 262 144 rows
    /// as long. The two prices are measured: `cargo bench -p sederunt-index --bench pages`.
    pub(crate) const USUAL: Self = Self { list: 1 << 16, sort: 1 << 16, walk: 1 << 18, code: 256, posted: 4 };

    /// What looking up the rows of some codes costs, in rows tested one after the other.
    pub(crate) fn lookup(&self, codes: usize, rows: u64) -> u64 {
        (codes as u64).saturating_mul(self.code).saturating_add(rows.saturating_mul(self.posted))
    }
}

/// Going through all codes of a segment, passing one by costs as much as testing so many rows…
pub(crate) const PASSED_CODE: u64 = 2;

/// …and taking its rows so many times less than looking them up.
pub(crate) const WALKED: u64 = 4;

/// Ranks are walked one by one where at least one in so many belongs to the range; else each is looked up.
pub(crate) const SPARSE: u32 = 64;

/// Up to here a page is cheaper to walk to than to search.
pub(crate) const SKIP_MAX: u64 = 16;

/// Rows of most pages: room that is made before the first row is found.
pub(crate) const PAGE_USUAL: usize = 32;

/// Rows that are sorted in a fraction of a millisecond: a query over no more is answered where it is asked, without a
/// thread of its own.
pub(crate) const CHEAP_ROWS: u64 = 4096;
