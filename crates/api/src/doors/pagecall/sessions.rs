//! Sessions of a room (SEMANTICS §6.4). Without `limit` the answer is the whole list, streamed.

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use sederunt_core::time::UnixMs;
use sederunt_store::{RoomStayQuery, StayBatch, StayRow, StaySort, StoreError};
use serde::Serialize;
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};

use super::access::InRoom;
use super::page::{self, Paging};
use super::view::Session;
use crate::dialect::{PagecallError, PagecallErrors};
use crate::extract::Params;
use crate::fault::Fault;
use crate::query::{FromQuery, Query};

/// Filters, order and page of a room's sessions.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Only sessions of this user.
    user_id: Option<String>,
    /// true: only connected sessions; false: only ended ones.
    #[param(value_type = Option<bool>)]
    is_connecting: Option<bool>,
    /// Items to return, at most 1000; everything when left out.
    #[param(value_type = Option<u64>, minimum = 0)]
    limit: Option<u32>,
    /// Items to skip.
    #[param(value_type = Option<u64>, minimum = 0, default = 0)]
    offset: u64,
    /// `connected_at`, `disconnected_at` or `created_at` with a leading + (ascending) or - (descending).
    #[param(
        value_type = Option<String>,
        pattern = "^([+ -]?(connected|disconnected|created)_at)?$",
        default = "-connected_at"
    )]
    sort_by: (StaySort, bool),
}

impl FromQuery for ListParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        let keys = [
            ("connected_at", StaySort::JoinedAt),
            ("disconnected_at", StaySort::LeftAt),
            ("created_at", StaySort::JoinedAt),
        ];
        Ok(Self {
            user_id: query.text("user_id")?.map(str::to_owned),
            is_connecting: query.boolean("is_connecting")?,
            limit: page::limit(query)?,
            offset: page::offset(query)?,
            sort_by: page::sort_by(query, &keys)?.unwrap_or((StaySort::JoinedAt, false)),
        })
    }
}

/// Sessions of a room.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sessions {
    /// The sessions.
    sessions: Vec<Session>,
    /// Position in the list.
    paging: Paging,
}

/// Connections made to the room, past and present, newest first.
#[utoipa::path(
    get,
    path = "/rooms/{room_id}/sessions",
    operation_id = "GetRoomSessions",
    tag = "room",
    params(("room_id" = String, Path), ListParams),
    responses((status = 200, description = "Done.", body = Sessions), PagecallErrors)
)]
pub(super) async fn list(
    caller: InRoom,
    Params(p, _): Params<ListParams, PagecallError>,
) -> Result<Response, PagecallError> {
    let InRoom { room, workspace } = caller;
    let now = workspace.node.steady();
    let (sort, ascending) = p.sort_by;
    let query = RoomStayQuery {
        meeting: room.id,
        user_id: p.user_id,
        connecting: p.is_connecting,
        sort,
        ascending,
        offset: p.offset,
        limit: p.limit,
    };
    let Some(limit) = p.limit else {
        let rows = workspace.store().room_stays_each(query);
        return Whole { rows, account: workspace.account, now, offset: p.offset }.response().await;
    };
    let found = workspace.store().room_stays(query).await?;
    let paging = Paging { limit: u64::from(limit), offset: p.offset, total: found.total };
    let sessions = found.items.into_iter().map(|row| Session::of(row, &workspace.account, now)).collect();
    Ok(axum::Json(Sessions { sessions, paging }).into_response())
}

/// The whole list on its way from the store to the client, a batch at a time.
struct Whole {
    rows: mpsc::Receiver<Result<StayBatch, StoreError>>,
    account: String,
    now: UnixMs,
    offset: u64,
}

/// Where the answer's text is.
enum Step {
    Batches { whole: Whole, total: u64, sent: u64 },
    End,
}

impl Whole {
    /// The status is decided when the total is known; a fault after that cuts the body off, which the client sees.
    async fn response(mut self) -> Result<Response, PagecallError> {
        let total = match self.rows.recv().await {
            Some(Ok(StayBatch::Total(total))) => total,
            Some(Err(error)) => return Err(error.into()),
            Some(Ok(StayBatch::Rows(_))) | None => return Err(StoreError::Closed.into()),
        };
        let chunks = stream::try_unfold(Step::Batches { whole: self, total, sent: 0 }, Step::next);
        let json = [(header::CONTENT_TYPE, "application/json")];
        Ok((json, Body::from_stream(chunks)).into_response())
    }

    fn text(&self, rows: Vec<StayRow>, sent: u64) -> Result<String, serde_json::Error> {
        let mut text = String::new();
        for (i, row) in rows.into_iter().enumerate() {
            if sent > 0 || i > 0 {
                text.push(',');
            }
            text.push_str(&serde_json::to_string(&Session::of(row, &self.account, self.now))?);
        }
        Ok(text)
    }
}

impl Step {
    async fn next(self) -> Result<Option<(Bytes, Self)>, StreamFault> {
        let Self::Batches { mut whole, total, sent } = self else { return Ok(None) };
        let head = if sent == 0 { "{\"sessions\":[" } else { "" };
        let expected = total.saturating_sub(whole.offset);
        match whole.rows.recv().await {
            Some(Ok(StayBatch::Rows(rows))) => {
                let n = u64::try_from(rows.len()).unwrap_or(u64::MAX);
                let text = format!("{head}{}", whole.text(rows, sent)?);
                Ok(Some((text.into(), Self::Batches { whole, total, sent: sent + n })))
            }
            // The stream may end early when its reader stalls: then the answer must not look complete.
            None if sent == expected => {
                let paging = Paging { limit: sent, offset: whole.offset, total };
                let text = format!("{head}],\"paging\":{}}}", serde_json::to_string(&paging)?);
                Ok(Some((text.into(), Self::End)))
            }
            None | Some(Ok(StayBatch::Total(_))) => Err(StreamFault::CutOff),
            Some(Err(error)) => Err(error.into()),
        }
    }
}

/// Why a list was cut off.
#[derive(Debug, thiserror::Error)]
enum StreamFault {
    #[error("the list was cut off")]
    CutOff,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;
    use http_body_util::BodyExt;

    use super::*;

    async fn answer(messages: Vec<Result<StayBatch, StoreError>>) -> Result<Response, PagecallError> {
        let (tx, rows) = mpsc::channel(8);
        for message in messages {
            tx.try_send(message).unwrap();
        }
        drop(tx);
        Whole { rows, account: "acc".to_owned(), now: UnixMs(0), offset: 0 }.response().await
    }

    #[tokio::test]
    async fn a_list_that_ends_early_does_not_look_complete() {
        let whole = answer(vec![Ok(StayBatch::Total(0))]).await.unwrap();
        let text = whole.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(text, r#"{"sessions":[],"paging":{"limit":0,"offset":0,"total":0}}"#);

        for messages in [
            vec![Ok(StayBatch::Total(3))],
            vec![Ok(StayBatch::Total(3)), Ok(StayBatch::Rows(Vec::new())), Err(StoreError::Closed)],
        ] {
            let cut = answer(messages).await.unwrap().into_body().into_data_stream();
            assert!(cut.try_collect::<Vec<_>>().await.is_err());
        }
        assert!(answer(vec![Err(StoreError::Closed)]).await.is_err());
        assert!(answer(Vec::new()).await.is_err());
    }
}
