//! Pure room engine: rooms, sessions, metering. No clock, no I/O, no runtime.
//!
//! The contract: [`room::Room::handle`] takes the instant, a fresh id and one input, and returns what must be durable and
//! what is to be told then; [`room::Room::poll_timeout`] says when to tick.
//!
//! A room is a hall and features. The hall has what all of them share: the settings, the session, the peers and their
//! sockets, and what comes out. A feature is a type with its own state; [`words`] has what it may be asked and what it tells.
#![forbid(unsafe_code)]
#![deny(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]

pub mod call;
pub mod config;
pub mod effect;
pub mod error;
pub mod fact;
pub mod family;
mod feature;
mod features;
pub mod file_kind;
mod hall;
pub mod id;
pub mod input;
pub mod limit;
pub mod media;
pub mod note;
pub mod removal;
pub mod rights;
pub mod room;
pub mod standing;
mod stay;
pub mod tally;
pub mod time;
mod together;
pub mod view_type;
pub mod waiting;
pub mod who;
pub mod words;
