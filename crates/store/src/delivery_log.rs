//! The delivery log of webhooks: what was tried, beside the ledger and not in it.
//!
//! A file a UTC day, `webhooks/log-YYYY-MM-DD.db` in the data folder, written by a thread of its own and removed as a whole
//! when it is old. Successes are packed, many to a row; failures have a row each. Sending never waits for it: what cannot be
//! written in time is dropped and counted. Only a failure that is the last of its event is kept for certain, and whoever
//! logs it hears when it is durable.
//!
//! The log is no truth that anything else rests on. A file that is damaged, or of somebody else, is set aside; the server goes on.

mod answer;
mod calendar;
mod day_file;
mod dead;
mod entry;
mod files;
mod fold;
mod folder;
mod idle;
mod pack;
mod pages;
mod queue;
mod retention;
mod rows;
mod shared;
mod shares;
mod stats;
mod step;
mod successes;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use sederunt_core::id::Id;
use sederunt_core::time::UnixMs;
use tokio::sync::oneshot;

use self::shared::Shared;
use self::writer::Writer;
use crate::{Result, StoreError};

pub use self::answer::{
    ATTEMPTS_MAX, ATTEMPTS_SHOWN, Attempt, DeadLetters, DeadQuery, Delivery, Failure, KEYS_MAX,
    LATENCIES_MAX, PAGE_MAX, Page, Query, State, Stats,
};
pub use self::entry::{Delivered, EXCERPT_MAX, Failed, Final};
pub use self::retention::Options;
pub use crate::delivery::Key;

/// Handle to the log; cheap to clone. When the last one is dropped, what waits is still written, but nobody waits for it:
/// see [`Self::close`].
#[derive(Debug, Clone)]
pub struct DeliveryLog {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    keeps_successes: bool,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shared.queue.close();
    }
}

impl DeliveryLog {
    /// Opens the log in the data folder `data`, whatever is there; `now` is the wall clock. Nothing is written before the
    /// first entry comes, but what is too old goes. Errors: no thread can be started.
    pub fn open(data: &Path, options: Options, now: UnixMs) -> Result<Self> {
        let shared = Arc::new(Shared::open(data));
        let writer = Writer::new(Arc::clone(&shared), options, Instant::now(), now);
        std::thread::Builder::new()
            .name("delivery-log".to_owned())
            .spawn(move || writer.run())
            .map_err(|source| StoreError::Io { context: "starting the delivery log".to_owned(), source })?;
        Ok(Self { inner: Arc::new(Inner { shared, keeps_successes: options.keeps_successes }) })
    }

    /// Logs a success, unless there is no place for it or it is not [kept](Options::keeps_successes). Does not block.
    pub fn delivered(&self, delivered: Delivered) {
        let is_first = delivered.attempt <= 1 && delivered.key.replay == 0;
        if is_first && !self.inner.keeps_successes {
            return;
        }
        if is_possible(delivered.key) {
            self.inner.shared.queue.delivered(delivered.bounded());
        } else {
            self.inner.shared.queue.drop_entries(1);
        }
    }

    /// Logs a failure that something follows, unless there is no place for it. Does not block.
    pub fn failed(&self, failed: Failed) {
        if is_possible(failed.key) {
            self.inner.shared.queue.failed(failed.bounded());
        } else {
            self.inner.shared.queue.drop_entries(1);
        }
    }

    /// Logs the last failure of an event. Does not block; the answer comes when it is on disk and survives a power cut, in
    /// some tens of milliseconds, or when the disk takes writes again. It is an error when too many wait already
    /// ([`StoreError::Busy`]: ask again later), when there is no place for it ([`StoreError::Limit`]: it is not logged, and not tried
    /// again), or when the log is closed before.
    pub fn failed_for_good(&self, failed: Failed, end: Final) -> oneshot::Receiver<Result<()>> {
        let (ack, durable) = oneshot::channel();
        if is_possible(failed.key) {
            self.inner.shared.queue.failed_for_good(failed.bounded(), end, ack);
        } else {
            self.inner.shared.queue.drop_entries(1);
            let impossible = format!("no fact has the number {}", failed.key.seq);
            let _ = ack.send(Err(StoreError::Damaged(impossible)));
        }
        durable
    }

    /// Deliveries of an endpoint, newest fact first. What came in the last second may not be there yet.
    pub async fn deliveries(&self, query: Query) -> Result<Page> {
        self.read(move |shared| pages::page(shared, &query)).await
    }

    /// One delivery of an endpoint; `None` = the log has nothing of it.
    pub async fn delivery(&self, endpoint: Id, key: Key) -> Result<Option<Delivery>> {
        self.read(move |shared| pages::delivery(shared, endpoint, key)).await
    }

    /// Those deliveries of an endpoint that have these keys, newest fact first; what the log has nothing of is left out. At most
    /// [`PAGE_MAX`] keys are looked at. [`Page::next`]: keys below that one are left for the next call.
    pub async fn deliveries_of(&self, endpoint: Id, keys: Vec<Key>) -> Result<Page> {
        self.read(move |shared| pages::deliveries(shared, endpoint, &keys)).await
    }

    /// Events of an endpoint that failed for good and were not delivered by any replay, oldest fact first.
    pub async fn dead_letters(&self, query: DeadQuery) -> Result<DeadLetters> {
        self.read(move |shared| dead::dead_letters(shared, &query)).await
    }

    /// What an endpoint's attempts came to since an instant; an hour ago is usual.
    pub async fn stats(&self, endpoint: Id, since: UnixMs) -> Result<Stats> {
        self.read(move |shared| stats::stats(shared, endpoint, since)).await
    }

    /// Whether successes are kept, too, not failures alone.
    pub fn keeps_successes(&self) -> bool {
        self.inner.keeps_successes
    }

    /// Bytes of all files, those that were set aside included.
    pub fn bytes(&self) -> u64 {
        self.inner.shared.folder.bytes()
    }

    /// Entries that were dropped since the start: for want of a place, because the disk refused them, or because today's
    /// file is too large.
    pub fn dropped(&self) -> u64 {
        self.inner.shared.queue.dropped()
    }

    /// Files that were too old or too much, and were removed since the start.
    pub fn days_removed(&self) -> u64 {
        self.inner.shared.days_removed.load(Ordering::Relaxed)
    }

    /// Returns when everything that was logged before has been written, or is lost; what has to be durable may still wait
    /// for its disk.
    pub async fn flush(&self) {
        // The thread is gone: as good.
        let _ = self.inner.shared.queue.flush().await;
    }

    /// Takes nothing in any more, writes what waits and closes the files. `false` = it takes longer than `within`, and goes on
    /// by itself.
    pub async fn close(&self, within: Duration) -> bool {
        self.inner.shared.queue.close();
        tokio::time::timeout(within, self.inner.shared.queue.flush()).await.is_ok()
    }

    /// Runs a read on a thread that may block.
    async fn read<T, F>(&self, read: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Shared) -> Result<T> + Send + 'static,
    {
        let shared = Arc::clone(&self.inner.shared);
        let turn = Arc::clone(&shared.reads).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let answer = tokio::task::spawn_blocking(move || {
            // Held to the end of the read, also when nobody waits for it any more.
            let _turn = turn;
            read(&shared)
        });
        // A panic in a read is a bug; the caller gets an error.
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
}

/// Whether a fact can have this number: it is that of a row.
fn is_possible(key: Key) -> bool {
    i64::try_from(key.seq).is_ok()
}
