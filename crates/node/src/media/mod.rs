//! Media: SFUs, each on a thread and a UDP socket of its own.

mod address;
mod config;
mod handle;
mod messages;
mod socket;
mod spread;
mod stats;
mod stream;
#[cfg(test)]
mod tests;
mod thread;
mod translate;
mod turns;
mod waker;
mod worker;

pub use sederunt_relay::Credentials;
pub use sederunt_sfu::limit::SAMPLE_EVERY;
pub use sederunt_sfu::{IceKey, Stats as SfuStats};

pub use address::{Announced, NotAnAddress, StreamAddresses};
pub use config::{MediaConfig, WORKERS_MAX};
pub use handle::MediaHandle;
pub use messages::{MediaNotice, RoomTag, Sight, Sighting};
pub(crate) use socket::thread_cpu;
pub use stats::{MediaStats, StreamStats, WorkerStats};
pub use stream::{Greeted, StreamEnd, StreamRefused};
pub use thread::MediaOverload;
