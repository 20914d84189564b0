//! What the handle, its readers and the thread that writes have in common.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::sync::Semaphore;

use super::folder::Folder;
use super::idle::Idle;
use super::queue::Queue;

/// Reads at a time. They are for people who look; the threads they run on are the ledger's, too.
const READS_MAX: usize = 2;

#[derive(Debug)]
pub(super) struct Shared {
    pub folder: Folder,
    pub queue: Queue,
    pub idle: Idle,
    /// Days that retention has taken away.
    pub days_removed: AtomicU64,
    pub reads: Arc<Semaphore>,
}

impl Shared {
    pub(super) fn open(data: &Path) -> Self {
        Self {
            folder: Folder::open(data),
            queue: Queue::new(),
            idle: Idle::default(),
            days_removed: AtomicU64::new(0),
            reads: Arc::new(Semaphore::new(READS_MAX)),
        }
    }
}
