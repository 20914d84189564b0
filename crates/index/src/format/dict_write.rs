//! Gives codes to pairs of meeting and title, and writes parts.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::fold::fold;
use crate::format::container::{Kind, Writer, Written};
use crate::format::dict::{Card, Dict, LONG, Part, SEPARATOR, SHORT_MAX, tag};
use crate::limits::{NEW_TEXT_MAX, TITLE_MAX};

/// Codes for pairs: those of a dictionary, and new ones behind them.
#[derive(Debug)]
pub(crate) struct Interner {
    dict: Dict,
    codes: HashMap<(u128, Arc<str>), u32>,
    /// What a meeting was called last, which it mostly is again.
    latest: HashMap<u128, (Arc<str>, u32)>,
    /// New pairs by code minus the dictionary's length.
    new: Vec<(u128, Arc<str>)>,
    text_len: u64,
}

impl Interner {
    pub(crate) fn new(dict: Dict) -> Self {
        Self { dict, codes: HashMap::new(), latest: HashMap::new(), new: Vec::new(), text_len: 0 }
    }

    pub(crate) fn code(&mut self, meeting: u128, title: &Arc<str>) -> Result<u32> {
        if let Some((latest, code)) = self.latest.get(&meeting)
            && latest == title
        {
            return Ok(*code);
        }
        let pair = (meeting, Arc::clone(title));
        let code = match self.codes.get(&pair) {
            Some(code) => *code,
            None => {
                let found = self.dict.find(meeting, title);
                let code = found.map_or_else(|| self.add(&pair), Ok)?;
                self.codes.insert(pair, code);
                code
            }
        };
        self.latest.insert(meeting, (Arc::clone(title), code));
        Ok(code)
    }

    fn add(&mut self, pair: &(u128, Arc<str>)) -> Result<u32> {
        if pair.1.len() > TITLE_MAX {
            return Err(Error::Full("bytes in a title"));
        }
        let code = u32::try_from(self.new.len()).ok().and_then(|n| self.dict.len().checked_add(n));
        let code = code.filter(|code| *code < u32::MAX).ok_or(Error::Full("titles"))?;
        self.text_len += pair.1.len() as u64;
        self.new.push(pair.clone());
        Ok(code)
    }

    /// One above the largest code given.
    pub(crate) fn codes_end(&self) -> u32 {
        self.dict.len() + self.new.len() as u32
    }

    pub(crate) fn dict(&self) -> &Dict {
        &self.dict
    }

    pub(crate) fn has_new(&self) -> bool {
        !self.new.is_empty()
    }

    /// Whether it should start again from a dictionary that has the new pairs.
    pub(crate) fn is_large(&self, pairs: usize) -> bool {
        self.codes.len() >= pairs || self.text_len >= NEW_TEXT_MAX
    }

    /// Writes the new pairs as a part, to `out`, which is called `path`.
    pub(crate) fn write<W: Write>(&self, out: W, path: &Path) -> Result<(W, Written)> {
        let pairs: Vec<_> = self.new.iter().map(|(meeting, title)| (*meeting, &**title)).collect();
        let mut sorted: Vec<u32> = (0..pairs.len() as u32).collect();
        sorted.sort_unstable_by_key(|nth| pairs[*nth as usize]);
        let sorted = sorted.into_iter();
        write(self.dict.len(), pairs.iter().copied(), sorted, out).map_err(Error::io("write", path))
    }
}

/// Writes parts that follow each other as one. Their texts together must not exceed [`PART_TEXT_MAX`].
pub(crate) fn merge<W: Write>(parts: &[Arc<Part>], out: W, path: &Path) -> Result<(W, Written)> {
    let base = parts.first().map_or(0, |part| part.base());
    let lost = |part: &Part| part.file().bad("a title");
    for part in parts {
        if (0..part.len()).any(|nth| part.pair(nth).is_none()) {
            return Err(lost(part));
        }
    }
    let pairs = parts.iter().flat_map(|part| (0..part.len()).filter_map(|nth| part.pair(nth)));
    let sorted = Merged::new(parts, base);
    write(base, pairs, sorted, out).map_err(Error::io("write", path))
}

/// The codes of parts, above `base`, in the order of their pairs.
struct Merged<'a> {
    base: u32,
    heads: Vec<Head<'a>>,
}

struct Head<'a> {
    part: &'a Part,
    rest: std::slice::Iter<'a, u32>,
    next: Option<((u128, &'a str), u32)>,
}

impl<'a> Merged<'a> {
    fn new(parts: &'a [Arc<Part>], base: u32) -> Self {
        let mut heads: Vec<_> =
            parts.iter().map(|part| Head { part, rest: part.sorted().iter(), next: None }).collect();
        heads.iter_mut().for_each(Head::advance);
        Self { base, heads }
    }
}

impl Head<'_> {
    fn advance(&mut self) {
        self.next = self.rest.find_map(|nth| Some((self.part.pair(*nth)?, *nth)));
    }
}

impl Iterator for Merged<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let least = self.heads.iter_mut().filter(|head| head.next.is_some()).min_by_key(|head| head.next)?;
        let (_, nth) = least.next?;
        let code = least.part.base() - self.base + nth;
        least.advance();
        Some(code)
    }
}

/// Writes a part: `sorted` are positions in `pairs`, by pair.
fn write<'a, W: Write>(
    base: u32,
    pairs: impl Iterator<Item = (u128, &'a str)> + Clone,
    sorted: impl Iterator<Item = u32>,
    out: W,
) -> io::Result<(W, Written)> {
    let mut file = Writer::new(out, Kind::Dict)?;
    // First, so that every card is in one line of the processor's caches.
    file.begin(tag::CARDS)?;
    for (meeting, title) in pairs.clone() {
        file.put(&card(meeting, title))?;
    }
    let mut ends = Vec::new();
    let mut end = 0_u32;
    file.begin(tag::TITLES)?;
    for (_, title) in pairs.clone() {
        if title.len() > SHORT_MAX {
            file.put(title.as_bytes())?;
            end += title.len() as u32;
        }
        ends.push(end);
    }
    file.begin(tag::TITLE_ENDS)?;
    file.put_u32s(&ends)?;
    let len = ends.len() as u32;
    ends.clear();
    end = 0;
    file.begin(tag::FOLDED)?;
    for (_, title) in pairs.clone() {
        let folded = fold(title);
        file.put(folded.as_bytes())?;
        file.put(&[SEPARATOR])?;
        end += folded.len() as u32 + 1;
        ends.push(end);
    }
    file.begin(tag::FOLDED_ENDS)?;
    file.put_u32s(&ends)?;
    drop(ends);
    file.begin(tag::MEETINGS)?;
    for (meeting, _) in pairs {
        file.put(&meeting.to_be_bytes())?;
    }
    file.begin(tag::SORTED)?;
    for nth in sorted {
        file.put(&nth.to_le_bytes())?;
    }
    file.begin(tag::META)?;
    file.put(&base.to_le_bytes())?;
    file.put(&len.to_le_bytes())?;
    file.finish()
}

/// What a page shows of a code.
fn card(meeting: u128, title: &str) -> Card {
    let mut card = [0; size_of::<Card>()];
    let (id, rest) = card.split_at_mut(size_of::<u128>());
    id.copy_from_slice(&meeting.to_be_bytes());
    if let Some((len, text)) = rest.split_first_mut() {
        match text.get_mut(..title.len()) {
            Some(text) => {
                *len = title.len() as u8;
                text.copy_from_slice(title.as_bytes());
            }
            None => *len = LONG,
        }
    }
    card
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::container::FORMAT_VERSION;

    #[test]
    fn folded_titles_in_files_are_folded_as_terms_are() {
        // Files keep folded titles; terms are folded when they are asked for. When a newer Unicode changes how, files
        // must be built anew: raise the version of the format, then this number.
        let all: String = (char::MIN..=char::MAX).flat_map(|c| [c, ' ']).collect();
        assert_eq!(
            (FORMAT_VERSION, twox_hash::XxHash3_64::oneshot(fold(&all).as_bytes())),
            (3, 13_557_234_850_671_293_566)
        );
    }

    #[test]
    fn pairs_keep_their_codes_from_part_to_part() {
        // Short ones, the longest short one, and long ones.
        let title = |n: u32| Arc::<str>::from(format!("Title {}", "7".repeat(39 + n as usize % 7)));
        let mut dict = Dict::default();
        let mut expected = Vec::new();
        for part in 0..6_u32 {
            let mut interner = Interner::new(dict.clone());
            for n in 0..20 {
                let (meeting, title) = (u128::from((part * 3 + n) % 9), title(part + n));
                let code = interner.code(meeting, &title).unwrap();
                assert_eq!(interner.code(meeting, &title).unwrap(), code);
                expected.push((meeting, title, code));
            }
            let mut parts = dict.parts().to_vec();
            if interner.has_new() {
                parts.push(Arc::new(part_of(interner.write(Vec::new(), Path::new("x")).unwrap().0)));
            }
            dict = Dict::new(parts);
        }
        assert!(dict.parts().len() > 2);
        let merged = part_of(merge(dict.parts(), Vec::new(), Path::new("x")).unwrap().0);
        for dict in [&dict, &Dict::new(vec![Arc::new(merged)])] {
            for (meeting, title, code) in &expected {
                assert_eq!(dict.find(*meeting, title), Some(*code));
                let entry = dict.entry(*code).unwrap();
                assert_eq!((entry.meeting, entry.title), (*meeting, &**title));
                assert_eq!(entry.folded, fold(title).as_bytes());
                let mut codes = dict.codes_of_meeting(*meeting);
                codes.sort_unstable();
                let mut of_meeting: Vec<u32> =
                    expected.iter().filter(|e| e.0 == *meeting).map(|e| e.2).collect();
                of_meeting.sort_unstable();
                of_meeting.dedup();
                assert_eq!(codes, of_meeting);
            }
            assert_eq!(dict.find(3, "Title 8"), None);
        }
    }

    fn part_of(bytes: Vec<u8>) -> Part {
        Part::open(crate::Bytes::copy_of(&bytes), 1).unwrap()
    }
}
