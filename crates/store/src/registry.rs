//! What exists besides the ledger: accounts, apps, tokens, presets, meetings, participants, users.
//! Strings that clients set are stored as given; their bounds are checked at the doors.

use sederunt_core::fact::Role;
use sederunt_core::id::{AppId, Id, MeetingId, ParticipantId};
use sederunt_core::time::{Day, UnixMs};
use sederunt_core::view_type::ViewType;
use serde_json::Value;

/// An app (RealtimeKit) = a workspace (Pagecall).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRow {
    /// Id.
    pub id: AppId,
    /// Owner; opaque text of 1 to 64 characters.
    pub account: String,
    /// Name.
    pub name: String,
    /// Created.
    pub created_at: UnixMs,
}

/// An account: what apps and tokens name as their owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Opaque text of 1 to 64 characters.
    pub account: String,
    /// Its apps.
    pub apps: u64,
    /// Its tokens that are not revoked.
    pub tokens: u64,
}

/// What a RealtimeKit grant allows (SEMANTICS §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Valid token without Realtime permission: 403 everywhere.
    None,
    /// Read everything, and mint participant tokens.
    Realtime,
    /// Everything.
    RealtimeAdmin,
}

impl Permission {
    /// Every value, in declaration order.
    pub const ALL: &[Self] = &[Self::None, Self::Realtime, Self::RealtimeAdmin];

    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Realtime => "realtime",
            Self::RealtimeAdmin => "realtime_admin",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.as_str() == name)
    }
}

/// An API token; only the SHA-256 of its text is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiTokenRow {
    /// Short id for `token list` and `token revoke`.
    pub id: String,
    /// For humans.
    pub name: String,
    /// RealtimeKit door: the account, and what it may do there.
    pub account: Option<(String, Permission)>,
    /// Pagecall door: the workspace.
    pub workspace: Option<AppId>,
    /// The right to the server itself: what all tenants share, as its ledger, its disk and its settings.
    pub server: bool,
    /// The last day on which it was used, UTC.
    pub used_on: Option<Day>,
    /// Created.
    pub created_at: UnixMs,
    /// Set when revoked.
    pub revoked_at: Option<UnixMs>,
}

/// A sign-in at the console; only the SHA-256 of its cookie is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleSessionRow {
    /// SHA-256 of the token that it stands for; it ends with that.
    pub token: [u8; 32],
    /// It may look and change nothing, whatever the token may.
    pub read_only: bool,
    /// Which browser it is, for whoever looks for one to sign out; empty when it did not say.
    pub browser: String,
    /// When somebody signed in.
    pub created_at: UnixMs,
    /// When it was last used, to the minute.
    pub seen_at: UnixMs,
}

/// A link to one report; only the SHA-256 of the cookie that it becomes is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareRow {
    /// Id.
    pub id: Id,
    /// App.
    pub app: AppId,
    /// Which report, and by which rule; whoever made it knows the form.
    pub report: Value,
    /// People are told by their names as well.
    pub names: bool,
    /// Id of the API token that made it. It outlives that.
    pub made_by: String,
    /// Created.
    pub created_at: UnixMs,
    /// It counts no more from then on.
    pub expires_at: UnixMs,
    /// When it was last used, to the minute.
    pub used_at: Option<UnixMs>,
}

/// A preset (SEMANTICS §2.6); `body` is the whole tree (`config`, `permissions`, `ui`).
#[derive(Debug, Clone, PartialEq)]
pub struct PresetRow {
    /// UUID text.
    pub id: String,
    /// App.
    pub app: AppId,
    /// Unique among those of the app that are not deleted.
    pub name: String,
    /// The tree without id and name.
    pub body: Value,
    /// Deleted: in no list, its name is free; who holds it keeps it.
    pub deleted_at: Option<UnixMs>,
    /// Created.
    pub created_at: UnixMs,
    /// Updated.
    pub updated_at: UnixMs,
}

impl PresetRow {
    /// What it makes of a meeting (`config.view_type`); `None` = nothing that we know.
    pub fn view_type(&self) -> Option<ViewType> {
        self.body["config"]["view_type"].as_str().and_then(ViewType::parse)
    }
}

/// Who may enter a room (Pagecall; a RealtimeKit meeting is `Private`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoomKind {
    /// Anyone with the URL.
    Open,
    /// Any user of the workspace.
    Public,
    /// Invited members only.
    Private,
}

impl RoomKind {
    /// Every value, in declaration order.
    pub const ALL: &[Self] = &[Self::Open, Self::Public, Self::Private];

    /// The name in the store and in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Public => "public",
            Self::Private => "private",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.as_str() == name)
    }
}

/// Member type (Pagecall).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberType {
    /// Administrator: preset `group_call_host`.
    Host,
    /// Ordinary: preset `group_call_participant`.
    Guest,
    /// Watches only: hidden, receive-only; [`Role::Monitor`].
    Monitor,
}

impl MemberType {
    /// Every value, in declaration order.
    pub const ALL: &[Self] = &[Self::Host, Self::Guest, Self::Monitor];

    /// The name in the store and in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Guest => "guest",
            Self::Monitor => "monitor",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.as_str() == name)
    }

    /// How such a member counts.
    pub const fn role(self) -> Role {
        match self {
            Self::Host | Self::Guest => Role::Member,
            Self::Monitor => Role::Monitor,
        }
    }
}

/// A meeting = a room.
#[derive(Debug, Clone, PartialEq)]
pub struct MeetingRow {
    /// Id.
    pub id: MeetingId,
    /// App.
    pub app: AppId,
    /// The meeting whose breakout room it is.
    pub parent: Option<MeetingId>,
    /// Title = Pagecall room name; `""` when none.
    pub title: String,
    /// ACTIVE (RealtimeKit status).
    pub active: bool,
    /// Keep-alive, seconds.
    pub keep_alive_secs: i64,
    /// Pagecall room type.
    pub kind: RoomKind,
    /// Made by the Pagecall door.
    pub is_room: bool,
    /// Pagecall: type of members made at the first join.
    pub default_member_type: MemberType,
    /// Pagecall: terminates when `meeting_time` reaches it.
    pub max_meeting_seconds: Option<i64>,
    /// Pagecall.
    pub terminated_at: Option<UnixMs>,
    /// Deleted: unknown to every door; its sessions remain in the ledger.
    pub deleted_at: Option<UnixMs>,
    /// Everything else the doors store and give back (record_on_start, webhook, options …), by field name.
    pub extra: Value,
    /// Created.
    pub created_at: UnixMs,
    /// Updated.
    pub updated_at: UnixMs,
}

/// A participant = a member.
#[derive(Debug, Clone, PartialEq)]
pub struct ParticipantRow {
    /// Id.
    pub id: ParticipantId,
    /// Meeting.
    pub meeting: MeetingId,
    /// App.
    pub app: AppId,
    /// Display name.
    pub name: String,
    /// URL; empty when none.
    pub picture: String,
    /// RealtimeKit `custom_participant_id`; equals `user_id` for Pagecall members.
    pub custom_participant_id: Option<String>,
    /// Pagecall external user id; `None` = anonymous.
    pub user_id: Option<String>,
    /// Id of the preset that it holds, a deleted one too. `None` = the one that `preset_name` finds: members of the
    /// Pagecall door.
    pub preset_id: Option<String>,
    /// Name of the preset; of one that is held, its present name.
    pub preset_name: String,
    /// Pagecall member type.
    pub member_type: MemberType,
    /// Pagecall: cannot join.
    pub blocked: bool,
    /// Deleted: its tokens are dead (SEMANTICS §2.5).
    pub deleted_at: Option<UnixMs>,
    /// Created.
    pub created_at: UnixMs,
    /// Updated.
    pub updated_at: UnixMs,
}

/// A workspace-wide user (Pagecall).
#[derive(Debug, Clone, PartialEq)]
pub struct UserRow {
    /// Workspace.
    pub app: AppId,
    /// The customer's id.
    pub user_id: String,
    /// Name.
    pub name: String,
    /// The join credential, stored as given to the customer: the vendor returns it on every read.
    pub access_token: String,
    /// Everything else given (profile image …).
    pub extra: Value,
    /// Created.
    pub created_at: UnixMs,
    /// Updated.
    pub updated_at: UnixMs,
}

/// Paging and search of the registry lists (meetings, participants, presets, apps, rooms, members).
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Literal case-folded substring of name/title and id.
    pub search: Option<String>,
    /// Exact name/title.
    pub name: Option<String>,
    /// `created_at >=`.
    pub created_from: Option<UnixMs>,
    /// `created_at <=`.
    pub created_to: Option<UnixMs>,
    /// Meetings only: whether people may join, so ACTIVE and not terminated.
    pub active: Option<bool>,
    /// Meetings only: with or without `terminated_at`.
    pub terminated: Option<bool>,
    /// Oldest first.
    pub ascending: bool,
    /// Items to skip.
    pub offset: u64,
    /// Page size.
    pub limit: u32,
}

/// A receiver that an app has registered.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookRow {
    /// Id.
    pub id: Id,
    /// Its app.
    pub app: AppId,
    /// Name.
    pub name: String,
    /// Where requests go.
    pub url: String,
    /// Names of the events it wants, in the order in which they were given.
    pub events: Vec<String>,
    /// Whether it is served.
    pub is_enabled: bool,
    /// Signs its requests.
    pub secret: [u8; 32],
    /// The secret before it, which signs as well until then.
    pub old_secret: Option<([u8; 32], UnixMs)>,
    /// Created.
    pub created_at: UnixMs,
    /// Changed.
    pub updated_at: UnixMs,
}

impl std::fmt::Debug for WebhookRow {
    /// Without its secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, app, name, url, events, is_enabled, .. } = self;
        let mut out = f.debug_struct("WebhookRow");
        out.field("id", id).field("app", app).field("name", name).field("url", url);
        out.field("events", events).field("is_enabled", is_enabled).finish_non_exhaustive()
    }
}
