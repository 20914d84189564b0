//! Media: the SFU on a thread and a UDP socket of its own.

mod address;
mod handle;
mod socket;
mod stream;
mod translate;
mod waker;
mod worker;

pub use sederunt_relay::Credentials;
pub use sederunt_sfu::IceKey;
pub use sederunt_sfu::limit::SAMPLE_EVERY;

pub use address::{Announced, NotAnAddress, StreamAddresses};
pub use handle::{
    MediaConfig, MediaHandle, MediaNotice, MediaOverload, MediaStats, RoomTag, Sight, Sighting,
};
pub use stream::{Greeted, StreamEnd, StreamRefused};
