//! The dictionary of an app: every distinct pair of meeting and title has a code.
//!
//! Codes are dense, app-wide and never change, so segments are merged without recoding and counts by code add up. A
//! part holds the codes of a range and never changes either; new pairs go into a new part.

use std::cmp::Ordering;
use std::hint::black_box;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{self, AtomicBool};

use crate::error::Result;
use crate::format::codec::{Cursor, as_ids, as_u32s};
use crate::format::container::{Container, Kind};
use crate::format::manifest::{Listed, part_name};
use crate::format::map::{Access, Bytes};

/// Between two folded titles: no byte of UTF-8, so no search term matches across.
pub const SEPARATOR: u8 = 0xff;

/// What a page shows of a code, in one line of the processor's caches: the meeting's id, most significant byte first, the
/// length of the title, and the title if it is short. Pages meet codes in no order, so what counts is how many places
/// of memory each of them takes.
pub(crate) type Card = [u8; 64];

/// Longest title on a card.
pub(crate) const SHORT_MAX: usize = size_of::<Card>() - size_of::<u128>() - 1;

/// The length on a card whose title stands among the long ones.
pub(crate) const LONG: u8 = u8::MAX;

/// Sections of a part.
pub(crate) mod tag {
    pub(crate) const META: u32 = 1;
    pub(crate) const MEETINGS: u32 = 2;
    pub(crate) const TITLE_ENDS: u32 = 3;
    pub(crate) const TITLES: u32 = 4;
    pub(crate) const FOLDED_ENDS: u32 = 5;
    pub(crate) const FOLDED: u32 = 6;
    pub(crate) const SORTED: u32 = 7;
    pub(crate) const CARDS: u32 = 8;

    pub(crate) const NAMES: [(u32, &str); 8] = [
        (META, "meta"),
        (MEETINGS, "meetings"),
        (TITLE_ENDS, "title ends"),
        (TITLES, "titles"),
        (FOLDED_ENDS, "folded ends"),
        (FOLDED, "folded titles"),
        (SORTED, "by meeting and title"),
        (CARDS, "cards"),
    ];
}

/// What a code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Entry<'a> {
    /// Meeting id.
    pub meeting: u128,
    /// Title as given.
    pub title: &'a str,
    /// Title as [`crate::fold::fold`] has it.
    pub folded: &'a [u8],
}

/// All parts of an app's dictionary; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Dict {
    /// In the order of their codes, without a gap.
    parts: Arc<[Arc<Part>]>,
}

impl Dict {
    pub(crate) fn new(parts: Vec<Arc<Part>>) -> Self {
        Self { parts: parts.into() }
    }

    /// Number of codes; they are `0..len`.
    pub fn len(&self) -> u32 {
        self.parts.last().map_or(0, |part| part.base + part.len)
    }

    /// Whether there is no code.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The parts in the order of their codes.
    pub fn parts(&self) -> &[Arc<Part>] {
        &self.parts
    }

    /// What a code stands for; `None` when there is no such code, which a sound segment does not have.
    pub fn entry(&self, code: u32) -> Option<Entry<'_>> {
        let (part, nth) = self.place(code)?;
        let entry = part.entry(nth);
        if entry.is_none() {
            part.suspect.store(true, atomic::Ordering::Relaxed);
        }
        entry
    }

    /// Meeting and title of a code: all that a row needs.
    pub(crate) fn pair(&self, code: u32) -> Option<(u128, &str)> {
        let (part, nth) = self.place(code)?;
        let pair = part.pair(nth);
        if pair.is_none() {
            part.suspect.store(true, atomic::Ordering::Relaxed);
        }
        pair
    }

    /// Has what [`Self::pair`] needs fetched from memory, while other things are done: nothing waits for what is read
    /// here.
    pub(crate) fn fetch(&self, code: u32) {
        if let Some((part, nth)) = self.place(code) {
            black_box(part.cards().get(nth as usize).map(|card| card[0]));
        }
    }

    fn place(&self, code: u32) -> Option<(&Part, u32)> {
        let nth = self.parts.partition_point(|part| part.base <= code).checked_sub(1)?;
        let part = &self.parts[nth];
        let nth = code - part.base;
        (nth < part.len).then_some((part, nth))
    }

    /// Whether a read met something impossible.
    pub(crate) fn is_suspect(&self) -> bool {
        self.parts.iter().any(|part| part.suspect.load(atomic::Ordering::Relaxed))
    }

    /// All codes of a meeting: one for every title it had.
    pub fn codes_of_meeting(&self, meeting: u128) -> Vec<u32> {
        let mut codes = Vec::new();
        for part in self.parts.iter() {
            codes.extend(
                part.sorted_of(meeting).iter().filter(|nth| **nth < part.len).map(|nth| part.base + nth),
            );
        }
        codes
    }

    /// The code of a pair.
    pub fn find(&self, meeting: u128, title: &str) -> Option<u32> {
        self.parts.iter().rev().find_map(|part| part.find(meeting, title).map(|nth| part.base + nth))
    }
}

/// Immutable codes `base..base + len`.
#[derive(Debug)]
pub struct Part {
    file: Container,
    number: u64,
    base: u32,
    len: u32,
    at: Places,
    suspect: AtomicBool,
}

#[derive(Debug)]
struct Places {
    cards: Range<usize>,
    meetings: Range<usize>,
    title_ends: Range<usize>,
    titles: Range<usize>,
    folded_ends: Range<usize>,
    folded: Range<usize>,
    sorted: Range<usize>,
}

impl Part {
    /// Checks the frame and what is cheap to check.
    pub(crate) fn open(bytes: Bytes, number: u64) -> Result<Self> {
        let file = Container::open(bytes, &part_name(number), Kind::Dict)?;
        file.check(tag::META)?;
        let meta = file.range(tag::META)?;
        let (base, len) = read_meta(file.part(&meta)).ok_or_else(|| file.bad("meta"))?;
        let n = u64::from(len);
        let at = Places {
            cards: file.range_of(tag::CARDS, n * size_of::<Card>() as u64)?,
            meetings: file.range_of(tag::MEETINGS, n * 16)?,
            title_ends: file.range_of(tag::TITLE_ENDS, n * 4)?,
            titles: file.range(tag::TITLES)?,
            folded_ends: file.range_of(tag::FOLDED_ENDS, n * 4)?,
            folded: file.range(tag::FOLDED)?,
            sorted: file.range_of(tag::SORTED, n * 4)?,
        };
        // Every page and every search comes here.
        file.advise(&(0..file.bytes().len()), Access::Soon);
        Ok(Self { file, number, base, len, at, suspect: AtomicBool::new(false) })
    }

    /// The first code.
    pub fn base(&self) -> u32 {
        self.base
    }

    /// Number of codes, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Meeting ids, most significant byte first, by code minus [`Part::base`].
    pub fn meetings(&self) -> &[[u8; 16]] {
        as_ids(self.file.part(&self.at.meetings))
    }

    /// All folded titles, each followed by [`SEPARATOR`].
    pub fn folded(&self) -> &[u8] {
        self.file.part(&self.at.folded)
    }

    /// For each code minus [`Part::base`]: the position in [`Part::folded`] behind its separator.
    pub fn folded_ends(&self) -> &[u32] {
        as_u32s(self.file.part(&self.at.folded_ends))
    }

    /// Code minus [`Part::base`] of the folded title that covers this position.
    pub fn code_at(&self, position: usize) -> u32 {
        self.folded_ends().partition_point(|end| *end as usize <= position) as u32
    }

    /// What `base + nth` stands for.
    pub(crate) fn entry(&self, nth: u32) -> Option<Entry<'_>> {
        let (meeting, title) = self.pair(nth)?;
        let folded = slice(self.folded(), self.folded_ends(), nth)?;
        let folded = folded.split_last()?.1;
        Some(Entry { meeting, title, folded })
    }

    /// Meeting and title of `base + nth`.
    pub(crate) fn pair(&self, nth: u32) -> Option<(u128, &str)> {
        let (meeting, rest) = self.cards().get(nth as usize)?.split_first_chunk()?;
        let (len, short) = rest.split_first()?;
        let title = if *len == LONG { self.long_title(nth) } else { short.get(..usize::from(*len)) };
        Some((u128::from_be_bytes(*meeting), std::str::from_utf8(title?).ok()?))
    }

    fn cards(&self) -> &[Card] {
        self.file.part(&self.at.cards).as_chunks().0
    }

    fn long_title(&self, nth: u32) -> Option<&[u8]> {
        slice(self.file.part(&self.at.titles), as_u32s(self.file.part(&self.at.title_ends)), nth)
    }

    fn title(&self, nth: u32) -> Option<&str> {
        Some(self.pair(nth)?.1)
    }

    /// Codes above the base, by meeting and title.
    pub(crate) fn sorted(&self) -> &[u32] {
        as_u32s(self.file.part(&self.at.sorted))
    }

    fn meeting(&self, nth: u32) -> u128 {
        self.meetings().get(nth as usize).map_or(0, |id| u128::from_be_bytes(*id))
    }

    fn sorted_of(&self, meeting: u128) -> &[u32] {
        let sorted = self.sorted();
        let start = sorted.partition_point(|nth| self.meeting(*nth) < meeting);
        let rest = sorted.get(start..).unwrap_or(&[]);
        // A meeting has few titles: most often the next one is another meeting already.
        let n = rest.iter().take(4).take_while(|nth| self.meeting(**nth) == meeting).count();
        if n < 4 { &rest[..n] } else { &rest[..rest.partition_point(|nth| self.meeting(*nth) <= meeting)] }
    }

    fn find(&self, meeting: u128, title: &str) -> Option<u32> {
        let of_meeting = self.sorted_of(meeting);
        let nth =
            of_meeting.binary_search_by(|nth| self.title(*nth).map_or(Ordering::Less, |t| t.cmp(title)));
        of_meeting.get(nth.ok()?).copied()
    }

    pub(crate) fn file(&self) -> &Container {
        &self.file
    }

    pub(crate) fn listed(&self) -> Listed {
        Listed { number: self.number, written: self.file.written() }
    }

    /// Bytes of long titles and of all folded ones.
    pub(crate) fn text_len(&self) -> u64 {
        (self.at.titles.len() + self.at.folded.len()) as u64
    }
}

fn slice<'a>(text: &'a [u8], ends: &[u32], nth: u32) -> Option<&'a [u8]> {
    let start = if nth == 0 { 0 } else { *ends.get(nth as usize - 1)? };
    text.get(start as usize..*ends.get(nth as usize)? as usize)
}

/// Base and length.
fn read_meta(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut cursor = Cursor(bytes);
    let (base, len) = (cursor.u32()?, cursor.u32()?);
    // The last number is no code, so that a length is a number too.
    (len > 0 && base.checked_add(len).is_some() && cursor.0.is_empty()).then_some((base, len))
}
