//! Delivery of webhooks: which request is sent when, and where it may go.
//!
//! [`guard`], [`places`] and [`target`] decide where a request may go: the spelling of a URL, and the addresses that its
//! name has.
#![forbid(unsafe_code)]

pub mod guard;
pub mod places;
pub mod target;
