//! What an app's sessions came to, by UTC day (SEMANTICS §5).

use sederunt_changes::text::{Minutes, Short};
use sederunt_core::time::Day;
use sederunt_store::{DayQuery, DayRow};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::access::{InApp, Read};
use super::view::Envelope;
use crate::dialect::{KitError, KitErrors};
use crate::extract::Params;
use crate::fault::Fault;
use crate::limit::ANALYTICS_DAYS_MAX;
use crate::query::{FromQuery, Query};
use crate::value::day_param;

/// Days before the last one when no first one is asked for.
const DAYS_DEFAULT: i64 = 30;

/// The range of days.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DaysParams {
    /// First day of the range, `YYYY-MM-DD` in UTC; 30 days before the last one when not given.
    #[param(schema_with = crate::document::day)]
    start_date: Option<Day>,
    /// Last day of the range, `YYYY-MM-DD` in UTC; today when not given.
    #[param(schema_with = crate::document::day)]
    end_date: Option<Day>,
}

impl FromQuery for DaysParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self { start_date: day_param(query, "start_date")?, end_date: day_param(query, "end_date")? })
    }
}

impl DaysParams {
    /// First and last day of the range that is asked for `today`.
    fn range(&self, today: Day) -> Result<(Day, Day), Fault> {
        let last = self.end_date.unwrap_or(today);
        let first = self.start_date.unwrap_or(Day(last.0 - DAYS_DEFAULT));
        if first > last {
            return Err(Fault::new("start_date", "must be less than or equal to \"end_date\""));
        }
        if last.0 - first.0 >= ANALYTICS_DAYS_MAX {
            let rule = format!("must be less than {ANALYTICS_DAYS_MAX} days before \"end_date\"");
            return Err(Fault::new("start_date", rule));
        }
        Ok((first, last))
    }
}

/// Figures of an app.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgAnalytics {
    /// Recording figures.
    recording_stats: RecordingStats,
    /// Session figures.
    session_stats: SessionStats,
}

/// Figures of recordings. There are none as long as nothing can be recorded.
#[derive(Debug, Serialize, ToSchema)]
struct RecordingStats {
    /// One entry per UTC day that has recordings.
    day_stats: Vec<RecordingDayStat>,
    /// Recordings in the range.
    recording_count: u64,
    /// Recorded minutes in the range.
    #[schema(value_type = f64)]
    recording_minutes_consumed: Minutes,
}

/// Figures of the recordings of a day.
#[derive(Debug, Serialize, ToSchema)]
struct RecordingDayStat {
    /// Start of the UTC day.
    #[schema(value_type = String, format = DateTime)]
    day: Short,
    /// Recordings on the day.
    total_recordings: u64,
    /// Recorded minutes on the day.
    #[schema(value_type = f64)]
    total_recording_minutes: Minutes,
}

/// Figures of sessions.
#[derive(Debug, Serialize, ToSchema)]
struct SessionStats {
    /// One entry per UTC day that has sessions, in order.
    day_stats: Vec<SessionDayStat>,
    /// Sessions in the range.
    sessions_count: u64,
    /// Participant-minutes in the range, not rounded.
    #[schema(value_type = f64)]
    sessions_minutes_consumed: Minutes,
}

/// Figures of the sessions that started on a day.
#[derive(Debug, Serialize, ToSchema)]
struct SessionDayStat {
    /// Start of the UTC day.
    #[schema(value_type = String, format = DateTime)]
    day: Short,
    /// Sessions that started on the day, LIVE ones included.
    total_sessions: u64,
    /// Their participant-minutes so far, also those of later days; not rounded.
    #[schema(value_type = f64)]
    total_session_minutes: Minutes,
}

impl SessionStats {
    fn of(days: &[DayRow]) -> Self {
        Self {
            day_stats: days.iter().map(SessionDayStat::of).collect(),
            sessions_count: days.iter().fold(0, |sum, day| sum.saturating_add(day.sessions)),
            sessions_minutes_consumed: Minutes::exact(
                days.iter().fold(0, |sum, day| sum.saturating_add(day.consumed_ms)),
            ),
        }
    }
}

impl SessionDayStat {
    fn of(row: &DayRow) -> Self {
        Self {
            day: Short::instant(row.day.start()),
            total_sessions: row.sessions,
            total_session_minutes: Minutes::exact(row.consumed_ms),
        }
    }
}

/// Sessions and recordings by UTC day; the last 30 days to today when no range is given.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/analytics/daywise",
    operation_id = "analyticsGetOrgAnalytics",
    tag = "Analytics",
    params(("account_id" = String, Path), ("app_id" = String, Path), DaysParams),
    responses((status = 200, description = "Done.", body = Envelope<OrgAnalytics>), KitErrors)
)]
pub(super) async fn daywise(
    caller: InApp<Read>,
    Params(p, _): Params<DaysParams, KitError>,
) -> Result<Envelope<OrgAnalytics>, KitError> {
    let (first, last) = p.range(caller.node.now().day())?;
    let query = DayQuery { app: caller.app.id.clone(), first, last, now: caller.node.steady() };
    let days = caller.store().days(query).await?;
    Ok(Envelope::of(OrgAnalytics {
        recording_stats: RecordingStats {
            day_stats: Vec::new(),
            recording_count: 0,
            recording_minutes_consumed: Minutes::exact(0),
        },
        session_stats: SessionStats::of(&days),
    }))
}
