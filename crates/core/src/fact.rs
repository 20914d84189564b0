//! Facts: what must be remembered for ever. Pseudonymous: participants by id only (DECISIONS §6).

use crate::id::{AppId, MeetingId, ParticipantId, PeerId, SessionId, StayId};
use crate::time::UnixMs;

/// One immutable entry of the ledger. Its sequence number is given by the store when it is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// When it was true. A `PeerLeft{ConnectionLost}` is recorded after the reconnect grace with the earlier
    /// instant of the loss, so `at` is not monotonic in sequence order.
    pub at: UnixMs,
    /// The app that owns the meeting.
    pub app: AppId,
    /// The meeting.
    pub meeting: MeetingId,
    /// The session it belongs to.
    pub session: SessionId,
    /// What happened.
    pub kind: FactKind,
}

/// What happened in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactKind {
    /// First peer entered; the session is LIVE.
    SessionStarted {
        /// Title of the meeting at that moment.
        title: String,
        /// Keep-alive of the meeting, milliseconds.
        keep_alive_ms: i64,
        /// The session that this one is a breakout room of.
        parent: Option<SessionId>,
    },
    /// The meeting of a LIVE session was renamed.
    SessionRetitled {
        /// The new title.
        title: String,
    },
    /// The keep-alive of the meeting of a LIVE session was changed.
    KeepAliveChanged {
        /// The new keep-alive, milliseconds.
        keep_alive_ms: i64,
    },
    /// A stay begins.
    PeerJoined {
        /// By which the facts of this session name it: the client's peer id, or the id of the stay if that one was used
        /// in this session before.
        peer: PeerId,
        /// The id of the stay, unique over all sessions. Facts from before stays had one say the peer's.
        stay: StayId,
        /// Who.
        participant: ParticipantId,
        /// How the peer counts.
        role: Role,
        /// When the signalling connection was accepted (`PEER_CREATED`).
        created_at: UnixMs,
    },
    /// The peer's socket was lost; the reconnect grace runs.
    PeerAway {
        /// Whose stay.
        peer: PeerId,
    },
    /// The peer came back within the grace: the stay goes on without a gap.
    PeerBack {
        /// Whose stay.
        peer: PeerId,
    },
    /// A stay ends.
    PeerLeft {
        /// Whose stay.
        peer: PeerId,
        /// Why.
        reason: LeaveReason,
    },
    /// The session is ENDED.
    SessionEnded {
        /// Why.
        reason: EndReason,
    },
}

/// Which kind of fact it is, without what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactName {
    /// First peer entered.
    SessionStarted,
    /// The meeting was renamed.
    SessionRetitled,
    /// The keep-alive was changed.
    KeepAliveChanged,
    /// A stay began.
    PeerJoined,
    /// A socket was lost; the grace runs.
    PeerAway,
    /// A peer came back within the grace.
    PeerBack,
    /// A stay ended.
    PeerLeft,
    /// The session is ENDED.
    SessionEnded,
}

impl FactKind {
    /// Its name.
    pub const fn name(&self) -> FactName {
        match self {
            Self::SessionStarted { .. } => FactName::SessionStarted,
            Self::SessionRetitled { .. } => FactName::SessionRetitled,
            Self::KeepAliveChanged { .. } => FactName::KeepAliveChanged,
            Self::PeerJoined { .. } => FactName::PeerJoined,
            Self::PeerAway { .. } => FactName::PeerAway,
            Self::PeerBack { .. } => FactName::PeerBack,
            Self::PeerLeft { .. } => FactName::PeerLeft,
            Self::SessionEnded { .. } => FactName::SessionEnded,
        }
    }
}

impl FactName {
    /// Every name, in declaration order.
    pub const ALL: &[Self] = &[
        Self::SessionStarted,
        Self::SessionRetitled,
        Self::KeepAliveChanged,
        Self::PeerJoined,
        Self::PeerAway,
        Self::PeerBack,
        Self::PeerLeft,
        Self::SessionEnded,
    ];

    /// In the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionStarted => "session_started",
            Self::SessionRetitled => "session_retitled",
            Self::KeepAliveChanged => "keep_alive_changed",
            Self::PeerJoined => "peer_joined",
            Self::PeerAway => "peer_away",
            Self::PeerBack => "peer_back",
            Self::PeerLeft => "peer_left",
            Self::SessionEnded => "session_ended",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.as_str() == name)
    }

    /// As watchers are told: what it is about, then what happened.
    pub const fn told(self) -> &'static str {
        match self {
            Self::SessionStarted => "session.started",
            Self::SessionRetitled => "session.retitled",
            Self::KeepAliveChanged => "session.keep_alive_changed",
            Self::PeerJoined => "peer.joined",
            Self::PeerAway => "peer.away",
            Self::PeerBack => "peer.back",
            Self::PeerLeft => "peer.left",
            Self::SessionEnded => "session.ended",
        }
    }
}

/// How a peer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// An ordinary peer, hidden ones included.
    Member,
    /// Pagecall monitor: a stay like any other, but never part of `meeting_time`.
    Monitor,
    /// Recorder or livestreamer bot: never in the ledger at all (SEMANTICS §2.3).
    Bot,
}

/// Why a stay ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaveReason {
    /// The client said goodbye (`media.leaveRoom`, close 1000 or 1001).
    Left,
    /// The socket was lost and did not come back within the grace.
    ConnectionLost,
    /// Kicked by a host or by the API.
    Kicked,
    /// Everybody was kicked; the session ended.
    HostEnded,
    /// The participant was deleted.
    ParticipantDeleted,
    /// The member was blocked (Pagecall).
    Blocked,
    /// The room was terminated (Pagecall).
    RoomTerminated,
    /// Moved to another room of the same meeting: a breakout room, or back.
    Moved,
    /// The server stopped gracefully.
    ServerStopped,
    /// The node died; the stay was closed at its last heartbeat.
    NodeLost,
    /// Imported history without a reason.
    Imported,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// Keep-alive ran out after the last leave.
    AllParticipantsLeft,
    /// Kick-all.
    HostEndedMeeting,
    /// The room was terminated (Pagecall).
    RoomTerminated,
}

impl LeaveReason {
    /// Every value, in declaration order.
    pub const ALL: &[Self] = &[
        Self::Left,
        Self::ConnectionLost,
        Self::Kicked,
        Self::HostEnded,
        Self::ParticipantDeleted,
        Self::Blocked,
        Self::RoomTerminated,
        Self::Moved,
        Self::ServerStopped,
        Self::NodeLost,
        Self::Imported,
    ];

    /// Somebody else ended the stay for good: the peer id may not enter again.
    pub const fn is_removal(self) -> bool {
        match self {
            Self::Kicked
            | Self::HostEnded
            | Self::ParticipantDeleted
            | Self::Blocked
            | Self::RoomTerminated => true,
            Self::Left
            | Self::ConnectionLost
            | Self::Moved
            | Self::ServerStopped
            | Self::NodeLost
            | Self::Imported => false,
        }
    }

    /// Nobody wanted it: the client may come back by itself.
    pub const fn is_loss(self) -> bool {
        match self {
            Self::ConnectionLost | Self::ServerStopped | Self::NodeLost => true,
            Self::Left
            | Self::Kicked
            | Self::HostEnded
            | Self::ParticipantDeleted
            | Self::Blocked
            | Self::RoomTerminated
            | Self::Moved
            | Self::Imported => false,
        }
    }

    /// The name in the store and in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::ConnectionLost => "connection_lost",
            Self::Kicked => "kicked",
            Self::HostEnded => "host_ended",
            Self::ParticipantDeleted => "participant_deleted",
            Self::Blocked => "blocked",
            Self::RoomTerminated => "room_terminated",
            Self::Moved => "moved",
            Self::ServerStopped => "server_stopped",
            Self::NodeLost => "node_lost",
            Self::Imported => "imported",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.as_str() == name)
    }
}

impl EndReason {
    /// Every value, in declaration order.
    pub const ALL: &[Self] = &[Self::AllParticipantsLeft, Self::HostEndedMeeting, Self::RoomTerminated];

    /// The name in the store and in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AllParticipantsLeft => "all_participants_left",
            Self::HostEndedMeeting => "host_ended_meeting",
            Self::RoomTerminated => "room_terminated",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.as_str() == name)
    }
}

impl Role {
    /// Every value, in declaration order.
    pub const ALL: &[Self] = &[Self::Member, Self::Monitor, Self::Bot];

    /// The name in the store and in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Monitor => "monitor",
            Self::Bot => "bot",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.as_str() == name)
    }
}
