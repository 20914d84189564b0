//! The shell with the real ledger in a temporary folder and a clock that the test moves.

mod admission;
mod faults;
mod rooms;
mod world;
