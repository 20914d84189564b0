//! Sessions of an app (SEMANTICS §3.3 to §3.6).

use axum::response::Response;
use sederunt_store::{SessionQuery, SessionSort};
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
use crate::session_filter::SessionFilter;

/// Order and page of the session list, beside its filter.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    #[param(ignore)]
    filter: SessionFilter,
    /// Sort key.
    #[param(inline, value_type = Option<SortName>)]
    sort_by: Option<SessionSort>,
    /// Sort order.
    #[param(inline, value_type = Option<OrderName>)]
    sort_order: Option<Order>,
    #[param(ignore)]
    page: PageOf,
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

impl FromQuery for ListParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        let keys = [("minutesConsumed", SessionSort::MinutesConsumed), ("createdAt", SessionSort::CreatedAt)];
        // Fields in the order of the table: the first fault is reported.
        Ok(Self {
            filter: SessionFilter::from_query(query)?,
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
    params(("account_id" = String, Path), ("app_id" = String, Path), SessionFilter, ListParams, PageOf),
    responses((status = 200, description = "Done.", body = Listed<Sessions>), KitErrors)
)]
pub(super) async fn list(
    caller: InApp<Read>,
    Params(p, _): Params<ListParams, KitError>,
) -> Result<Response, KitError> {
    let now = caller.node.steady();
    let page = p.page;
    let query = SessionQuery {
        sort: p.sort_by.unwrap_or(SessionSort::CreatedAt),
        ascending: p.sort_order == Some(Order::Ascending),
        offset: page.offset(),
        limit: page.limit(),
        ..p.filter.query(&caller.app.id, now)
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
