//! The index from outside: its folder, what a crash leaves of it, and what damage does to it.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod crash;
mod damage;
mod folder;
mod history;
mod sim_fs;
