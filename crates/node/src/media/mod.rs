//! Media: the SFU on a thread and a UDP socket of its own.

mod worker;

pub use worker::{MediaConfig, MediaHandle, MediaNotice, MediaOverload, MediaStats, RoomTag};
