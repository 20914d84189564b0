//! Our own door: the live feed, `/sederunt/v1/apps/{app_id}/feed` as Server-Sent Events, and `…/events` as a pull of the
//! same; files that links lead to (`chat.rs`), what owners of webhooks see and ask for (`webhooks`), and what the console asks for
//! beside the doors that it shares with everybody (`console`), tokens of an account, and the server itself (`system.rs`).
//!
//! A change is told when it is durable, in the order of the ledger, and is rendered once however many watch: one hub per
//! app with watchers (`hub.rs`) reads the ledger into a ring; each watcher (`stream.rs`) catches up from the
//! ledger by itself and then follows the ring. Errors are those of the RealtimeKit door.

mod access;
mod archive;
mod chat;
mod console;
mod door;
mod frame;
mod hub;
mod news;
mod params;
mod pull;
mod refusals;
mod stream;
mod system;
mod tokens;
mod verify;
mod view;
mod webhooks;

pub use hub::FeedConfig;

pub(super) use door::DOOR;
pub(crate) use hub::Feeds;
