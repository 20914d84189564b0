//! The folder: which files are an app's state, published by one rename. Knows no row.

pub(crate) mod folder;
pub(crate) mod fs;
pub(crate) mod report;
pub(crate) mod root;
pub(crate) mod sealed;
