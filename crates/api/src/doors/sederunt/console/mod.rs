//! What the console asks for beside the doors that it shares with everybody: its sign-in, and sessions counted, written out
//! and told whole. All but the sign-in is for keys as well.

pub(super) mod activity;
pub(super) mod attendance;
pub(super) mod counts;
mod csv;
pub(super) mod export;
pub(super) mod losses;
pub(super) mod people;
pub(super) mod session;
pub(super) mod shares;
pub(super) mod sign_ins;
pub(super) mod timeline;
pub(super) mod usage;
mod walk;
mod zone;
