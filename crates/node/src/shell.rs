//! What every part of the shell shares.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sederunt_core::call::ConnId;
use sederunt_store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::NodeConfig;
use crate::clock::Clock;
use crate::ids::IdMint;
use crate::link::LinkKey;
use crate::media::MediaHandle;
use crate::metrics::Metrics;
use crate::returning::Returning;
use crate::rooms::Rooms;
use crate::seen::Book;
use crate::token::TokenKey;

/// Shared state of the shell.
#[derive(Debug)]
pub(crate) struct Shell {
    pub(crate) config: NodeConfig,
    pub(crate) store: Store,
    pub(crate) media: Option<MediaHandle>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: IdMint,
    pub(crate) tokens: TokenKey,
    pub(crate) links: LinkKey,
    pub(crate) metrics: Metrics,
    pub(crate) rooms: Rooms,
    /// Whom the door lets wait.
    pub(crate) returning: Arc<Returning>,
    /// What the media thread saw of stays.
    pub(crate) seen: Arc<Book>,
    /// Rooms that run.
    pub(crate) tasks: TaskTracker,
    /// Whoever has something to write when all rooms have ended.
    pub(crate) last: TaskTracker,
    /// Stops the heartbeat and the media router.
    pub(crate) stop: CancellationToken,
    pub(crate) last_conn: AtomicU64,
}

impl Shell {
    /// A number no socket had before.
    pub(crate) fn next_conn(&self) -> ConnId {
        ConnId(self.last_conn.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
