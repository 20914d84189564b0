//! The reader pool: read-only connections on blocking threads. One call = one read transaction = one snapshot.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{Pace, Result, StoreError, schema};

/// Reads at a time. More would only share the same cores and keep more caches warm.
const READERS_MAX: usize = 8;

/// Streams at a time. They are as slow as their readers, so they must not use up the readers of short answers.
const STREAMS_MAX: usize = 16;

#[derive(Debug)]
pub(crate) struct Readers {
    dir: PathBuf,
    idle: Mutex<Vec<Connection>>,
    reads: Semaphore,
    streams: Semaphore,
}

impl Readers {
    /// Opens the first connection, so that a ledger that cannot be read is known at once.
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        let first = schema::open_reader(dir)?;
        Ok(Self {
            dir: dir.to_owned(),
            idle: Mutex::new(vec![first]),
            reads: Semaphore::new(READERS_MAX),
            streams: Semaphore::new(STREAMS_MAX),
        })
    }

    /// Waits for one's turn to read.
    pub(crate) async fn read_permit(&self) -> Result<SemaphorePermit<'_>> {
        self.reads.acquire().await.map_err(|_| StoreError::Closed)
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
        let mut conn = schema::open_reader(&self.dir)?;
        let gait = pace.apply(&mut conn, schema::log_path(&self.dir))?;
        conn.execute_batch("BEGIN")?;
        // The snapshot ends with its connection.
        gait.explain(f(&conn))
    }
}
