//! The real binary: its commands, what it serves, and what it finds when it starts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::unwrap_in_result,
    reason = "a test panics when it fails"
)]
#![allow(clippy::print_stdout, reason = "what was measured is shown")]

#[path = "../common/mod.rs"]
mod common;

mod admin;
mod backup;
mod beside;
mod cli;
mod clock;
mod console;
mod edge;
mod feed;
mod full_disk;
mod import;
mod index;
mod load;
mod older;
mod serve;
