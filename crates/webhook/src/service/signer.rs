//! Signatures over bodies: a quarter of a millisecond of a processor each, so once for a body, however many receive it, and on
//! threads of their own.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::{OnceCell, Semaphore};

use super::numbers::Numbers;
use crate::sign::{KeyError, SigningKey};

/// Signatures that are remembered: what is read ahead for all receivers of an app, and again after a failure.
const KEPT_MAX: usize = 4096;

type Signature = Arc<OnceCell<Arc<str>>>;

/// Signs with the server's key.
#[derive(Debug)]
pub(super) struct Signer {
    key: RwLock<Arc<SigningKey>>,
    /// Processors that may sign at a time.
    turns: Semaphore,
    numbers: Numbers,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// By body; those of different events differ.
    signatures: HashMap<Bytes, Signature>,
    /// Oldest first.
    order: VecDeque<Bytes>,
}

impl Signer {
    /// Half of the processors sign, one at least.
    pub(super) fn new(key: SigningKey, numbers: Numbers) -> Self {
        let turns = std::thread::available_parallelism().map_or(1, |all| (all.get() / 2).max(1));
        let (key, known) = (RwLock::new(Arc::new(key)), Mutex::default());
        Self { key, turns: Semaphore::new(turns), numbers, known }
    }

    /// Signs with another key from now on; bodies that were signed with the one before are signed anew.
    pub(super) fn change_key(&self, key: SigningKey) {
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Known::default();
    }

    /// The signature of a body.
    ///
    /// # Errors
    /// The library failed.
    pub(super) async fn sign(&self, body: &Bytes) -> Result<Arc<str>, KeyError> {
        let cell = self.cell(body);
        let signature = cell.get_or_try_init(|| async {
            let _turn = self.turns.acquire().await.map_err(|_| KeyError::Failed)?;
            let (key, body) =
                (Arc::clone(&self.key.read().unwrap_or_else(PoisonError::into_inner)), body.clone());
            let start = Instant::now();
            let signed = tokio::task::spawn_blocking(move || key.sign(&body)).await;
            self.numbers.signed(start.elapsed());
            signed.map_err(|_| KeyError::Failed)?.map(Arc::from)
        });
        signature.await.cloned()
    }

    fn cell(&self, body: &Bytes) -> Signature {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = known.signatures.get(body) {
            return Arc::clone(cell);
        }
        let cell = Signature::default();
        known.signatures.insert(body.clone(), Arc::clone(&cell));
        known.order.push_back(body.clone());
        if known.order.len() > KEPT_MAX
            && let Some(oldest) = known.order.pop_front()
        {
            known.signatures.remove(&oldest);
        }
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_pem(&SigningKey::generate_pem().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_body_is_signed_once_and_anew_with_another_key() {
        let signer = Signer::new(key(), Numbers::default());
        let body = Bytes::from_static(b"{}");
        let (a, b) = tokio::join!(signer.sign(&body), signer.sign(&body));
        let a = a.unwrap();
        assert!(Arc::ptr_eq(&a, &b.unwrap()), "once, for both");
        assert_ne!(*signer.sign(&Bytes::from_static(b"[]")).await.unwrap(), *a);
        signer.change_key(key());
        assert_ne!(*signer.sign(&body).await.unwrap(), *a);
    }

    #[tokio::test]
    async fn what_is_remembered_has_an_end() {
        let signer = Signer::new(key(), Numbers::default());
        for n in 0..KEPT_MAX + 10 {
            signer.cell(&Bytes::from(n.to_string()));
        }
        let known = signer.known.lock().unwrap();
        assert_eq!((known.signatures.len(), known.order.len()), (KEPT_MAX, KEPT_MAX));
    }
}
