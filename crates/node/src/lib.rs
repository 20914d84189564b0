//! The shell that joins the room engine, the SFU and the ledger. The only crate that knows all three.
//!
//! One task per live room drives [`sederunt_core::room::Room`]: it stamps the instant and a fresh id, performs
//! effects in order, and awaits the store before it tells anybody.

pub mod clock;
pub mod media;

use std::sync::Arc;

use sederunt_core::effect::{CloseReason, CommandReply, Msg};
use sederunt_core::error::RoomError;
use sederunt_core::id::{Id, MeetingId, PeerId};
use sederunt_core::input::{Command, ConnId, Disconnect, ReqId, Request};
use sederunt_core::time::UnixMs;
use sederunt_store::{MeetingRow, ParticipantRow, PresetRow, Store, StoreError};
use tokio::sync::mpsc;

use clock::Clock;

/// Settings of the shell.
#[derive(Debug, Clone)]
pub struct NodeConfig {
    /// Name of this process in heartbeats and open stays; unique per start.
    pub node_id: String,
    /// DECISIONS §4.
    pub reconnect_grace_ms: i64,
    /// PKCS#8 PEM of the RS256 key that signs participant tokens.
    pub signing_key_pem: String,
    /// Store client addresses and user agents with stays (SEMANTICS §6.4: off by default).
    pub store_client_addresses: bool,
}

/// A failure of the shell.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The room refused.
    #[error(transparent)]
    Room(#[from] RoomError),
    /// The signing key is unusable.
    #[error("signing key: {0}")]
    SigningKey(String),
    /// The room or the server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

/// Why somebody may not enter; the doors map it to 401, 403, 404, 409 or a Pagecall code.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// Not a token of ours, expired, or wrongly signed.
    #[error("the token is not valid")]
    BadToken,
    /// Meeting deleted or unknown.
    #[error("the meeting does not exist")]
    NoMeeting,
    /// Participant deleted or unknown: the token is dead.
    #[error("the participant does not exist any more")]
    NoParticipant,
    /// The meeting is INACTIVE.
    #[error("the meeting is not active")]
    Inactive,
    /// The room is terminated.
    #[error("the room is terminated")]
    Terminated,
    /// The member is blocked.
    #[error("this member is blocked")]
    Blocked,
    /// A private room, and the user is no member; or no user token for a room that is not open.
    #[error("this room is for invited members only")]
    NotInvited,
    /// The server cannot take more now.
    #[error("the server is busy: {0}")]
    Busy(String),
    /// Anything else.
    #[error(transparent)]
    Node(#[from] NodeError),
}

/// A verified token with what it names, read from the store at this moment.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The meeting.
    pub meeting: MeetingRow,
    /// The participant.
    pub participant: ParticipantRow,
    /// Its preset.
    pub preset: PresetRow,
    /// Tells tokens apart.
    pub token_hash: u64,
}

/// What a socket is to do. The queue is bounded: a reader that is too slow is cut.
#[derive(Debug, Clone)]
pub enum ToSocket {
    /// Send; `re` set = the reply to that request.
    Tell {
        /// The request it answers.
        re: Option<ReqId>,
        /// The message.
        msg: Arc<Msg>,
    },
    /// Answer a request with an error.
    Refuse {
        /// The request.
        re: ReqId,
        /// Why.
        error: RoomError,
    },
    /// Close.
    Close(CloseReason),
}

/// Handle to the shell; cheap to clone.
#[derive(Debug, Clone)]
pub struct Node {
    _inner: Arc<()>,
}

/// A socket attached to its room. Dropping it counts as [`Disconnect::Lost`].
#[derive(Debug)]
pub struct Attached {
    /// Its number.
    pub conn: ConnId,
}

impl Attached {
    /// Hands a request to the room. Waits while the room's queue is full.
    pub async fn request(&self, _re: ReqId, _request: Request) -> Result<(), NodeError> {
        unimplemented!()
    }
    /// The socket is gone.
    pub async fn disconnect(self, _how: Disconnect) {
        unimplemented!()
    }
}

impl Node {
    /// Recovers the ledger, loads the rooms that are in keep-alive, starts heartbeats. `media` is `None` in tests
    /// of the REST doors: media requests are then refused.
    pub async fn start(
        _config: NodeConfig,
        _store: Store,
        _media: Option<(media::MediaHandle, mpsc::Receiver<media::MediaNotice>)>,
        _clock: Arc<dyn Clock>,
    ) -> Result<Self, NodeError> {
        unimplemented!()
    }

    /// Now.
    pub fn now(&self) -> UnixMs {
        unimplemented!()
    }
    /// A new id, greater than every one minted before in this process.
    pub fn mint_id(&self) -> Id {
        unimplemented!()
    }
    /// The store, for reads.
    pub fn store(&self) -> &Store {
        unimplemented!()
    }

    /// Signs a participant token: RS256, 100 days (SEMANTICS §2.5); its payload decodes with plain `atob`.
    pub fn mint_token(
        &self,
        _participant: &ParticipantRow,
        _preset: &PresetRow,
    ) -> Result<String, NodeError> {
        unimplemented!()
    }
    /// Verifies a participant token and reads what it names; refuses deleted participants.
    pub async fn admit(&self, _token: &str) -> Result<Ticket, EntryError> {
        unimplemented!()
    }
    /// The Pagecall way in (SEMANTICS §6.2): finds or makes the member and returns a participant token.
    pub async fn admit_pagecall(
        &self,
        _room: MeetingId,
        _access_token: Option<&str>,
    ) -> Result<String, EntryError> {
        unimplemented!()
    }
    /// Attaches a socket to its room.
    pub async fn attach(
        &self,
        _ticket: Ticket,
        _peer: PeerId,
        _client: ClientAddress,
        _outbox: mpsc::Sender<ToSocket>,
    ) -> Result<Attached, EntryError> {
        unimplemented!()
    }

    /// Runs a command in the room of a meeting; a meeting without a live room answers as an empty room would.
    pub async fn command(&self, _meeting: MeetingId, _command: Command) -> Result<CommandReply, NodeError> {
        unimplemented!()
    }
    /// Re-reads a meeting's row and configures its room, if it is live. Call after every change of the row.
    pub async fn meeting_changed(&self, _meeting: MeetingId) -> Result<(), NodeError> {
        unimplemented!()
    }
    /// Graceful stop: clients told, stays closed with their true times.
    pub async fn stop(&self) {
        unimplemented!()
    }
}

/// What is known of the client's machine; stored only if the configuration says so.
#[derive(Debug, Clone, Default)]
pub struct ClientAddress {
    /// IP address.
    pub ip: Option<String>,
    /// `User-Agent`.
    pub user_agent: Option<String>,
}
