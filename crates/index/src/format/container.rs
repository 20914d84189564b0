//! The frame of every file but the manifest: head, sections, directory, trailer (docs/index-format.md).

use std::hash::Hasher;
use std::io::{self, Read, Write};
use std::ops::Range;

use twox_hash::XxHash3_64;

use crate::error::{Error, Result};
use crate::format::codec::Cursor;
use crate::format::map::{Access, Bytes};
use crate::limits::{BUFFER_BYTES, SECTIONS_MAX};

/// Of segments and dictionary parts. Another version is built anew from the ledger, never converted.
pub(crate) const FORMAT_VERSION: u32 = 3;

const MAGIC: [u8; 8] = *b"SEDARCH\n";
const MAGIC_END: [u8; 8] = *b"SEDAEND\n";
/// Sections start at multiples of this: a cache line, and enough for every number that is read in place.
const ALIGN: usize = 64;
const HEAD: usize = ALIGN;
const ENTRY: usize = 32;
const TRAILER: usize = 32;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Kind {
    Segment = 1,
    Dict = 2,
}

/// What identifies a finished file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) len: u64,
    /// Over the directory, which has the hashes of the sections.
    pub(crate) hash: u64,
}

#[derive(Debug, Clone)]
struct Entry {
    tag: u32,
    at: u64,
    len: u64,
    /// Over the section and the zeros behind it.
    hash: u64,
}

/// Writes a file front to back.
pub(crate) struct Writer<W> {
    out: W,
    /// Bytes put so far.
    at: u64,
    /// The latest of them, not written yet.
    buffer: Vec<u8>,
    /// So many of the buffer are hashed.
    hashed: usize,
    hasher: XxHash3_64,
    sections: Vec<Entry>,
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(out: W, kind: Kind) -> io::Result<Self> {
        let mut writer = Self {
            out,
            at: 0,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            hashed: 0,
            hasher: XxHash3_64::with_seed(0),
            sections: Vec::new(),
        };
        writer.put(&head(kind))?;
        Ok(writer)
    }

    /// Opens a section; what is put from now on belongs to it.
    pub(crate) fn begin(&mut self, tag: u32) -> io::Result<()> {
        self.close()?;
        self.hash();
        self.hasher = XxHash3_64::with_seed(0);
        self.sections.push(Entry { tag, at: self.at, len: 0, hash: 0 });
        Ok(())
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at += bytes.len() as u64;
        if self.buffer.len() + bytes.len() <= BUFFER_BYTES {
            self.buffer.extend_from_slice(bytes);
            return Ok(());
        }
        self.flush()?;
        if bytes.len() < BUFFER_BYTES {
            self.buffer.extend_from_slice(bytes);
            return Ok(());
        }
        self.hasher.write(bytes);
        self.out.write_all(bytes)
    }

    /// Numbers one after the other.
    pub(crate) fn put_u32s(&mut self, numbers: &[u32]) -> io::Result<()> {
        self.put(bytemuck::cast_slice(numbers))
    }

    /// Everything but making it durable.
    pub(crate) fn finish(mut self) -> io::Result<(W, Written)> {
        self.close()?;
        let mut tail = Vec::with_capacity(self.sections.len() * ENTRY + TRAILER);
        for section in &self.sections {
            tail.extend_from_slice(&section.tag.to_le_bytes());
            tail.extend_from_slice(&[0; 4]);
            for number in [section.at, section.len, section.hash] {
                tail.extend_from_slice(&number.to_le_bytes());
            }
        }
        let hash = XxHash3_64::oneshot(&tail);
        let len = self.at + (tail.len() + TRAILER) as u64;
        tail.extend_from_slice(&(self.sections.len() as u64).to_le_bytes());
        tail.extend_from_slice(&hash.to_le_bytes());
        tail.extend_from_slice(&len.to_le_bytes());
        tail.extend_from_slice(&MAGIC_END);
        self.put(&tail)?;
        self.flush()?;
        Ok((self.out, Written { len, hash }))
    }

    /// Ends the open section, if there is one.
    fn close(&mut self) -> io::Result<()> {
        let Some(at) = self.sections.last().map(|s| s.at) else { return Ok(()) };
        let len = self.at - at;
        self.put(&[0; ALIGN][..(padded(len) - len) as usize])?;
        self.hash();
        if let Some(section) = self.sections.last_mut() {
            section.len = len;
            section.hash = self.hasher.finish();
        }
        Ok(())
    }

    fn hash(&mut self) {
        self.hasher.write(self.buffer.get(self.hashed..).unwrap_or(&[]));
        self.hashed = self.buffer.len();
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hash();
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        self.hashed = 0;
        Ok(())
    }
}

fn head(kind: Kind) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(&MAGIC);
    head[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
    head[12..16].copy_from_slice(&(kind as u32).to_le_bytes());
    head
}

fn padded(len: u64) -> u64 {
    len.next_multiple_of(ALIGN as u64)
}

/// A file whose frame holds: every byte belongs to the head, one section, the directory or the trailer.
#[derive(Debug)]
pub(crate) struct Container {
    bytes: Bytes,
    name: String,
    sections: Vec<Entry>,
    hash: u64,
}

impl Container {
    /// Checks everything but the content of the sections.
    pub(crate) fn open(bytes: Bytes, name: &str, kind: Kind) -> Result<Self> {
        let bad = |why: &str| Error::damaged(name, why);
        let found = bytes.get(..HEAD).ok_or_else(|| bad("too short for a head"))?;
        check_head(found, name, kind)?;
        let len = bytes.len();
        let trailer = bytes.get(len - TRAILER.min(len)..).unwrap_or(&[]);
        let (count, hash) = read_trailer(trailer, len as u64).ok_or_else(|| bad("no trailer"))?;
        let directory_len = count as usize * ENTRY;
        let start = len.checked_sub(TRAILER + directory_len).filter(|at| *at >= HEAD);
        let start = start.ok_or_else(|| bad("no room for the directory"))?;
        let directory = bytes.get(start..start + directory_len).unwrap_or(&[]);
        if XxHash3_64::oneshot(directory) != hash {
            return Err(bad("checksum of the directory"));
        }
        let sections = read_directory(directory, start as u64).ok_or_else(|| bad("directory"))?;
        Ok(Self { bytes, name: name.to_owned(), sections, hash })
    }

    /// Where a section lies; always within [`Container::bytes`].
    pub(crate) fn range(&self, tag: u32) -> Result<Range<usize>> {
        let entry = self.entry(tag)?;
        Ok(entry.at as usize..(entry.at + entry.len) as usize)
    }

    /// The section's range, if it has exactly this many bytes.
    pub(crate) fn range_of(&self, tag: u32, len: u64) -> Result<Range<usize>> {
        let range = self.range(tag)?;
        if range.len() as u64 == len { Ok(range) } else { Err(self.bad(format!("length of section {tag}"))) }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A part of the bytes; empty when it lies outside.
    pub(crate) fn part(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or(&[])
    }

    pub(crate) fn advise(&self, range: &Range<usize>, access: Access) {
        self.bytes.advise(range, access);
    }

    pub(crate) fn written(&self) -> Written {
        Written { len: self.bytes.len() as u64, hash: self.hash }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Tag and bytes of every section.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = (u32, u64)> {
        self.sections.iter().map(|s| (s.tag, s.len))
    }

    pub(crate) fn bad(&self, why: impl Into<String>) -> Error {
        Error::damaged(&self.name, why)
    }

    /// Compares one section with its checksum.
    pub(crate) fn check(&self, tag: u32) -> Result<()> {
        let entry = self.entry(tag)?;
        let all = entry.at as usize..(entry.at + padded(entry.len)) as usize;
        if XxHash3_64::oneshot(self.part(&all)) == entry.hash { Ok(()) } else { Err(self.mismatch(tag)) }
    }

    /// Compares everything with its checksums, from `file` front to back: a reader that reads ahead is many times
    /// faster than page faults in parts that are mapped for scattered access.
    pub(crate) fn check_all(&self, file: &mut dyn Read) -> Result<()> {
        let mut chunk = vec![0; BUFFER_BYTES];
        let mut read = |n: u64, sink: &mut dyn FnMut(&[u8])| -> Result<()> {
            let mut left = n;
            while left > 0 {
                let part = &mut chunk[..left.min(BUFFER_BYTES as u64) as usize];
                file.read_exact(part).map_err(|e| {
                    if e.kind() == io::ErrorKind::UnexpectedEof {
                        self.bad("it became shorter")
                    } else {
                        Error::io("read", self.name.as_ref())(e)
                    }
                })?;
                sink(part);
                left -= part.len() as u64;
            }
            Ok(())
        };
        let mut head = Vec::new();
        read(HEAD as u64, &mut |part| head.extend_from_slice(part))?;
        for entry in &self.sections {
            let mut hasher = XxHash3_64::with_seed(0);
            read(padded(entry.len), &mut |part| hasher.write(part))?;
            if hasher.finish() != entry.hash {
                return Err(self.mismatch(entry.tag));
            }
        }
        let mut tail = Vec::new();
        read((TRAILER + self.sections.len() * ENTRY) as u64, &mut |part| tail.extend_from_slice(part))?;
        // The frame was checked when it was opened; since then it must not have changed.
        let end = self.bytes.len() - tail.len();
        let (directory, trailer) = tail.split_at(tail.len() - TRAILER);
        let same = XxHash3_64::oneshot(directory) == self.hash
            && read_trailer(trailer, self.bytes.len() as u64)
                == Some((self.sections.len() as u32, self.hash))
            && read_directory(directory, end as u64).is_some()
            && head == self.bytes[..HEAD];
        if same { Ok(()) } else { Err(self.bad("head or directory changed")) }
    }

    fn mismatch(&self, tag: u32) -> Error {
        self.bad(format!("checksum of section {tag}"))
    }

    fn entry(&self, tag: u32) -> Result<&Entry> {
        self.sections.iter().find(|s| s.tag == tag).ok_or_else(|| self.bad(format!("no section {tag}")))
    }
}

fn check_head(found: &[u8], name: &str, kind: Kind) -> Result<()> {
    if found == head(kind) {
        return Ok(());
    }
    let mut cursor = Cursor(found);
    if cursor.take(8) != Some(&MAGIC) {
        return Err(Error::damaged(name, "not a file of the index"));
    }
    match cursor.u32() {
        Some(FORMAT_VERSION) | None => Err(Error::damaged(name, "head")),
        Some(found) => Err(Error::Version { file: name.to_owned(), found }),
    }
}

fn read_trailer(trailer: &[u8], len: u64) -> Option<(u32, u64)> {
    let mut cursor = Cursor(trailer);
    let count = u32::try_from(cursor.u64()?).ok().filter(|n| *n <= SECTIONS_MAX)?;
    let hash = cursor.u64()?;
    (cursor.u64()? == len && cursor.take(8)? == MAGIC_END).then_some((count, hash))
}

/// Sections lie one behind the other from the head to `end`.
fn read_directory(directory: &[u8], end: u64) -> Option<Vec<Entry>> {
    let mut expected = HEAD as u64;
    let mut sections = Vec::new();
    for entry in directory.chunks_exact(ENTRY) {
        let mut cursor = Cursor(entry);
        let tag = cursor.u32()?;
        let zero = cursor.u32()?;
        let (at, len, hash) = (cursor.u64()?, cursor.u64()?, cursor.u64()?);
        if zero != 0 || at != expected || len > end {
            return None;
        }
        expected = at.checked_add(padded(len)).filter(|next| *next <= end)?;
        sections.push(Entry { tag, at, len, hash });
    }
    (expected == end).then_some(sections)
}
