//! The session list's index beside the ledger (docs/decisions/0009-archive.md).
//!
//! Ended sessions of large apps are sealed into segments (the `archive` crate); what is LIVE or ended lately stands in
//! memory and is fed by the writer: after a commit, before anybody is told of it. Everything here is derived from the
//! ledger; whatever goes wrong with it, the answers come from SQL instead.

mod changes;
mod rows;

pub(crate) use changes::Changes;
