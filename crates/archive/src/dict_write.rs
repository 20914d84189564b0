//! Gives codes to pairs of meeting and title, and writes parts.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use crate::container::{Kind, Writer, Written};
use crate::dict::{Dict, SEPARATOR, tag};
use crate::error::{Error, Result};
use crate::fold::fold;

/// Positions in a text are 32 bits wide; half of that leaves room for one more title whatever its length.
pub(crate) const PART_TEXT_MAX: u64 = 1 << 31;

/// Codes for pairs: those of a dictionary, and new ones behind them.
#[derive(Debug)]
pub(crate) struct Interner {
    dict: Dict,
    codes: HashMap<(u128, Arc<str>), u32>,
    /// New pairs by code minus the dictionary's length.
    new: Vec<(u128, Arc<str>)>,
    text_len: u64,
}

impl Interner {
    pub(crate) fn new(dict: Dict) -> Self {
        Self { dict, codes: HashMap::new(), new: Vec::new(), text_len: 0 }
    }

    pub(crate) fn code(&mut self, meeting: u128, title: &Arc<str>) -> Result<u32> {
        let pair = (meeting, Arc::clone(title));
        if let Some(code) = self.codes.get(&pair) {
            return Ok(*code);
        }
        let code = match self.dict.find(meeting, title) {
            Some(code) => code,
            None => self.add(&pair)?,
        };
        self.codes.insert(pair, code);
        Ok(code)
    }

    fn add(&mut self, pair: &(u128, Arc<str>)) -> Result<u32> {
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

    /// Writes the new pairs as a part, if there are any.
    pub(crate) fn write<W: Write>(&self, out: W) -> Result<(W, Written)> {
        let pairs: Vec<_> = self.new.iter().map(|(meeting, title)| (*meeting, &**title)).collect();
        write(self.dict.len(), &pairs, out).map_err(io)
    }

    pub(crate) fn has_new(&self) -> bool {
        !self.new.is_empty()
    }
}

/// Writes a part.
fn write<W: Write>(base: u32, pairs: &[(u128, &str)], out: W) -> io::Result<(W, Written)> {
    let mut file = Writer::new(out, Kind::Dict)?;
    file.begin(tag::META)?;
    file.put(&base.to_le_bytes())?;
    file.put(&(pairs.len() as u32).to_le_bytes())?;
    file.begin(tag::MEETINGS)?;
    for (meeting, _) in pairs {
        file.put(&meeting.to_be_bytes())?;
    }
    let mut ends = Vec::with_capacity(pairs.len());
    let mut end = 0_u32;
    file.begin(tag::TITLES)?;
    for (_, title) in pairs {
        file.put(title.as_bytes())?;
        end += title.len() as u32;
        ends.push(end);
    }
    file.begin(tag::TITLE_ENDS)?;
    file.put_u32s(&ends)?;
    ends.clear();
    end = 0;
    file.begin(tag::FOLDED)?;
    for (_, title) in pairs {
        let folded = fold(title);
        file.put(folded.as_bytes())?;
        file.put(&[SEPARATOR])?;
        end += folded.len() as u32 + 1;
        ends.push(end);
    }
    file.begin(tag::FOLDED_ENDS)?;
    file.put_u32s(&ends)?;
    let mut sorted: Vec<u32> = (0..pairs.len() as u32).collect();
    sorted.sort_unstable_by_key(|nth| pairs[*nth as usize]);
    file.begin(tag::SORTED)?;
    file.put_u32s(&sorted)?;
    file.finish()
}

fn io(source: io::Error) -> Error {
    Error::Io { doing: "write", path: "dictionary".into(), source }
}
