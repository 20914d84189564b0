//! The door over real sockets: a server on a port of its own, clients that speak the wire's protobuf.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say so at once")]

mod bad_input;
mod breakout;
mod browser;
mod entry;
mod events;
mod files;
mod foreign;
mod foreign_things;
mod handshake;
mod http;
mod liveness;
mod media;
mod meeting;
mod permissions;
mod removed;
mod returning;
mod stage;
mod strangers;
mod waiting;
mod world;
