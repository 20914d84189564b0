//! The shell with the real ledger in a temporary folder and a clock that the test moves.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say so at once")]

mod admission;
mod breakout;
mod clocks;
mod disk;
mod faults;
mod permissions;
mod rooms;
mod stage;
mod waiting;
mod world;
