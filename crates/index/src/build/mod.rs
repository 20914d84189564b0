//! What changes a state: sealing, merging, building anew.

pub(crate) mod draft;
pub(crate) mod flat;
pub(crate) mod merge;
pub(crate) mod rebuild;
pub(crate) mod spool;
pub(crate) mod tiers;
pub(crate) mod verbs;
