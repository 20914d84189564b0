//! What a room can be sent, and both ends of the way there.

use std::sync::Arc;

use sederunt_core::call::{ConnId, Disconnect, ReqId};
use sederunt_core::effect::CommandReply;
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::input::Command;
use sederunt_core::media::{MediaAnswer, MediaCallId, MediaFault};
use sederunt_core::note::Note;
use sederunt_core::who::Who;
use sederunt_core::words::Request;
use sederunt_store::ParticipantRow;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::NodeError;
use crate::heard::Heard;
use crate::media::RoomTag;
use crate::outbox::ToSocket;

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
    /// Another room of the family says something. As many as the inputs of those rooms lead to, a few each; they are no rooms
    /// of strangers. Rooms that waited for each other's queues would stand still.
    Note { from: MeetingId, note: Note },
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

/// Both ends of the way to a new room.
pub(crate) fn mailbox(tag: RoomTag) -> (RoomHandle, RoomQueues) {
    let (inputs, input_queue) = mpsc::channel(ROOM_QUEUE_MAX);
    let (notices, notice_queue) = mpsc::unbounded_channel();
    let bytes = Arc::new(Semaphore::new(ROOM_QUEUE_MAX_BYTES));
    (RoomHandle { tag, inputs, notices, bytes }, RoomQueues { inputs: input_queue, notices: notice_queue })
}
