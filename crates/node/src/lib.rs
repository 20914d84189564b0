//! The shell that joins the room engine, the SFU and the ledger. The only crate that knows all three.
//!
//! One task per live room drives [`sederunt_core::room::Room`]: it stamps the instant and a fresh id, performs
//! effects in order, and awaits the store before it tells anybody.

mod attached;
mod busy;
pub mod clock;
mod heard;
mod heartbeat;
mod ids;
mod latencies;
mod link;
mod mailbox;
pub mod media;
mod media_gate;
pub mod metrics;
mod node;
mod outbox;
mod ranked;
mod refused;
mod removed;
mod returning;
mod room;
mod rooms;
pub mod seen;
mod shell;
mod supervisor;
mod token;
mod weight;

use sederunt_core::error::RoomError;
use sederunt_core::id::MeetingId;
use sederunt_core::who::Who;
use sederunt_store::{ParticipantRow, StoreError};

pub use attached::Attached;
pub use heard::QUIET_MS;
pub use heartbeat::HEARTBEAT_EVERY_MS;
pub use latencies::{Latencies, Latency};
pub use node::Node;
pub use outbox::{OUTBOX_MAX_BYTES, ToSocket};
pub use refused::Refused;
pub use returning::{LOSS_WAIT, RETURN_WAIT, RETURNING_MAX};
pub use rooms::ROOMS_MAX;
pub use token::{Named, TOKEN_MAX_BYTES, generate_signing_key, mint_token};
pub use weight::Held;

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
    /// The room failed while it had the request; nobody was told anything that is not durable.
    #[error("the room failed: {0}")]
    RoomFailed(String),
    /// No more rooms have place at this server now.
    #[error("too many live rooms")]
    Full,
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

impl From<StoreError> for EntryError {
    fn from(error: StoreError) -> Self {
        if let StoreError::Unwritable(trouble) = error {
            return Self::Busy(trouble.to_string());
        }
        Self::Node(NodeError::Store(error))
    }
}

impl EntryError {
    /// Name of the refusal, for counters and error bodies.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::BadToken => "BAD_TOKEN",
            Self::NoMeeting => "ROOM_NOT_FOUND",
            Self::NoParticipant => "PARTICIPANT_NOT_FOUND",
            Self::Inactive => "MEETING_INACTIVE",
            Self::Terminated => "ROOM_TERMINATED",
            Self::Blocked => "MEMBER_BLOCKED",
            Self::NotInvited => "NOT_INVITED",
            Self::Busy(_) => "SERVER_BUSY",
            Self::Node(NodeError::Stopping) => "SERVER_STOPPING",
            Self::Node(_) => "INTERNAL",
        }
    }
}

/// Somebody who was let in: what the room is told of him.
#[derive(Debug)]
pub struct Pass {
    /// The meeting.
    pub meeting: MeetingId,
    /// Who it is, and what he may do.
    pub who: Who,
    /// The row of an anonymous visitor who has none yet: it is written with the first join.
    pub newcomer: Option<ParticipantRow>,
    /// Tells tokens apart.
    pub token_hash: u64,
}

/// What is known of the client's machine; stored only if [`NodeConfig::store_client_addresses`].
#[derive(Debug, Clone, Default)]
pub struct ClientAddress {
    /// IP address.
    pub ip: Option<String>,
    /// `User-Agent`.
    pub user_agent: Option<String>,
}
