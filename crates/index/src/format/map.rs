//! The bytes of a file, mapped into memory.

use std::fs::File;
use std::io;
use std::ops::{Deref, Range};

use memmap2::{Advice, Mmap};

/// Bytes that never change, aligned to 8 at least.
#[derive(Debug)]
pub struct Bytes(Inner);

#[derive(Debug)]
enum Inner {
    Mapped(Mmap),
    Owned { words: Vec<u64>, len: usize },
}

impl Bytes {
    /// Maps a file.
    ///
    /// # Errors
    /// Those of the operating system; an empty file cannot be mapped.
    #[expect(unsafe_code, reason = "a mapping is the only way to read a gigabyte without holding it")]
    pub fn map(file: &File) -> io::Result<Self> {
        // SAFETY: the promise is that nobody changes or shortens the file while it is mapped. It lies in a folder of
        // ours (0700) that one process holds by a lock; we create a file anew, write it before we map it, never
        // write to it again and only ever unlink it, which leaves mappings alone. Whoever edits it by hand while the
        // server runs may see torn values (every read is checked, none trusts a length or index it has read) or,
        // after truncating it, end the process by SIGBUS.
        Ok(Self(Inner::Mapped(unsafe { Mmap::map(file) }?)))
    }

    /// A copy in memory, for tests and for what never had a file.
    pub fn copy_of(bytes: &[u8]) -> Self {
        let mut words = vec![0_u64; bytes.len().div_ceil(8)];
        bytemuck::cast_slice_mut::<u64, u8>(&mut words)[..bytes.len()].copy_from_slice(bytes);
        Self(Inner::Owned { words, len: bytes.len() })
    }

    /// Says how a part will be read. Advice only: failures do not matter.
    pub(crate) fn advise(&self, part: &Range<usize>, access: Access) {
        let Inner::Mapped(map) = &self.0 else { return };
        if part.is_empty() || part.end > map.len() {
            return;
        }
        let advice = match access {
            Access::Scattered => Advice::Random,
            Access::Soon => Advice::WillNeed,
        };
        let _ = map.advise_range(advice, part.start, part.len());
    }
}

/// How a part of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Here and there: reading ahead would be in vain.
    Scattered,
    /// All of it, soon.
    Soon,
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Inner::Mapped(map) => map,
            Inner::Owned { words, len } => bytemuck::cast_slice(words).get(..*len).unwrap_or(&[]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_have_their_length_and_are_aligned() {
        for len in [0, 1, 7, 8, 9, 4097] {
            let source: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            let copy = Bytes::copy_of(&source);
            assert_eq!(&*copy, &*source);
            assert!(copy.as_ptr().addr().is_multiple_of(8));
        }
    }
}
