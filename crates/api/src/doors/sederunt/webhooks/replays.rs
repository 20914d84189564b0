//! Ranges of facts that a webhook is told once more.

use axum::Json;
use axum::RequestPartsExt as _;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use sederunt_changes::text::iso;
use sederunt_store::{ReplayRow, ReplayState, StoreError};
use sederunt_webhook::body::kit::EventName;
use sederunt_webhook::owner::replays::{self, Begun, Range, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::openapi::Schema;
use utoipa::{IntoParams, ToSchema};

use super::access::{Change, OfWebhook, Read, WebhookRight};
use super::refused::Conflict;
use crate::dialect::{KitError, KitErrors};
use crate::extract::{Body, Params};
use crate::fault::Fault;
use crate::hook_event::Event;
use crate::limit::{REPLAYS_DEFAULT, REPLAYS_MAX};
use crate::path;
use crate::query::{FromQuery, Query};
use crate::state::Api;
use crate::value::{Edge, instant, page_size};

fn states() -> Schema {
    crate::document::one_of(ReplayState::ALL.iter().map(|state| state.as_str()))
}

/// What is told once more: a range of sequence numbers, or of time.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = WebhookReplayRequest)]
pub(crate) struct ReplayRequest {
    /// The first fact; with `to_sequence`.
    #[schema(minimum = 1)]
    from_sequence: Option<u64>,
    /// The last fact; with `from_sequence`.
    #[schema(minimum = 1)]
    to_sequence: Option<u64>,
    /// What happened from then on, RFC 3339; with `to`.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// What happened up to then; with `from`.
    #[schema(format = DateTime)]
    to: Option<String>,
    /// Only what failed for good and was not delivered since, as far as the log goes back.
    #[schema(default = false)]
    only_failed: Option<bool>,
    /// Which events; those that the webhook lists, when it is not given.
    #[schema(min_items = 1)]
    events: Option<Vec<Event>>,
    /// Events get ids of their own, so that a receiver that keeps ids takes them.
    #[schema(default = false)]
    new_ids: Option<bool>,
}

impl ReplayRequest {
    fn range(&self) -> Result<Range, Fault> {
        let Self { from_sequence, to_sequence, from, to, .. } = self;
        for (name, number) in [("from_sequence", from_sequence), ("to_sequence", to_sequence)] {
            if *number == Some(0) {
                return Err(Fault::new(name, "must be greater than or equal to 1"));
            }
        }
        let time = |name, text: &Option<String>, edge| {
            let read = |text| instant(text, edge).ok_or(Fault::new(name, "must be in ISO 8601 date format"));
            text.as_deref().map(read).transpose()
        };
        let (from, to) = (time("from", from, Edge::From)?, time("to", to, Edge::To)?);
        let missing = |name| Fault::new(name, "is required");
        match (*from_sequence, *to_sequence, from, to) {
            (Some(from), Some(to), None, None) => Ok(Range::Facts(from, to)),
            (None, None, Some(from), Some(to)) => Ok(Range::Times(from, to)),
            (None, Some(_), None, None) => Err(missing("from_sequence")),
            (None, None, Some(_), None) => Err(missing("to")),
            (None, None, None, Some(_)) => Err(missing("from")),
            (Some(_), None, None, None) | (None, None, None, None) => Err(missing("to_sequence")),
            (_, _, Some(_), _) => Err(Fault::new("from", "must not be given beside sequence numbers")),
            (_, _, None, Some(_)) => Err(Fault::new("to", "must not be given beside sequence numbers")),
        }
    }

    fn events(&self) -> Result<Option<Vec<EventName>>, Fault> {
        let Some(given) = &self.events else { return Ok(None) };
        let mut events = Vec::new();
        for Event(name) in given {
            if !events.contains(name) {
                events.push(*name);
            }
        }
        if events.is_empty() {
            return Err(Fault::new("events", "must have at least 1 item"));
        }
        Ok(Some(events))
    }
}

/// A range of facts that a webhook is told once more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookReplay)]
pub(crate) struct Replay {
    /// 1 for the first of its webhook; `sederunt-replay` of its requests.
    number: u32,
    /// How far it is.
    #[schema(schema_with = states)]
    state: &'static str,
    /// The first fact; one of this app.
    from_sequence: u64,
    /// The last fact; one of this app.
    to_sequence: u64,
    /// Everything up to this fact is settled, or waits; `null` = it does not run.
    done_sequence: Option<u64>,
    /// Only what failed for good before.
    only_failed: bool,
    /// Its events have ids of their own.
    new_ids: bool,
    /// Which events; `null` = those that the webhook lists.
    events: Option<Vec<String>>,
    /// Events that were delivered.
    sent: u64,
    /// Events that failed for good.
    failed: u64,
    /// When it began.
    #[schema(format = DateTime)]
    created_at: String,
}

impl Replay {
    fn of(row: ReplayRow, done_sequence: Option<u64>) -> Self {
        Self {
            number: row.no,
            state: row.state.as_str(),
            from_sequence: row.from_seq,
            to_sequence: row.to_seq,
            done_sequence,
            only_failed: row.only_failed,
            new_ids: row.new_ids,
            events: row.events,
            sent: row.sent,
            failed: row.failed,
            created_at: iso(row.created_at),
        }
    }
}

/// A replay with how far it is.
async fn shown<R>(caller: &OfWebhook<R>, row: ReplayRow) -> Result<Replay, StoreError> {
    let done = match row.state {
        ReplayState::Running => caller.node.store().delivery(row.delivery).await?,
        ReplayState::Done | ReplayState::Stopped | ReplayState::GivenUp => None,
    };
    let done = done.map(|delivery| delivery.saved.cursor.done_seq.max(row.from_seq.saturating_sub(1)));
    Ok(Replay::of(row, done))
}

/// A replay that has begun.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookReplayBegun)]
pub(crate) struct BegunReplay {
    /// The replay.
    replay: Replay,
    /// Events that it sends at most: as many as its facts may make. Beyond 100000 facts it is a rough bound.
    estimated: u64,
}

/// Tells a webhook a range of facts once more; at most four at a time in an app.
///
/// A range of time becomes one of sequence numbers at once; it has everything that happened then, and may have a little more.
/// 409 when the webhook is off, and while four replays of the app run.
#[utoipa::path(
    post,
    path = "/apps/{app_id}/webhooks/{webhook_id}/replays",
    operation_id = "CreateWebhookReplay",
    tag = "Webhooks",
    params(("app_id" = String, Path), ("webhook_id" = String, Path)),
    request_body = ReplayRequest,
    responses((status = 201, description = "It has begun.", body = BegunReplay), Conflict, KitErrors)
)]
pub(crate) async fn begin(
    caller: OfWebhook<Change>,
    Body(body, _): Body<ReplayRequest, KitError>,
) -> Result<(StatusCode, Json<BegunReplay>), KitError> {
    let events = body.events()?;
    let wanted = Wanted {
        delivery: caller.node.mint_id(),
        range: body.range()?,
        only_failed: body.only_failed.unwrap_or(false),
        new_ids: body.new_ids.unwrap_or(false),
        events,
    };
    let Begun { replay, estimated } = replays::begin(caller.service.get()?, &caller.webhook, wanted).await?;
    let done = Some(replay.from_seq.saturating_sub(1));
    Ok((StatusCode::CREATED, Json(BegunReplay { replay: Replay::of(replay, done), estimated })))
}

/// Which replays.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReplaysParams {
    /// Only those with a smaller number.
    #[param(value_type = Option<String>, pattern = "^[0-9]{0,9}$")]
    before: Option<u32>,
    /// Most replays in the answer, at most 100; 0 is the default.
    #[param(value_type = Option<u64>, minimum = 0, default = 25)]
    limit: usize,
}

impl FromQuery for ReplaysParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        let read = |text: &str| text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
        let before = query
            .text("before")?
            .map(|text| read(text).ok_or_else(|| Fault::new("before", "must be the number of a replay")));
        Ok(Self { before: before.transpose()?, limit: page_size(query, REPLAYS_DEFAULT, REPLAYS_MAX)? })
    }
}

/// A page of replays.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookReplays)]
pub(crate) struct Replays {
    /// The latest first.
    replays: Vec<Replay>,
    /// There are more before the last of them.
    has_more: bool,
}

/// Replays of a webhook, the latest first; the last thousand are remembered.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/webhooks/{webhook_id}/replays",
    operation_id = "GetWebhookReplays",
    tag = "Webhooks",
    params(("app_id" = String, Path), ("webhook_id" = String, Path), ReplaysParams),
    responses((status = 200, description = "Done.", body = Replays), KitErrors)
)]
pub(crate) async fn list(
    caller: OfWebhook<Read>,
    Params(params, _): Params<ReplaysParams, KitError>,
) -> Result<Json<Replays>, KitError> {
    let (webhook, limit) = (&caller.webhook, params.limit);
    let store = caller.node.store();
    let mut rows = store.replays(&webhook.app, webhook.id, params.before, limit + 1).await?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let mut replays = Vec::with_capacity(rows.len());
    for row in rows {
        replays.push(shown(&caller, row).await?);
    }
    Ok(Json(Replays { replays, has_more }))
}

/// A caller that may do `R` with the replay of the path.
#[derive(Debug)]
pub(crate) struct OfReplay<R> {
    caller: OfWebhook<R>,
    row: ReplayRow,
}

impl<R: WebhookRight> FromRequestParts<Api> for OfReplay<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let caller: OfWebhook<R> = parts.extract_with_state(api).await?;
        let number = path::param(parts, &["number"]).and_then(|text| text.parse().ok());
        let number = number.ok_or_else(|| KitError::not_found("Replay"))?;
        let row = api.node.store().replay(&caller.webhook.app, caller.webhook.id, number).await?;
        Ok(Self { caller, row })
    }
}

/// One replay of a webhook.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/webhooks/{webhook_id}/replays/{number}",
    operation_id = "GetWebhookReplay",
    tag = "Webhooks",
    params(("app_id" = String, Path), ("webhook_id" = String, Path), ("number" = String, Path)),
    responses((status = 200, description = "Done.", body = Replay), KitErrors)
)]
pub(crate) async fn get(of_replay: OfReplay<Read>) -> Result<Json<Replay>, KitError> {
    let OfReplay { caller, row } = of_replay;
    Ok(Json(shown(&caller, row).await?))
}

/// Stops a replay; one that is over stays as it is. What is under way may still arrive.
#[utoipa::path(
    delete,
    path = "/apps/{app_id}/webhooks/{webhook_id}/replays/{number}",
    operation_id = "StopWebhookReplay",
    tag = "Webhooks",
    params(("app_id" = String, Path), ("webhook_id" = String, Path), ("number" = String, Path)),
    responses((status = 200, description = "Done.", body = Replay), KitErrors)
)]
pub(crate) async fn stop(of_replay: OfReplay<Change>) -> Result<Json<Replay>, KitError> {
    let OfReplay { caller, row } = of_replay;
    let row = replays::stop(caller.node.store(), &caller.webhook, row.no).await?;
    Ok(Json(shown(&caller, row).await?))
}
