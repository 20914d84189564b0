//! Delivery of webhooks: which request is sent when, and where it may go. A webhook is a cursor over the facts of its app;
//! nothing is written for an event that is delivered at once.
//!
//! [`guard`], [`places`] and [`target`] decide where a request may go: the spelling of a URL, and the addresses that its
//! name has. [`endpoint`] is a machine without a clock, a socket or a database: what it hears and asks for is in [`words`],
//! what it keeps in [`rows`]. [`body`], [`sign`] and [`headers`] make the bytes of a request;
//! [`client`] sends it, to addresses that [`resolve`] asks for. [`service`] runs all of it over a ledger; [`owner`] is what
//! the owner of a webhook sees of it and asks for.
#![forbid(unsafe_code)]

pub mod body;
mod broken;
pub mod client;
pub mod endpoint;
pub mod failed;
pub mod guard;
pub mod headers;
pub mod health;
pub mod key_store;
pub mod keys;
mod lane;
pub mod owner;
pub mod places;
pub mod resolve;
pub mod retry;
pub mod rows;
pub mod service;
pub mod sign;
pub mod target;
pub mod told;
pub mod words;

#[cfg(test)]
mod sim;
