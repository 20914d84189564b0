//! `GET …/events`: the changes of the feed, a page at a time.

use axum::Json;
use sederunt_changes::{Cursor, Event};
use sederunt_core::time::UnixMs;
use sederunt_store::EventFilter;
use serde::Serialize;
use utoipa::ToSchema;

use super::access::InApp;
use super::params::PullParams;
use super::stream::beyond;
use crate::dialect::{KitError, KitErrors};
use crate::extract::Params;

/// A page of changes, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Events {
    /// The changes.
    events: Vec<Event>,
    /// `after` of the next request. It moves on also when the filter hides everything.
    next_after: u64,
    /// More may be there already; else the page reached the end.
    has_more: bool,
    /// Sequence number of the ledger's last fact, whichever app it belongs to.
    last_seq: u64,
}

/// Changes of the app's sessions and peers in the order of the ledger: the feed, for those who would rather ask.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/events",
    operation_id = "GetEvents",
    tag = "Feed",
    params(("app_id" = String, Path), PullParams),
    responses((status = 200, description = "Done.", body = Events), KitErrors)
)]
pub(super) async fn events(
    caller: InApp,
    Params(params, _): Params<PullParams, KitError>,
) -> Result<Json<Events>, KitError> {
    let InApp { app, feeds, .. } = caller;
    let PullParams { after, limit, from, to, meeting_id, session_id, events } = params;
    let mut cursor = Cursor::kept(after, feeds.durable()).map_err(|_| beyond("after"))?;
    let filter =
        EventFilter { meetings: meeting_id, sessions: session_id, kinds: events, ..EventFilter::default() };
    let time = (from.is_some() || to.is_some())
        .then(|| from.unwrap_or(UnixMs(i64::MIN))..=to.unwrap_or(UnixMs(i64::MAX)));
    let mut last = u64::MAX;
    if let Some(time) = &time {
        // A time nearly has its place in the ledger; what is around it is looked at one by one.
        let durable = feeds.durable();
        let span = feeds.node().store().facts_between(&app.id, *time.start(), *time.end()).await?;
        let (first, until) = span.unwrap_or((durable + 1, durable));
        cursor.move_to((first - 1).min(durable));
        last = until;
    }
    let mut page = feeds.page_to(&app.id, cursor, last, limit, filter).await?;
    if let Some(time) = time {
        page.events.retain(|event| !event.is_imported && time.contains(&event.fact.at));
    }
    Ok(Json(Events {
        events: page.events.into_iter().map(Event::of).collect(),
        next_after: page.through,
        has_more: page.has_more,
        last_seq: feeds.durable().max(page.through),
    }))
}
