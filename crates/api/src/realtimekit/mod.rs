//! The RealtimeKit door: `/client/v4/accounts/…`, and the same without the prefix (SEMANTICS §2, §3).

mod access;
mod active_session;
mod apps;
mod door;
mod error;
mod meetings;
mod page;
mod participants;
mod poll;
mod presets;
mod session_list;
mod session_participants;
mod sessions;
mod settings;
mod view;

pub(crate) use door::{describe, no_webhooks_yet, not_built, routes};
pub(crate) use error::{ErrorItem, Errors, KitError, KitErrorBody};
