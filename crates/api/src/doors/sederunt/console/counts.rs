//! `GET …/sessions/counts`: how many sessions started when, for those that a filter passes.

use axum::Json;
use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, ToSpan, Unit, Zoned, ZonedRound};
use sederunt_changes::text::iso;
use sederunt_core::time::UnixMs;
use sederunt_store::{SessionQuery, Store};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::zone::{name, zone_param};
use crate::dialect::{KitError, KitErrors};
use crate::doors::sederunt::access::InApp;
use crate::extract::Params;
use crate::fault::Fault;
use crate::limit::{BUCKETS_MAX, BUCKETS_WANTED};
use crate::query::{FromQuery, Query};
use crate::session_filter::SessionFilter;

/// How long a bucket is, in the clocks of the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Hour,
    Day,
    Week,
    Month,
}

/// Names of [`By`], shortest first, with their milliseconds as a rule.
const BYS: [(&str, By, i64); 4] = [
    ("hour", By::Hour, 3_600_000),
    ("day", By::Day, 86_400_000),
    ("week", By::Week, 604_800_000),
    ("month", By::Month, 2_629_800_000),
];

/// Names of [`By`].
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents the values")]
enum ByName {
    Hour,
    Day,
    Week,
    Month,
}

/// Beside the filters of the session list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CountParams {
    #[param(ignore)]
    filter: SessionFilter,
    /// How long a bucket is; when it is not given, as long as gives at most some 240 of them.
    #[param(inline, value_type = Option<ByName>)]
    by: Option<By>,
    /// IANA name of the zone in whose clocks hours, days, weeks (from Monday) and months begin; UTC when not given.
    #[param(value_type = Option<String>, example = "Europe/Berlin")]
    tz: TimeZone,
}

impl FromQuery for CountParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self {
            filter: SessionFilter::from_query(query)?,
            by: query.one_of("by", &BYS.map(|(name, by, _)| (name, by)))?,
            tz: zone_param(query)?,
        })
    }
}

/// Sessions by when they started.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionCounts)]
pub(crate) struct Counts {
    /// The zone.
    tz: String,
    /// How long a bucket is.
    #[schema(pattern = "^(hour|day|week|month)$")]
    by: &'static str,
    /// From that of the first session to that of now, or of `end_time`, without a gap.
    buckets: Vec<Bucket>,
    /// All sessions that the filter passes and that have started.
    total: u64,
}

/// Sessions that started in a time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionCount)]
pub(crate) struct Bucket {
    /// Its first instant.
    #[schema(format = DateTime)]
    from: String,
    /// The first instant after it.
    #[schema(format = DateTime)]
    to: String,
    /// How many.
    sessions: u64,
}

/// How many sessions started when.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/sessions/counts",
    operation_id = "GetSessionCounts",
    tag = "Sessions",
    params(("app_id" = String, Path), SessionFilter, CountParams),
    responses((status = 200, description = "Done.", body = Counts), KitErrors)
)]
pub(in crate::doors::sederunt) async fn counts(
    caller: InApp,
    Params(params, _): Params<CountParams, KitError>,
) -> Result<Json<Counts>, KitError> {
    let CountParams { filter, by, tz } = params;
    let (store, node) = (caller.api.node.store(), &caller.api.node);
    let query = SessionQuery { limit: 1, ..filter.query(&caller.app.id, node.steady()) };
    let to = query.started_to.unwrap_or(UnixMs(i64::MAX)).min(node.now());
    let (first, total) = count(store, SessionQuery { started_to: Some(to), ..query.clone() }).await?;
    let zone = name(&tz).to_owned();
    let span = first.map_or(0, |first| to.since(first));
    let by = by.unwrap_or_else(|| fitting(span));
    let word = BYS.iter().find(|(_, of, _)| *of == by).map_or("", |(word, ..)| word);
    let Some(first) = first else {
        return Ok(Json(Counts { tz: zone, by: word, buckets: Vec::new(), total }));
    };
    let edges = edges(by, &tz, first, to)
        .ok_or_else(|| Fault::new("by", format!("must not give more than {BUCKETS_MAX} buckets")))?;
    let mut buckets = Vec::with_capacity(edges.len());
    for (from, next) in edges.iter().zip(edges.iter().skip(1)) {
        let range = SessionQuery {
            started_from: Some(query.started_from.map_or(*from, |start| start.max(*from))),
            started_to: Some(next.plus_ms(-1).min(to)),
            ..query.clone()
        };
        let (_, sessions) = count(store, range).await?;
        buckets.push(Bucket { from: iso(*from), to: iso(*next), sessions });
    }
    Ok(Json(Counts { tz: zone, by: word, buckets, total }))
}

/// The start of the first session, and how many there are.
async fn count(store: &Store, query: SessionQuery) -> Result<(Option<UnixMs>, u64), KitError> {
    Ok(store.sessions_read(query, |rows, total| (rows.next().map(|row| row.started_at), total)).await?)
}

/// The shortest that gives no more buckets than are wanted.
fn fitting(span_ms: i64) -> By {
    let wanted = i64::try_from(BUCKETS_WANTED).unwrap_or(i64::MAX);
    BYS.iter().find(|(_, _, ms)| span_ms / ms < wanted).map_or(By::Month, |(_, by, _)| *by)
}

/// The edges of the buckets from that of `first` to that of `last`; `None` when there are too many, or beyond what clocks
/// know.
pub(super) fn edges(by: By, zone: &TimeZone, first: UnixMs, last: UnixMs) -> Option<Vec<UnixMs>> {
    let at = Timestamp::from_millisecond(first.0).ok()?.to_zoned(zone.clone());
    let mut edge = floor(by, &at)?;
    let mut edges = vec![UnixMs(edge.timestamp().as_millisecond())];
    while edges.last().is_some_and(|edge| *edge <= last) {
        if edges.len() > BUCKETS_MAX {
            return None;
        }
        edge = following(by, &edge).filter(|next| *next > edge)?;
        edges.push(UnixMs(edge.timestamp().as_millisecond()));
    }
    Some(edges)
}

/// The beginning of the bucket of an instant.
fn floor(by: By, at: &Zoned) -> Option<Zoned> {
    let found = match by {
        By::Hour => at.round(ZonedRound::new().smallest(Unit::Hour).mode(RoundMode::Trunc)),
        By::Day => at.start_of_day(),
        By::Week => {
            let days = i64::from(at.weekday().to_monday_zero_offset());
            at.checked_sub(days.days()).and_then(|monday| monday.start_of_day())
        }
        By::Month => at.first_of_month().and_then(|day| day.start_of_day()),
    };
    found.ok()
}

/// The beginning of the next bucket. A day may have no midnight; then it begins with the first instant that it has.
fn following(by: By, edge: &Zoned) -> Option<Zoned> {
    let found = match by {
        By::Hour => edge.checked_add(1.hour()),
        By::Day => edge.checked_add(1.day()).and_then(|day| day.start_of_day()),
        By::Week => edge.checked_add(1.week()).and_then(|day| day.start_of_day()),
        By::Month => edge.checked_add(1.month()).and_then(|day| day.start_of_day()),
    };
    found.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixMs {
        UnixMs(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    fn between(by: By, zone: &str, first: &str, last: &str) -> Vec<String> {
        let zone = TimeZone::get(zone).unwrap();
        edges(by, &zone, at(first), at(last)).unwrap().into_iter().map(iso).collect()
    }

    #[test]
    fn days_are_those_of_the_zone() {
        // 25 hours in Berlin, 23 in New York; a midnight that São Paulo did not have; a day that Apia did not have.
        assert_eq!(
            between(By::Day, "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59.999Z"),
            ["2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"]
        );
        assert_eq!(
            between(By::Day, "America/New_York", "2026-03-08T12:00:00Z", "2026-03-08T12:00:00Z"),
            ["2026-03-08T05:00:00.000Z", "2026-03-09T04:00:00.000Z"]
        );
        assert_eq!(
            between(By::Day, "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T12:00:00Z"),
            ["2018-11-04T03:00:00.000Z", "2018-11-05T02:00:00.000Z"]
        );
        assert_eq!(
            between(By::Day, "Pacific/Apia", "2011-12-30T09:00:00Z", "2011-12-30T11:00:00Z"),
            ["2011-12-29T10:00:00.000Z", "2011-12-30T10:00:00.000Z", "2011-12-31T10:00:00.000Z"]
        );
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        assert_eq!(
            between(By::Week, "Asia/Seoul", "2026-11-29T14:59:59Z", "2026-11-29T15:00:00Z"),
            ["2026-11-22T15:00:00.000Z", "2026-11-29T15:00:00.000Z", "2026-12-06T15:00:00.000Z"]
        );
        assert_eq!(
            between(By::Month, "UTC", "2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z"),
            ["2026-02-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z"]
        );
        assert_eq!(
            between(By::Hour, "Asia/Kolkata", "2026-01-01T00:29:59Z", "2026-01-01T00:30:00Z"),
            ["2025-12-31T23:30:00.000Z", "2026-01-01T00:30:00.000Z", "2026-01-01T01:30:00.000Z"]
        );
    }

    #[test]
    fn there_are_never_too_many() {
        let (first, last) = (at("2020-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"));
        assert_eq!(edges(By::Hour, &TimeZone::UTC, first, last), None);
        assert_eq!(fitting(last.since(first)), By::Month);
        assert_eq!((fitting(0), fitting(86_400_000 * 30)), (By::Hour, By::Day));
        assert_eq!(fitting(i64::MAX), By::Month);
    }
}
