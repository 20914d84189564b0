//! What a search term or a meeting means for the sealed sessions: codes of the dictionary and parts of ids.

use memchr::memmem::Finder;

use crate::answer::bits::Bits;
use crate::answer::idpart::IdPart;
use crate::answer::list::Chunk;
use crate::fold::Needle;
use crate::format::dict::{Dict, SEPARATOR};
use crate::shelf::sealed::Sealed;

/// A search term, made ready.
pub(crate) struct Term<'a> {
    text: Finder<'a>,
    /// `None` when no id contains the term.
    pub(crate) id: Option<IdPart>,
}

impl<'a> Term<'a> {
    pub(crate) fn new(needle: &'a Needle) -> Self {
        Self { text: Finder::new(&needle.text), id: needle.id_part.as_deref().and_then(IdPart::new) }
    }

    fn is_in_text(&self, folded: &[u8]) -> bool {
        self.text.find(folded).is_some()
    }

    fn is_in_id(&self, id: u128) -> bool {
        self.id.as_ref().is_some_and(|part| part.is_in(id))
    }

    /// The places of the rows of a chunk that contain the term.
    pub(crate) fn places(&self, chunk: &Chunk) -> Bits {
        let mut places = chunk.with_title(&self.text);
        if self.id.is_some() {
            for (place, row) in (0_u32..).zip(chunk.rows()) {
                if self.is_in_id(row.row.id) || self.is_in_id(row.row.meeting) {
                    places.set(place);
                }
            }
        }
        places
    }
}

/// Codes of a dictionary.
pub(crate) struct Codes {
    /// Ascending.
    pub(crate) list: Vec<u32>,
    set: Bits,
    /// Sealed sessions that have one.
    pub(crate) sessions: u64,
}

impl Codes {
    fn new(list: Vec<u32>, sealed: &Sealed) -> Self {
        let sessions =
            list.iter().map(|code| u64::from(sealed.counts.get(*code as usize).copied().unwrap_or(0))).sum();
        let mut set = Bits::new(0, sealed.dict.len());
        for code in &list {
            set.set(*code);
        }
        Self { list, set, sessions }
    }

    #[inline]
    pub(crate) fn has(&self, code: u32) -> bool {
        self.set.has(code)
    }

    /// The codes of a meeting.
    pub(crate) fn of_meeting(meeting: u128, sealed: &Sealed) -> Self {
        let mut list = sealed.dict.codes_of_meeting(meeting);
        list.sort_unstable();
        Self::new(list, sealed)
    }

    /// The codes whose title or meeting id contains the term.
    pub(crate) fn of_term(term: &Term<'_>, sealed: &Sealed) -> Self {
        let dict = &sealed.dict;
        let list = in_titles(term, dict);
        let Some(part) = &term.id else { return Self::new(list, sealed) };
        let mut set = Bits::new(0, dict.len());
        list.into_iter().for_each(|code| set.set(code));
        for meetings in dict.parts() {
            part.mark(meetings.meetings(), meetings.base(), &mut set);
        }
        Self::new(set.iter().collect(), sealed)
    }

    /// Those of these codes whose title or meeting id contains the term.
    pub(crate) fn with_term(&self, term: &Term<'_>, sealed: &Sealed) -> Self {
        let contains = |code: &u32| {
            let entry = sealed.dict.entry(*code);
            entry.is_some_and(|entry| term.is_in_text(entry.folded) || term.is_in_id(entry.meeting))
        };
        Self::new(self.list.iter().copied().filter(contains).collect(), sealed)
    }
}

/// The codes whose title contains the term: one walk over the text of all.
fn in_titles(term: &Term<'_>, dict: &Dict) -> Vec<u32> {
    let mut list = Vec::new();
    for part in dict.parts() {
        let (text, ends) = (part.folded(), part.folded_ends());
        let (mut from, mut nth) = (0, 0);
        while let Some(at) = text.get(from..).and_then(|text| term.text.find(text)) {
            // Hits come in order: the title of this one is at or behind the one of the last.
            nth += gallop(&ends[nth..], from + at);
            let Some(end) = ends.get(nth) else { break };
            list.push(part.base() + u32::try_from(nth).unwrap_or(0));
            nth += 1;
            from = *end as usize;
        }
    }
    debug_assert!(!term.text.needle().contains(&SEPARATOR), "no byte of UTF-8");
    list
}

/// How many of the ascending ends are at or before a position; fast when few are.
fn gallop(ends: &[u32], position: usize) -> usize {
    let is_before = |nth: usize| ends.get(nth).is_some_and(|end| *end as usize <= position);
    let mut step = 1;
    while is_before(step - 1) {
        step *= 2;
    }
    let from = step / 2;
    let to = (step - 1).min(ends.len());
    from + ends[from..to].partition_point(|end| *end as usize <= position)
}
