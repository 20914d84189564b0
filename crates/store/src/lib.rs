//! The ledger: facts in, rows out, on SQLite.
//!
//! The store is a set of domain verbs; callers never see SQL. Writes go through one writer thread that commits
//! everything waiting in one transaction (group commit) with `synchronous=FULL`; a verb returns when its write
//! is durable. Reads use a pool of read-only connections; one call = one snapshot.
#![forbid(unsafe_code)]

mod error;
mod registry;
mod session;
mod stay;

use std::path::Path;
use std::sync::Arc;

use sederunt_core::chat::ChatMessage;
use sederunt_core::effect::Write;
use sederunt_core::id::{AppId, MeetingId, ParticipantId, PeerId, SessionId};
use sederunt_core::room::OpenSession;
use sederunt_core::time::UnixMs;

pub use error::StoreError;
pub use registry::{
    ApiTokenRow, AppRow, ListQuery, MeetingRow, MemberType, ParticipantRow, Permission, PresetRow, RoomKind,
    UserRow,
};
pub use session::{Page, SessionQuery, SessionRow, SessionSort, Status};
pub use stay::{RoomStayQuery, StayQuery, StayRow, StaySort};

/// Result of a verb.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Handle to the open ledger; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner;

/// What recovery found and did.
#[derive(Debug, Default)]
pub struct Recovered {
    /// Stays of dead nodes, closed at their node's last heartbeat.
    pub stays_closed: u64,
    /// Sessions whose keep-alive had run out meanwhile.
    pub sessions_ended: u64,
    /// Meetings whose session is still open, in keep-alive: the shell loads their rooms.
    pub still_open: Vec<MeetingId>,
}

impl Store {
    /// Opens or creates the ledger in the folder `dir`, migrates its schema, and starts the writer.
    pub fn open(_dir: &Path) -> Result<Self> {
        Ok(Self { inner: Arc::new(Inner) })
    }

    // ---- the ledger: writing -------------------------------------------------------------------------------

    /// Makes the writes of one room durable, in one transaction, and returns the sequence number of the last
    /// fact. Group commit: concurrent calls share a transaction and an fsync.
    pub async fn remember(&self, _node: &str, _writes: Vec<Write>) -> Result<u64> { unimplemented!() }
    /// Renews a node's heartbeat row (DECISIONS §5).
    pub async fn heartbeat(&self, _node: &str, _now: UnixMs) -> Result<()> { unimplemented!() }
    /// Closes what dead nodes left open: their stays at their last heartbeat (an away stay at its loss), sessions
    /// whose keep-alive ran out at `last left_at + keep-alive` (SEMANTICS §1 rule 5).
    pub async fn recover(&self, _node: &str, _now: UnixMs) -> Result<Recovered> { unimplemented!() }
    /// The open session of a meeting, folded from its facts, for a room that is being loaded.
    pub async fn open_session(&self, _meeting: MeetingId) -> Result<Option<OpenSession>> { unimplemented!() }
    /// `meeting_time` of the ended sessions of a meeting, ms; with `now`, of the open one too.
    pub async fn together_ms(&self, _meeting: MeetingId, _now: Option<UnixMs>) -> Result<i64> { unimplemented!() }
    /// First connection ever (Pagecall `started_at`).
    pub async fn first_joined_at(&self, _meeting: MeetingId) -> Result<Option<UnixMs>> { unimplemented!() }

    // ---- the ledger: reading -------------------------------------------------------------------------------

    /// One page of an app's sessions and the number of all matches, from one snapshot.
    pub async fn sessions(&self, _q: SessionQuery) -> Result<Page<SessionRow>> { unimplemented!() }
    /// One session of an app.
    pub async fn session(&self, _app: &AppId, _id: SessionId) -> Result<Option<SessionRow>> { unimplemented!() }
    /// The LIVE session of a meeting.
    pub async fn active_session(&self, _meeting: MeetingId) -> Result<Option<SessionRow>> { unimplemented!() }
    /// One page of a session's stays.
    pub async fn stays(&self, _q: StayQuery) -> Result<Page<StayRow>> { unimplemented!() }
    /// One stay of a session.
    pub async fn stay(&self, _session: SessionId, _peer: PeerId) -> Result<Option<StayRow>> { unimplemented!() }
    /// The latest stay of a participant in a session.
    pub async fn latest_stay(&self, _session: SessionId, _who: ParticipantId) -> Result<Option<StayRow>> { unimplemented!() }
    /// One page of a room's stays over all its sessions. With `limit: None` use [`Self::room_stays_each`].
    pub async fn room_stays(&self, _q: RoomStayQuery) -> Result<Page<StayRow>> { unimplemented!() }
    /// All matches in order, from one snapshot, in batches of bounded size, through a bounded channel: a million
    /// stays cost no memory (DECISIONS §9). The first message is the total. Dropping the receiver stops it.
    pub fn room_stays_each(&self, _q: RoomStayQuery) -> tokio::sync::mpsc::Receiver<Result<StayBatch>> { unimplemented!() }
    /// Chat of a session, oldest first, at most `limit` newest.
    pub async fn chat(&self, _session: SessionId, _limit: u32) -> Result<Vec<ChatMessage>> { unimplemented!() }

    // ---- the registry --------------------------------------------------------------------------------------

    /// Creates an app with its presets, in one transaction.
    pub async fn create_app(&self, _app: AppRow, _presets: Vec<PresetRow>) -> Result<()> { unimplemented!() }
    /// An app, whoever owns it.
    pub async fn app(&self, _id: &AppId) -> Result<Option<AppRow>> { unimplemented!() }
    /// Apps of an account, newest first.
    pub async fn apps(&self, _account: &str, _q: ListQuery) -> Result<Page<AppRow>> { unimplemented!() }

    /// Stores a token under the SHA-256 of its text.
    pub async fn create_token(&self, _token: ApiTokenRow, _sha256: [u8; 32]) -> Result<()> { unimplemented!() }
    /// The token with this hash, if it is not revoked.
    pub async fn token(&self, _sha256: [u8; 32]) -> Result<Option<ApiTokenRow>> { unimplemented!() }
    /// All tokens, oldest first.
    pub async fn tokens(&self) -> Result<Vec<ApiTokenRow>> { unimplemented!() }
    /// Revokes; `NotFound` when there is none with this id.
    pub async fn revoke_token(&self, _id: &str, _now: UnixMs) -> Result<()> { unimplemented!() }

    /// A preset by name.
    pub async fn preset(&self, _app: &AppId, _name: &str) -> Result<Option<PresetRow>> { unimplemented!() }
    /// Presets of an app, oldest first.
    pub async fn presets(&self, _app: &AppId, _q: ListQuery) -> Result<Page<PresetRow>> { unimplemented!() }

    /// Creates a meeting; `Exists` when the id is taken.
    pub async fn create_meeting(&self, _m: MeetingRow) -> Result<()> { unimplemented!() }
    /// Replaces a meeting's row (read, change, put); `NotFound` when there is none.
    pub async fn put_meeting(&self, _m: MeetingRow) -> Result<()> { unimplemented!() }
    /// A meeting, whoever owns it; deleted ones are not found.
    pub async fn meeting(&self, _id: MeetingId) -> Result<Option<MeetingRow>> { unimplemented!() }
    /// Meetings of an app, newest first; `rooms_only` = those made by the Pagecall door and every other one too
    /// when `false`.
    pub async fn meetings(&self, _app: &AppId, _q: ListQuery) -> Result<Page<MeetingRow>> { unimplemented!() }

    /// Adds a participant; `Exists` when the id is taken.
    pub async fn create_participant(&self, _p: ParticipantRow) -> Result<()> { unimplemented!() }
    /// Replaces a participant's row; `NotFound` when there is none.
    pub async fn put_participant(&self, _p: ParticipantRow) -> Result<()> { unimplemented!() }
    /// A participant of a meeting; deleted ones are not found.
    pub async fn participant(&self, _m: MeetingId, _id: ParticipantId) -> Result<Option<ParticipantRow>> { unimplemented!() }
    /// The not deleted member of a room with this user id.
    pub async fn member_of_user(&self, _m: MeetingId, _user: &str) -> Result<Option<ParticipantRow>> { unimplemented!() }
    /// Participants of a meeting that are not deleted, newest first.
    pub async fn participants(&self, _m: MeetingId, _q: ListQuery) -> Result<Page<ParticipantRow>> { unimplemented!() }

    /// Creates or overwrites a user; an existing one keeps its `access_token` and `created_at`. Returns the row.
    pub async fn upsert_user(&self, _u: UserRow) -> Result<UserRow> { unimplemented!() }
    /// A user of a workspace.
    pub async fn user(&self, _app: &AppId, _user_id: &str) -> Result<Option<UserRow>> { unimplemented!() }
    /// The user with this access token, whatever the workspace.
    pub async fn user_by_access_token(&self, _token: &str) -> Result<Option<UserRow>> { unimplemented!() }

    /// A secret of the server (`signing_key` …), created by `make` on first use, in the same transaction.
    pub async fn secret(&self, _name: &str, _make: Vec<u8>) -> Result<Vec<u8>> { unimplemented!() }
}

/// A part of a streamed answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StayBatch {
    /// Sent first: all matches.
    Total(u64),
    /// The next rows.
    Rows(Vec<StayRow>),
}
