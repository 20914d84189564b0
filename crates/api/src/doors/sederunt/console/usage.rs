//! `GET …/usage` and `…/usage.csv`: what an app's sessions came to by day, week or month of a zone.

use axum::Json;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use sederunt_changes::text::{Minutes, iso};
use sederunt_core::tally;
use sederunt_core::time::{Day, UnixMs};
use sederunt_store::{PeopleMost, Usage, UsageQuery, UsageRow, UsageRule};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::counts::{By, edges};
use super::csv::instant;
use super::walk::walk;
use super::zone::{name, zone_param};
use crate::dialect::{KitError, KitErrorBody, KitErrors};
use crate::doors::sederunt::access::InApp;
use crate::extract::Params;
use crate::fault::Fault;
use crate::limit::{BUCKETS_MAX, USAGE_PEOPLE_MAX, USAGE_STAYS_MAX};
use crate::query::{FromQuery, Query};
use crate::value::day_param;

/// So that spreadsheets read UTF-8.
const BOM: &str = "\u{feff}";
/// Days in the range when no first one is given.
const DAYS_DEFAULT: i64 = 30;

/// Names of the stretches.
const BYS: [(&str, By); 3] = [("day", By::Day), ("week", By::Week), ("month", By::Month)];
/// Names of the rules.
const RULES: [(&str, UsageRule); 2] = [("start", UsageRule::Start), ("midnight", UsageRule::Split)];

/// Names of [`By`].
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the values")]
enum ByName {
    Day,
    Week,
    Month,
}

/// Names of [`UsageRule`].
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the values")]
enum SplitName {
    Start,
    Midnight,
}

/// Which days, and how they are counted.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsageParams {
    /// First day of the range, `YYYY-MM-DD` in the zone; 30 days with the last one when not given.
    #[param(schema_with = crate::document::day)]
    from: Option<Day>,
    /// Last day of the range, `YYYY-MM-DD` in the zone; today when not given.
    #[param(schema_with = crate::document::day)]
    to: Option<Day>,
    /// How long a row is, in the clocks of the zone, a day when not given; the first and the last one only as far as the range goes.
    #[param(inline, value_type = Option<ByName>)]
    by: By,
    /// IANA name of the zone in whose clocks days, weeks (from Monday) and months begin; UTC when not given.
    #[param(value_type = Option<String>, example = "Europe/Berlin")]
    tz: TimeZone,
    /// `start`, the default: a session counts whole where it began, as in the list of sessions. `midnight`: its minutes count where they
    /// were.
    #[param(inline, value_type = Option<SplitName>)]
    split: UsageRule,
    /// Whether people are counted, the default. Without them any range of a large app is told in seconds: of people every stay has to be
    /// looked at.
    #[param(value_type = Option<bool>, default = true)]
    people: bool,
}

impl FromQuery for UsageParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self {
            from: day_param(query, "from")?,
            to: day_param(query, "to")?,
            by: query.one_of("by", &BYS)?.unwrap_or(By::Day),
            tz: zone_param(query)?,
            split: query.one_of("split", &RULES)?.unwrap_or(UsageRule::Start),
            people: query.boolean("people")?.unwrap_or(true),
        })
    }
}

/// The same as a sheet.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsageSheetParams {
    #[param(ignore)]
    usage: UsageParams,
    /// Begin with a byte order mark, which some spreadsheets need.
    #[param(value_type = Option<bool>, default = false)]
    bom: bool,
}

impl FromQuery for UsageSheetParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        let usage = UsageParams::from_query(query)?;
        Ok(Self { usage, bom: query.boolean("bom")?.unwrap_or(false) })
    }
}

/// What an app's sessions came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Usage)]
pub(crate) struct UsageView {
    /// The zone.
    tz: String,
    /// How long a row is.
    #[schema(pattern = "^(day|week|month)$")]
    by: &'static str,
    /// Where minutes count.
    #[schema(pattern = "^(start|midnight)$")]
    split: &'static str,
    /// Until when LIVE sessions were counted.
    #[schema(format = DateTime)]
    as_of: String,
    /// In order, without a gap.
    rows: Vec<RowView>,
    /// All of them together: who was there in several is one of its people, and its peak is the highest.
    sum: RowView,
    /// What the other rule would count at the edges of the range.
    edges: EdgesView,
}

/// What a stretch came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageRow)]
pub(crate) struct RowView {
    /// Its first instant.
    #[schema(format = DateTime)]
    from: String,
    /// The first instant after it.
    #[schema(format = DateTime)]
    to: String,
    /// How long it is: a day may have 23 or 25.
    hours: f64,
    /// Sessions that began in it.
    sessions: u64,
    /// Their stays; when minutes are split, the stays that began in it.
    stays: u64,
    /// Different people, by the caller's own id, else the user, else the participant; `null` when they were not asked for, or when
    /// there are more stays than can be looked through.
    people: Option<u64>,
    /// Participant-minutes.
    #[schema(value_type = f64)]
    minutes: Minutes,
    /// The most people connected at a time in one session.
    peak: u32,
}

/// Minutes that one rule counts and the other does not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageEdges)]
pub(crate) struct EdgesView {
    /// Minutes in the range of sessions that began before it: `midnight` alone counts them.
    #[schema(value_type = f64)]
    before: Minutes,
    /// Minutes after the range of sessions that began in it: `start` alone counts them.
    #[schema(value_type = f64)]
    after: Minutes,
}

/// Sessions, stays, people, participant-minutes and the peak by day, week or month of a zone, with their sum.
///
/// By `start` the minutes of a row are those of the list of sessions with its two instants. By `midnight` every minute counts
/// where it was. Over the life of an app both sums are equal.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/usage",
    operation_id = "GetUsage",
    tag = "Usage",
    params(("app_id" = String, Path), UsageParams),
    responses(
        (status = 200, description = "Done.", body = UsageView),
        (status = 429, description = "Too many long reads at a time.", body = KitErrorBody),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn usage(
    caller: InApp,
    Params(params, _): Params<UsageParams, KitError>,
) -> Result<Json<UsageView>, KitError> {
    let now = caller.api.node.now();
    let (edges, usage) = read(&caller, &params).await?;
    let rows = edges.iter().zip(edges.iter().skip(1)).zip(&usage.rows);
    let word = |by| BYS.iter().find(|(_, of)| *of == by).map_or("", |(word, _)| word);
    let (first, last) = (edges.first().copied().unwrap_or(now), edges.last().copied().unwrap_or(now));
    Ok(Json(UsageView {
        tz: name(&params.tz).to_owned(),
        by: word(params.by),
        split: RULES.iter().find(|(_, rule)| *rule == params.split).map_or("", |(word, _)| word),
        as_of: iso(now),
        rows: rows.map(|((from, to), row)| RowView::of(*from, *to, row)).collect(),
        sum: RowView::of(first, last, &usage.sum),
        edges: EdgesView { before: Minutes::of(usage.before_ms), after: Minutes::of(usage.after_ms) },
    }))
}

/// The rows of the usage as CSV (RFC 4180). Their sum is left out, so that a sheet can make its own.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/usage.csv",
    operation_id = "ExportUsageCsv",
    tag = "Usage",
    params(("app_id" = String, Path), UsageParams, UsageSheetParams),
    responses(
        (status = 200, description = "Done.", body = String, content_type = "text/csv"),
        (status = 429, description = "Too many long reads at a time.", body = KitErrorBody),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn csv(
    caller: InApp,
    Params(UsageSheetParams { usage: params, bom }, _): Params<UsageSheetParams, KitError>,
) -> Result<Response, KitError> {
    let (edges, usage) = read(&caller, &params).await?;
    let zone = name(&params.tz);
    let mut text = if bom { BOM } else { "" }.to_owned();
    text += &format!("from ({zone}),to ({zone}),hours,sessions,stays,people,minutes,peak\r\n");
    for ((from, to), row) in edges.iter().zip(edges.iter().skip(1)).zip(&usage.rows) {
        let UsageRow { sessions, stays, people, ms, peak } = row;
        let people = people.map_or_else(String::new, |people| people.to_string());
        let (hours, minutes) = (hours(*from, *to), tally::minutes(*ms));
        let (from, to) = (instant(&params.tz, *from), instant(&params.tz, *to));
        text += &format!("{from},{to},{hours},{sessions},{stays},{people},{minutes},{peak}\r\n");
    }
    tracing::info!(app = %caller.app.id, token = caller.who, rows = usage.rows.len(), "usage was written out");
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"usage.csv\""),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, text).into_response())
}

async fn read(caller: &InApp, params: &UsageParams) -> Result<(Vec<UnixMs>, Usage), KitError> {
    let edges = params.edges(caller.api.node.now())?;
    let most = PeopleMost { stays: USAGE_STAYS_MAX, people: USAGE_PEOPLE_MAX };
    let query = UsageQuery {
        app: caller.app.id.clone(),
        edges: edges.clone(),
        rule: params.split,
        now: caller.api.node.steady(),
        people: params.people.then_some(most),
    };
    caller.api.node.store().index_near(&caller.app.id).await;
    Ok((edges, walk(caller, move |store, pace| store.usage(pace, &query)).await?))
}

impl UsageParams {
    /// The edges of the rows, at least two of them unless the range has no length.
    fn edges(&self, now: UnixMs) -> Result<Vec<UnixMs>, Fault> {
        let beyond = || Fault::new("to", "must be a day that clocks know");
        let last = match self.to {
            Some(day) => date(day),
            None => Timestamp::from_millisecond(now.0).ok().map(|at| at.to_zoned(self.tz.clone()).date()),
        };
        let last = last.ok_or_else(beyond)?;
        let first = match self.from {
            Some(day) => date(day),
            None => last.checked_sub((DAYS_DEFAULT - 1).days()).ok(),
        };
        let first = first.ok_or_else(beyond)?;
        if first > last {
            return Err(Fault::new("from", "must be less than or equal to \"to\""));
        }
        let begins = |day: Date| {
            let begin = day.to_zoned(self.tz.clone()).and_then(|at| at.start_of_day()).ok()?;
            Some(UnixMs(begin.timestamp().as_millisecond()))
        };
        let from = begins(first).ok_or_else(beyond)?;
        let to = last.checked_add(1.day()).ok().and_then(begins).ok_or_else(beyond)?;
        // A day that a zone has left out.
        if from >= to {
            return Ok(Vec::new());
        }
        let many = || Fault::new("by", format!("must not give more than {BUCKETS_MAX} rows"));
        let mut edges = edges(self.by, &self.tz, from, to.plus_ms(-1)).ok_or_else(many)?;
        if let Some(edge) = edges.first_mut() {
            *edge = from;
        }
        if let Some(edge) = edges.last_mut() {
            *edge = to;
        }
        Ok(edges)
    }
}

/// A day as calendars have it.
fn date(day: Day) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(day.0.days()).ok()
}

/// A range of years in milliseconds is exact.
fn hours(from: UnixMs, to: UnixMs) -> f64 {
    to.since(from) as f64 / 3_600_000.0
}

impl RowView {
    fn of(from: UnixMs, to: UnixMs, row: &UsageRow) -> Self {
        Self {
            from: iso(from),
            to: iso(to),
            hours: hours(from, to),
            sessions: row.sessions,
            stays: row.stays,
            people: row.people,
            minutes: Minutes::of(row.ms),
            peak: row.peak,
        }
    }
}
