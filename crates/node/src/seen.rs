//! What this server sees of people's calls, kept with their stays for the report of a peer.
//!
//! ```text
//! media thread ──bounded channel──▶ keeper ──▶ book (memory, a minute) ──▶ store
//! rooms: whose stay it is, lost and back ─────────▲
//! ```
//!
//! Nothing waits for it: what finds no place is dropped and counted, and no stay, room or packet depends on it.

mod book;
mod keeper;
mod moment;
mod watch;
mod words;

pub(crate) use book::Book;
pub(crate) use keeper::run;
pub(crate) use watch::Watch;
pub use words::{
    Happening, ReceivedMoment, ReceivedTrack, Seen, SeenEvent, SeenPath, SentMoment, SentTrack, Side,
    TrackKind,
};
