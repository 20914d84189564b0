//! Minting of ids: time and operating-system randomness, monotonic within the process (DECISIONS §2).

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Mutex, PoisonError};

use sederunt_core::id::Id;
use sederunt_core::time::UnixMs;

/// Steps between ids of one millisecond are random within this many values, so that neighbours cannot be guessed
/// by adding one.
const STEP_MASK: u64 = 0xff_ffff;

/// Mints ids, each greater than every one before.
#[derive(Debug, Default)]
pub(crate) struct IdMint {
    /// 96-bit payload of the last id.
    last: Mutex<u128>,
}

impl IdMint {
    /// A fresh id for this instant. When the clock stands or goes backwards, the id still grows.
    pub(crate) fn mint(&self, now: UnixMs) -> Id {
        let random = random_u64();
        let unix_ms = u64::try_from(now.0).unwrap_or(0);
        let candidate = Id::mint(unix_ms, random).payload().unwrap_or(0);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let next = if candidate > *last { candidate } else { *last + 1 + u128::from(random & STEP_MASK) };
        *last = next;
        Id::from_payload(next)
    }
}

/// 64 random bits from the operating system.
pub(crate) fn random_u64() -> u64 {
    let mut bytes = [0; 8];
    match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes),
        // Cannot happen on the systems we run on; ids stay unique, their randomness is that of the hash keys.
        Err(_) => RandomState::new().build_hasher().finish(),
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
}
