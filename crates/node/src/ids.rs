//! Minting of ids: time and operating-system randomness, monotonic within the process (DECISIONS §2).

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Mutex, PoisonError};

use sederunt_core::id::Id;
use sederunt_core::time::UnixMs;

/// Steps between ids of one millisecond are random within this many values, so that neighbours cannot be guessed
/// by adding one.
const STEP_MASK: u64 = 0xff_ffff;

/// Ids whose randomness is asked for at once: asking costs several times as much as the rest of an id, and every request
/// has one.
const BATCH: usize = 64;

/// Mints ids, each greater than every one before.
#[derive(Debug)]
pub(crate) struct IdMint {
    state: Mutex<State>,
}

struct State {
    /// 96-bit payload of the last id.
    last: u128,
    /// Randomness of the next ids; each number is used once and forgotten.
    random: [u64; BATCH],
    /// How many of them are left.
    left: usize,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What ids will be is nobody's business.
        f.debug_struct("State").field("last", &self.last).finish_non_exhaustive()
    }
}

impl Default for IdMint {
    fn default() -> Self {
        Self { state: Mutex::new(State { last: 0, random: [0; BATCH], left: 0 }) }
    }
}

impl IdMint {
    /// A fresh id for this instant. When the clock stands or goes backwards, the id still grows.
    pub(crate) fn mint(&self, now: UnixMs) -> Id {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let random = state.random();
        let unix_ms = u64::try_from(now.0).unwrap_or(0);
        let candidate = Id::mint(unix_ms, random).payload().unwrap_or(0);
        let last = state.last;
        let next = if candidate > last { candidate } else { last + 1 + u128::from(random & STEP_MASK) };
        state.last = next;
        Id::from_payload(next)
    }
}

impl State {
    /// 64 random bits from the operating system.
    fn random(&mut self) -> u64 {
        if self.left == 0 {
            self.refill();
        }
        self.left = self.left.saturating_sub(1);
        std::mem::take(&mut self.random[self.left])
    }

    fn refill(&mut self) {
        let mut bytes = [[0; 8]; BATCH];
        self.left = BATCH;
        self.random = match aws_lc_rs::rand::fill(bytes.as_flattened_mut()) {
            Ok(()) => bytes.map(u64::from_le_bytes),
            // Cannot happen on the systems we run on; ids stay unique, their randomness is that of the hash keys.
            Err(_) => std::array::from_fn(|_| RandomState::new().build_hasher().finish()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_whatever_the_clock_does() {
        let mint = IdMint::default();
        let mut last = mint.mint(UnixMs(5_000));
        for now in [5_000, 5_000, 4_000, 5_001, 0, -7, 5_001] {
            for _ in 0..1_000 {
                let id = mint.mint(UnixMs(now));
                assert!(id > last);
                assert!(id.payload().is_some(), "has both spellings");
                last = id;
            }
        }
    }

    #[test]
    fn no_randomness_is_used_twice() {
        let mut state = State { last: 0, random: [0; BATCH], left: 0 };
        let mut all: Vec<u64> = (0..20 * BATCH).map(|_| state.random()).collect();
        all.sort_unstable();
        assert!(all.first() != Some(&0) && all.is_sorted_by(|a, b| a < b));
    }
}
