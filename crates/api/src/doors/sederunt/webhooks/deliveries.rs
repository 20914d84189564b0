//! What became of each event, a page at a time.

use axum::Json;
use sederunt_changes::text::iso;
use sederunt_core::id::{MeetingId, SessionId};
use sederunt_store::delivery_log::Attempt;
use sederunt_webhook::body::pagecall::Action;
use sederunt_webhook::owner::listing::{self, Listed, Listing};
use sederunt_webhook::owner::seen::{Seen, State};
use sederunt_webhook::told::Key;
use serde::Serialize;
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{ObjectBuilder, Schema};
use utoipa::{IntoParams, ToSchema};

use super::access::{OfReceiver, Read};
use super::place::{self, PLACE_FORM, Side};
use crate::dialect::{KitError, KitErrors};
use crate::extract::Params;
use crate::fault::Fault;
use crate::hook_event::EVENT_NAMES;
use crate::limit::{DELIVERIES_DEFAULT, DELIVERIES_MAX};
use crate::query::{FromQuery, Query};
use crate::value::page_size;

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn state_or_nothing() -> Object {
    text().enum_values(Some(State::ALL.iter().map(|state| state.as_str()).chain([""]))).build()
}

fn states() -> Schema {
    crate::document::one_of(State::ALL.iter().map(|state| state.as_str()))
}

/// Names that an event has at webhooks and at those of rooms.
fn event_names() -> impl Iterator<Item = &'static str> {
    EVENT_NAMES.into_iter().chain(Action::ALL.iter().map(|action| action.as_str()))
}

fn event_or_nothing() -> Object {
    text().enum_values(Some(event_names().chain([""]))).build()
}

fn place_schema() -> Object {
    text().pattern(Some(PLACE_FORM)).build()
}

fn id_or_nothing() -> Object {
    let one = "[0-9A-Fa-f]{24}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";
    text().pattern(Some(format!("^({one})?$"))).build()
}

/// Which deliveries.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveriesParams {
    /// Only those of which this became.
    #[param(schema_with = state_or_nothing)]
    state: Option<State>,
    /// Only this event: `meeting.started` …; of a room's webhook `sessionJoined` or `sessionLeft`.
    #[param(schema_with = event_or_nothing)]
    event: Option<&'static str>,
    /// Only of this meeting.
    #[param(schema_with = id_or_nothing)]
    meeting_id: Option<MeetingId>,
    /// Only of this session.
    #[param(schema_with = id_or_nothing)]
    session_id: Option<SessionId>,
    /// Only those after this delivery, or after this sequence number.
    #[param(schema_with = place_schema)]
    after: Option<Key>,
    /// Only those before this delivery, or before this sequence number: `next_before` of the page before.
    #[param(schema_with = place_schema)]
    before: Option<Key>,
    /// Most deliveries in the answer, at most 100; 0 is the default.
    #[param(value_type = Option<u64>, minimum = 0, default = 25)]
    limit: usize,
}

impl FromQuery for DeliveriesParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        let states: Vec<_> = State::ALL.iter().map(|state| (state.as_str(), *state)).collect();
        let events: Vec<_> = event_names().map(|name| (name, name)).collect();
        Ok(Self {
            state: query.one_of("state", &states)?,
            event: query.one_of("event", &events)?,
            meeting_id: id(query, "meeting_id")?,
            session_id: id(query, "session_id")?,
            after: place::param(query, "after", Side::After)?,
            before: place::param(query, "before", Side::Before)?,
            limit: page_size(query, DELIVERIES_DEFAULT, DELIVERIES_MAX)?,
        })
    }
}

fn id<T: std::str::FromStr>(query: &Query, name: &'static str) -> Result<Option<T>, Fault> {
    let Some(text) = query.text(name)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| Fault::new(name, "must be an id"))
}

impl DeliveriesParams {
    fn listing(self) -> Listing {
        let Self { state, event, meeting_id, session_id, after, before, limit } = self;
        Listing { state, event, meeting: meeting_id, session: session_id, after, before, limit }
    }
}

/// An event on its way to a receiver.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub(crate) struct Delivery {
    /// `<sequence>-<part>`, and `-<replay>` behind it where a replay sends it: a fact may make more than one event.
    id: String,
    /// Sequence number of the fact, `id` of the feed.
    sequence: u64,
    /// Number of the replay that sends it; `null` = none.
    replay: Option<u32>,
    /// The id that its requests have, the same on every attempt: `rtk-uuid` and `webhook-id`. `null` = of a replay that is
    /// forgotten.
    rtk_uuid: Option<String>,
    /// The event: `meeting.started` …; of a room's webhook `sessionJoined` or `sessionLeft`.
    event: &'static str,
    /// The meeting.
    meeting_id: String,
    /// The session.
    session_id: String,
    /// What became of it; `unknown` = the log does not say.
    #[schema(schema_with = states)]
    state: &'static str,
    /// When the next attempt is due, while it waits.
    #[schema(format = DateTime)]
    next_attempt_at: Option<String>,
    /// The newest attempts, in order of time: 16 of them in a list, 256 of a single delivery.
    attempts: Vec<DeliveryAttempt>,
    /// All attempts that are in the log.
    attempts_total: u64,
}

/// One request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookAttempt)]
pub(crate) struct DeliveryAttempt {
    /// When it began.
    #[schema(format = DateTime)]
    at: String,
    /// 1 for the first; one that only asks whether the receiver is back does not count on.
    attempt: u32,
    /// Status of HTTP; `null` = no answer came.
    status: Option<u16>,
    /// Where it ended without an answer: `refused`, `dns`, `connect`, `tls`, `write`, `head` or `stopped`.
    phase: Option<String>,
    /// How long it took.
    latency_ms: i64,
    /// How the answer's body began, of an attempt that failed.
    excerpt: Option<String>,
}

impl From<Attempt> for DeliveryAttempt {
    fn from(attempt: Attempt) -> Self {
        let Attempt { attempt, at, latency_ms, status, failure } = attempt;
        let (phase, excerpt) = failure.map_or((None, None), |failure| (failure.phase, Some(failure.excerpt)));
        Self { at: iso(at), attempt, status, phase, latency_ms, excerpt }
    }
}

impl From<Seen> for Delivery {
    fn from(seen: Seen) -> Self {
        let Seen { key, id, event, meeting, session, state, next_at, attempts, attempts_total } = seen;
        Self {
            id: place::write(key),
            sequence: key.seq,
            replay: Some(key.replay).filter(|no| *no > 0),
            rtk_uuid: id.map(|id| id.to_string()),
            event,
            meeting_id: meeting.to_string(),
            session_id: session.to_string(),
            state: state.as_str(),
            next_attempt_at: next_at.map(iso),
            attempts: attempts.into_iter().map(DeliveryAttempt::from).collect(),
            attempts_total,
        }
    }
}

/// A page of deliveries.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDeliveries)]
pub(crate) struct Deliveries {
    /// The newest fact first. A page may be short, or empty, though there are more.
    deliveries: Vec<Delivery>,
    /// `before` of the next page; `null` = there is nothing more.
    next_before: Option<String>,
    /// There may be more.
    has_more: bool,
}

async fn deliveries(
    caller: OfReceiver<Read>,
    params: DeliveriesParams,
) -> Result<Json<Deliveries>, KitError> {
    let OfReceiver { app, of, service, .. } = caller;
    let Listed { deliveries, next } =
        listing::deliveries(service.get()?, &app, &of, params.listing()).await?;
    Ok(Json(Deliveries {
        deliveries: deliveries.into_iter().map(Delivery::from).collect(),
        next_before: next.map(place::write),
        has_more: next.is_some(),
    }))
}

/// What became of the events of a webhook, the newest first.
///
/// As far as the log goes back. What was delivered in the last second may be missing yet.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/webhooks/{webhook_id}/deliveries",
    operation_id = "GetWebhookDeliveries",
    tag = "Webhooks",
    params(("app_id" = String, Path), ("webhook_id" = String, Path), DeliveriesParams),
    responses((status = 200, description = "Done.", body = Deliveries), KitErrors)
)]
pub(crate) async fn of_webhook(
    caller: OfReceiver<Read>,
    Params(params, _): Params<DeliveriesParams, KitError>,
) -> Result<Json<Deliveries>, KitError> {
    deliveries(caller, params).await
}

/// What became of the events of a room's webhook, the newest first.
///
/// As far as the log goes back. What was delivered in the last second may be missing yet.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/rooms/{room_id}/webhook/deliveries",
    operation_id = "GetRoomWebhookDeliveries",
    tag = "Webhooks",
    params(("app_id" = String, Path), ("room_id" = String, Path), DeliveriesParams),
    responses((status = 200, description = "Done.", body = Deliveries), KitErrors)
)]
pub(crate) async fn of_room(
    caller: OfReceiver<Read>,
    Params(params, _): Params<DeliveriesParams, KitError>,
) -> Result<Json<Deliveries>, KitError> {
    deliveries(caller, params).await
}
