//! `GET …/sessions/{session_id}/stays.csv`: who was in a session, from when to when, as a sheet.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use sederunt_core::time::UnixMs;
use utoipa::IntoParams;

use super::story::{Person, Stay, Story};
use super::telling::tell;
use crate::dialect::{KitError, KitErrorBody, KitErrors};
use crate::doors::sederunt::access::InSession;
use crate::doors::sederunt::console::csv::{cell, instant, seconds};
use crate::doors::sederunt::console::zone::{name, zone_param};
use crate::extract::Params;
use crate::fault::Fault;
use crate::query::{FromQuery, Query};

/// So that spreadsheets read UTF-8.
const BOM: &str = "\u{feff}";

/// How a sheet is written.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SheetParams {
    /// IANA name of the zone of the instants, each of which says its offset; UTC when not given.
    #[param(value_type = Option<String>, example = "Europe/Berlin")]
    tz: TimeZone,
    /// Begin with a byte order mark, which some spreadsheets need.
    #[param(value_type = Option<bool>, default = false)]
    bom: bool,
}

impl FromQuery for SheetParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self { tz: zone_param(query)?, bom: query.boolean("bom")?.unwrap_or(false) })
    }
}

/// The stays of a session as CSV (RFC 4180), in order of joining. Of an open stay the length is that until now, or until its
/// connection was lost.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/sessions/{session_id}/stays.csv",
    operation_id = "ExportSessionStaysCsv",
    tag = "Sessions",
    params(("app_id" = String, Path), ("session_id" = String, Path), SheetParams),
    responses(
        (status = 200, description = "Done.", body = String, content_type = "text/csv"),
        (status = 429, description = "Too many sessions are being told whole.", body = KitErrorBody),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn csv(
    caller: InSession,
    Params(SheetParams { tz, bom }, _): Params<SheetParams, KitError>,
) -> Result<Response, KitError> {
    let InSession { session, api } = caller;
    let (node, id) = (api.node.clone(), session.id);
    let text = tell(&api, session, move |session, told| {
        sheet(&Story::of(told), &tz, bom, session.own_time(node.steady()))
    })
    .await?;
    let file = format!("attachment; filename=\"stays-{id}.csv\"");
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, &*file),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, text).into_response())
}

fn sheet(story: &Story, tz: &TimeZone, bom: bool, now: UnixMs) -> String {
    let mut text = if bom { BOM } else { "" }.to_owned();
    let zone = name(tz);
    text += &format!(
        "name,participant_id,custom_participant_id,user_id,preset_name,role,joined_at ({zone}),left_at ({zone}),reason,\
         length_seconds,away_seconds,peer_id\r\n"
    );
    for (person, stay) in story.rows() {
        line(&mut text, person, stay, tz, now);
    }
    text
}

fn line(text: &mut String, person: &Person, stay: &Stay, zone: &TimeZone, now: UnixMs) {
    let or_nothing = |value: &Option<String>| value.clone().unwrap_or_default();
    let cells = [
        or_nothing(&person.display_name),
        person.id.clone(),
        or_nothing(&person.custom_participant_id),
        or_nothing(&person.user_id),
        or_nothing(&person.preset_name),
        person.role.to_owned(),
        instant(zone, UnixMs(stay.joined_at)),
        stay.left_at.map_or_else(String::new, |at| instant(zone, UnixMs(at))),
        stay.reason.unwrap_or_default().to_owned(),
        seconds(stay.until(now.0) - stay.joined_at),
        seconds(stay.away_ms()),
        stay.peer.clone(),
    ];
    for (i, value) in cells.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        cell(text, value);
    }
    text.push_str("\r\n");
}
