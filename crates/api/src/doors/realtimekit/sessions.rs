//! Sessions of an app (SEMANTICS §3.3 to §3.6).

use axum::response::Response;
use sederunt_core::time::UnixMs;
use sederunt_store::{SessionQuery, SessionSort, Status};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::access::{InApp, InSession, Read};
use super::page::PageOf;
use super::session_list::session_list;
use super::view::{Envelope, Listed, Session};
use crate::dialect::{KitError, KitErrors};
use crate::extract::Params;
use crate::fault::Fault;
use crate::query::{FromQuery, Query};
use crate::value::{Edge, instant_param, number};

/// Filters, order and page of the session list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// ID of the meeting that the sessions belong to.
    associated_id: Option<String>,
    /// Sessions that started then or later; ISO 8601, or a date: its first instant.
    #[param(schema_with = crate::document::time)]
    start_time: Option<UnixMs>,
    /// Sessions that started then or earlier; ISO 8601, or a date: its last millisecond.
    #[param(schema_with = crate::document::time)]
    end_time: Option<UnixMs>,
    /// Current status.
    #[param(inline, value_type = Option<StatusName>)]
    status: Option<Status>,
    /// Range of the most people connected at a time: `min:max`, `min:` or `:max`.
    #[param(value_type = Option<String>, pattern = r"^([0-9]+:[0-9]*|:[0-9]+)?$")]
    participants: Option<Peak>,
    /// Part of the title, the meeting ID or the session ID.
    search: Option<String>,
    /// Sort key.
    #[param(inline, value_type = Option<SortName>)]
    sort_by: Option<SessionSort>,
    /// Sort order.
    #[param(inline, value_type = Option<OrderName>)]
    sort_order: Option<Order>,
    #[param(ignore)]
    page: PageOf,
}

/// Names of [`Status`].
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
#[expect(dead_code, reason = "documents the values")]
enum StatusName {
    Live,
    Ended,
}

/// Names of [`SessionSort`].
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "documents the values")]
enum SortName {
    MinutesConsumed,
    CreatedAt,
}

/// Names of [`Order`].
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
#[expect(dead_code, reason = "documents the values")]
pub(super) enum OrderName {
    Asc,
    Desc,
}

/// Direction of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

impl Order {
    /// Reads `sort_order`.
    pub(super) fn from_query(query: &Query) -> Result<Option<Self>, Fault> {
        query.one_of("sort_order", &[("ASC", Self::Ascending), ("DESC", Self::Descending)])
    }
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

impl FromQuery for ListParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        const RANGE: &str = "must be a range like 1:10";
        let statuses = [("LIVE", Status::Live), ("ENDED", Status::Ended)];
        let keys = [("minutesConsumed", SessionSort::MinutesConsumed), ("createdAt", SessionSort::CreatedAt)];
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
            sort_by: query.one_of("sort_by", &keys)?,
            sort_order: Order::from_query(query)?,
            page: PageOf::from_query(query)?,
        })
    }
}

/// Sessions of a page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sessions {
    /// The sessions.
    pub(super) sessions: Vec<Session>,
}

/// Sessions of an app, newest first.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/sessions",
    operation_id = "sessionsGetSessions",
    tag = "Sessions",
    params(("account_id" = String, Path), ("app_id" = String, Path), ListParams, PageOf),
    responses((status = 200, description = "Done.", body = Listed<Sessions>), KitErrors)
)]
pub(super) async fn list(
    caller: InApp<Read>,
    Params(p, _): Params<ListParams, KitError>,
) -> Result<Response, KitError> {
    let now = caller.node.steady();
    let page = p.page;
    let query = SessionQuery {
        app: caller.app.id.clone(),
        now,
        meeting: p.associated_id,
        started_from: p.start_time,
        started_to: p.end_time,
        status: p.status,
        peak_min: p.participants.and_then(|range| range.min),
        peak_max: p.participants.and_then(|range| range.max),
        search: p.search,
        sort: p.sort_by.unwrap_or(SessionSort::CreatedAt),
        ascending: p.sort_order == Some(Order::Ascending),
        offset: page.offset(),
        limit: page.limit(),
    };
    let app = &caller.app.id;
    caller.store().sessions_read(query, |rows, total| session_list(app, rows, total, page, now)).await?
}

/// Parameters of one session.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetParams {
    /// Fill in `breakout_rooms`.
    #[param(value_type = Option<bool>, default = false)]
    include_breakout_rooms: Option<bool>,
}

impl FromQuery for GetParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self { include_breakout_rooms: query.boolean("include_breakout_rooms")? })
    }
}

/// One session.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}",
    operation_id = "sessionsGetSessionDetails",
    tag = "Sessions",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("session_id" = String, Path), GetParams),
    responses((status = 200, description = "Done.", body = Envelope<Session>), KitErrors)
)]
pub(super) async fn get(
    caller: InSession,
    Params(p, _): Params<GetParams, KitError>,
) -> Result<Envelope<Session>, KitError> {
    let rooms = match p.include_breakout_rooms {
        Some(true) => caller.node.store().breakout_sessions(caller.session.id).await?,
        Some(false) | None => Vec::new(),
    };
    let now = caller.node.steady();
    Ok(Envelope::of(Session::of(caller.session.borrow(), now).with_breakout_rooms(&rooms, now)))
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
