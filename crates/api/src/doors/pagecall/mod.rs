//! The Pagecall door: `/v1/…` (SEMANTICS §6).

mod access;
mod door;
mod members;
mod message;
mod operations;
mod page;
mod rooms;
mod sessions;
mod users;
mod view;

pub(super) use door::DOOR;
