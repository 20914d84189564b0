//! What the tests of `node`, `api` and `gateway` share: a house (a node over a ledger in a folder of its own, with a clock
//! that the test sets), its rows, people who speak the room's own words, and webhooks with receivers on this machine.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on panics"
)]

mod deliverer;
mod house;
mod person;
mod receiver;
mod rows;
mod wait;

pub use deliverer::{Deliverer, SECRET};
pub use house::{House, Media, Settings, start};
pub use person::Person;
pub use receiver::{Got, Receiver};
pub use rows::{app_row, meeting_row, participant_row};
pub use wait::{until, within};

use sederunt_core::time::UnixMs;

/// When tests begin: 2026-01-12T14:00:00Z.
pub const T0: UnixMs = UnixMs(1_768_226_400_000);
