//! Transports and tracks.

mod ask;
mod tell;

pub(super) use ask::ask;
pub(super) use tell::tell;
