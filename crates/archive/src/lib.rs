//! Sealed columnar segments of ended sessions: a derived index that answers the session list.
//!
//! An ended session never changes, so it is sealed into an immutable, memory-mapped, checksummed segment; LIVE and
//! lately ended sessions stand beside the segments in memory (the tail). The ledger is the truth: everything here can
//! be deleted and built again from it. The crate knows nothing of SQL, HTTP or clocks.

mod answer;
mod app;
mod archive;
mod bits;
mod build;
mod codec;
mod container;
mod dict;
mod dict_write;
#[cfg(test)]
mod differential;
mod draft;
mod error;
mod field;
pub mod fold;
mod folder;
mod found;
mod fs;
mod idpart;
mod list;
mod manifest;
mod map;
mod memory;
mod merge;
mod order;
mod picked;
mod query;
mod report;
mod row;
mod sealed;
mod search;
mod segment;
mod segment_write;
mod select;
mod source;
mod spool;
mod tail;
mod tiers;
mod unsorted;
mod wavelet;

pub use answer::Places;
pub use app::{AppIndex, Snapshot};
pub use archive::{Archive, Loaded};
pub use dict::{Dict, Entry, Part, SEPARATOR};
pub use error::{Error, Result};
pub use fs::{Fs, Keep, Out, RealFs};
pub use map::Bytes;
pub use query::{Answer, Query, Sort, Status};
pub use report::{Depth, Info, Report, SegmentInfo};
pub use row::{Change, Row};
pub use sealed::Sealed;
pub use segment::{Key, Peaks, SEGMENT_ROWS_MAX, Segment};
pub use tail::Tail;
