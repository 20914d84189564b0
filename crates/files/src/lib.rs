//! The bytes of files that people upload: a folder that holds them, what they are, and what they may be called. No
//! database, no HTTP, no runtime; everything here blocks.
//!
//! A file is written as a draft, found to be what it is, made durable, and then put in its place under its id. Whatever a crash
//! leaves is a draft, which the next start removes, or a file in its place that nobody knows, which [`Shelf::placed_before`]
//! finds.
#![forbid(unsafe_code)]

mod name;
mod picture;
mod shelf;

pub use name::{NAME_MAX_BYTES, plain_name, safe_name};
pub use picture::{JPEG_MAX_PIXELS, PICTURE_MAX_BYTES, PICTURE_MAX_PIXELS, PICTURE_MAX_SIDE, kind_of};
pub use shelf::{Decoding, Draft, Shelf, Whole};

/// Why bytes could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// More bytes than the draft may have.
    #[error("the file has more than {max_bytes} bytes")]
    TooLarge {
        /// The bound.
        max_bytes: u64,
    },
    /// The disk is full, or would have less free space than is kept for the ledger.
    #[error("the disk has no place for it")]
    DiskFull,
    /// The upload ended before it was whole.
    #[error("the file was cut off")]
    CutOff,
    /// The disk failed.
    #[error("{context}: {source}")]
    Io {
        /// What was being done.
        context: &'static str,
        /// The fault.
        source: std::io::Error,
    },
}

impl FilesError {
    pub(crate) fn io(context: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        move |source| {
            if matches!(source.kind(), StorageFull | QuotaExceeded) {
                Self::DiskFull
            } else {
                Self::Io { context, source }
            }
        }
    }
}
