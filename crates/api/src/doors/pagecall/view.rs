//! Rows as the Pagecall door shows them.

use sederunt_app::users;
use sederunt_changes::text::iso;
use sederunt_core::time::UnixMs;
use sederunt_store::{MeetingRow, MemberType, ParticipantRow, RoomKind, StayRow, Store, StoreError, UserRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who may enter a room.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RoomType {
    /// Anyone with the URL.
    Open,
    /// Any user of the workspace.
    Public,
    /// Invited users only.
    Private,
}

/// What a member may do.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = MemberType)]
pub(crate) enum MemberKind {
    /// Ordinary.
    Guest,
    /// Administrator.
    Host,
    /// May watch, not take part.
    Monitor,
}

impl From<RoomType> for RoomKind {
    fn from(t: RoomType) -> Self {
        match t {
            RoomType::Open => Self::Open,
            RoomType::Public => Self::Public,
            RoomType::Private => Self::Private,
        }
    }
}

impl From<RoomKind> for RoomType {
    fn from(k: RoomKind) -> Self {
        match k {
            RoomKind::Open => Self::Open,
            RoomKind::Public => Self::Public,
            RoomKind::Private => Self::Private,
        }
    }
}

impl From<MemberKind> for MemberType {
    fn from(k: MemberKind) -> Self {
        match k {
            MemberKind::Guest => Self::Guest,
            MemberKind::Host => Self::Host,
            MemberKind::Monitor => Self::Monitor,
        }
    }
}

impl From<MemberType> for MemberKind {
    fn from(t: MemberType) -> Self {
        match t {
            MemberType::Guest => Self::Guest,
            MemberType::Host => Self::Host,
            MemberType::Monitor => Self::Monitor,
        }
    }
}

/// A room.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Room {
    /// Room ID.
    id: String,
    /// Workspace ID.
    application_id: String,
    /// Who may enter.
    #[serde(rename = "type")]
    kind: RoomType,
    /// Display name.
    name: String,
    /// Whether it is recorded.
    record: bool,
    /// Seconds during which at least two members were connected.
    meeting_time: i64,
    /// Use `terminated_at`.
    is_terminated: bool,
    /// First time at least one person was connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    started_at: Option<String>,
    /// When it was terminated; absent while open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    terminated_at: Option<String>,
    /// Last change.
    #[schema(format = DateTime)]
    updated_at: String,
    /// Creation time.
    #[schema(format = DateTime)]
    created_at: String,
    /// The room ends when `meeting_time` reaches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    max_meeting_seconds: Option<i64>,
}

impl Room {
    /// With its times as of an instant of the steady clock.
    pub(crate) async fn read(store: &Store, row: &MeetingRow, now: UnixMs) -> Result<Self, StoreError> {
        let together_ms = store.together_ms(row.id, Some(now)).await?;
        let started_at = store.first_joined_at(row.id).await?;
        Ok(Self {
            id: row.id.pagecall(),
            application_id: row.app.to_string(),
            kind: row.kind.into(),
            name: row.title.clone(),
            record: row.extra["record"].as_bool().unwrap_or(true),
            meeting_time: together_ms / 1000,
            is_terminated: row.terminated_at.is_some(),
            started_at: started_at.map(iso),
            terminated_at: row.terminated_at.map(iso),
            updated_at: iso(row.updated_at),
            created_at: iso(row.created_at),
            max_meeting_seconds: row.max_meeting_seconds,
        })
    }
}

/// A member of a room.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Member {
    /// Generated member ID.
    id: String,
    /// The user; empty for an anonymous member.
    user_id: String,
    /// The room.
    room_id: String,
    /// What the member may do.
    #[serde(rename = "type")]
    #[schema(value_type = MemberKind)]
    kind: MemberKind,
    /// Display name in the room.
    #[schema(ignore)]
    name: String,
    /// Visitor of an open room without a user.
    #[schema(ignore)]
    is_anonymous: bool,
    /// Kept out.
    #[schema(ignore)]
    is_blocked: bool,
    /// Creation time.
    #[schema(ignore)]
    created_at: String,
    /// Last change.
    #[schema(ignore)]
    updated_at: String,
    /// The user's; only where a user becomes a member. Link builders of the vendor's SDKs take it from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    access_token: Option<String>,
}

impl Member {
    /// The same, with what lets its user in.
    pub(crate) fn of(self, user: UserRow) -> Self {
        Self { access_token: Some(user.access_token), ..self }
    }
}

impl From<&ParticipantRow> for Member {
    fn from(row: &ParticipantRow) -> Self {
        Self {
            id: row.id.pagecall(),
            user_id: row.user_id.clone().unwrap_or_default(),
            room_id: row.meeting.pagecall(),
            kind: row.member_type.into(),
            name: row.name.clone(),
            is_anonymous: row.user_id.is_none(),
            is_blocked: row.blocked,
            created_at: iso(row.created_at),
            updated_at: iso(row.updated_at),
            access_token: None,
        }
    }
}

/// A user of the workspace.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    /// ID given by the caller.
    user_id: String,
    /// Name.
    name: String,
    /// Picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    profile_url: Option<String>,
    /// Type of the member that the user becomes.
    #[schema(value_type = MemberKind)]
    default_member_type: MemberKind,
    /// Secret that logs the user in to rooms.
    access_token: String,
    /// Creation time.
    #[schema(format = DateTime)]
    created_at: String,
    /// Last change.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        let kind = users::member_type(&row).unwrap_or(MemberType::Guest);
        Self {
            profile_url: users::picture(&row).map(str::to_owned),
            default_member_type: kind.into(),
            user_id: row.user_id,
            name: row.name,
            access_token: row.access_token,
            created_at: iso(row.created_at),
            updated_at: iso(row.updated_at),
        }
    }
}

/// One connection of one member to a room.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// Session ID. No other session has it, of whatever room.
    id: String,
    /// Member behind the connection.
    member_id: String,
    /// User behind the connection; absent for an anonymous user.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user_id: Option<String>,
    /// When the connection was established.
    #[schema(format = DateTime)]
    connected_at: String,
    /// When it ended; absent while connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    disconnected_at: Option<String>,
    /// The room.
    room_id: String,
    /// The workspace.
    application_id: String,
    /// The account.
    organization_id: String,
    /// The connection: the peer ID of RealtimeKit. A client that stays on its page has it in later sessions, too.
    connection_id: String,
    /// Seconds of connection so far.
    elapsed_time: i64,
    /// Only if the server is set to record it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ip_address: Option<String>,
    /// Only if the server is set to record it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user_agent: Option<String>,
}

impl Session {
    /// As of an instant of the steady clock.
    pub(crate) fn of(row: StayRow, account: &str, now: UnixMs) -> Self {
        let stay = &row.stay;
        Self {
            id: stay.id.pagecall(),
            member_id: stay.participant.pagecall(),
            connected_at: iso(stay.joined_at),
            disconnected_at: stay.left_at.map(iso),
            room_id: row.meeting.pagecall(),
            application_id: row.app.to_string(),
            organization_id: account.to_owned(),
            connection_id: stay.peer.pagecall(),
            elapsed_time: row.duration_ms(now) / 1000,
            user_id: row.person.user_id,
            ip_address: row.person.ip_address,
            user_agent: row.person.user_agent,
        }
    }
}
