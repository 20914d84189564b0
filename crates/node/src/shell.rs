//! What every part of the shell shares.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sederunt_core::call::ConnId;
use sederunt_core::id::{AppId, MeetingId, ParticipantId};
use sederunt_store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::ids::IdMint;
use crate::link::LinkKey;
use crate::media::MediaHandle;
use crate::metrics::Metrics;
use crate::returning::Returning;
use crate::rooms::Rooms;
use crate::seen::Book;
use crate::token::{Claims, TokenKey};
use crate::{NodeConfig, NodeError};

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
    /// A token of a participant of this app for a meeting: the participant's own, or a breakout room of it.
    pub(crate) fn sign_for(
        &self,
        app: &AppId,
        meeting: MeetingId,
        participant: ParticipantId,
    ) -> Result<String, NodeError> {
        let now = self.clock.now();
        // No preset by name: the one in force is the participant's, wherever it is.
        let names = [app.to_string(), meeting.to_string(), participant.to_string(), String::new()];
        self.tokens.sign(&Claims::starting(now, self.ids.mint(now), names))
    }

    /// A number no socket had before.
    pub(crate) fn next_conn(&self) -> ConnId {
        ConnId(self.last_conn.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
