//! The changes of an app, for whoever follows them: the live feed, a pull, and whatever delivers them elsewhere.
//!
//! The ledger is the queue, so following it is three things. A [`Lookout`] wakes those whose app has something new. A
//! [`Reader`] reads on from a [`Cursor`], which is a number and nothing else: whoever keeps it, in a client or in a row,
//! goes on from it after any break. An [`Event`] is the text of a change, made once however many are told. Those who follow
//! at the same pace share a [`Ring`] of the latest.
#![forbid(unsafe_code)]

mod cursor;
mod event;
mod lookout;
mod reader;
mod ring;
pub mod text;

pub use cursor::{Beyond, Cursor};
pub use event::{Event, Snapshot, Told};
pub use lookout::{Blind, Lookout, Watch};
pub use reader::{Pages, Reader};
pub use ring::{Batch, Look, Mark, Place, Ring};
