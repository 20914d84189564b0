//! Sealed columnar segments of ended sessions: a derived index that answers the session list.
//!
//! An ended session never changes, so it is sealed into an immutable, memory-mapped, checksummed segment; LIVE and
//! lately ended sessions stand beside the segments in memory (the tail). The ledger is the truth: everything here can
//! be deleted and built again from it. The crate knows nothing of SQL, HTTP or clocks. The README has a picture, and a
//! table of the ways to a page.
//!
//! `answer` and `build` stand on `shelf`, which stands on `format`; the words that all of them use are beside.

mod answer;
mod build;
mod error;
pub mod fold;
mod format;
mod key;
mod limits;
mod query;
mod row;
mod shelf;

pub use answer::app::{AppIndex, Snapshot};
pub use answer::briefs::Brief;
pub use answer::page::Places;
pub use answer::tail::Tail;
pub use error::{Error, Result};
pub use format::dict::{Dict, Entry, Part, SEPARATOR};
pub use format::map::Bytes;
pub use format::segment::{Peaks, Segment};
pub use key::Key;
pub use limits::SEGMENT_ROWS_MAX;
pub use query::{Answer, Query, Sort, Status};
pub use row::{Change, Row};
pub use shelf::fs::{Fs, Keep, Out, RealFs};
pub use shelf::report::{Depth, Info, Report, SegmentInfo};
pub use shelf::root::{Loaded, Shelf};
pub use shelf::sealed::Sealed;
