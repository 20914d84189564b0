//! Commands beside a running server, through a socket in its data folder (docs/decisions/0016-control-socket.md).
//!
//! The one who holds the folder's lock does the work (`work.rs`): the command itself, or the server on its
//! behalf. Then the command is only the terminal: it shows what the server writes, sends what the server reads, and
//! ends with the code that the server gives.

mod ask;
mod desk;
mod frame;
mod socket;
mod stats;

pub use stats::ControlStats;

pub(crate) use ask::ask;
pub(crate) use desk::Desks;
pub(crate) use socket::{Listener, connect};
