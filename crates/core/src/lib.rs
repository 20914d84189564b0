//! Pure room engine: rooms, sessions, metering. No clock, no I/O, no runtime.
//!
//! The contract: [`room::Room::handle`] takes the instant, a fresh id and one input; then drain
//! [`room::Room::poll`] and perform the effects in order; [`room::Room::poll_timeout`] says when to tick.
#![forbid(unsafe_code)]
#![deny(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]

pub mod chat;
pub mod effect;
pub mod error;
pub mod fact;
pub mod id;
pub mod input;
pub mod limit;
mod out;
mod plugin_store;
pub mod removal;
pub mod room;
mod speaker;
pub mod tally;
pub mod time;
mod together;
pub mod who;
