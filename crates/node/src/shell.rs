//! What every part of the shell shares.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sederunt_core::call::ConnId;
use sederunt_core::id::MeetingId;
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
use crate::room_task;
use crate::rooms::{Found, NoRoom, RoomHandle, RoomQueues, Rooms, ToRoom};
use crate::seen::Book;
use crate::token::TokenKey;

/// Attempts to reach a room that retires at that very moment. The next opens a room with the message in it, or finds one
/// that another sender has opened meanwhile; more are rare.
const SEND_ATTEMPTS_MAX: u32 = 16;

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

    /// The room of a meeting; its task is started when it is not live.
    pub(crate) fn room(self: &Arc<Self>, meeting: MeetingId) -> Result<RoomHandle, NoRoom> {
        match self.rooms.get_or_enter(meeting)? {
            Found::Live(room) => Ok(room),
            Found::New(room, queues) => {
                self.start(meeting, room.clone(), queues);
                Ok(room)
            }
        }
    }

    fn start(self: &Arc<Self>, meeting: MeetingId, room: RoomHandle, queues: RoomQueues) {
        self.tasks.spawn(room_task::run(self.clone(), meeting, room, queues));
    }

    /// Puts a message into the queue of the meeting's room, whichever is live when there is room for it.
    pub(crate) async fn send(
        self: &Arc<Self>,
        meeting: MeetingId,
        mut message: ToRoom,
    ) -> Result<(), NoRoom> {
        for _ in 0..SEND_ATTEMPTS_MAX {
            let room = match self.rooms.get_or_enter(meeting)? {
                Found::Live(room) => room,
                Found::New(room, queues) => {
                    // The message first: a room that runs with nothing in its queue retires at once. Starting it may
                    // cost this thread its processor, and a sender would so lose one new room after the other.
                    let queued = room.inputs.try_send(message);
                    self.start(meeting, room.clone(), queues);
                    match queued {
                        Ok(()) => return Ok(()),
                        // Other senders have filled the queue already.
                        Err(back) => message = back.into_inner(),
                    }
                    room
                }
            };
            match room.inputs.send(message).await {
                Ok(()) => return Ok(()),
                Err(back) => message = back.0,
            }
        }
        Err(NoRoom::Full)
    }
}
