//! Media: the SFU on a thread and a UDP socket of its own.

mod address;
mod config;
mod handle;
mod messages;
mod socket;
mod stats;
mod translate;
mod worker;

pub use sederunt_sfu::IceKey;
pub use sederunt_sfu::limit::SAMPLE_EVERY;

pub use address::{Announced, NotAnAddress};
pub use config::MediaConfig;
pub use handle::{MediaHandle, MediaOverload};
pub use messages::{MediaNotice, RoomTag, Sight, Sighting};
pub use stats::MediaStats;
