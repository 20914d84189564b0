//! What waits for the thread that writes. Whoever sends never waits here: what has no place is dropped and counted.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sederunt_core::time::Day;
use tokio::sync::oneshot;

use super::entry::{Delivered, Failed, Final};
use crate::{Result, StoreError};

/// Entries that may wait: some seconds of ten thousand deliveries a second, a few MiB.
pub(super) const PLACES: usize = 65_536;
/// Failures among them that something follows: each may bring a KiB of an answer.
pub(super) const FAILURES_MAX: usize = 8_192;
/// Final failures that may wait, those that a disk refused included. They are never dropped, so their number is bounded by itself.
pub(super) const FINALS_MAX: usize = 4_096;

/// How long an entry waits, so that many make a row and a transaction.
const FLUSH_AFTER: Duration = Duration::from_secs(1);
/// Entries that are written at once: enough for full rows of a dozen busy endpoints, a quarter of the places.
const FLUSH_AT: usize = PLACES / 4;

/// A failure on its way to the disk.
#[derive(Debug)]
pub(super) struct Failure {
    pub failed: Failed,
    /// The last one of its event, and who waits for it.
    pub end: Option<(Final, oneshot::Sender<Result<()>>)>,
}

/// When the thread does not want to be woken for what waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    /// The disk refused the last write: nothing before this.
    pub quiet_until: Instant,
    /// Final failures are synced so often and no oftener: the ledger is on the same disk.
    pub sync_from: Instant,
    /// Something else is to be done then.
    pub look_at: Instant,
}

/// What the thread has to do.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub successes: Vec<Delivered>,
    pub failures: Vec<Failure>,
    /// Days whose file was found damaged, and in which [state of the folder](super::folder::Folder::changes).
    pub damaged: BTreeSet<(Day, u64)>,
    /// Told when the batch is written, or lost.
    pub flushes: Vec<oneshot::Sender<()>>,
    /// Entries that found no place since the last batch.
    pub missed: u64,
    /// It is the last one.
    pub is_last: bool,
}

/// The queue.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    wake: Condvar,
    finals: AtomicUsize,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct Waiting {
    batch: Batch,
    /// When the first success came.
    success_at: Option<Instant>,
    /// When the first failure came.
    failure_at: Option<Instant>,
    /// When the first final failure came.
    final_at: Option<Instant>,
    /// Failures that are not final.
    failures: usize,
    /// Nothing is taken in any more.
    is_closed: bool,
    /// The thread is gone.
    is_over: bool,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            waiting: Mutex::default(),
            wake: Condvar::new(),
            finals: AtomicUsize::new(0),
            dropped: AtomicU64::new(0),
        }
    }

    /// Takes a success in, if there is a place.
    pub(super) fn delivered(&self, delivered: Delivered) {
        let mut waiting = self.lock();
        if waiting.is_closed || waiting.len() >= PLACES {
            self.miss(&mut waiting);
            return;
        }
        waiting.batch.successes.push(delivered);
        // The clock is read, and the thread woken, for the first of many alone.
        if waiting.success_at.is_none() {
            waiting.success_at = Some(Instant::now());
            self.wake.notify_one();
        } else if waiting.len() == FLUSH_AT {
            self.wake.notify_one();
        }
    }

    /// Takes a failure in that something follows, if there is a place.
    pub(super) fn failed(&self, failed: Failed) {
        let mut waiting = self.lock();
        if waiting.is_closed || waiting.len() >= PLACES || waiting.failures >= FAILURES_MAX {
            self.miss(&mut waiting);
            return;
        }
        waiting.failures += 1;
        waiting.batch.failures.push(Failure { failed, end: None });
        if waiting.failure_at.is_none() {
            waiting.failure_at = Some(Instant::now());
            self.wake.notify_one();
        } else if waiting.len() == FLUSH_AT {
            self.wake.notify_one();
        }
    }

    /// Takes a final failure in, whatever waits besides; `ack` is told when it is durable, or why it never will be.
    pub(super) fn failed_for_good(&self, failed: Failed, end: Final, ack: oneshot::Sender<Result<()>>) {
        let mut waiting = self.lock();
        let refused = if waiting.is_closed {
            Some(StoreError::Closed)
        } else if self.finals.load(Ordering::Relaxed) >= FINALS_MAX {
            Some(StoreError::Busy(FINALS_MAX))
        } else {
            None
        };
        if let Some(refused) = refused {
            self.miss(&mut waiting);
            // Whoever does not want to know has dropped its end.
            let _ = ack.send(Err(refused));
            return;
        }
        self.finals.fetch_add(1, Ordering::Relaxed);
        waiting.batch.failures.push(Failure { failed, end: Some((end, ack)) });
        if waiting.final_at.is_none() {
            waiting.final_at = Some(Instant::now());
            self.wake.notify_one();
        }
    }

    /// A final failure waits no longer.
    pub(super) fn settle(&self, ack: oneshot::Sender<Result<()>>, outcome: Result<()>) {
        self.finals.fetch_sub(1, Ordering::Relaxed);
        let _ = ack.send(outcome);
    }

    /// The file of a day was found damaged.
    pub(super) fn is_damaged(&self, day: Day, changes: u64) {
        self.lock().batch.damaged.insert((day, changes));
        self.wake.notify_one();
    }

    /// Told when everything that waits now is written, or lost.
    pub(super) fn flush(&self) -> oneshot::Receiver<()> {
        let (done, told) = oneshot::channel();
        let mut waiting = self.lock();
        if !waiting.is_over {
            waiting.batch.flushes.push(done);
            self.wake.notify_one();
        }
        told
    }

    /// Nothing is taken in any more; the thread ends when it has done what waits.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.wake.notify_one();
    }

    /// The thread is gone: nobody has to wait for it.
    pub(super) fn end(&self) {
        let mut waiting = self.lock();
        (waiting.is_closed, waiting.is_over) = (true, true);
        let batch = std::mem::take(&mut waiting.batch);
        drop(waiting);
        self.drop_entries(batch.successes.len() + batch.failures.len());
        for (_, ack) in batch.failures.into_iter().filter_map(|failure| failure.end) {
            self.settle(ack, Err(StoreError::Closed));
        }
    }

    /// Waits for something to do. `spare` is an empty list to go on with.
    pub(super) fn next(&self, due: Due, spare: Vec<Delivered>) -> Batch {
        let mut waiting = self.lock();
        loop {
            let now = Instant::now();
            let at = waiting.due(due).unwrap_or(now);
            if at <= now {
                return waiting.take(now, spare);
            }
            let woken = self.wake.wait_timeout(waiting, at - now);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Entries that were dropped, since the start.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Counts entries that were dropped.
    pub(super) fn drop_entries(&self, n: usize) {
        self.dropped.fetch_add(n as u64, Ordering::Relaxed);
    }

    fn miss(&self, waiting: &mut Waiting) {
        waiting.batch.missed += 1;
        self.drop_entries(1);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn len(&self) -> usize {
        self.batch.successes.len() + self.batch.failures.len()
    }

    /// When there is something to do; `None` = at once.
    fn due(&self, due: Due) -> Option<Instant> {
        let batch = &self.batch;
        if self.is_closed || !batch.flushes.is_empty() || !batch.damaged.is_empty() {
            return None;
        }
        let first = [self.success_at, self.failure_at].into_iter().flatten().min();
        let full = (self.len() >= FLUSH_AT).then_some(due.quiet_until);
        let finals = self.final_at.map(|at| at.max(due.sync_from));
        let write = [first.map(|at| at + FLUSH_AFTER), full, finals].into_iter().flatten().min();
        Some(write.map_or(due.look_at, |at| at.max(due.quiet_until).min(due.look_at)))
    }

    /// What is to be written now. When it is for the sake of failures alone, successes wait on, so that their rows are long.
    fn take(&mut self, now: Instant, spare: Vec<Delivered>) -> Batch {
        let is_old = self.success_at.is_some_and(|at| now.saturating_duration_since(at) >= FLUSH_AFTER);
        let takes_all = self.is_closed || !self.batch.flushes.is_empty() || self.len() >= FLUSH_AT || is_old;
        let mut batch = std::mem::take(&mut self.batch);
        (self.failures, self.failure_at, self.final_at) = (0, None, None);
        if takes_all {
            self.success_at = None;
            self.batch.successes = spare;
        } else {
            std::mem::swap(&mut self.batch.successes, &mut batch.successes);
        }
        batch.is_last = self.is_closed;
        batch
    }
}

#[cfg(test)]
mod tests;
