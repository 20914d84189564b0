//! What comes out of a room: what must be durable, and what may be told when it is.

mod write;

use std::sync::Arc;

use crate::call::{CommandId, ConnId, ReqId};
use crate::error::RoomError;
use crate::id::{MeetingId, ParticipantId, PeerId, SessionId};
use crate::media::{MediaCallId, MediaCmd};
use crate::note::Note;
use crate::words::Msg;
use crate::words::polls::Poll;

pub use write::{Person, Write};

/// What one input leads to. First make the writes durable, all of them in one transaction; then perform the effects, in
/// their order.
#[derive(Debug, Clone, Default)]
#[must_use = "what must be durable, and who is to be told"]
pub struct Outcome {
    /// To be made durable before anybody is told anything.
    pub writes: Vec<Write>,
    /// To be performed in order, once the writes are durable.
    pub effects: Vec<Effect>,
}

/// One effect.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Send to one socket: `re` set = the reply to that request, else a push.
    Tell {
        /// The socket.
        conn: ConnId,
        /// The request it answers.
        re: Option<ReqId>,
        /// The message; shared, so that a push to a full room costs one allocation.
        msg: Arc<Msg>,
    },
    /// Answer one request with an error.
    Refuse {
        /// The socket.
        conn: ConnId,
        /// The request.
        re: ReqId,
        /// Why.
        error: RoomError,
    },
    /// Ask the SFU; it answers with `Input::MediaDone` unless the command says it does not.
    Media {
        /// Correlation id.
        call: MediaCallId,
        /// On whose behalf.
        peer: PeerId,
        /// What.
        cmd: MediaCmd,
    },
    /// Close a socket; its later `Disconnect` changes nothing.
    Close {
        /// The socket.
        conn: ConnId,
        /// Why.
        reason: CloseReason,
    },
    /// Say something to another room of the family.
    Elsewhere {
        /// Its meeting.
        meeting: MeetingId,
        /// What.
        note: Note,
    },
    /// Send a client to another room of the family, with a token for it (PROTOCOL §7.9).
    Transfer {
        /// The socket.
        conn: ConnId,
        /// Whose it is.
        participant: ParticipantId,
        /// Where to.
        to: MeetingId,
    },
    /// Answer a command of the API.
    Done {
        /// The command.
        id: CommandId,
        /// Its result.
        result: Result<CommandReply, RoomError>,
    },
}

/// Why we close a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The client left.
    Left,
    /// Another socket with the same peer id and token took over.
    Replaced,
    /// The peer id is connected with another token.
    PeerIdTaken,
    /// Kicked, blocked or deleted.
    Removed,
    /// A host ended the meeting for everybody.
    Ended,
    /// The room is terminated, or the meeting is not active.
    RoomClosed,
    /// The room is full ([`crate::limit`]).
    RoomFull,
    /// The server stops; the client may come back later.
    ServerStopping,
}

/// What a command changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandReply {
    /// LIVE session the command met, if any.
    pub session: Option<SessionId>,
    /// Peers that were removed.
    pub removed: Vec<(PeerId, ParticipantId)>,
    /// People in breakout rooms of the meeting, or on the way from room to room, whom it reaches there: as the meeting knows them.
    pub elsewhere: Vec<ParticipantId>,
    /// Peers whose microphones are muted now, by this or before.
    pub muted: Vec<(PeerId, ParticipantId)>,
    /// The poll that was made.
    pub poll: Option<Poll>,
}
