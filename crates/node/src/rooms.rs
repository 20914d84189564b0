//! The live rooms: one task per meeting at most, found by meeting or by media tag.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sederunt_core::call::{ConnId, Disconnect, ReqId};
use sederunt_core::effect::CommandReply;
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::input::Command;
use sederunt_core::media::{MediaAnswer, MediaCallId, MediaFault};
use sederunt_core::time::UnixMs;
use sederunt_core::who::Who;
use sederunt_core::words::Request;
use sederunt_store::ParticipantRow;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::heard::Heard;
use crate::media::RoomTag;
use crate::{NodeError, ToSocket};

/// Rooms in memory at a time; with the bounds of a room it bounds the memory of the shell.
pub const ROOMS_MAX: usize = 10_000;
/// Inputs that wait for one room. A client whose room is behind waits with its next request.
pub(crate) const ROOM_QUEUE_MAX: usize = 1024;
/// Bytes of requests that wait for one room: a thousand ordinary ones, or a few of the largest frames. A client whose
/// request finds no place waits with it, and is not read meanwhile.
pub(crate) const ROOM_QUEUE_MAX_BYTES: usize = 8 << 20;

/// What a room's queue carries.
#[derive(Debug)]
pub(crate) enum ToRoom {
    /// A socket with a verified token.
    Connect {
        conn: ConnId,
        peer: PeerId,
        token: u64,
        who: Box<Who>,
        /// The row of whoever has none yet, to be written with the first join.
        newcomer: Option<Box<ParticipantRow>>,
        outbox: mpsc::Sender<ToSocket>,
        heard: Heard,
        /// Told the room that took the socket in; dropped when none could.
        attached: oneshot::Sender<RoomHandle>,
    },
    /// A client asks.
    Request {
        conn: ConnId,
        re: ReqId,
        request: Request,
        /// Its bytes in the queue; given back when the room takes it.
        held: Option<OwnedSemaphorePermit>,
    },
    /// A socket is gone.
    Disconnect { conn: ConnId, how: Disconnect },
    /// The API asks.
    Command { command: Command, done: oneshot::Sender<Result<CommandReply, NodeError>> },
}

/// What must reach a room without waiting. Bounded by the media calls under way and the sockets of the room.
#[derive(Debug)]
pub(crate) enum Notice {
    /// A media call was answered.
    Media { call: MediaCallId, result: Result<MediaAnswer, MediaFault> },
    /// A socket was dropped without a word.
    Dropped { conn: ConnId },
}

/// The way to a room's task.
#[derive(Debug, Clone)]
pub(crate) struct RoomHandle {
    pub(crate) tag: RoomTag,
    pub(crate) inputs: mpsc::Sender<ToRoom>,
    pub(crate) notices: mpsc::UnboundedSender<Notice>,
    /// What is left of [`ROOM_QUEUE_MAX_BYTES`].
    pub(crate) bytes: Arc<Semaphore>,
}

/// The receiving ends, owned by the room's task.
#[derive(Debug)]
pub(crate) struct RoomQueues {
    pub(crate) inputs: mpsc::Receiver<ToRoom>,
    pub(crate) notices: mpsc::UnboundedReceiver<Notice>,
}

/// Why there is no room to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoRoom {
    /// [`ROOMS_MAX`].
    Full,
    /// The server stops.
    Stopping,
}

/// A room that was found, or one that was just entered and whose task the caller must start.
#[derive(Debug)]
pub(crate) enum Found {
    Live(RoomHandle),
    New(RoomHandle, RoomQueues),
}

/// The registry of live rooms.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    live: HashMap<MeetingId, RoomHandle>,
    by_tag: HashMap<RoomTag, MeetingId>,
    /// Rooms that failed, and when on the steady clock: their open stays end there once the room can be read again.
    failed: HashMap<MeetingId, UnixMs>,
    last_tag: u64,
    stopping: bool,
}

impl Rooms {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The live room of a meeting.
    pub(crate) fn get(&self, meeting: MeetingId) -> Option<RoomHandle> {
        self.state().live.get(&meeting).cloned()
    }

    /// The live room of a media tag.
    pub(crate) fn by_tag(&self, tag: RoomTag) -> Option<RoomHandle> {
        let state = self.state();
        state.by_tag.get(&tag).and_then(|meeting| state.live.get(meeting)).cloned()
    }

    /// The live room of a meeting, entered if there is none. Whoever gets [`Found::New`] starts the task.
    pub(crate) fn get_or_enter(&self, meeting: MeetingId) -> Result<Found, NoRoom> {
        let mut state = self.state();
        if let Some(room) = state.live.get(&meeting) {
            return Ok(Found::Live(room.clone()));
        }
        if state.stopping {
            return Err(NoRoom::Stopping);
        }
        if state.live.len() >= ROOMS_MAX {
            return Err(NoRoom::Full);
        }
        state.last_tag += 1;
        let tag = RoomTag(state.last_tag);
        let (inputs, input_queue) = mpsc::channel(ROOM_QUEUE_MAX);
        let (notices, notice_queue) = mpsc::unbounded_channel();
        let bytes = Arc::new(Semaphore::new(ROOM_QUEUE_MAX_BYTES));
        let room = RoomHandle { tag, inputs, notices, bytes };
        state.live.insert(meeting, room.clone());
        state.by_tag.insert(tag, meeting);
        Ok(Found::New(room, RoomQueues { inputs: input_queue, notices: notice_queue }))
    }

    /// Takes a room out; what is sent from now on reaches a new one.
    pub(crate) fn remove(&self, meeting: MeetingId, tag: RoomTag) {
        let mut state = self.state();
        if state.live.get(&meeting).is_some_and(|room| room.tag == tag) {
            state.live.remove(&meeting);
        }
        state.by_tag.remove(&tag);
    }

    /// Remembers that a room failed at `at` on the steady clock, unless an earlier failure still waits for its reload.
    pub(crate) fn mark_failed(&self, meeting: MeetingId, at: UnixMs) {
        self.state().failed.entry(meeting).or_insert(at);
    }

    /// When the room failed, if it has not been reloaded since.
    pub(crate) fn failed_at(&self, meeting: MeetingId) -> Option<UnixMs> {
        self.state().failed.get(&meeting).copied()
    }

    /// The room was reloaded.
    pub(crate) fn clear_failed(&self, meeting: MeetingId) {
        self.state().failed.remove(&meeting);
    }

    /// Failed rooms that wait for their reload.
    pub(crate) fn failed(&self) -> Vec<MeetingId> {
        self.state().failed.keys().copied().collect()
    }

    /// No new rooms from now on; those that live.
    pub(crate) fn stop(&self) -> Vec<(MeetingId, RoomHandle)> {
        let mut state = self.state();
        state.stopping = true;
        state.live.iter().map(|(meeting, room)| (*meeting, room.clone())).collect()
    }

    /// Whether [`Self::stop`] was called.
    pub(crate) fn is_stopping(&self) -> bool {
        self.state().stopping
    }
}
