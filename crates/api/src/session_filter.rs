//! Which sessions of an app are wanted (SEMANTICS §3.3 to §3.6), wherever a list of them is asked for, counted or written
//! out.

use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;
use sederunt_store::{SessionQuery, SessionSort, Status};
use utoipa::{IntoParams, ToSchema};

use crate::fault::Fault;
use crate::query::{FromQuery, Query};
use crate::value::{Edge, instant_param, number};

/// The filters of the session list.
#[derive(Debug, Clone, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SessionFilter {
    /// ID of the meeting that the sessions belong to.
    associated_id: Option<String>,
    /// Sessions that started then or later; ISO 8601, or a date: its first instant.
    #[param(schema_with = crate::document::time)]
    pub(crate) start_time: Option<UnixMs>,
    /// Sessions that started then or earlier; ISO 8601, or a date: its last millisecond.
    #[param(schema_with = crate::document::time)]
    pub(crate) end_time: Option<UnixMs>,
    /// Current status.
    #[param(inline, value_type = Option<StatusName>)]
    status: Option<Status>,
    /// Range of the most people connected at a time: `min:max`, `min:` or `:max`.
    #[param(value_type = Option<String>, pattern = r"^([0-9]+:[0-9]*|:[0-9]+)?$")]
    participants: Option<Peak>,
    /// Part of the title, the meeting ID or the session ID.
    search: Option<String>,
}

/// Names of [`Status`].
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
#[expect(dead_code, reason = "documents the values")]
enum StatusName {
    Live,
    Ended,
}

/// Inclusive bounds of the peak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Peak {
    min: Option<u64>,
    max: Option<u64>,
}

impl Peak {
    fn parse(text: &str) -> Option<Self> {
        let (min, max) = text.split_once(':')?;
        let bound = |text: &str| match text {
            "" => Some(None),
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
                number(digits).ok().map(|n| Some(n.whole))
            }
            _ => None,
        };
        let (min, max) = (bound(min)?, bound(max)?);
        let ordered = min.zip(max).is_none_or(|(min, max)| min <= max);
        (ordered && (min.is_some() || max.is_some())).then_some(Self { min, max })
    }
}

impl FromQuery for SessionFilter {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        const RANGE: &str = "must be a range like 1:10";
        let statuses = [("LIVE", Status::Live), ("ENDED", Status::Ended)];
        // Fields in the order of the table: the first fault is reported.
        Ok(Self {
            associated_id: query.text("associated_id")?.map(str::to_owned),
            start_time: instant_param(query, "start_time", Edge::From)?,
            end_time: instant_param(query, "end_time", Edge::To)?,
            status: query.one_of("status", &statuses)?,
            participants: match query.once("participants", RANGE)? {
                Some(text) => Some(Peak::parse(text).ok_or_else(|| Fault::new("participants", RANGE))?),
                None => None,
            },
            search: query.text("search")?.map(str::to_owned),
        })
    }
}

impl SessionFilter {
    /// The question, oldest first and without a page; `now` is an instant of the steady clock.
    pub(crate) fn query(self, app: &AppId, now: UnixMs) -> SessionQuery {
        SessionQuery {
            app: app.clone(),
            now,
            meeting: self.associated_id,
            started_from: self.start_time,
            started_to: self.end_time,
            status: self.status,
            peak_min: self.participants.and_then(|range| range.min),
            peak_max: self.participants.and_then(|range| range.max),
            search: self.search,
            sort: SessionSort::CreatedAt,
            ascending: true,
            offset: 0,
            limit: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_the_table() {
        let range = |min, max| Some(Peak { min, max });
        assert_eq!(Peak::parse("1:10"), range(Some(1), Some(10)));
        assert_eq!((Peak::parse("3:"), Peak::parse(":3")), (range(Some(3), None), range(None, Some(3))));
        for bad in ["10:1", "abc", "1-10", ":", "", "-1:5", "1:2:3", "1.5:2", " 1:2", "99999999999999999999:"]
        {
            assert_eq!(Peak::parse(bad), None, "{bad}");
        }
    }
}
