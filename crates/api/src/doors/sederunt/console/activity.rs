//! `GET …/activity`: who came and who went, minute by minute or hour by hour, up to now.

use axum::Json;
use jiff::tz::TimeZone;
use sederunt_changes::text::iso;
use sederunt_core::time::UnixMs;
use sederunt_store::{ActivityQuery, ActivityRow, Losses, StoreError};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::counts;
use super::walk::walk;
use super::zone::{name, zone_param};
use crate::dialect::{KitError, KitErrorBody, KitErrors};
use crate::doors::sederunt::access::InApp;
use crate::doors::sederunt::refusals::Refusals;
use crate::extract::Params;
use crate::fault::Fault;
use crate::limit::{ACTIVITY_FACTS_MAX, ACTIVITY_HOURS_MAX, ACTIVITY_LATELY_MS, ACTIVITY_MINUTES_MAX};
use crate::query::{FromQuery, Query};
use crate::value::{Edge, instant_param};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;

/// How long a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Minute,
    Hour,
}

/// Names of [`By`].
const BYS: [(&str, By); 2] = [("minute", By::Minute), ("hour", By::Hour)];

/// Names of [`By`].
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the values")]
enum ActivityByName {
    Minute,
    Hour,
}

/// Which minutes or hours.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ActivityParams {
    /// From the minute or hour of this instant on; the last 60 minutes or 24 hours when not given.
    #[param(schema_with = crate::document::time)]
    from: Option<UnixMs>,
    /// Up to this instant; now when not given, and at the latest.
    #[param(schema_with = crate::document::time)]
    to: Option<UnixMs>,
    /// How long a row is: minutes (the default) of at most 24 hours, hours of at most 31 days.
    #[param(inline, value_type = Option<ActivityByName>)]
    by: By,
    /// IANA name of the zone in whose clocks hours begin; UTC when not given.
    #[param(value_type = Option<String>, example = "Europe/Berlin")]
    tz: TimeZone,
}

impl FromQuery for ActivityParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self {
            from: instant_param(query, "from", Edge::From)?,
            to: instant_param(query, "to", Edge::To)?,
            by: query.one_of("by", &BYS)?.unwrap_or(By::Minute),
            tz: zone_param(query)?,
        })
    }
}

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Activity)]
pub(crate) struct ActivityView {
    /// The zone.
    tz: String,
    /// How long a row is.
    #[schema(pattern = "^(minute|hour)$")]
    by: &'static str,
    /// The server's clock; what is recorded later is not in here.
    #[schema(format = DateTime)]
    as_of: String,
    /// In order, without a gap; the last one goes on.
    rows: Vec<RowView>,
    /// LIVE sessions in which connections were lost for good within the five minutes before now, most first; at most 20.
    losses: Vec<LossesView>,
    /// Who was not let into a meeting of this app in the last hour, most first. Counted in memory, so since the start of the
    /// server at most, and as far as it was known whose meeting it was: whoever comes with a token that is nobody's is in no app.
    refused: Vec<Refusals>,
}

/// A minute or an hour.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityRow)]
pub(crate) struct RowView {
    /// Its first instant.
    #[schema(format = DateTime)]
    from: String,
    /// Stays that began.
    joins: u64,
    /// Stays that ended, those whose connection was lost among them.
    leaves: u64,
    /// Stays that ended because their connection was lost, or their server was.
    lost: u64,
    /// The most people connected at a time.
    people: u64,
    /// The most sessions LIVE at a time.
    sessions: u64,
}

/// A session in which connections were lost.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivityLosses)]
pub(crate) struct LossesView {
    /// The session.
    session_id: String,
    /// Its title.
    title: String,
    /// Stays that were lost.
    lost: u64,
    /// People connected now.
    live_participants: u64,
}

/// Joins, leaves, lost connections, people and sessions by the minute or hour, up to now.
///
/// Told from facts, which are in the ledger when they are told; sessions that were imported are left out.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/activity",
    operation_id = "GetActivity",
    tag = "Usage",
    params(("app_id" = String, Path), ActivityParams),
    responses(
        (status = 200, description = "Done.", body = ActivityView),
        (status = 429, description = "Too many long reads at a time.", body = KitErrorBody),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn activity(
    caller: InApp,
    Params(params, _): Params<ActivityParams, KitError>,
) -> Result<Json<ActivityView>, KitError> {
    let now = caller.api.node.now();
    let edges = params.edges(now)?;
    let query = ActivityQuery {
        app: caller.app.id.clone(),
        edges: edges.clone(),
        lately: now.plus_ms(-ACTIVITY_LATELY_MS),
        facts_max: ACTIVITY_FACTS_MAX,
    };
    // A bound of the range, told as such.
    let read = walk(&caller, move |store, pace| match store.activity(pace, &query) {
        Err(StoreError::Limit { .. }) => Ok(None),
        activity => activity.map(Some),
    });
    let rule = format!("must leave at most {ACTIVITY_FACTS_MAX} facts until now");
    let found = read.await?.ok_or_else(|| Fault::new("from", rule))?;
    Ok(Json(ActivityView {
        tz: name(&params.tz).to_owned(),
        by: BYS.iter().find(|(_, by)| *by == params.by).map_or("", |(word, _)| word),
        as_of: iso(now),
        rows: edges.iter().zip(&found.rows).map(|(from, row)| RowView::of(*from, row)).collect(),
        losses: found.losses.into_iter().map(LossesView::of).collect(),
        refused: Refusals::of(caller.api.node.metrics().refused.last_hour_of(now, &caller.app.id)),
    }))
}

impl ActivityParams {
    /// The edges of the rows, from that of `from` to the first one after `to`; none when nothing is between them.
    fn edges(&self, now: UnixMs) -> Result<Vec<UnixMs>, Fault> {
        let (ms, most) = match self.by {
            By::Minute => (MINUTE_MS, ACTIVITY_MINUTES_MAX),
            By::Hour => (HOUR_MS, ACTIVITY_HOURS_MAX),
        };
        let to = self.to.unwrap_or(now).min(now);
        let default = match self.by {
            By::Minute => to.plus_ms(-59 * MINUTE_MS),
            By::Hour => to.plus_ms(-23 * HOUR_MS),
        };
        let from = self.from.unwrap_or(default);
        if from > to {
            return Ok(Vec::new());
        }
        let many = || Fault::new("from", format!("must not give more than {most} rows"));
        if to.since(from) / ms >= most {
            return Err(many());
        }
        match self.by {
            By::Hour => counts::edges(counts::By::Hour, &self.tz, from, to).ok_or_else(many),
            By::Minute => {
                let first = from.0.div_euclid(MINUTE_MS);
                let last = to.0.div_euclid(MINUTE_MS);
                Ok((first..=last + 1).map(|minute| UnixMs(minute * MINUTE_MS)).collect())
            }
        }
    }
}

impl RowView {
    fn of(from: UnixMs, row: &ActivityRow) -> Self {
        let ActivityRow { joins, leaves, lost, people, sessions } = *row;
        Self { from: iso(from), joins, leaves, lost, people, sessions }
    }
}

impl LossesView {
    fn of(losses: Losses) -> Self {
        let Losses { session, title, lost, live } = losses;
        Self { session_id: session.to_string(), title, lost, live_participants: live }
    }
}
