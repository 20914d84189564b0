//! What answers: a page and a total, from the files and from what stands in memory beside them.

pub(crate) mod app;
pub(crate) mod bits;
pub(crate) mod briefs;
#[cfg(test)]
mod differential;
pub(crate) mod found;
pub(crate) mod idpart;
pub(crate) mod list;
pub(crate) mod memory;
pub(crate) mod page;
pub(crate) mod picked;
pub(crate) mod request;
pub(crate) mod search;
pub(crate) mod select;
pub(crate) mod source;
pub(crate) mod tail;
pub(crate) mod unsorted;
