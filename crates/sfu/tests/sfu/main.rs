//! The engine against str0m clients that stand for browsers, in virtual time, over a seeded network.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]
#![expect(clippy::wildcard_enum_match_arm, reason = "the browser ignores what it does not model")]
#![expect(clippy::disallowed_methods, reason = "virtual time must begin somewhere")]

mod client;
mod media;
mod world;

mod alternate;
mod batch;
mod cost;
mod downlink;
#[expect(clippy::print_stdout, reason = "a table is what it is run for by hand")]
mod falls;
mod forward;
mod garbage;
mod keyframes;
mod large;
mod leave;
mod loss;
mod protect;
mod quiet;
mod recorded;
mod sample;
mod simulcast;
mod stale;
mod visits;
mod way;
