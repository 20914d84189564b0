//! Recordings, livestreams, transcripts and summaries: there are none while nothing makes them, and that is what is said
//! of them (docs/decisions/0023-door-without-engine.md). Their lists are empty and their figures zero, one of them is not found; whatever would
//! start or change one answers 501 like every operation that is not built.

use std::future::ready;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::routing::{MethodRouter, get};
use sederunt_core::time::UnixMs;
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::access::{InApp, InMeeting, InSession, Read};
use super::page::{PageOf, Paging};
use super::sessions::{Order, OrderName};
use super::view::Envelope;
use crate::dialect::{KitError, KitErrors};
use crate::doors::Absent;
use crate::extract::Params;
use crate::fault::Fault;
use crate::query::{FromQuery, Query};
use crate::state::Api;
use crate::value::{Edge, instant_param, whole_param};

/// Reads of one of them.
pub(super) const ABSENT: &[Absent] = &[
    ("/accounts/{account_id}/realtime/kit/{app_id}/recordings/{recording_id}", || {
        none::<InApp<Read>>("Recording")
    }),
    ("/accounts/{account_id}/realtime/kit/{app_id}/recordings/active-recording/{meeting_id}", || {
        none::<InMeeting<Read>>("Active recording")
    }),
    ("/accounts/{account_id}/realtime/kit/{app_id}/livestreams/{livestream_id}", || {
        none::<InApp<Read>>("Livestream")
    }),
    (
        "/accounts/{account_id}/realtime/kit/{app_id}/livestreams/{livestream_id}/active-livestream-session",
        || none::<InApp<Read>>("Livestream"),
    ),
    ("/accounts/{account_id}/realtime/kit/{app_id}/livestreams/sessions/{livestream_session_id}", || {
        none::<InApp<Read>>("Livestream session")
    }),
    ("/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-livestream", || {
        none::<InMeeting<Read>>("Active livestream")
    }),
    ("/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/livestream", || {
        none::<InMeeting<Read>>("Livestream")
    }),
    ("/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/livestream-sessions", || {
        none::<InSession>("Livestream session")
    }),
    ("/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/transcript", || {
        none::<InSession>("Transcript")
    }),
    ("/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/summary", || {
        none::<InSession>("Summary")
    }),
];

/// For whoever passes `A`: `what` is not there.
fn none<A>(what: &'static str) -> MethodRouter<Api>
where
    A: FromRequestParts<Api, Rejection = KitError> + Send + 'static,
{
    get(move |_: A| ready(KitError::not_found(what)))
}

/// Filters, order and page of the recording list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "checked, and described; there is nothing to filter")]
pub(crate) struct RecordingListParams {
    /// Part of the meeting ID, or of the file name.
    search: Option<String>,
    /// Recordings of this meeting.
    meeting_id: Option<String>,
    /// Recordings that were asked for then or later; ISO 8601, or a date: its first instant.
    #[param(schema_with = crate::document::time)]
    start_time: Option<UnixMs>,
    /// Recordings that were asked for then or earlier; ISO 8601, or a date: its last millisecond.
    #[param(schema_with = crate::document::time)]
    end_time: Option<UnixMs>,
    /// Whether their files are gone.
    #[param(schema_with = crate::document::boolean_or_nothing)]
    expired: Option<bool>,
    /// How far they are.
    #[param(inline, value_type = Option<Vec<RecordingStatusName>>)]
    status: (),
    /// Sort key.
    #[param(inline, value_type = Option<RecordingSortName>)]
    sort_by: (),
    /// Sort order.
    #[param(inline, value_type = Option<OrderName>)]
    sort_order: (),
    #[param(ignore)]
    page: PageOf,
}

/// How far a recording is.
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
#[expect(dead_code, reason = "documents the values")]
enum RecordingStatusName {
    Invoked,
    Recording,
    Uploading,
    Uploaded,
    Errored,
    Paused,
}

/// Sort key of recordings.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "documents the values")]
enum RecordingSortName {
    InvokedTime,
}

const RECORDING_STATUSES: [(&str, ()); 6] = [
    ("INVOKED", ()),
    ("RECORDING", ()),
    ("UPLOADING", ()),
    ("UPLOADED", ()),
    ("ERRORED", ()),
    ("PAUSED", ()),
];

impl FromQuery for RecordingListParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self {
            search: query.text("search")?.map(str::to_owned),
            meeting_id: query.text("meeting_id")?.map(str::to_owned),
            start_time: instant_param(query, "start_time", Edge::From)?,
            end_time: instant_param(query, "end_time", Edge::To)?,
            expired: query.boolean("expired")?,
            status: query.each_of("status", &RECORDING_STATUSES).map(drop)?,
            sort_by: query.one_of("sort_by", &[("invokedTime", ())]).map(drop)?,
            sort_order: Order::from_query(query).map(drop)?,
            page: PageOf::from_query(query)?,
        })
    }
}

/// No recordings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Recordings {
    /// Always true.
    success: bool,
    /// Empty.
    #[schema(value_type = Vec<Object>)]
    data: [Value; 0],
    /// Position of the page.
    paging: Paging,
}

/// Recordings of an app: none, while recording is not built.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/recordings",
    operation_id = "recordingsGetRecordings",
    tag = "Recordings",
    params(("account_id" = String, Path), ("app_id" = String, Path), RecordingListParams, PageOf),
    responses((status = 200, description = "Done.", body = Recordings), KitErrors)
)]
pub(super) async fn recordings(
    _: InApp<Read>,
    Params(p, _): Params<RecordingListParams, KitError>,
) -> Json<Recordings> {
    Json(Recordings { success: true, data: [], paging: p.page.paging(0, 0) })
}

/// Filters, order and page of the livestream list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "checked, and described; there is nothing to filter")]
pub(crate) struct LivestreamListParams {
    /// Whether those of meetings are left out.
    #[param(schema_with = crate::document::boolean_or_nothing)]
    exclude_meetings: Option<bool>,
    /// Livestreams that began then or later; ISO 8601, or a date: its first instant.
    #[param(schema_with = crate::document::time)]
    start_time: Option<UnixMs>,
    /// Livestreams that began then or earlier; ISO 8601, or a date: its last millisecond.
    #[param(schema_with = crate::document::time)]
    end_time: Option<UnixMs>,
    /// How far they are.
    #[param(inline, value_type = Option<LivestreamStatusName>)]
    status: (),
    /// Sort order.
    #[param(inline, value_type = Option<LivestreamOrderName>)]
    sort_order: (),
    #[param(ignore)]
    page: PageOf,
}

/// How far a livestream is.
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
#[expect(dead_code, reason = "documents the values")]
enum LivestreamStatusName {
    Live,
    Idle,
    Errored,
    Invoked,
}

/// Sort order of livestreams; the vendor spells one of them in two ways.
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
#[expect(dead_code, reason = "documents the values")]
enum LivestreamOrderName {
    Asc,
    Dsc,
    Desc,
}

impl FromQuery for LivestreamListParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        let statuses = [("LIVE", ()), ("IDLE", ()), ("ERRORED", ()), ("INVOKED", ())];
        Ok(Self {
            exclude_meetings: query.boolean("exclude_meetings")?,
            start_time: instant_param(query, "start_time", Edge::From)?,
            end_time: instant_param(query, "end_time", Edge::To)?,
            status: query.one_of("status", &statuses).map(drop)?,
            sort_order: query.one_of("sort_order", &[("ASC", ()), ("DSC", ()), ("DESC", ())]).map(drop)?,
            page: PageOf::from_query(query)?,
        })
    }
}

/// No livestreams, in the vendor's form: the page is inside of the result.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Livestreams {
    /// Always true.
    success: bool,
    /// The result.
    data: LivestreamPage,
}

/// A page without livestreams.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LivestreamPage {
    /// Position of the page.
    paging: Paging,
}

/// Livestreams of an app: none, while livestreaming is not built.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/livestreams",
    operation_id = "livestreamsGetAllLivestreams",
    tag = "Livestreams",
    params(("account_id" = String, Path), ("app_id" = String, Path), LivestreamListParams, PageOf),
    responses((status = 200, description = "Done.", body = Livestreams), KitErrors)
)]
pub(super) async fn livestreams(
    _: InApp<Read>,
    Params(p, _): Params<LivestreamListParams, KitError>,
) -> Json<Livestreams> {
    Json(Livestreams { success: true, data: LivestreamPage { paging: p.page.paging(0, 0) } })
}

/// Which livestreams are meant.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "checked, and described; there is nothing to filter")]
pub(crate) struct LivestreamStatsParams {
    /// Livestreams that began then or later; seconds since 1970.
    start_time: Option<u64>,
    /// Livestreams that began then or earlier; seconds since 1970.
    end_time: Option<u64>,
    /// Filters of the vendor.
    filters: Option<String>,
}

impl FromQuery for LivestreamStatsParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self {
            start_time: seconds(query, "start_time")?,
            end_time: seconds(query, "end_time")?,
            filters: query.text("filters")?.map(str::to_owned),
        })
    }
}

fn seconds(query: &Query, name: &'static str) -> Result<Option<u64>, Fault> {
    whole_param(query, name, "must be an integer")
}

/// Figures of no livestreams.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct LivestreamStats {
    /// Livestreams.
    count: u64,
    /// Seconds that were sent.
    total_ingest_seconds: u64,
    /// Seconds that were watched, by all viewers together.
    total_viewer_seconds: u64,
}

/// Figures of all livestreams: zeros, while livestreaming is not built.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/analytics/livestreams/overall",
    operation_id = "livestreamsGetLivestreamAnalyticsComplete",
    tag = "Livestreams",
    params(("account_id" = String, Path), ("app_id" = String, Path), LivestreamStatsParams),
    responses((status = 200, description = "Done.", body = Envelope<LivestreamStats>), KitErrors)
)]
pub(super) async fn livestream_stats(
    _: InApp<Read>,
    _: Params<LivestreamStatsParams, KitError>,
) -> Envelope<LivestreamStats> {
    Envelope::of(LivestreamStats::default())
}

/// Days on which something was livestreamed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LivestreamDays {
    /// Always true.
    success: bool,
    /// Empty.
    #[schema(value_type = Vec<Object>)]
    data: [Value; 0],
}

/// Figures of livestreams by day; a day without any is left out, so there are none, while livestreaming is not built.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/analytics/livestreams/daywise",
    operation_id = "livestreamsGetLivestreamAnalyticsDaywise",
    tag = "Livestreams",
    params(("account_id" = String, Path), ("app_id" = String, Path), LivestreamStatsParams),
    responses((status = 200, description = "Done.", body = LivestreamDays), KitErrors)
)]
pub(super) async fn livestream_days(
    _: InApp<Read>,
    _: Params<LivestreamStatsParams, KitError>,
) -> Json<LivestreamDays> {
    Json(LivestreamDays { success: true, data: [] })
}
