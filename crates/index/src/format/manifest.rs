//! The manifest of an app: which files are its state. It is replaced by a rename, so there is always one.

use twox_hash::XxHash3_64;

use crate::error::{Error, Result};
use crate::format::codec::Cursor;
use crate::format::container::{FORMAT_VERSION, Written};

/// Name of the file.
pub(crate) const MANIFEST: &str = "MANIFEST";
/// Name while it is written.
pub(crate) const MANIFEST_TMP: &str = "MANIFEST.tmp";

const MAGIC: [u8; 8] = *b"SEDMANI\n";

/// Of whom the files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) ledger: [u8; 16],
    pub(crate) app: i64,
}

/// One file of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listed {
    /// In its name; never given twice.
    pub(crate) number: u64,
    pub(crate) written: Written,
}

/// The state of an app's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) owner: Owner,
    pub(crate) generation: u64,
    pub(crate) sealed_seq: u64,
    pub(crate) last_id: u128,
    pub(crate) rows: u64,
    /// Number of the next file.
    pub(crate) next: u64,
    /// In the order of their codes.
    pub(crate) parts: Vec<Listed>,
    pub(crate) segments: Vec<Listed>,
}

/// Name of a dictionary part.
pub(crate) fn part_name(number: u64) -> String {
    format!("dict-{number}")
}

/// Name of a segment.
pub(crate) fn segment_name(number: u64) -> String {
    format!("seg-{number}")
}

impl Manifest {
    /// Names of all listed files.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        let parts = self.parts.iter().map(|listed| part_name(listed.number));
        parts.chain(self.segments.iter().map(|listed| segment_name(listed.number)))
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes.extend_from_slice(&(self.parts.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&(self.segments.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&self.owner.ledger);
        bytes.extend_from_slice(&self.owner.app.to_le_bytes());
        for number in [self.generation, self.sealed_seq, self.rows, self.next] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&self.last_id.to_be_bytes());
        for file in self.parts.iter().chain(&self.segments) {
            for number in [file.number, file.written.len, file.written.hash] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
        let hash = XxHash3_64::oneshot(&bytes);
        bytes.extend_from_slice(&hash.to_le_bytes());
        bytes
    }

    /// Reads a manifest; it must be the owner's.
    pub(crate) fn from_bytes(bytes: &[u8], owner: Owner) -> Result<Self> {
        let bad = |why: &str| Error::damaged(MANIFEST, why);
        let mut cursor = Cursor(bytes);
        if cursor.take(8) != Some(&MAGIC) {
            return Err(bad("not a manifest"));
        }
        // Versions are told apart before the checksum: it may be another one in another version.
        let version = cursor.u32().ok_or_else(|| bad("too short"))?;
        if version != FORMAT_VERSION {
            return Err(Error::Version { file: MANIFEST.to_owned(), found: version });
        }
        let (content, hash) = bytes.split_last_chunk::<8>().ok_or_else(|| bad("too short"))?;
        if XxHash3_64::oneshot(content) != u64::from_le_bytes(*hash) {
            return Err(bad("checksum"));
        }
        let manifest = read(cursor, bytes.len()).ok_or_else(|| bad("content"))?;
        let foreign = |what| Error::Foreign { file: MANIFEST.to_owned(), what };
        if manifest.owner.ledger != owner.ledger {
            return Err(foreign("ledger"));
        }
        if manifest.owner.app != owner.app {
            return Err(foreign("app"));
        }
        Ok(manifest)
    }
}

/// What follows the version.
fn read(mut cursor: Cursor<'_>, len: usize) -> Option<Manifest> {
    let (parts, segments, zero) = (cursor.u32()?, cursor.u32()?, cursor.u32()?);
    let ledger = cursor.take(16)?.try_into().ok()?;
    let app = cursor.i64()?;
    let (generation, sealed_seq, rows, next) = (cursor.u64()?, cursor.u64()?, cursor.u64()?, cursor.u64()?);
    let last_id = u128::from_be_bytes(cursor.take(16)?.try_into().ok()?);
    // No room is made for more than there can be.
    let files = parts.checked_add(segments).filter(|n| (*n as usize) < len)?;
    let mut listed = Vec::with_capacity(files as usize);
    for _ in 0..files {
        let number = cursor.u64().filter(|number| *number < next)?;
        listed.push(Listed { number, written: Written { len: cursor.u64()?, hash: cursor.u64()? } });
    }
    let segments = listed.split_off(parts as usize);
    let whole = zero == 0 && cursor.0.len() == 8;
    let owner = Owner { ledger, app };
    whole.then_some(Manifest { owner, generation, sealed_seq, last_id, rows, next, parts: listed, segments })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Owner = Owner { ledger: [7; 16], app: -3 };

    fn sample() -> Manifest {
        let listed =
            |number| Listed { number, written: Written { len: 1000 + number, hash: u64::MAX - number } };
        Manifest {
            owner: OWNER,
            generation: 12,
            sealed_seq: 34,
            last_id: 0xabc,
            rows: 56,
            next: 9,
            parts: vec![listed(1), listed(4)],
            segments: vec![listed(8), listed(2), listed(3)],
        }
    }

    #[test]
    fn comes_back_as_written() {
        let manifest = sample();
        assert_eq!(Manifest::from_bytes(&manifest.to_bytes(), OWNER).unwrap(), manifest);
        let names: Vec<_> = manifest.names().collect();
        assert_eq!(names, ["dict-1", "dict-4", "seg-8", "seg-2", "seg-3"]);
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_found() {
        let bytes = sample().to_bytes();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bad = bytes.clone();
                bad[at] ^= 1 << bit;
                assert!(Manifest::from_bytes(&bad, OWNER).unwrap_err().is_damage(), "{at}.{bit}");
            }
            assert!(Manifest::from_bytes(&bytes[..at], OWNER).unwrap_err().is_damage(), "{at}");
        }
    }

    #[test]
    fn others_manifests_are_told_apart() {
        let bytes = sample().to_bytes();
        let ledger = Manifest::from_bytes(&bytes, Owner { ledger: [8; 16], ..OWNER });
        assert!(matches!(ledger, Err(Error::Foreign { what: "ledger", .. })));
        let app = Manifest::from_bytes(&bytes, Owner { app: 3, ..OWNER });
        assert!(matches!(app, Err(Error::Foreign { what: "app", .. })));
        let mut newer = bytes;
        newer[8] += 1;
        assert!(matches!(Manifest::from_bytes(&newer, OWNER), Err(Error::Version { found: 4, .. })));
    }
}
