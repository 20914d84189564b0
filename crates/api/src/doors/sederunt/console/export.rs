//! `GET …/sessions.csv` and `…/sessions.ndjson`: all sessions that a filter passes, newest first, however many.
//!
//! Before each page it is asked whether the key still counts: who is signed out or revoked gets no more of it.
//!
//! The file is written while pages of the list are read, one when the other is taken. A page goes on after the last start that
//! the one before it had, not after a number of rows: sessions that begin or end meanwhile move nothing.

mod columns;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use jiff::tz::TimeZone;
use sederunt_core::time::UnixMs;
use sederunt_store::{SessionQuery, SessionRow, StoreError};
use utoipa::IntoParams;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::schema::{Object, Type};

use self::columns::Column;
use super::zone::{name, zone_param};
use crate::dialect::{KitError, KitErrorBody, KitErrors};
use crate::doors::sederunt::access::InApp;
use crate::exports::{NoTurn, Turn};
use crate::extract::Params;
use crate::fault::Fault;
use crate::key::Key;
use crate::limit::{EXPORT_PAGE, EXPORT_RECORDS, EXPORTS_PER_TOKEN};
use crate::query::{FromQuery, Query, named};
use crate::session_filter::SessionFilter;
use crate::state::Api;

/// So that spreadsheets read UTF-8.
const BOM: &str = "\u{feff}";

fn column_names() -> Object {
    let names: Vec<&str> = columns::ALL.iter().map(|(name, _)| *name).collect();
    let one = names.join("|");
    let pattern = format!("^(({one})(,({one})){{0,{}}})?$", names.len() - 1);
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build()
}

/// Beside the filters of the session list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CsvParams {
    #[param(ignore)]
    filter: SessionFilter,
    /// Columns in their order, separated by commas, each at most once; all when not given.
    #[param(schema_with = column_names, example = "title,started_at,minutes_consumed")]
    columns: Vec<Column>,
    /// IANA name of the zone of the instants, each of which says its offset; UTC when not given.
    #[param(value_type = Option<String>, example = "Europe/Berlin")]
    tz: TimeZone,
    /// Begin with a byte order mark, which some spreadsheets need.
    #[param(value_type = Option<bool>, default = false)]
    bom: bool,
}

impl FromQuery for CsvParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        let filter = SessionFilter::from_query(query)?;
        let mut columns = Vec::new();
        match query.text("columns")? {
            None => columns.extend(columns::ALL.iter().map(|(_, column)| *column)),
            Some(text) => {
                for part in text.split(',') {
                    let column = named("columns", part, columns::ALL)?;
                    if columns.contains(&column) {
                        return Err(Fault::new("columns", "must have each column at most once"));
                    }
                    columns.push(column);
                }
            }
        }
        let bom = query.boolean("bom")?.unwrap_or(false);
        Ok(Self { filter, columns, tz: zone_param(query)?, bom })
    }
}

/// Sessions as CSV (RFC 4180), newest first, without a limit.
///
/// What a spreadsheet would take for a formula begins with an apostrophe.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/sessions.csv",
    operation_id = "ExportSessionsCsv",
    tag = "Sessions",
    params(("app_id" = String, Path), SessionFilter, CsvParams),
    responses(
        (status = 200, description = "Done.", body = String, content_type = "text/csv"),
        (status = 429, description = "The token has as many exports under way as it may.", body = KitErrorBody),
        (status = 503, description = "Too many exports at a time."),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn csv(
    caller: InApp,
    Params(params, _): Params<CsvParams, KitError>,
) -> Result<Response, KitError> {
    let CsvParams { filter, columns, tz, bom } = params;
    let head = if bom { BOM } else { "" }.to_owned() + &columns::head(&columns, name(&tz));
    let form = Form::Csv { columns, zone: tz };
    export(caller, filter, form, head, ("text/csv; charset=utf-8", "sessions.csv")).await
}

/// Sessions with their stays, one a line in the record format of imports and exports, newest first, without a limit.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/sessions.ndjson",
    operation_id = "ExportSessionsNdjson",
    tag = "Sessions",
    params(("app_id" = String, Path), SessionFilter),
    responses(
        (status = 200, description = "Done.", body = String, content_type = "application/x-ndjson"),
        (status = 429, description = "The token has as many exports under way as it may.", body = KitErrorBody),
        (status = 503, description = "Too many exports at a time."),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn ndjson(
    caller: InApp,
    Params(filter, _): Params<SessionFilter, KitError>,
) -> Result<Response, KitError> {
    export(caller, filter, Form::Records, String::new(), ("application/x-ndjson", "sessions.ndjson")).await
}

async fn export(
    caller: InApp,
    filter: SessionFilter,
    form: Form,
    head: String,
    (kind, file): (&'static str, &str),
) -> Result<Response, KitError> {
    let InApp { app, api, who, key, .. } = caller;
    let turn = api.exports.turn(key.token, api.node.steady()).map_err(|why| {
        api.node.metrics().refusal("EXPORT_LIMIT");
        refusal(why)
    })?;
    let limit = if matches!(form, Form::Csv { .. }) { EXPORT_PAGE } else { EXPORT_RECORDS };
    let query = SessionQuery { ascending: false, limit, ..filter.query(&app.id, api.node.steady()) };
    let to = query.started_to.unwrap_or(UnixMs(i64::MAX)).min(api.node.now());
    let mut export = Export {
        query: SessionQuery { started_to: Some(to), ..query },
        form,
        who,
        key,
        api,
        written: 0,
        ties: 0,
        is_over: false,
        turn,
    };
    // The status is decided when the first page is there; a fault after that cuts the file off, which the client sees.
    let mut first = head.into_bytes();
    first.extend(export.page().await?);
    let chunks = stream::try_unfold((Some(first), export), |(first, mut export)| async move {
        let bytes = match first {
            Some(bytes) => bytes,
            None if export.is_over => {
                let Export { who, query, written, .. } = &export;
                tracing::info!(token = who, app = %query.app, sessions = written, "sessions were exported");
                return Ok(None);
            }
            None => export.next_page().await?,
        };
        Ok::<_, Cut>(Some((Bytes::from(bytes), (None, export))))
    });
    let disposition = format!("attachment; filename=\"{file}\"");
    let headers =
        [(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, &*disposition), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

/// The answer to whoever has no turn.
pub(super) fn refusal(why: NoTurn) -> KitError {
    match why {
        NoTurn::OfToken => {
            let words = format!(
                "This token has {EXPORTS_PER_TOKEN} exports under way; try again when one of them has ended"
            );
            KitError::new(StatusCode::TOO_MANY_REQUESTS, words)
        }
        NoTurn::OfAll => {
            KitError::new(StatusCode::SERVICE_UNAVAILABLE, "Too many exports at a time; try again")
        }
    }
}

/// What a file is made of.
enum Form {
    /// Chosen columns.
    Csv { columns: Vec<Column>, zone: TimeZone },
    /// Whole records.
    Records,
}

/// A file on its way.
struct Export {
    /// The next page: those that started at `started_to` or before …
    query: SessionQuery,
    /// … without so many that started exactly then.
    ties: u64,
    form: Form,
    who: String,
    key: Key,
    api: Api,
    written: u64,
    is_over: bool,
    turn: Turn,
}

/// Why a file ends before its end.
#[derive(Debug, thiserror::Error)]
enum Cut {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the key does not count any more")]
    KeyOver,
    #[error("it took too long")]
    TooLong,
}

impl Export {
    /// The lines after the first page, if its caller may still have them.
    async fn next_page(&mut self) -> Result<Vec<u8>, Cut> {
        let page = self.page_if_allowed().await;
        if let Err(error) = &page {
            tracing::warn!(%error, token = self.who, sessions = self.written, "an export was cut off");
        }
        page
    }

    async fn page_if_allowed(&mut self) -> Result<Vec<u8>, Cut> {
        if self.turn.is_over(self.api.node.steady()) {
            return Err(Cut::TooLong);
        }
        if !self.key.counts(&self.api.node).await? {
            return Err(Cut::KeyOver);
        }
        Ok(self.page().await?)
    }

    /// The next lines; none at the end.
    async fn page(&mut self) -> Result<Vec<u8>, StoreError> {
        let query = SessionQuery { offset: self.ties, ..self.query.clone() };
        let store = self.api.node.store();
        let rows: Vec<SessionRow> =
            store.sessions_read(query, |rows, _| rows.map(|row| row.to_owned()).collect()).await?;
        let Some(last) = rows.last().map(|row| row.started_at) else {
            self.is_over = true;
            return Ok(Vec::new());
        };
        let of_last = rows.iter().filter(|row| row.started_at == last).count();
        let goes_on = self.query.started_to == Some(last);
        self.ties = u64::try_from(of_last).unwrap_or(0) + if goes_on { self.ties } else { 0 };
        self.query.started_to = Some(last);
        self.written += u64::try_from(rows.len()).unwrap_or(0);
        match &self.form {
            Form::Csv { columns, zone } => {
                let mut text = String::new();
                rows.iter().for_each(|row| columns::line(&mut text, columns, zone, row, self.query.now));
                Ok(text.into_bytes())
            }
            Form::Records => store.records(rows.iter().map(|row| row.id).collect()).await,
        }
    }
}
