//! Rows as the RealtimeKit door shows them.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sederunt_changes::text::{Minutes, Short, iso};
use sederunt_core::time::UnixMs;
use sederunt_store::{AppRow, MeetingRow, ParticipantRow, PresetRow, SessionRef, SessionRow};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::page::Paging;
use super::settings::{AIConfig, MeetingSettings};
use crate::dialect::KitError;

/// Room for the answer with a page of the usual length.
pub(super) const LIST_BYTES: usize = 16 * 1024;
/// The type of every answer.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A single result.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Envelope<T> {
    /// Always true.
    success: bool,
    /// The result.
    data: T,
}

/// A page of results.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    /// Always true.
    pub(crate) success: bool,
    /// The results.
    pub(crate) data: T,
    /// Position of the page.
    pub(crate) paging: Paging,
}

impl<T> Envelope<T> {
    /// A success.
    pub(crate) fn of(data: T) -> Self {
        Self { success: true, data }
    }
}

impl<T: Serialize> IntoResponse for Envelope<T> {
    fn into_response(self) -> Response {
        axum::Json(self).into_response()
    }
}

impl<T: Serialize> IntoResponse for Listed<T> {
    fn into_response(self) -> Response {
        // A page of 25 sessions fits: the bytes are written once, where they stay.
        let mut text = Vec::with_capacity(LIST_BYTES);
        match serde_json::to_writer(&mut text, &self) {
            Ok(()) => ([(header::CONTENT_TYPE, JSON)], text).into_response(),
            Err(error) => KitError::internal(&error).into_response(),
        }
    }
}

/// A success that made something.
#[derive(Debug)]
pub(crate) struct Created<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Envelope::of(self.0)).into_response()
    }
}

/// LIVE or ENDED.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum SessionStatus {
    /// Somebody is in, or the keep-alive runs.
    Live,
    /// Over.
    Ended,
}

/// What a session is of.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SessionKind {
    /// A call.
    Meeting,
}

/// A live instance of a meeting.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// Identifier.
    #[schema(value_type = String)]
    id: Short,
    /// The meeting.
    #[schema(value_type = String)]
    associated_id: Short,
    /// Title of the meeting; frozen at the end.
    meeting_display_name: String,
    /// Kind.
    #[serde(rename = "type")]
    kind: SessionKind,
    /// Current state.
    status: SessionStatus,
    /// Peers connected now.
    live_participants: u32,
    /// Most peers connected at a time.
    max_concurrent_participants: u32,
    /// Participant-minutes used so far.
    #[schema(value_type = f64)]
    minutes_consumed: Minutes,
    /// The app.
    organization_id: String,
    /// First join.
    #[schema(value_type = String, format = DateTime)]
    started_at: Short,
    /// When it ended; absent while LIVE.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    ended_at: Option<Short>,
    /// First join.
    #[schema(value_type = String, format = DateTime)]
    created_at: Short,
    /// Latest join, leave, title change or end.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Short,
    /// Sessions of its breakout rooms, in the same shape; empty in lists, and unless they are asked for.
    #[schema(value_type = Vec<Object>)]
    breakout_rooms: Vec<Self>,
    /// Free-form data.
    #[schema(value_type = Object)]
    meta: Map<String, Value>,
}

impl Session {
    /// As of an instant of the steady clock.
    pub(crate) fn of(row: SessionRef<'_>, now: UnixMs) -> Self {
        let started_at = Short::instant(row.started_at);
        Self {
            id: Short::id(row.id.0),
            associated_id: Short::id(row.meeting.0),
            meeting_display_name: row.title.to_owned(),
            kind: SessionKind::Meeting,
            status: if row.ended_at.is_some() { SessionStatus::Ended } else { SessionStatus::Live },
            live_participants: row.live_count,
            max_concurrent_participants: row.peak,
            minutes_consumed: Minutes::of(row.consumed_ms(now)),
            organization_id: row.app.to_string(),
            created_at: started_at,
            started_at,
            ended_at: row.ended_at.map(Short::instant),
            updated_at: Short::instant(row.updated_at),
            breakout_rooms: Vec::new(),
            meta: Map::new(),
        }
    }

    /// With the sessions of its breakout rooms.
    pub(crate) fn with_breakout_rooms(self, rooms: &[SessionRow], now: UnixMs) -> Self {
        Self { breakout_rooms: rooms.iter().map(|row| Self::of(row.borrow(), now)).collect(), ..self }
    }
}

/// An app.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct App {
    /// Identifier.
    id: String,
    /// Display name.
    name: String,
    /// Creation time.
    #[schema(format = DateTime)]
    created_at: String,
}

/// A new app.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedApp {
    /// The app.
    pub(crate) app: App,
}

impl From<&AppRow> for App {
    fn from(row: &AppRow) -> Self {
        Self { id: row.id.to_string(), name: row.name.clone(), created_at: iso(row.created_at) }
    }
}

/// Whether a meeting may be joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum MeetingStatus {
    /// It may.
    Active,
    /// Nobody may join; those inside stay.
    Inactive,
}

/// A meeting as it is listed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeetingListItem {
    /// Identifier.
    id: String,
    /// Title.
    title: String,
    /// Whether it may be joined.
    status: MeetingStatus,
    /// Seconds a session stays LIVE after the last person left.
    session_keep_alive_time_in_secs: i64,
    /// What happens around its sessions.
    #[serde(flatten)]
    settings: MeetingSettings,
    /// Creation time.
    #[schema(format = DateTime)]
    created_at: String,
    /// Time of the last change.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A meeting.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Meeting {
    /// As it is listed.
    #[serde(flatten)]
    item: MeetingListItem,
    /// Transcription and summary settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ai_config: Option<AIConfig>,
}

impl From<&MeetingRow> for MeetingListItem {
    fn from(row: &MeetingRow) -> Self {
        let joinable = row.active && row.terminated_at.is_none();
        Self {
            id: row.id.to_string(),
            title: row.title.clone(),
            status: if joinable { MeetingStatus::Active } else { MeetingStatus::Inactive },
            session_keep_alive_time_in_secs: row.keep_alive_secs,
            settings: MeetingSettings::of(&row.extra),
            created_at: iso(row.created_at),
            updated_at: iso(row.updated_at),
        }
    }
}

impl From<&MeetingRow> for Meeting {
    fn from(row: &MeetingRow) -> Self {
        Self { item: row.into(), ai_config: AIConfig::of(&row.extra) }
    }
}

/// Someone who may join one meeting.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Participant {
    /// Identifier.
    id: String,
    /// Display name.
    name: Option<String>,
    /// Avatar URL.
    picture: Option<String>,
    /// The caller's own identifier for this person; empty for an anonymous visitor of an open room.
    custom_participant_id: String,
    /// Name of the preset applied.
    preset_name: String,
    /// Creation time.
    #[schema(format = DateTime)]
    created_at: String,
    /// Time of the last change.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A participant with its token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParticipantWithToken {
    /// The participant.
    #[serde(flatten)]
    pub(crate) participant: Participant,
    /// Participant token (JWT) used by the client to join.
    pub(crate) token: String,
}

/// A participant token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Token {
    /// Participant token (JWT) used by the client to join.
    pub(crate) token: String,
}

/// A participant that was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeletedParticipant {
    /// The caller's own identifier for this person.
    pub(crate) custom_participant_id: String,
    /// Preset ID.
    pub(crate) preset_id: String,
    /// Creation time.
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
    /// Time of the deletion.
    #[schema(format = DateTime)]
    pub(crate) updated_at: String,
}

impl From<&ParticipantRow> for Participant {
    fn from(row: &ParticipantRow) -> Self {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            id: row.id.to_string(),
            name: given(&row.name),
            picture: given(&row.picture),
            custom_participant_id: row.custom_participant_id.clone().unwrap_or_default(),
            preset_name: row.preset_name.clone(),
            created_at: iso(row.created_at),
            updated_at: iso(row.updated_at),
        }
    }
}

/// A preset. Its form in the document is that of the tree of presets.
#[derive(Debug, Serialize)]
pub(crate) struct Preset {
    /// Identifier.
    id: String,
    /// Unique name.
    name: String,
    /// What it makes of a meeting.
    config: Value,
    /// What its holder may do.
    permissions: Value,
    /// What its holder's client looks like.
    ui: Value,
    /// Creation time.
    created_at: String,
    /// Time of the last change.
    updated_at: String,
}

impl From<PresetRow> for Preset {
    fn from(mut row: PresetRow) -> Self {
        let mut part = |name: &str| row.body.get_mut(name).map_or(Value::Null, Value::take);
        Self {
            config: part("config"),
            permissions: part("permissions"),
            ui: part("ui"),
            id: row.id,
            name: row.name,
            created_at: iso(row.created_at),
            updated_at: iso(row.updated_at),
        }
    }
}

/// Short form of a preset.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PresetListItem {
    /// Identifier.
    id: String,
    /// Unique name.
    name: String,
    /// Creation time.
    #[schema(format = DateTime)]
    created_at: String,
    /// Time of the last change.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<&PresetRow> for PresetListItem {
    fn from(row: &PresetRow) -> Self {
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
            created_at: iso(row.created_at),
            updated_at: iso(row.updated_at),
        }
    }
}
