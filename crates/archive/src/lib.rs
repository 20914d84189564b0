//! Sealed columnar segments of ended sessions: a derived index that answers the session list.
//!
//! An ended session never changes, so it is sealed into an immutable, memory-mapped, checksummed segment; LIVE and
//! lately ended sessions stand beside the segments in memory (the tail). The ledger is the truth: everything here can
//! be deleted and built again from it. The crate knows nothing of SQL, HTTP or clocks.

pub mod fold;
mod query;
mod row;

pub use query::{Answer, Query, Sort, Status};
pub use row::{Change, Row};
