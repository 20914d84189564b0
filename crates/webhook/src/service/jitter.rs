//! Randomness for waits: it has to differ between receivers and attempts, and nobody has to be unable to guess it.

use std::hash::{BuildHasher as _, RandomState};

use crate::retry::Jitter;

/// A sequence that no other receiver has.
#[derive(Debug)]
pub(super) struct Jitters(u64);

impl Jitters {
    pub(super) fn new() -> Self {
        // The standard library seeds its hash maps so.
        Self(RandomState::new().hash_one(0_u8))
    }

    /// The next one (SplitMix64).
    pub(super) fn next(&mut self) -> Jitter {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let [low, high, ..] = (bits ^ (bits >> 31)).to_le_bytes();
        Jitter(u16::from_le_bytes([low, high]))
    }
}
