//! Which report is asked for, and by which rule it is counted.

use sederunt_changes::text::iso;
use sederunt_core::id::{Id, MeetingId, SessionId};
use sederunt_core::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::rule::Rule;
use crate::fault::Fault;
use crate::limit::{ATTENDANCE_GAP_MAX, ATTENDANCE_LATE_MAX, ATTENDANCE_PRESETS_MAX};
use crate::query::{FromQuery, Query};
use crate::value::{Edge, instant, instant_param, whole_param};

/// Percent from which somebody counts as present, when nobody says.
const SHARE: u64 = 80;
/// Seconds between two stays that count, when nobody says: a page that is loaded anew.
const GAP: u64 = 120;
/// Seconds after which somebody is late, when nobody says.
const LATE: u64 = 600;

/// Which sessions a report is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// One.
    Session(SessionId),
    /// Those of a meeting.
    Meeting(MeetingId),
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Which sessions.
    pub(crate) target: Target,
    /// Of a session: begin of its window. Of a meeting: sessions that started then or later.
    pub(crate) from: Option<UnixMs>,
    /// Of a session: end of its window. Of a meeting: sessions that started then or earlier.
    pub(crate) to: Option<UnixMs>,
    /// What counts.
    pub(in crate::doors::sederunt) rule: Rule,
    /// Presets whose holders are left out.
    pub(crate) without: Vec<String>,
}

/// What counts as being there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AttendanceRule)]
pub(crate) struct RuleView {
    /// Percent of the window from which somebody counts as present.
    #[schema(minimum = 0, maximum = 100)]
    share: u64,
    /// Seconds between two stays that count as time in the room, at most.
    gap: u64,
    /// Seconds after the begin of the window; whoever comes later is late.
    late: u64,
    /// Whether the time counts in which a connection was lost and came back.
    away: bool,
    /// Whether whoever was invited and never came is listed, and not being there is `absent`.
    #[serde(default)]
    absent: bool,
    /// Presets whose holders are left out.
    without_presets: Vec<String>,
    /// Begin of the window of a session; of a meeting: sessions that started then or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    from: Option<String>,
    /// End of the window of a session; of a meeting: sessions that started then or earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    to: Option<String>,
}

impl RuleView {
    /// As it is told.
    pub(crate) fn of(asked: &Asked) -> Self {
        let Asked { from, to, rule, without, .. } = asked;
        let whole = |n: i64| u64::try_from(n).unwrap_or(0);
        Self {
            share: whole(rule.share),
            gap: whole(rule.gap_ms / 1000),
            late: whole(rule.late_ms / 1000),
            away: rule.away,
            absent: rule.absent,
            without_presets: without.clone(),
            from: from.map(iso),
            to: to.map(iso),
        }
    }

    /// To be asked for again.
    pub(crate) fn body(self) -> RuleBody {
        let Self { share, gap, late, away, absent, without_presets, from, to } = self;
        RuleBody {
            share: Some(share),
            gap: Some(gap),
            late: Some(late),
            away: Some(away),
            absent: Some(absent),
            without_presets: Some(without_presets),
            from,
            to,
        }
    }
}

/// A rule as it is asked for; what is missing is as in the report that nobody says anything of.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = NewAttendanceRule)]
pub(crate) struct RuleBody {
    /// Percent of the window from which somebody counts as present; 80 when not given.
    #[schema(minimum = 0, maximum = 100)]
    pub(crate) share: Option<u64>,
    /// Seconds between two stays that count as time in the room, at most; 120 when not given.
    #[schema(minimum = 0, maximum = 86_400)]
    pub(crate) gap: Option<u64>,
    /// Seconds after the begin of the window, from which whoever comes is late; 600 when not given.
    #[schema(minimum = 0, maximum = 86_400)]
    pub(crate) late: Option<u64>,
    /// Whether the time counts in which a connection was lost and came back; true when not given.
    pub(crate) away: Option<bool>,
    /// Whether whoever was invited and never came is listed, and not being there is `absent`; false when not given.
    pub(crate) absent: Option<bool>,
    /// Presets whose holders are left out.
    #[schema(max_items = 20)]
    pub(crate) without_presets: Option<Vec<String>>,
    /// Begin of the window of a session; of a meeting: sessions that started then or later. ISO 8601.
    pub(crate) from: Option<String>,
    /// End of the window of a session; of a meeting: sessions that started then or earlier. ISO 8601.
    pub(crate) to: Option<String>,
}

/// Which of the names of a field is at fault: those of a query, or those of a body.
#[derive(Debug, Clone, Copy)]
struct Names {
    share: &'static str,
    gap: &'static str,
    late: &'static str,
    without: &'static str,
    to: &'static str,
}

const OF_QUERY: Names =
    Names { share: "share", gap: "gap", late: "late", without: "without_presets", to: "to" };
const OF_BODY: Names = Names {
    share: "rule.share",
    gap: "rule.gap",
    late: "rule.late",
    without: "rule.without_presets",
    to: "rule.to",
};

/// The numbers of a rule, checked.
struct Numbers {
    share: Option<u64>,
    gap: Option<u64>,
    late: Option<u64>,
    away: Option<bool>,
    absent: Option<bool>,
}

impl Numbers {
    fn rule(self, names: Names) -> Result<Rule, Fault> {
        let within = |name: &'static str, given: Option<u64>, default: u64, most: u64| {
            let value = given.unwrap_or(default);
            if value > most {
                return Err(Fault::new(name, format!("must be a whole number of 0 to {most}")));
            }
            Ok(i64::try_from(value).unwrap_or(0))
        };
        Ok(Rule {
            share: within(names.share, self.share, SHARE, 100)?,
            gap_ms: within(names.gap, self.gap, GAP, ATTENDANCE_GAP_MAX)? * 1000,
            late_ms: within(names.late, self.late, LATE, ATTENDANCE_LATE_MAX)? * 1000,
            away: self.away.unwrap_or(true),
            absent: self.absent.unwrap_or(false),
        })
    }
}

fn presets(names: Names, without: Vec<String>) -> Result<Vec<String>, Fault> {
    if without.len() > ATTENDANCE_PRESETS_MAX {
        return Err(Fault::new(names.without, format!("must have at most {ATTENDANCE_PRESETS_MAX} names")));
    }
    Ok(without)
}

fn in_order(names: Names, from: Option<UnixMs>, to: Option<UnixMs>) -> Result<(), Fault> {
    match (from, to) {
        (Some(from), Some(to)) if to < from => Err(Fault::new(names.to, "must not be before \"from\"")),
        _ => Ok(()),
    }
}

/// The sessions that two ids name, of which one is given.
pub(crate) fn target(session: Option<&str>, meeting: Option<&str>) -> Result<Target, Fault> {
    match (session, meeting) {
        (Some(id), None) => Id::parse(id)
            .map(|id| Target::Session(id.into()))
            .map_err(|_| Fault::new("session_id", "must be the id of a session")),
        (None, Some(id)) => id
            .parse()
            .map(Target::Meeting)
            .map_err(|_| Fault::new("meeting_id", "must be the id of a meeting")),
        (None, None) => Err(Fault::new("session_id", "is required, or \"meeting_id\"")),
        (Some(_), Some(_)) => Err(Fault::new("meeting_id", "must not be there beside \"session_id\"")),
    }
}

impl RuleBody {
    /// The report of these sessions by this rule. Its own fields are looked at before the sessions.
    pub(crate) fn of(self, session: Option<&str>, meeting: Option<&str>) -> Result<Asked, Fault> {
        let Self { share, gap, late, away, absent, without_presets, from, to } = self;
        let rule = Numbers { share, gap, late, away, absent }.rule(OF_BODY)?;
        let without = presets(OF_BODY, without_presets.unwrap_or_default())?;
        let read = |name: &'static str, text: Option<String>, edge| match text {
            Some(text) => instant(&text, edge)
                .map(Some)
                .ok_or_else(|| Fault::new(name, "must be in ISO 8601 date format")),
            None => Ok(None),
        };
        let (from, to) = (read("rule.from", from, Edge::From)?, read("rule.to", to, Edge::To)?);
        in_order(OF_BODY, from, to)?;
        Ok(Asked { target: target(session, meeting)?, from, to, rule, without })
    }
}

/// Which report, and by which rule.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents the parameters")]
pub(crate) struct AttendanceParams {
    /// A session. Or …
    #[param(value_type = Option<String>)]
    session_id: String,
    /// … a meeting: its sessions, at most 200.
    #[param(value_type = Option<String>)]
    meeting_id: String,
    /// Of a session: begin of its window, ISO 8601; its first join when not given. Of a meeting: sessions that started then
    /// or later.
    #[param(schema_with = crate::document::time)]
    from: String,
    /// Of a session: end of its window, ISO 8601; its last leave when not given. Of a meeting: sessions that started then or
    /// earlier.
    #[param(schema_with = crate::document::time)]
    to: String,
    /// Percent of the window from which somebody counts as present.
    #[param(value_type = Option<u64>, minimum = 0, maximum = 100, default = 80)]
    share: u64,
    /// Seconds between two stays that count as time in the room, at most.
    #[param(value_type = Option<u64>, minimum = 0, maximum = 86_400, default = 120)]
    gap: u64,
    /// Seconds after the begin of the window; whoever comes later is late. A day: nobody of a shorter session is.
    #[param(value_type = Option<u64>, minimum = 0, maximum = 86_400, default = 600)]
    late: u64,
    /// Whether the time counts in which a connection was lost and came back.
    #[param(value_type = Option<bool>, default = true)]
    away: bool,
    /// Whether participants of the meeting who never came are listed, and whoever was not there is `absent`, not `below`.
    #[param(value_type = Option<bool>, default = false)]
    absent: bool,
    /// Presets whose holders are left out: names, separated by commas, at most 20.
    #[param(value_type = Option<String>, example = "group_call_host,webinar_presenter")]
    without_presets: String,
}

impl FromQuery for Asked {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        const RULE: &str = "must be a whole number";
        let target = target(query.text("session_id")?, query.text("meeting_id")?)?;
        let from = instant_param(query, "from", Edge::From)?;
        let to = instant_param(query, "to", Edge::To)?;
        in_order(OF_QUERY, from, to)?;
        let numbers = Numbers {
            share: whole_param(query, "share", RULE)?,
            gap: whole_param(query, "gap", RULE)?,
            late: whole_param(query, "late", RULE)?,
            away: query.boolean("away")?,
            absent: query.boolean("absent")?,
        };
        let rule = numbers.rule(OF_QUERY)?;
        let names = query.text("without_presets")?.unwrap_or_default();
        let names = names.split(',').filter(|name| !name.is_empty()).map(str::to_owned);
        Ok(Self { target, from, to, rule, without: presets(OF_QUERY, names.collect())? })
    }
}

/// What a report comes with.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Detail {
    /// With the stays that it was counted from, in each session.
    #[param(value_type = Option<bool>, default = false)]
    pub(crate) stays: bool,
}

impl FromQuery for Detail {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self { stays: query.boolean("stays")?.unwrap_or(false) })
    }
}
