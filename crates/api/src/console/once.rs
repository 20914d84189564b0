//! Links that sign in by themselves, once: printed by a start that was asked for one.

use std::sync::{Mutex, PoisonError};

use aws_lc_rs::rand;
use sederunt_core::time::UnixMs;

use crate::limit::{ONCE_LINK_MS, ONCE_LINKS_MAX};
use crate::principal::sha256;

/// Bytes of a secret: as hard to guess as a key.
pub(crate) const SECRET_BYTES: usize = 32;

/// A secret in lower-case hex; `None` when the system gives no randomness.
pub(crate) fn secret() -> Option<String> {
    let mut bytes = [0; SECRET_BYTES];
    rand::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The links that were made and not used yet. They do not outlast the process.
#[derive(Debug, Default)]
pub struct OnceLinks {
    open: Mutex<Vec<Link>>,
}

/// A link that was not used yet.
#[derive(Debug)]
struct Link {
    /// SHA-256 of its secret.
    secret: [u8; 32],
    /// SHA-256 of the token that it signs in as.
    token: [u8; 32],
    until: UnixMs,
}

impl OnceLinks {
    /// A secret that signs in as the token with this hash until ten minutes after `now`; `None` when the system gives no
    /// randomness. The oldest of too many is forgotten.
    pub fn make(&self, token: [u8; 32], now: UnixMs) -> Option<String> {
        let secret = secret()?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= ONCE_LINKS_MAX {
            open.remove(0);
        }
        open.push(Link { secret: sha256(&secret), token, until: now.plus_ms(ONCE_LINK_MS) });
        Some(secret)
    }

    /// The token that a secret stands for. It stands for none afterwards.
    pub(crate) fn take(&self, secret: &str, now: UnixMs) -> Option<[u8; 32]> {
        let hash = sha256(secret);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let at = open.iter().position(|link| link.secret == hash)?;
        let Link { token, until, .. } = open.remove(at);
        (now < until).then_some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_works_once_and_not_for_ever() {
        let links = OnceLinks::default();
        let (a, b) = (links.make([1; 32], UnixMs(0)).unwrap(), links.make([2; 32], UnixMs(0)).unwrap());
        assert_ne!(a, b);
        assert_eq!(links.take("", UnixMs(1)), None);
        assert_eq!(links.take(&a, UnixMs(1)), Some([1; 32]));
        assert_eq!(links.take(&a, UnixMs(1)), None);
        assert_eq!(links.take(&b, UnixMs(600_000)), None);
        let first = links.make([3; 32], UnixMs(0)).unwrap();
        for _ in 0..ONCE_LINKS_MAX {
            links.make([4; 32], UnixMs(0)).unwrap();
        }
        assert_eq!(links.take(&first, UnixMs(1)), None);
    }
}
