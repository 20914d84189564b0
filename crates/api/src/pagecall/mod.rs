//! The Pagecall door: `/v1/…` (SEMANTICS §6).

mod access;
mod door;
mod error;
mod members;
mod page;
mod rooms;
mod sessions;
mod users;
mod view;

pub(crate) use door::{not_built, routes};
pub(crate) use error::{Code, PagecallError};
