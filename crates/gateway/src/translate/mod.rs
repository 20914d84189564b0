//! The client's messages and the room's, each in the other's words (PROTOCOL §4). No state, no I/O.

mod peers;
mod refusals;
mod replies;
mod requests;
#[cfg(test)]
mod tests;

pub(crate) use refusals::{Refusal, error_frame, room_refusal};
pub(crate) use replies::reply;
pub(crate) use requests::request;
