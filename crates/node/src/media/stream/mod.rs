//! Clients whose network lets no datagrams through: what they send comes as frames of a byte stream, from the async runtime
//! (decision 0035). The media thread sees them as datagrams that came another way.

mod carrier;
mod frame;
mod outbox;
mod relay;
mod table;
mod tcp;
#[cfg(test)]
mod tests;

pub(super) use relay::relay;
pub(super) use table::{Arrived, Streams, ToWorker};
pub(super) use tcp::greet;
pub use tcp::{Greeted, StreamEnd, StreamRefused};
