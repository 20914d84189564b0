//! Pure room engine: rooms, sessions, metering. No clock, no I/O, no runtime.
//!
//! The contract: [`room::Room::handle`] takes the instant, a fresh id and one input; then drain
//! [`room::Room::poll`] and perform the effects in order; [`room::Room::poll_timeout`] says when to tick.
#![forbid(unsafe_code)]

pub mod chat;
pub mod effect;
pub mod error;
pub mod fact;
pub mod id;
pub mod input;
pub mod limit;
pub mod room;
pub mod tally;
pub mod time;
mod together;
pub mod who;
