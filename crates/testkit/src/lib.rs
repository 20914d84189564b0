//! What the tests of `node`, `api` and `gateway` share: a house (a node over a ledger in a folder of its own, with a clock
//! that the test sets), its rows, and people who speak the room's own words.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

mod house;
mod person;
mod rows;
mod wait;

pub use house::{House, Media, Settings, start};
pub use person::Person;
pub use rows::{app_row, meeting_row, participant_row};
pub use wait::{until, within};

use sederunt_core::time::UnixMs;

/// When tests begin: 2026-01-12T14:00:00Z.
pub const T0: UnixMs = UnixMs(1_768_226_400_000);
