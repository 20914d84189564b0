//! Sealed columnar segments of ended sessions: a derived index that answers the session list.
//!
//! An ended session never changes, so it is sealed into an immutable, memory-mapped, checksummed segment; LIVE and
//! lately ended sessions stand beside the segments in memory (the tail). The ledger is the truth: everything here can
//! be deleted and built again from it. The crate knows nothing of SQL, HTTP or clocks.

mod codec;
mod container;
mod dict;
mod dict_write;
mod error;
mod field;
pub mod fold;
mod map;
mod order;
mod query;
mod row;
mod sealed;
mod segment;
mod segment_write;
mod wavelet;

pub use dict::{Dict, Entry, Part, SEPARATOR};
pub use error::{Error, Result};
pub use map::Bytes;
pub use query::{Answer, Query, Sort, Status};
pub use row::{Change, Row};
pub use sealed::Sealed;
pub use segment::{Key, Peaks, SEGMENT_ROWS_MAX, Segment};
