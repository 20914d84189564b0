//! What goes into a room.

use crate::call::{CommandId, ConnId, Disconnect, ReqId};
use crate::config::RoomConfig;
use crate::fact::LeaveReason;
use crate::id::{MeetingId, ParticipantId, PeerId};
use crate::media::{MediaAnswer, MediaCallId, MediaFault};
use crate::note::Note;
use crate::who::Who;
use crate::words::polls::NewPoll;
use crate::words::{Needs, Request};

/// Everything that can happen to a room.
#[derive(Debug, Clone)]
pub enum Input {
    /// A socket with a verified token was accepted.
    Connect {
        /// The socket.
        conn: ConnId,
        /// Made by the client (UUID v4), kept over reconnects.
        peer: PeerId,
        /// Tells apart sockets of one token from sockets of another (hash of the token).
        token: u64,
        /// Identity.
        who: Box<Who>,
    },
    /// The socket is gone.
    Disconnect {
        /// The socket.
        conn: ConnId,
        /// How it went.
        how: Disconnect,
    },
    /// The client asks.
    Request {
        /// The socket it came on.
        conn: ConnId,
        /// Correlation id.
        re: ReqId,
        /// What it asks.
        request: Request,
    },
    /// A media call was answered.
    MediaDone {
        /// The call.
        call: MediaCallId,
        /// Its result.
        result: Result<MediaAnswer, MediaFault>,
    },
    /// The API asks.
    Command {
        /// Echoed in [`crate::effect::Effect::Done`].
        id: CommandId,
        /// What it asks.
        command: Command,
    },
    /// Another room of the family says something.
    Note {
        /// Its meeting.
        from: MeetingId,
        /// What.
        note: Note,
    },
    /// A timer of [`crate::room::Room::poll_timeout`] is due. Harmless at any other time.
    Tick,
}

impl Input {
    /// What this input needs of the ledger.
    pub const fn needs(&self) -> Needs {
        match self {
            Self::Request { request, .. } => request.needs(),
            Self::MediaDone { .. } => Needs::Nothing,
            // Also where it changes nothing but a set-up screen: timers come with it.
            Self::Connect { .. }
            | Self::Disconnect { .. }
            | Self::Command { .. }
            | Self::Note { .. }
            | Self::Tick => Needs::Writing,
        }
    }
}

/// What the API may ask of a live room.
#[derive(Debug, Clone)]
pub enum Command {
    /// The meeting's settings changed in the store: title, keep-alive, limits.
    Configure(RoomConfig),
    /// Removes the peers of these participants (REST kick).
    Kick {
        /// By participant id.
        participants: Vec<ParticipantId>,
        /// By `custom_participant_id`.
        custom_ids: Vec<String>,
        /// `Kicked`, `ParticipantDeleted` or `Blocked`.
        reason: LeaveReason,
    },
    /// Removes everybody and ends the session at once.
    KickAll,
    /// Mutes the microphones of these people, who may unmute themselves.
    Mute {
        /// By participant id.
        participants: Vec<ParticipantId>,
        /// By `custom_participant_id`.
        custom_ids: Vec<String>,
    },
    /// The same of everybody.
    MuteAll,
    /// Pagecall: sets `terminated_at`, removes everybody, ends the session; later joins are refused.
    Terminate,
    /// Asks a question (`activeSessionCreatePoll`).
    CreatePoll(NewPoll),
    /// Sends a broadcast to everybody who is connected in the room (Pagecall message).
    Broadcast {
        /// Free text that names the kind.
        kind: String,
        /// JSON bytes.
        payload: Vec<u8>,
    },
    /// The server stops: everybody is told, every stay is closed with its true time. The session stays open: its
    /// keep-alive decides.
    Stop,
}

impl Command {
    /// It may be refused while nothing can be written. Settings are in the ledger already, and a stop is a stop.
    pub const fn is_refusable(&self) -> bool {
        match self {
            Self::Kick { .. }
            | Self::KickAll
            | Self::Mute { .. }
            | Self::MuteAll
            | Self::Terminate
            | Self::CreatePoll(_)
            | Self::Broadcast { .. } => true,
            Self::Configure(_) | Self::Stop => false,
        }
    }

    /// Bytes of free text that it holds, roughly, where it waits for the disk. What has short bounds of its own counts
    /// as nothing.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::CreatePoll(new) => new.text_bytes(),
            Self::Broadcast { kind, payload } => kind.len().saturating_add(payload.len()),
            Self::Configure(_)
            | Self::Kick { .. }
            | Self::KickAll
            | Self::Mute { .. }
            | Self::MuteAll
            | Self::Terminate
            | Self::Stop => 0,
        }
    }
}
