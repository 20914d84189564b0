//! `GET …/attendance` and `…/attendance.csv`: who was there, and long enough? Of one session, or of those of a meeting
//! (docs/decisions/0051-attendance.md).

pub(super) mod asked;
pub(super) mod gather;
mod rule;
pub(super) mod sheet;
pub(super) mod view;

#[cfg(test)]
mod vectors;

use axum::Json;
use axum::response::{IntoResponse, Response};
use tokio::task::spawn_blocking;

use self::asked::{Asked, AttendanceParams, Detail};
use self::gather::{Gathered, gather};
use self::sheet::{Reader, SheetForm, SheetParams, send};
use self::view::Attendance;
use crate::dialect::{KitError, KitErrorBody, KitErrors};
use crate::doors::sederunt::access::InApp;
use crate::extract::Params;
use crate::fault::Fault;
use crate::query::{FromQuery, Query};

/// A report and whether it comes with what it was counted from.
#[derive(Debug)]
pub(crate) struct Wanted(Asked, Detail);

impl FromQuery for Wanted {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self(Asked::from_query(query)?, Detail::from_query(query)?))
    }
}

/// A report and how it is written.
#[derive(Debug)]
pub(crate) struct WantedSheet(Asked, SheetParams);

impl FromQuery for WantedSheet {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self(Asked::from_query(query)?, SheetParams::from_query(query)?))
    }
}

/// As JSON. `names`: people are told by their names as well; `stays`: with what it was counted from.
pub(super) fn told(gathered: &Gathered, asked: &Asked, names: bool, stays: bool) -> Attendance {
    Attendance::of(gathered, gathered.counted(asked), asked, names, stays)
}

/// Who was there, of how long for how long, and what that comes to: of one session, or of those of a meeting, at most 200.
///
/// A person's participants are joined by the caller's own id. The window of a session is from its first join to its last
/// leave, or the one that is given; while it is LIVE it ends now.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/attendance",
    operation_id = "GetAttendance",
    tag = "Attendance",
    params(("app_id" = String, Path), AttendanceParams, Detail),
    responses(
        (status = 200, description = "Done.", body = Attendance),
        (status = 429, description = "Too many sessions are being told whole.", body = KitErrorBody),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn report(
    caller: InApp,
    Params(Wanted(asked, Detail { stays }), _): Params<Wanted, KitError>,
) -> Result<Response, KitError> {
    let InApp { app, api, .. } = caller;
    let gathered = gather(&api, &app.id, &asked).await?;
    let answer = spawn_blocking(move || Json(told(&gathered, &asked, true, stays)).into_response());
    answer.await.map_err(|error| KitError::internal(&error))
}

/// The same as CSV (RFC 4180): a line a person and session, or a line a person with a column a session.
///
/// What a spreadsheet would take for a formula begins with an apostrophe.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/attendance.csv",
    operation_id = "ExportAttendanceCsv",
    tag = "Attendance",
    params(("app_id" = String, Path), AttendanceParams, SheetParams),
    responses(
        (status = 200, description = "Done.", body = String, content_type = "text/csv"),
        (status = 429, description = "Too many sessions are being told whole, or exports under way.", body = KitErrorBody),
        (status = 503, description = "Too many exports at a time."),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn csv(
    caller: InApp,
    Params(WantedSheet(asked, sheet), _): Params<WantedSheet, KitError>,
) -> Result<Response, KitError> {
    let InApp { app, api, who, key, .. } = caller;
    let form = SheetForm { names: true, params: sheet };
    send(api, &app.id, asked, form, Reader::Key { key, who }).await
}
