//! Little-endian numbers in bytes that nobody vouches for.

// Columns are used as they lie in the file.
#[cfg(target_endian = "big")]
compile_error!("the format is little-endian and read without conversion");

/// Reads from the front; `None` when too little is left.
#[derive(Debug)]
pub(crate) struct Cursor<'a>(pub(crate) &'a [u8]);

impl<'a> Cursor<'a> {
    pub(crate) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }
}

/// Bytes as numbers of 4; empty when they are not.
pub(crate) fn as_u32s(bytes: &[u8]) -> &[u32] {
    bytemuck::try_cast_slice(bytes).unwrap_or(&[])
}

/// Bytes as numbers of 8; empty when they are not.
pub(crate) fn as_i64s(bytes: &[u8]) -> &[i64] {
    bytemuck::try_cast_slice(bytes).unwrap_or(&[])
}

/// Bytes as ids; a rest is left out.
pub(crate) fn as_ids(bytes: &[u8]) -> &[[u8; 16]] {
    bytes.as_chunks().0
}
