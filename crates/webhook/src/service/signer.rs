//! Signatures over bodies: a quarter of a millisecond of a processor each, so once for a body, however many receive it, and on
//! threads of their own.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::{OnceCell, oneshot};

use super::numbers::Numbers;
use crate::sign::{KeyError, SigningKey};

/// Signatures that are remembered: what is read ahead for all receivers of an app, and again after a failure.
const KEPT_MAX: usize = 4096;
/// What its threads are called.
const THREAD: &str = "webhook-sign";

type Signature = Arc<OnceCell<Arc<str>>>;

/// Signs with the server's key. Its threads end with it.
#[derive(Debug)]
pub(super) struct Signer {
    key: RwLock<Arc<SigningKey>>,
    /// No longer than there are requests in flight.
    queue: Sender<Job>,
    known: Mutex<Known>,
}

/// A body that waits for its signature.
#[derive(Debug)]
struct Job {
    key: Arc<SigningKey>,
    body: Bytes,
    answer: oneshot::Sender<Result<String, KeyError>>,
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
    ///
    /// # Errors
    /// The system has no threads to give.
    pub(super) fn new(key: SigningKey, numbers: &Numbers) -> io::Result<Self> {
        let (queue, jobs) = channel();
        let jobs = Arc::new(Mutex::new(jobs));
        let threads = std::thread::available_parallelism().map_or(1, |all| (all.get() / 2).max(1));
        for _ in 0..threads {
            let (jobs, numbers) = (Arc::clone(&jobs), numbers.clone());
            std::thread::Builder::new().name(THREAD.to_owned()).spawn(move || work(&jobs, &numbers))?;
        }
        Ok(Self { key: RwLock::new(Arc::new(key)), queue, known: Mutex::default() })
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
            let (answer, signed) = oneshot::channel();
            let key = Arc::clone(&self.key.read().unwrap_or_else(PoisonError::into_inner));
            self.queue.send(Job { key, body: body.clone(), answer }).map_err(|_| KeyError::Failed)?;
            signed.await.map_err(|_| KeyError::Failed)?.map(Arc::from)
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

/// Signs one body after the other, without a pause between them, until nobody can ask any more.
fn work(jobs: &Mutex<Receiver<Job>>, numbers: &Numbers) {
    loop {
        // Held while it waits: the other threads wait behind it.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { key, body, answer }) = job else { return };
        if answer.is_closed() {
            // Whoever asked has given up, and whoever wants it still asks again.
            continue;
        }
        let start = Instant::now();
        // A fault with one body is not the end of all signatures: who asked hears nothing.
        let signed = catch_unwind(AssertUnwindSafe(|| key.sign(&body)));
        numbers.signed(start.elapsed());
        if let Ok(signed) = signed {
            let _ = answer.send(signed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_pem(&SigningKey::generate_pem().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_body_is_signed_once_and_anew_with_another_key() {
        let signer = Signer::new(key(), &Numbers::default()).unwrap();
        let body = Bytes::from_static(b"{}");
        let (a, b) = tokio::join!(signer.sign(&body), signer.sign(&body));
        let a = a.unwrap();
        assert!(Arc::ptr_eq(&a, &b.unwrap()), "once, for both");
        assert_ne!(*signer.sign(&Bytes::from_static(b"[]")).await.unwrap(), *a);
        signer.change_key(key());
        assert_ne!(*signer.sign(&body).await.unwrap(), *a);
    }

    #[tokio::test]
    async fn whoever_gives_up_holds_up_nobody() {
        let signer = Signer::new(key(), &Numbers::default()).unwrap();
        let bodies: Vec<_> = (0..20).map(|n| Bytes::from(format!("body {n}"))).collect();
        for body in &bodies {
            let mut given_up = pin!(signer.sign(body));
            let _ = poll_fn(|cx| Poll::Ready(given_up.as_mut().poll(cx))).await;
        }
        let mut signed = BTreeSet::new();
        for body in &bodies {
            signed.insert(signer.sign(body).await.unwrap());
        }
        assert_eq!(signed.len(), bodies.len());
    }

    #[test]
    fn a_thread_ends_when_nobody_can_ask_any_more() {
        let (queue, jobs) = channel();
        let thread = std::thread::spawn(move || work(&Mutex::new(jobs), &Numbers::default()));
        let (answer, signed) = oneshot::channel();
        queue.send(Job { key: Arc::new(key()), body: Bytes::from_static(b"{}"), answer }).unwrap();
        drop(queue);
        thread.join().unwrap();
        assert!(signed.blocking_recv().unwrap().is_ok(), "what was asked before is signed");
    }

    #[tokio::test]
    async fn what_is_remembered_has_an_end() {
        let signer = Signer::new(key(), &Numbers::default()).unwrap();
        for n in 0..KEPT_MAX + 10 {
            signer.cell(&Bytes::from(n.to_string()));
        }
        let known = signer.known.lock().unwrap();
        assert_eq!((known.signatures.len(), known.order.len()), (KEPT_MAX, KEPT_MAX));
    }
}
