//! The engine against str0m clients that stand for browsers, in virtual time, over a seeded network.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod client;
mod media;
mod world;

mod forward;
