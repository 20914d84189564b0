//! The ledger from outside: a story, every table, recovery, random histories asked twice, the index and the delivery log.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on panics")]

mod activity;
mod breakout;
mod chat;
mod chat_files;
mod common;
mod delivery_log;
mod import;
mod index;
mod list;
mod members;
mod migrate;
mod own_time;
mod peers;
mod permissions;
mod presets;
mod recover;
mod registry;
mod removed;
mod seats;
mod story;
mod stream;
mod verify;
mod waiting;
mod webhooks;
