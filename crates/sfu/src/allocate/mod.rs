//! Who gets how much of a subscriber's line (decision 0037). Pure: numbers and `now` in, grants out; it knows no session.

mod allocator;
mod attempts;
mod line;
mod pictures;
#[cfg(test)]
mod sim;
mod tuning;
mod voices;

pub(crate) use allocator::{Allocator, Budget};
pub(crate) use line::Measure;
pub(crate) use pictures::{Class, Picture};
pub(crate) use tuning::Tuning;
pub(crate) use voices::Voice;
