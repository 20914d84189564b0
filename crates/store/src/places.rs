//! Places in the writer's queue: how far the disk may fall behind, and what is said about it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Semaphore;

use crate::{Result, StoreError};

/// Writes that may wait: a few seconds of a slow disk. A disk this far behind will not catch up before its clients
/// give up, and memory must stay bounded.
pub(crate) const QUEUE_MAX: usize = 16_384;

/// What waits for the disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Writes that wait for their transaction.
    pub waiting: u64,
    /// Whether the queue was full and has not been worked off since.
    pub is_behind: bool,
    /// Writes refused for want of a place, since the start.
    pub refused: u64,
    /// Rooms' writes that had to wait for a place, since the start.
    pub delayed: u64,
}

/// The places of the queue. One is taken for each write and given back when the write's transaction begins.
#[derive(Debug)]
pub(crate) struct Places {
    free: Semaphore,
    behind: AtomicBool,
    refused: AtomicU64,
    delayed: AtomicU64,
}

impl Places {
    pub(crate) fn new() -> Self {
        Self {
            free: Semaphore::new(QUEUE_MAX),
            behind: AtomicBool::new(false),
            refused: AtomicU64::new(0),
            delayed: AtomicU64::new(0),
        }
    }

    /// A place at once, or [`StoreError::Busy`].
    pub(crate) fn take(&self) -> Result<()> {
        match self.free.try_acquire() {
            Ok(place) => {
                place.forget();
                Ok(())
            }
            Err(_) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                self.fall_behind();
                Err(StoreError::Busy(QUEUE_MAX))
            }
        }
    }

    /// A place as soon as there is one, in the order of asking.
    pub(crate) async fn wait(&self) -> Result<()> {
        if let Ok(place) = self.free.try_acquire() {
            place.forget();
            return Ok(());
        }
        self.delayed.fetch_add(1, Ordering::Relaxed);
        self.fall_behind();
        self.free.acquire().await.map_err(|_| StoreError::Closed)?.forget();
        Ok(())
    }

    /// Gives back the places of writes whose transaction begins.
    pub(crate) fn give_back(&self, places: usize) {
        self.free.add_permits(places);
    }

    /// After a transaction: whether the queue has been worked off.
    pub(crate) fn committed(&self) {
        if self.behind.load(Ordering::Relaxed) && self.free.available_permits() >= QUEUE_MAX / 2 {
            self.behind.store(false, Ordering::Relaxed);
            tracing::info!(refused = self.refused.load(Ordering::Relaxed), "the ledger's disk has caught up");
        }
    }

    /// Told once, until the queue has been worked off.
    fn fall_behind(&self) {
        if !self.behind.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                waiting = QUEUE_MAX,
                "the ledger's disk is behind: joins and leaves wait for it, new ones are refused"
            );
        }
    }

    pub(crate) fn backlog(&self) -> Backlog {
        Backlog {
            waiting: QUEUE_MAX.saturating_sub(self.free.available_permits()) as u64,
            is_behind: self.behind.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            delayed: self.delayed.load(Ordering::Relaxed),
        }
    }
}
