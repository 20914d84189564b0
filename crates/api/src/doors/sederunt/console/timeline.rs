//! `GET …/sessions/{session_id}/timeline`: one session from the first join to the end, with everything that a picture of it
//! needs.

pub(in crate::doors::sederunt) mod audit;
mod curve;
pub(in crate::doors::sederunt) mod sheet;
pub(super) mod story;
pub(super) mod telling;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sederunt_core::time::UnixMs;
use sederunt_store::SessionRow;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use self::story::{Moment, Person, Stay, Story};
use self::telling::tell;
use crate::dialect::{KitError, KitErrorBody, KitErrors};
use crate::doors::sederunt::access::InSession;
use crate::extract::Params;
use crate::fault::Fault;
use crate::limit::TIMELINE_PEOPLE;
use crate::query::{FromQuery, Query};
use crate::value::{page_size, whole_param};
use sederunt_changes::text::Minutes;

/// Which of the people.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimelineParams {
    /// People that were told already, in order of their first join: `next` of the answer before.
    #[param(value_type = Option<u64>, default = 0)]
    after: u64,
    /// Most people in the answer, at most 5000; 0 is the default.
    #[param(value_type = Option<u64>, minimum = 0, default = 5000)]
    limit: usize,
}

impl FromQuery for TimelineParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self {
            after: whole_param(query, "after", "must be a whole number of at least 0")?.unwrap_or(0),
            limit: page_size(query, TIMELINE_PEOPLE, TIMELINE_PEOPLE)?,
        })
    }
}

/// A session, and what happened in it. All instants are milliseconds since 1970 in UTC, in the session's own time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Timeline {
    /// The session.
    session: TimelineSession,
    /// People in order of their first join: those of this answer.
    people: Vec<Person>,
    /// Their stays, in order of joining.
    stays: Vec<Stay>,
    /// What happened to the session itself, in order of recording.
    events: Vec<Moment>,
    /// How many peers were connected from an instant on, `[instant, number]`, oldest first; at most some 2000.
    #[schema(value_type = Vec<Vec<i64>>)]
    curve: Vec<(i64, i64)>,
    /// Sequence number of the session's last fact: everything up to it is in the answer.
    seq: u64,
    /// `after` of the next request, when there are more people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<u64>,
}

/// A session in numbers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimelineSession {
    /// Id.
    id: String,
    /// Its meeting.
    meeting_id: String,
    /// Title; frozen at the end.
    title: String,
    /// `LIVE` or `ENDED`.
    #[schema(pattern = "^(LIVE|ENDED)$")]
    status: &'static str,
    /// First join.
    started_at: i64,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ended_at: Option<i64>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    end_reason: Option<&'static str>,
    /// Different participants.
    people: usize,
    /// Stays.
    stays: u32,
    /// Peers connected.
    live_participants: u32,
    /// Most peers connected at a time.
    max_concurrent_participants: u32,
    /// Since when there were so many, for the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    peak_at: Option<i64>,
    /// People whose connection was lost at least once.
    with_a_loss: usize,
    /// People who were removed at least once.
    removed: usize,
    /// Participant-minutes up to `as_of`.
    #[schema(value_type = f64)]
    minutes_consumed: Minutes,
    /// The instant of the answer; of an ended session, its end.
    as_of: i64,
}

/// One session whole: its people, their stays with losses of the connection, and why each ended; told from its facts.
///
/// The answer has an `ETag`; with `If-None-Match` an unchanged session answers 304 and reads next to nothing.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/sessions/{session_id}/timeline",
    operation_id = "GetSessionTimeline",
    tag = "Sessions",
    params(("app_id" = String, Path), ("session_id" = String, Path), TimelineParams),
    responses(
        (status = 200, description = "Done.", body = Timeline),
        (status = 304, description = "As the client has it."),
        (status = 429, description = "Too many sessions are being told whole.", body = KitErrorBody),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn timeline(
    caller: InSession,
    headers: HeaderMap,
    Params(page, _): Params<TimelineParams, KitError>,
) -> Result<Response, KitError> {
    let InSession { session, api } = caller;
    let store = api.node.store();
    let last = store.last_fact(session.id).await?.ok_or_else(|| KitError::not_found("Session"))?;
    if headers.get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == tag(last).as_bytes()) {
        return Ok(tagged(StatusCode::NOT_MODIFIED.into_response(), last));
    }
    let node = api.node.clone();
    tell(&api, session, move |session, told| {
        let seq = told.facts.last().map_or(last, |fact| fact.seq);
        let answer = Timeline::of(session, Story::of(told), seq, node.steady(), &page);
        tagged(Json(answer).into_response(), seq)
    })
    .await
}

impl Timeline {
    fn of(session: &SessionRow, story: Story, seq: u64, now: UnixMs, page: &TimelineParams) -> Self {
        let as_of = as_of(session, now);
        let curve = curve::of(story.stays());
        let peak_at = curve.iter().find(|(_, n)| *n == i64::from(session.peak)).map(|(at, _)| *at);
        let numbers = TimelineSession {
            id: session.id.to_string(),
            meeting_id: session.meeting.to_string(),
            title: session.title.as_ref().to_owned(),
            status: if session.ended_at.is_some() { "ENDED" } else { "LIVE" },
            started_at: session.started_at.0,
            ended_at: session.ended_at.map(|at| at.0),
            end_reason: session.end_reason.map(|reason| reason.as_str()),
            people: story.people(),
            stays: session.stay_count,
            live_participants: session.live_count,
            max_concurrent_participants: session.peak,
            peak_at,
            with_a_loss: story.with_a_loss(),
            removed: story.removed(),
            minutes_consumed: Minutes::of(session.consumed_at(as_of)),
            as_of: as_of.0,
        };
        let curve = curve::thinned(curve);
        let (people, stays, events, next) = story.page(page.after, page.limit);
        Self { session: numbers, people, stays, events, curve, seq, next }
    }
}

/// Up to when a session is told: its end, or its own time now.
fn as_of(session: &SessionRow, now: UnixMs) -> UnixMs {
    session.ended_at.unwrap_or_else(|| session.own_time(now).max(session.updated_at))
}

/// Everything that can be asked of a session differs by its last fact, beside what is in the request.
fn tag(seq: u64) -> String {
    format!("\"{seq}\"")
}

fn tagged(mut response: Response, seq: u64) -> Response {
    if let Ok(tag) = HeaderValue::from_str(&tag(seq)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
