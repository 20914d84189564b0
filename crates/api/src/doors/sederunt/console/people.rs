//! `GET …/people`, `…/people/{key}` and `…/people/{key}/stays`: who was in sessions of an app, and one of them over all
//! sessions.
//!
//! The answers come from an index that is brought up to the ledger when somebody asks; while that takes longer than anybody
//! would wait, the answer is 503 and says how far it is.

mod presence;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::header::RETRY_AFTER;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use sederunt_changes::text::{Minutes, iso};
use sederunt_core::fact::LeaveReason;
use sederunt_store::{
    Pace, PeoplePage, PeopleProgress, PeopleQuery, PersonPage, PersonQuery, PersonRow, PersonStay,
    PersonStays, Store, StoreError,
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use self::presence::{Day, days};
use super::walk::walk;
use super::zone::{name, zone_param};
use crate::dialect::{KitError, KitErrorBody, KitErrors};
use crate::doors::sederunt::access::InApp;
use crate::extract::Params;
use crate::fault::Fault;
use crate::limit::{PEOPLE_LOOKED_AT_MAX, PEOPLE_PATIENCE, PER_PAGE_DEFAULT, PER_PAGE_MAX, PERSON_STAYS_MAX};
use crate::path;
use crate::query::{FromQuery, Query};
use crate::state::Api;
use crate::value::whole_param;

/// Seconds after which a client that was told to come back does.
const RETRY_SECONDS: u16 = 2;
/// Names that are told of a person; most have one.
const NAMES_MAX: usize = 10;

/// Which page.
#[derive(Debug, Clone, Copy, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// Page, from 1; 0 is the first page too.
    #[param(value_type = Option<u64>, minimum = 0, default = 1)]
    page_no: usize,
    /// Items on a page, at most 100; 0 is the default.
    #[param(value_type = Option<u64>, minimum = 0, default = 25)]
    per_page: usize,
}

impl FromQuery for PageParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        const RULE: &str = "must be a whole number of at least 0";
        let number = |name| {
            let found = whole_param(query, name, RULE)?.filter(|n| *n > 0);
            Ok::<_, Fault>(found.map(|n| usize::try_from(n).unwrap_or(usize::MAX)))
        };
        let (page_no, per_page) = (number("page_no")?, number("per_page")?);
        let most = PER_PAGE_MAX as usize;
        Ok(Self {
            page_no: page_no.unwrap_or(1),
            per_page: per_page.unwrap_or(PER_PAGE_DEFAULT as usize).min(most),
        })
    }
}

impl PageParams {
    /// Items before the page.
    const fn offset(self) -> usize {
        (self.page_no - 1).saturating_mul(self.per_page)
    }
}

/// Which people.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeopleParams {
    /// Part of a name, of the caller's own id or of the user, in any case; or of the participant's id.
    search: Option<String>,
    #[param(ignore)]
    page: PageParams,
}

impl FromQuery for PeopleParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self { search: query.text("search")?.map(str::to_owned), page: PageParams::from_query(query)? })
    }
}

/// The zone of days.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ZoneParams {
    /// IANA name of the zone in whose clocks days begin; UTC when not given.
    #[param(value_type = Option<String>, example = "Europe/Berlin")]
    tz: TimeZone,
}

impl FromQuery for ZoneParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self { tz: zone_param(query)? })
    }
}

/// A page of the people of an app.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = People)]
pub(crate) struct PeopleView {
    /// Who came last first.
    people: Vec<Somebody>,
    /// How many there are.
    total: usize,
    /// Nobody was left out; else those who came last were looked at.
    is_all: bool,
}

/// Somebody who was in a session of the app.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonOfApp)]
pub(crate) struct Somebody {
    /// What the person is known by: the caller's own id, else the user, else the participant.
    key: String,
    /// Name at the latest join.
    display_name: String,
    /// The caller's own identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    custom_participant_id: Option<String>,
    /// The workspace's user.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user_id: Option<String>,
    /// Participant of the latest stay.
    participant_id: String,
    /// Stays over all sessions.
    stays: u64,
    /// The latest join.
    #[schema(format = DateTime)]
    joined_at: String,
}

/// A person over all sessions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Person)]
pub(crate) struct PersonView {
    /// What was asked for.
    key: String,
    /// Names at joins, the latest first, each once; at most ten. Those that were erased are missing.
    names: Vec<String>,
    /// The caller's own identifier, of the latest stay that has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    custom_participant_id: Option<String>,
    /// The workspace's user, of the latest stay that has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user_id: Option<String>,
    /// Sessions.
    sessions: usize,
    /// Stays.
    stays: usize,
    /// Stays that go on.
    open: usize,
    /// Stays that ended because the connection was lost, or the server was.
    lost: usize,
    /// Minutes of all stays.
    #[schema(value_type = f64)]
    minutes: Minutes,
    /// The first join.
    #[schema(format = DateTime)]
    first_joined_at: String,
    /// The latest join.
    #[schema(format = DateTime)]
    last_joined_at: String,
    /// The zone of the days.
    tz: String,
    /// Days with presence, oldest first; the latest 3660 at most. Each minute counts on the day on which it was.
    days: Vec<Day>,
    /// These are all stays; else the 20 000 that were recorded last.
    is_all: bool,
}

/// A page of a person's stays.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonStays)]
pub(crate) struct StaysView {
    /// The latest joins first.
    stays: Vec<StayView>,
    /// How many there are.
    total: usize,
    /// These are all stays; else the 20 000 that were recorded last.
    is_all: bool,
}

/// A stay.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonStay)]
pub(crate) struct StayView {
    /// Its session.
    session_id: String,
    /// The meeting.
    meeting_id: String,
    /// Title of the session.
    title: String,
    /// The participant.
    participant_id: String,
    /// Name at the join; missing when it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    display_name: Option<String>,
    /// Preset at the join.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preset_name: Option<String>,
    /// When it began.
    #[schema(format = DateTime)]
    joined_at: String,
    /// When it ended; missing while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    left_at: Option<String>,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<&'static str>,
    /// Its minutes, so far.
    #[schema(value_type = f64)]
    minutes: Minutes,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NotReady {
    /// As at any door.
    Kit(KitError),
    /// The index is being made.
    Making(PeopleProgress),
}

impl<T: Into<KitError>> From<T> for NotReady {
    fn from(error: T) -> Self {
        Self::Kit(error.into())
    }
}

impl IntoResponse for NotReady {
    fn into_response(self) -> Response {
        match self {
            Self::Kit(error) => error.into_response(),
            Self::Making(PeopleProgress { known, all }) => {
                let percent = known.saturating_mul(100) / all.max(1);
                let words = format!("The index of people is being made: {percent} % of the facts are in it");
                let mut response = KitError::new(StatusCode::SERVICE_UNAVAILABLE, words).into_response();
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
                response
            }
        }
    }
}

/// A person of the path.
#[derive(Debug)]
pub(in crate::doors::sederunt) struct OfPerson {
    caller: InApp,
    key: String,
}

impl FromRequestParts<Api> for OfPerson {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let caller = InApp::from_request_parts(parts, api).await?;
        let key = path::param(parts, &["key"]).ok_or_else(|| KitError::not_found("Person"))?;
        Ok(Self { caller, key })
    }
}

/// What `read` makes of the index, once it knows everything.
async fn ready<T: Send + 'static>(
    caller: &InApp,
    read: impl FnOnce(&Store, &Pace) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, NotReady> {
    let found = walk(caller, move |store, pace| {
        let progress = store.people_ready(PEOPLE_PATIENCE)?;
        if progress.is_done() { read(store, pace).map(Ok) } else { Ok(Err(progress)) }
    });
    found.await?.map_err(NotReady::Making)
}

/// People who were in sessions of the app, who came last first.
///
/// Names are those of the latest join. Whose names were erased is not found.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/people",
    operation_id = "GetPeople",
    tag = "People",
    params(("app_id" = String, Path), PeopleParams, PageParams),
    responses(
        (status = 200, description = "Done.", body = PeopleView),
        (status = 429, description = "Too many long reads at a time.", body = KitErrorBody),
        (status = 503, description = "The index of people is being made, or its disk is full.", body = KitErrorBody),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn people(
    caller: InApp,
    Params(params, _): Params<PeopleParams, KitError>,
) -> Result<Json<PeopleView>, NotReady> {
    let PeopleParams { search, page } = params;
    let query = PeopleQuery {
        app: caller.app.id.clone(),
        search,
        offset: page.offset(),
        limit: page.per_page,
        looked_at_max: PEOPLE_LOOKED_AT_MAX,
    };
    let PeoplePage { people, total, is_all } =
        ready(&caller, move |store, pace| store.people(pace, &query)).await?;
    Ok(Json(PeopleView { people: people.into_iter().map(Somebody::of).collect(), total, is_all }))
}

/// The stays of the person of the path; `NotFound` when there is none.
async fn stays_of(asked: &OfPerson) -> Result<PersonStays, NotReady> {
    let (app, key, now) = (asked.caller.app.id.clone(), asked.key.clone(), asked.caller.api.node.steady());
    let read =
        ready(&asked.caller, move |store, pace| store.person_stays(pace, &app, &key, PERSON_STAYS_MAX, now));
    let found = read.await?;
    if found.stays.is_empty() { Err(KitError::not_found("Person").into()) } else { Ok(found) }
}

/// A person over all sessions: totals, and the days with presence. `key` is the caller's own id, a user of the workspace, or a
/// participant.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/people/{key}",
    operation_id = "GetPerson",
    tag = "People",
    params(("app_id" = String, Path), ("key" = String, Path), ZoneParams),
    responses(
        (status = 200, description = "Done.", body = PersonView),
        (status = 429, description = "Too many long reads at a time.", body = KitErrorBody),
        (status = 503, description = "The index of people is being made, or its disk is full.", body = KitErrorBody),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn person(
    asked: OfPerson,
    Params(ZoneParams { tz }, _): Params<ZoneParams, KitError>,
) -> Result<Json<PersonView>, NotReady> {
    let found = stays_of(&asked).await?;
    Ok(Json(PersonView::of(asked.key, &found, &tz)))
}

/// The stays of a person over all sessions, the latest joins first.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/people/{key}/stays",
    operation_id = "GetPersonStays",
    tag = "People",
    params(("app_id" = String, Path), ("key" = String, Path), PageParams),
    responses(
        (status = 200, description = "Done.", body = StaysView),
        (status = 429, description = "Too many long reads at a time.", body = KitErrorBody),
        (status = 503, description = "The index of people is being made, or its disk is full.", body = KitErrorBody),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn stays(
    asked: OfPerson,
    Params(page, _): Params<PageParams, KitError>,
) -> Result<Json<StaysView>, NotReady> {
    let query = PersonQuery {
        app: asked.caller.app.id.clone(),
        key: asked.key.clone(),
        offset: page.offset(),
        limit: page.per_page,
        most: PERSON_STAYS_MAX,
        now: asked.caller.api.node.steady(),
    };
    let PersonPage { stays, total, has_more } =
        ready(&asked.caller, move |store, pace| store.person_page(pace, &query)).await?;
    if total == 0 {
        return Err(KitError::not_found("Person").into());
    }
    Ok(Json(StaysView { stays: stays.iter().map(StayView::of).collect(), total, is_all: !has_more }))
}

impl Somebody {
    fn of(row: PersonRow) -> Self {
        let PersonRow { participant, person, joined_at, stays } = row;
        let own = person.custom_participant_id.clone().or_else(|| person.user_id.clone());
        Self {
            key: own.unwrap_or_else(|| participant.to_string()),
            display_name: person.display_name,
            custom_participant_id: person.custom_participant_id,
            user_id: person.user_id,
            participant_id: participant.to_string(),
            stays,
            joined_at: iso(joined_at),
        }
    }
}

fn ms(stay: &PersonStay) -> i64 {
    stay.until.since(stay.stay.joined_at)
}

impl PersonView {
    /// `found` has at least one stay.
    fn of(key: String, found: &PersonStays, tz: &TimeZone) -> Self {
        let PersonStays { stays, has_more } = found;
        let people = || stays.iter().filter_map(|stay| stay.person.as_ref());
        let mut names: Vec<String> = Vec::new();
        for person in people() {
            if names.len() < NAMES_MAX && !names.contains(&person.display_name) {
                names.push(person.display_name.clone());
            }
        }
        let mut sessions: Vec<_> = stays.iter().map(|stay| stay.session).collect();
        sessions.sort_unstable();
        sessions.dedup();
        let is_lost = |stay: &&PersonStay| {
            matches!(stay.stay.reason, Some(LeaveReason::ConnectionLost | LeaveReason::NodeLost))
        };
        let joined =
            |stay: Option<&PersonStay>| stay.map_or_else(String::new, |stay| iso(stay.stay.joined_at));
        Self {
            key,
            names,
            custom_participant_id: people().find_map(|person| person.custom_participant_id.clone()),
            user_id: people().find_map(|person| person.user_id.clone()),
            sessions: sessions.len(),
            stays: stays.len(),
            open: stays.iter().filter(|stay| stay.stay.left_at.is_none()).count(),
            lost: stays.iter().filter(is_lost).count(),
            minutes: Minutes::of(stays.iter().map(ms).sum()),
            first_joined_at: joined(stays.last()),
            last_joined_at: joined(stays.first()),
            tz: name(tz).to_owned(),
            days: days(stays, tz),
            is_all: !has_more,
        }
    }
}

impl StayView {
    fn of(stay: &PersonStay) -> Self {
        let person = stay.person.as_ref();
        Self {
            session_id: stay.session.to_string(),
            meeting_id: stay.meeting.to_string(),
            title: stay.title.clone(),
            participant_id: stay.stay.participant.to_string(),
            display_name: person.map(|person| person.display_name.clone()),
            preset_name: person.map(|person| person.preset_name.clone()),
            joined_at: iso(stay.stay.joined_at),
            left_at: stay.stay.left_at.map(iso),
            reason: stay.stay.reason.map(|reason| reason.as_str()),
            minutes: Minutes::of(ms(stay)),
        }
    }
}
