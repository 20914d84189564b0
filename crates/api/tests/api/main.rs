//! The real router on the real store and the real node, with a clock that stands still and no network.
#![expect(clippy::unwrap_used, reason = "a test that fails should say so at once")]

mod auth;
mod clock;
mod feed;
mod feed_race;
mod forms;
mod fuzz;
mod http;
mod kit_analytics;
mod kit_chat;
mod kit_crud;
mod kit_edit;
mod kit_fixture;
mod kit_list;
mod kit_live;
mod kit_peer_report;
mod kit_presets;
mod kit_rules;
mod kit_sessions;
mod kit_webhook_key;
mod kit_webhooks;
mod names;
mod openapi;
mod openapi_books;
mod pagecall_crud;
mod pagecall_delete;
mod pagecall_fixture;
mod pagecall_list;
mod pagecall_live;
mod pagecall_message;
mod pagecall_rules;
mod pagecall_users;
mod read_rules;
mod shape;
mod sse;
mod world;
