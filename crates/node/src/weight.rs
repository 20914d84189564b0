//! What messages weigh while they wait for a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sederunt_core::words::Msg;

/// What a message weighs beside its texts: its place in the queue, ids, numbers.
const MESSAGE_BYTES: usize = 256;
/// Bytes that wait for one socket.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    /// Counts `bytes` until what is returned is dropped; `None` when more than `max` would wait. What finds nothing
    /// waiting is taken whatever its size: a single answer is bounded by the engine.
    pub(crate) fn hold(&self, bytes: usize, max: usize) -> Option<Held> {
        // The room alone adds.
        let before = self.0.load(Ordering::Relaxed);
        if before > 0 && before.saturating_add(bytes) > max {
            return None;
        }
        self.0.fetch_add(bytes, Ordering::Relaxed);
        Some(Held { bytes, waiting: Some(self.clone()) })
    }
}

/// Some bytes of what waits; given back on drop.
#[derive(Debug, Default)]
pub struct Held {
    bytes: usize,
    waiting: Option<Waiting>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(waiting) = &self.waiting {
            waiting.0.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

/// About what a message takes in memory and on the wire. A shared one counts in full for each who waits for it.
pub(crate) fn weight(msg: &Msg) -> usize {
    MESSAGE_BYTES + msg.text_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_counted_until_it_is_dropped() {
        let waiting = Waiting::default();
        let first = waiting.hold(60, 100).unwrap();
        assert!(waiting.hold(41, 100).is_none(), "too much");
        let second = waiting.hold(40, 100).unwrap();
        assert!(waiting.hold(1, 100).is_none());
        drop(first);
        let third = waiting.hold(60, 100).unwrap();
        drop((second, third));
        assert!(waiting.hold(1_000, 100).is_some(), "the first of all may be larger");
    }
}
