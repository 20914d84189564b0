//! Looking after what is on disk: checking every byte, and saying what there is.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::format::container::Container;
use crate::format::{dict, segment};
use crate::key::Key;
use crate::shelf::root::{Shelf, lock};
use crate::shelf::sealed::Sealed;

/// What [`Shelf::verify`] found out about an app.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Files looked at.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Sealed sessions.
    pub rows: u64,
    /// What is damaged; empty when all is well.
    pub faults: Vec<String>,
}

/// How much [`Shelf::verify`] reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// As little as [`Shelf::load`].
    Quick,
    /// Every byte.
    Full,
}

/// What an app's folder consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Published states so far.
    pub generation: u64,
    /// Ledger sequence number of the latest sealed end.
    pub sealed_seq: u64,
    /// Sealed sessions.
    pub rows: u64,
    /// Distinct pairs of meeting and title.
    pub titles: u32,
    /// Parts of the dictionary.
    pub parts: usize,
    /// Bytes of all files but the manifest.
    pub bytes: u64,
    /// In the order of their first keys.
    pub segments: Vec<SegmentInfo>,
    /// Bytes by kind of section, over all files.
    pub sections: BTreeMap<String, u64>,
}

/// One segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentInfo {
    /// Name of the file.
    pub name: String,
    /// Sessions.
    pub rows: u32,
    /// Start and id of the first session.
    pub first: Key,
    /// Start and id of the last one.
    pub last: Key,
    /// Bytes.
    pub bytes: u64,
}

impl Shelf {
    /// Looks for damage in an app's files, and changes nothing. While it reads, the app may be sealed and merged.
    ///
    /// # Errors
    /// [`Error::Io`] when the machine failed.
    pub fn verify(&self, app: i64, depth: Depth) -> Result<Report> {
        let mut report = Report::default();
        match self.look(app, depth, &mut report) {
            Err(e) if e.is_damage() => report.faults.push(e.to_string()),
            done => done?,
        }
        Ok(report)
    }

    fn look(&self, app: i64, depth: Depth, report: &mut Report) -> Result<()> {
        let folder = self.folder(app);
        let mut contents = Vec::new();
        let sealed = {
            let lock_of = self.lock_of(app);
            let _guard = lock(&lock_of);
            let Some(sealed) = self.read(app)? else { return Ok(()) };
            if depth == Depth::Full {
                // Opened now: a merge may remove their names before they are read.
                for file in sealed.files() {
                    let path = folder.path(file.name());
                    contents.push(folder.fs.open(&path).map_err(Error::io("open", &path))?);
                }
            }
            sealed
        };
        report.rows = sealed.rows;
        for file in sealed.files() {
            report.files += 1;
            report.bytes += file.bytes().len() as u64;
        }
        for (file, mut content) in sealed.files().zip(contents) {
            match file.check_all(&mut *content) {
                Err(e) if e.is_damage() => report.faults.push(e.to_string()),
                done => done?,
            }
        }
        Ok(())
    }

    /// Says what an app's folder consists of; `None` when it has none.
    ///
    /// # Errors
    /// [`Error::Io`], or the damage that prevents it.
    pub fn info(&self, app: i64) -> Result<Option<Info>> {
        let lock_of = self.lock_of(app);
        let _guard = lock(&lock_of);
        Ok(self.read(app)?.map(|sealed| sealed.info()))
    }
}

impl Sealed {
    /// Says what it consists of.
    pub fn info(&self) -> Info {
        let mut sections = BTreeMap::new();
        for part in self.dict.parts() {
            add_sections(&mut sections, "dictionary", part.file(), &dict::tag::NAMES);
        }
        let mut segments = Vec::new();
        for segment in &self.segments {
            add_sections(&mut sections, "segment", segment.file(), &segment::tag::NAMES);
            segments.push(SegmentInfo {
                name: segment.file().name().to_owned(),
                rows: segment.rows(),
                first: segment.first_key(),
                last: segment.last_key(),
                bytes: segment.file().bytes().len() as u64,
            });
        }
        Info {
            generation: self.generation,
            sealed_seq: self.sealed_seq,
            rows: self.rows,
            titles: self.dict.len(),
            parts: self.dict.parts().len(),
            bytes: self.files().map(|file| file.bytes().len() as u64).sum(),
            segments,
            sections,
        }
    }

    fn files(&self) -> impl Iterator<Item = &Container> {
        let parts = self.dict.parts().iter().map(|part| part.file());
        parts.chain(self.segments.iter().map(|segment| segment.file()))
    }
}

fn add_sections(sums: &mut BTreeMap<String, u64>, of: &str, file: &Container, names: &[(u32, &str)]) {
    for (tag, len) in file.sizes() {
        let name = names.iter().find(|(known, _)| *known == tag).map_or("unknown", |(_, name)| name);
        *sums.entry(format!("{of}: {name}")).or_insert(0) += len;
    }
}
