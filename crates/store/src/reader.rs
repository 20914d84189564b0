//! The reader pool: read-only connections on blocking threads. One call = one read transaction = one snapshot.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::pace::SharedCourse;
use crate::{Pace, Result, StoreError, schema};

/// Reads at a time. More would only share the same cores and keep more caches warm.
const READERS_MAX: usize = 8;

/// Streams at a time. They are as slow as their readers, so they must not use up the readers of short answers.
const STREAMS_MAX: usize = 16;

#[derive(Debug)]
pub(crate) struct Readers {
    dir: PathBuf,
    idle: Mutex<Vec<Connection>>,
    reads: Arc<Semaphore>,
    streams: Semaphore,
}

impl Readers {
    /// Opens the first connection, so that a ledger that cannot be read is known at once.
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        let first = schema::open_reader(dir)?;
        Ok(Self {
            dir: dir.to_owned(),
            idle: Mutex::new(vec![first]),
            reads: Arc::new(Semaphore::new(READERS_MAX)),
            streams: Semaphore::new(STREAMS_MAX),
        })
    }

    /// Waits for one's turn to read. It belongs to the thread that reads, until that is done: whoever waits for the answer may
    /// give up before.
    pub(crate) async fn read_permit(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.reads).acquire_owned().await.map_err(|_| StoreError::Closed)
    }

    /// For tests: how many may read now.
    #[cfg(test)]
    pub(crate) fn free(&self) -> usize {
        self.reads.available_permits()
    }

    /// Waits for one's turn to stream.
    pub(crate) async fn stream_permit(&self) -> Result<SemaphorePermit<'_>> {
        self.streams.acquire().await.map_err(|_| StoreError::Closed)
    }

    /// Runs `f` on this thread, in one snapshot.
    pub(crate) fn snapshot<T>(&self, f: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => schema::open_reader(&self.dir)?,
        };
        conn.execute_batch("BEGIN")?;
        let result = f(&conn);
        conn.execute_batch("COMMIT")?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < READERS_MAX {
            idle.push(conn);
        }
        result
    }

    /// Runs `f` on this thread, in one snapshot that may take long: on a connection of its own, at this pace. The
    /// snapshot is that of the first statement.
    pub(crate) fn long<T>(&self, pace: &Pace, f: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.long_beside(pace, |conn, _| f(conn))
    }

    /// [`Self::long`] for what reads something else as well: it asks the course on its way whether it is over, and gives up then.
    pub(crate) fn long_beside<T>(
        &self,
        pace: &Pace,
        f: impl FnOnce(&Connection, &SharedCourse) -> Result<T>,
    ) -> Result<T> {
        let mut conn = schema::open_reader(&self.dir)?;
        let (course, gait) = pace.apply(&mut conn, schema::log_path(&self.dir))?;
        conn.execute_batch("BEGIN")?;
        // The snapshot ends with its connection.
        gait.explain(f(&conn, &course))
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use super::*;
    use crate::Store;

    #[tokio::test]
    async fn a_read_that_nobody_waits_for_any_more_has_its_turn_until_it_is_done() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let readers = Arc::clone(store.readers());
        let (release, held) = std::sync::mpsc::channel::<()>();
        {
            let mut read = pin!(store.read(move |_| {
                let _ = held.recv();
                Ok(())
            }));
            // It has begun; then whoever asked gives up.
            poll_fn(|context| {
                assert!(read.as_mut().poll(context).is_pending());
                Poll::Ready(())
            })
            .await;
        }
        assert_eq!(readers.free(), READERS_MAX - 1);
        drop(release);
        while readers.free() < READERS_MAX {
            tokio::task::yield_now().await;
        }
    }
}
