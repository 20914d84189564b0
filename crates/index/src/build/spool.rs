//! Rows on their way into a segment: in memory while they are few, then in a file that is gone when it is done.

use std::io::Write;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::format::field::Flat;
use crate::format::map::Bytes;
use crate::format::segment_write::Rows;
use crate::shelf::folder::{Folder, NewFile};
use crate::shelf::fs::Keep;

/// Words of a row in the file.
const WORDS: usize = 10;

/// Gathers rows.
pub(crate) struct Spool<'a> {
    folder: &'a Folder,
    chunk_rows: usize,
    chunk: Vec<Flat>,
    file: Option<(NewFile, PathBuf)>,
    rows: u32,
}

impl<'a> Spool<'a> {
    /// Keeps at most `chunk_rows` in memory.
    pub(crate) fn new(folder: &'a Folder, chunk_rows: usize) -> Self {
        Self { folder, chunk_rows, chunk: Vec::new(), file: None, rows: 0 }
    }

    pub(crate) fn rows(&self) -> u32 {
        self.rows
    }

    pub(crate) fn push(&mut self, row: Flat) -> Result<()> {
        if self.chunk.len() >= self.chunk_rows {
            self.spill()?;
        }
        self.chunk.push(row);
        self.rows += 1;
        Ok(())
    }

    /// Hands all rows over, and is empty again.
    pub(crate) fn take<T>(&mut self, write: impl FnOnce(&dyn Rows) -> Result<T>) -> Result<T> {
        let done = if self.file.is_some() {
            self.spill()?;
            let Some((_, path)) = self.file.take() else { return Err(Error::Stopped) };
            let bytes = self.folder.fs.map(&path).map_err(Error::io("map", &path))?;
            let spooled = Spooled { bytes };
            if spooled.rows() != self.rows {
                return Err(Error::damaged("spool", "length"));
            }
            let done = write(&spooled);
            self.folder.fs.remove_file(&path).map_err(Error::io("remove", &path))?;
            done
        } else {
            write(&InMemory(&self.chunk))
        };
        self.chunk.clear();
        self.rows = 0;
        done
    }

    fn spill(&mut self) -> Result<()> {
        let (file, path) = match &mut self.file {
            Some(file) => file,
            None => {
                let name = "spool";
                self.file.insert((self.folder.create(name, Keep::Scratch)?, self.folder.path(name)))
            }
        };
        let mut words = Vec::with_capacity(self.chunk.len() * WORDS);
        words.extend(self.chunk.iter().flat_map(to_words));
        self.chunk.clear();
        let written = file.write_all(bytemuck::cast_slice(&words));
        written
            .map_err(|e| if self.folder.is_stopped() { Error::Stopped } else { Error::io("write", path)(e) })
    }
}

impl Drop for Spool<'_> {
    fn drop(&mut self) {
        if let Some((_, path)) = &self.file {
            // A stray at worst.
            let _ = self.folder.fs.remove_file(path);
        }
    }
}

struct InMemory<'a>(&'a [Flat]);

impl Rows for InMemory<'_> {
    fn rows(&self) -> u32 {
        self.0.rows()
    }

    fn row(&self, row: u32) -> Flat {
        self.0.row(row)
    }
}

struct Spooled {
    bytes: Bytes,
}

impl Spooled {
    fn words(&self) -> &[[u64; WORDS]] {
        bytemuck::try_cast_slice(&self.bytes).unwrap_or(&[])
    }
}

impl Rows for Spooled {
    fn rows(&self) -> u32 {
        self.words().len() as u32
    }

    fn row(&self, row: u32) -> Flat {
        self.words().get(row as usize).map_or_else(|| from_words(&[0; WORDS]), from_words)
    }
}

fn to_words(row: &Flat) -> [u64; WORDS] {
    [
        (row.id >> 64) as u64,
        row.id as u64,
        row.started as u64,
        row.ended as u64,
        row.updated as u64,
        row.closed as u64,
        u64::from(row.code) << 32 | u64::from(row.peak),
        u64::from(row.stays) << 32 | u64::from(row.reason),
        (row.parent >> 64) as u64,
        row.parent as u64,
    ]
}

fn from_words(words: &[u64; WORDS]) -> Flat {
    let [high, low, started, ended, updated, closed, code_peak, stays_reason, parent @ ..] = *words;
    let id = |[high, low]: [u64; 2]| u128::from(high) << 64 | u128::from(low);
    Flat {
        id: id([high, low]),
        code: (code_peak >> 32) as u32,
        started: started as i64,
        ended: ended as i64,
        updated: updated as i64,
        closed: closed as i64,
        peak: code_peak as u32,
        stays: (stays_reason >> 32) as u32,
        reason: stays_reason as u8,
        parent: id(parent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_hold_a_row() {
        let row = Flat {
            id: u128::MAX - 5,
            code: u32::MAX - 1,
            started: i64::MIN,
            ended: -1,
            updated: i64::MAX,
            closed: 7,
            peak: u32::MAX,
            stays: 1 << 31,
            reason: 255,
            parent: 1 << 100 | 3,
        };
        assert_eq!(from_words(&to_words(&row)), row);
    }
}
