//! A TURN relay (RFC 8656) over byte streams for people whose network lets nothing but TLS through. It relays to the media of
//! this server alone: it has no sockets, an address that it lends exists in this process only, and whatever is meant for
//! anybody else is refused.
//!
//! ```text
//! read(bytes of the client) -> Out::Reply (for the client) | Out::Datagram (from its lent address, for our media)
//! wrap(datagram of our media for the lent address) -> bytes for the client
//! ```
//!
//! Neither time nor randomness nor I/O are in here. Nonces and passwords are derived from a key of the caller.
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

mod allocation;
mod client;
mod credentials;
pub mod limit;
mod message;

pub use client::{Client, Out, Refused};
pub use credentials::{Credentials, RelayKey};
