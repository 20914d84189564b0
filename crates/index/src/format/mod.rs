//! The files: what they are made of, read in place and written from end to end. Knows no folder and no query.

pub(crate) mod codec;
pub(crate) mod container;
pub(crate) mod dict;
pub(crate) mod dict_write;
pub(crate) mod field;
pub(crate) mod manifest;
pub(crate) mod map;
pub(crate) mod order;
pub(crate) mod segment;
pub(crate) mod segment_write;
pub(crate) mod wavelet;
