//! Meetings of an app (SEMANTICS §2.1).

use sederunt_app::meetings;
use sederunt_core::limit::{KEEP_ALIVE_DEFAULT_SECS, KEEP_ALIVE_SECS};
use sederunt_core::time::UnixMs;
use sederunt_store::{ListQuery, MeetingRow};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::access::{Change, InApp, InMeeting, Read};
use super::page::PageOf;
use super::settings::{AIConfig, RecordingConfigInput};
use super::view::{Created, Envelope, Listed, Meeting, MeetingListItem, MeetingStatus};
use crate::dialect::{KitError, KitErrors};
use crate::extract::{Body, Params};
use crate::fault::{Fault, at_most};
use crate::limit::NAME_MAX_CHARS;
use crate::query::{FromQuery, Query};
use crate::value::{Edge, instant_param};

/// Filters and page of the meeting list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Meetings made then or later; ISO 8601, or a date: its first instant.
    #[param(schema_with = crate::document::time)]
    start_time: Option<UnixMs>,
    /// Meetings made then or earlier; ISO 8601, or a date: its last millisecond.
    #[param(schema_with = crate::document::time)]
    end_time: Option<UnixMs>,
    /// Whether they may be joined.
    #[param(inline, value_type = Option<MeetingStatus>)]
    status: Option<MeetingStatus>,
    /// Part of the title or the ID.
    search: Option<String>,
    #[param(ignore)]
    page: PageOf,
}

impl FromQuery for ListParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        let statuses = [("ACTIVE", MeetingStatus::Active), ("INACTIVE", MeetingStatus::Inactive)];
        Ok(Self {
            start_time: instant_param(query, "start_time", Edge::From)?,
            end_time: instant_param(query, "end_time", Edge::To)?,
            status: query.one_of("status", &statuses)?,
            search: query.text("search")?.map(str::to_owned),
            page: PageOf::from_query(query)?,
        })
    }
}

/// Meetings of an app, newest first.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings",
    operation_id = "meetingsGet",
    tag = "Meetings",
    params(("account_id" = String, Path), ("app_id" = String, Path), ListParams, PageOf),
    responses((status = 200, description = "Done.", body = Listed<Vec<MeetingListItem>>), KitErrors)
)]
pub(super) async fn list(
    caller: InApp<Read>,
    Params(p, _): Params<ListParams, KitError>,
) -> Result<Listed<Vec<MeetingListItem>>, KitError> {
    let page = p.page;
    let query = ListQuery {
        search: p.search,
        created_from: p.start_time,
        created_to: p.end_time,
        active: p.status.map(|status| status == MeetingStatus::Active),
        offset: page.offset(),
        limit: page.limit(),
        ..ListQuery::default()
    };
    let found = caller.store().meetings(&caller.app.id, query).await?;
    let data: Vec<_> = found.items.iter().map(MeetingListItem::from).collect();
    let paging = page.paging(data.len(), found.total);
    Ok(Listed { success: true, data, paging })
}

/// One meeting.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}",
    operation_id = "meetingsGetMeetingByID",
    tag = "Meetings",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("meeting_id" = String, Path)),
    responses((status = 200, description = "Done.", body = Envelope<Meeting>), KitErrors)
)]
pub(super) async fn get(caller: InMeeting<Read>) -> Envelope<Meeting> {
    Envelope::of(Meeting::from(&caller.meeting))
}

/// What of a meeting may be set. What is not given stays as it is.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct MeetingFields {
    /// Title of the meeting.
    #[schema(max_length = 256)]
    title: Option<String>,
    /// Whether it may be joined; INACTIVE does not end a running session.
    status: Option<MeetingStatus>,
    /// Seconds a session stays LIVE after the last person left.
    #[schema(minimum = 60, maximum = 600)]
    session_keep_alive_time_in_secs: Option<i64>,
    /// Transcription and summary settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    ai_config: Option<AIConfig>,
    /// Start a livestream when the first person joins.
    #[serde(skip_serializing_if = "Option::is_none")]
    live_stream_on_start: Option<bool>,
    /// Keep chat across sessions of the meeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    persist_chat: Option<bool>,
    /// Start recording when the first person joins.
    #[serde(skip_serializing_if = "Option::is_none")]
    record_on_start: Option<bool>,
    /// Recording settings of the meeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    recording_config: Option<RecordingConfigInput>,
    /// Write a summary when the session ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    summarize_on_end: Option<bool>,
    /// Write a transcript when the session ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    transcribe_on_end: Option<bool>,
}

/// Fields of this door that have no column. The other door's are beside them.
const KEPT_IN_EXTRA: [&str; 7] = [
    "ai_config",
    "live_stream_on_start",
    "persist_chat",
    "record_on_start",
    "recording_config",
    "summarize_on_end",
    "transcribe_on_end",
];

impl MeetingFields {
    fn check(&self) -> Result<(), Fault> {
        const KEEP_ALIVE: &str = "session_keep_alive_time_in_secs";
        at_most("title", self.title.as_deref().unwrap_or_default(), NAME_MAX_CHARS)?;
        if let Some(secs) = self.session_keep_alive_time_in_secs {
            let (min, max) = KEEP_ALIVE_SECS.into_inner();
            if secs < min {
                return Err(Fault::new(KEEP_ALIVE, format!("must be greater than or equal to {min}")));
            }
            if secs > max {
                return Err(Fault::new(KEEP_ALIVE, format!("must be less than or equal to {max}")));
            }
        }
        self.ai_config.as_ref().map_or(Ok(()), AIConfig::check)?;
        self.recording_config.as_ref().map_or(Ok(()), RecordingConfigInput::check)
    }

    /// Puts what is given into the row, and takes out of it what this door kept there and is not given.
    fn replace(self, row: &mut MeetingRow) {
        if let Value::Object(extra) = &mut row.extra {
            KEPT_IN_EXTRA.iter().for_each(|key| drop(extra.remove(*key)));
        }
        self.apply(row);
    }

    /// Puts what is given into the row.
    fn apply(self, row: &mut MeetingRow) {
        let settings = serde_json::to_value(&self);
        if let (Ok(Value::Object(mut settings)), Value::Object(extra)) = (settings, &mut row.extra) {
            // These have columns of their own.
            for column in ["title", "status", "session_keep_alive_time_in_secs"] {
                settings.remove(column);
            }
            extra.extend(settings);
        }
        if let Some(title) = self.title {
            row.title = title;
        }
        if let Some(status) = self.status {
            row.active = status == MeetingStatus::Active;
        }
        if let Some(secs) = self.session_keep_alive_time_in_secs {
            row.keep_alive_secs = secs;
        }
    }
}

/// What a meeting is to be. What is not given is as in a meeting that is made without it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MeetingsReplaceMeetingByIDRequest {
    /// Title of the meeting.
    #[schema(max_length = 256)]
    title: Option<String>,
    /// Seconds a session stays LIVE after the last person left.
    #[schema(minimum = 60, maximum = 600)]
    session_keep_alive_time_in_secs: Option<i64>,
    /// Transcription and summary settings.
    ai_config: Option<AIConfig>,
    /// Start a livestream when the first person joins.
    live_stream_on_start: Option<bool>,
    /// Keep chat across sessions of the meeting.
    persist_chat: Option<bool>,
    /// Start recording when the first person joins.
    record_on_start: Option<bool>,
    /// Recording settings of the meeting.
    recording_config: Option<RecordingConfigInput>,
    /// Write a summary when the session ends.
    summarize_on_end: Option<bool>,
    /// Write a transcript when the session ends.
    transcribe_on_end: Option<bool>,
}

impl MeetingsReplaceMeetingByIDRequest {
    /// The same as fields to set. Nothing is said of the status: the vendor has none here, so it stays.
    fn fields(self) -> MeetingFields {
        MeetingFields {
            title: Some(self.title.unwrap_or_default()),
            status: None,
            session_keep_alive_time_in_secs: Some(
                self.session_keep_alive_time_in_secs.unwrap_or(KEEP_ALIVE_DEFAULT_SECS),
            ),
            ai_config: self.ai_config,
            live_stream_on_start: self.live_stream_on_start,
            persist_chat: self.persist_chat,
            record_on_start: self.record_on_start,
            recording_config: self.recording_config,
            summarize_on_end: self.summarize_on_end,
            transcribe_on_end: self.transcribe_on_end,
        }
    }
}

/// Makes a meeting.
#[utoipa::path(
    post,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings",
    operation_id = "meetingsCreate",
    tag = "Meetings",
    params(("account_id" = String, Path), ("app_id" = String, Path)),
    request_body = MeetingFields,
    responses((status = 201, description = "Done.", body = Envelope<Meeting>), KitErrors)
)]
pub(super) async fn create(
    caller: InApp<Change>,
    Body(fields, _): Body<MeetingFields, KitError>,
) -> Result<Created<Meeting>, KitError> {
    fields.check()?;
    let app = caller.app.id.clone();
    let row = meetings::create(&caller.node, app, String::new(), |row| fields.apply(row)).await?;
    Ok(Created(Meeting::from(&row)))
}

/// Changes the given fields of a meeting.
#[utoipa::path(
    patch,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}",
    operation_id = "meetingsUpdateMeetingByID",
    tag = "Meetings",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("meeting_id" = String, Path)),
    request_body = MeetingFields,
    responses((status = 200, description = "Done.", body = Envelope<Meeting>), KitErrors)
)]
pub(super) async fn update(
    caller: InMeeting<Change>,
    Body(fields, _): Body<MeetingFields, KitError>,
) -> Result<Envelope<Meeting>, KitError> {
    fields.check()?;
    let row = meetings::change(&caller.node, caller.meeting.id, |row| fields.apply(row)).await?;
    Ok(Envelope::of(Meeting::from(&row)))
}

/// Replaces what this API knows of a meeting; its status and what only Pagecall has stay.
#[utoipa::path(
    put,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}",
    operation_id = "meetingsReplaceMeetingByID",
    tag = "Meetings",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("meeting_id" = String, Path)),
    request_body = MeetingsReplaceMeetingByIDRequest,
    responses((status = 200, description = "Done.", body = Envelope<Meeting>), KitErrors)
)]
pub(super) async fn replace(
    caller: InMeeting<Change>,
    Body(body, _): Body<MeetingsReplaceMeetingByIDRequest, KitError>,
) -> Result<Envelope<Meeting>, KitError> {
    let fields = body.fields();
    fields.check()?;
    let row = meetings::change(&caller.node, caller.meeting.id, |row| fields.replace(row)).await?;
    Ok(Envelope::of(Meeting::from(&row)))
}
