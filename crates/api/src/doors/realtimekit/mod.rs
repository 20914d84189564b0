//! The RealtimeKit door: `/client/v4/accounts/…`, and the same without the prefix (SEMANTICS §2, §3).

mod access;
mod active_session;
mod analytics;
mod apps;
mod chat;
mod consolidated;
mod door;
mod meetings;
mod nothing_yet;
mod operations;
mod page;
mod participants;
mod peer_report;
mod poll;
mod preset_schema;
mod presets;
mod session_list;
mod session_participants;
mod sessions;
mod settings;
mod view;
mod webhook_key;
mod webhooks;

pub(super) use door::DOOR;
