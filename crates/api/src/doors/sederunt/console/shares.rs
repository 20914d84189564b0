//! Shares: links to one report for whoever has no account (docs/decisions/0051-attendance.md).
//!
//! A link has its secret in the fragment, which no log and no proxy sees. The page exchanges it for a cookie, which reads that
//! one report and nothing else: [`admit_share`] alone says when it counts.

mod making;
mod view;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sederunt_app::shares;
use sederunt_changes::text::iso;
use sederunt_core::id::Id;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use utoipa::ToSchema;

use self::making::{MayShare, NewShare};
use self::view::{ShareView, SharesView, asked};
use super::attendance::gather::gather;
use super::attendance::sheet::{Reader, SheetForm, SheetParams, send};
use super::attendance::told;
use super::attendance::view::Attendance;
use super::session::{NotSignedIn, Visitor};
use crate::console::{ConsoleConfig, ReadShare, admit_share, secret};
use crate::dialect::{KitError, KitErrorBody, KitErrors};
use crate::doors::sederunt::access::InApp;
use crate::extract::{Body, Params};
use crate::limit::SHARE_COOKIE_MS;
use crate::origin::Origin;
use crate::path;
use crate::principal::sha256;
use crate::state::Api;

/// The cookie that a link becomes. Whoever has one cannot make the link of it.
fn cookie_of(secret: &str) -> String {
    sha256(&format!("cookie of a share: {secret}")).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes a link to one report, which whoever has it may read and nothing else. Takes the permission Realtime Admin.
///
/// At most 500 of an app. The link is in this answer and in no other one.
#[utoipa::path(
    post,
    path = "/apps/{app_id}/shares",
    operation_id = "CreateShare",
    tag = "Attendance",
    params(("app_id" = String, Path)),
    request_body = NewShare,
    responses((status = 201, description = "Done.", body = ShareView), KitErrors)
)]
pub(in crate::doors::sederunt) async fn make(
    caller: MayShare,
    Origin(origin): Origin,
    Body(body, _): Body<NewShare, KitError>,
) -> Result<Response, KitError> {
    let MayShare { app, api, who } = caller;
    let row = body.row(&api, &app, who).await?;
    let secret = secret()
        .ok_or_else(|| KitError::new(StatusCode::INTERNAL_SERVER_ERROR, "The system gave no randomness"))?;
    shares::make(&api.node, row.clone(), sha256(&cookie_of(&secret))).await?;
    tracing::info!(token = row.made_by, share = %row.id, app = %row.app, names = row.names, "a report was shared");
    let origin = of_console(&api.config.console, origin);
    let view = ShareView::of(&row)?.with_url(format!("{origin}/console/shared#{secret}"));
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

/// The origin of the console, for whoever came by `origin`: TLS where a proxy speaks it, and its own name where it has one.
fn of_console(console: &ConsoleConfig, origin: String) -> String {
    let Some((scheme, place)) = origin.split_once("://") else { return origin };
    let scheme = if console.is_behind_tls { "https" } else { scheme };
    let Some(host) = &console.host else { return format!("{scheme}://{place}") };
    // Behind the bracket of an address of IPv6 there may be a port, too.
    let port =
        place.rsplit_once(':').map(|(_, port)| port).filter(|port| port.bytes().all(|b| b.is_ascii_digit()));
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    format!("{scheme}://{host}{port}")
}

/// Links to reports of an app that count, newest first, with their last use.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/shares",
    operation_id = "ListShares",
    tag = "Attendance",
    params(("app_id" = String, Path)),
    responses((status = 200, description = "Done.", body = SharesView), KitErrors)
)]
pub(in crate::doors::sederunt) async fn list(caller: InApp) -> Result<Json<SharesView>, KitError> {
    let InApp { app, api, .. } = caller;
    let (rows, now) = (api.node.store().shares(&app.id).await?, api.node.now());
    let views = rows.iter().filter(|row| now < row.expires_at).map(ShareView::of);
    Ok(Json(SharesView { shares: views.collect::<Result<_, _>>()? }))
}

/// Ends a link: nobody reads by it once this has returned. Takes the permission Realtime Admin.
#[utoipa::path(
    delete,
    path = "/apps/{app_id}/shares/{share_id}",
    operation_id = "DeleteShare",
    tag = "Attendance",
    params(("app_id" = String, Path), ("share_id" = String, Path)),
    responses((status = 204, description = "Done."), KitErrors)
)]
pub(in crate::doors::sederunt) async fn end(caller: MayShare, id: ShareId) -> Result<StatusCode, KitError> {
    let MayShare { app, api, who } = caller;
    let unknown = || KitError::not_found("Share");
    let id = id.0.ok_or_else(unknown)?;
    if !shares::end(&api.node, &app.id, id).await? {
        return Err(unknown());
    }
    tracing::info!(token = who, share = %id, app = %app.id, "a link to a report was ended");
    Ok(StatusCode::NO_CONTENT)
}

/// The share of the path; `None` = not an id.
#[derive(Debug)]
pub(in crate::doors::sederunt) struct ShareId(Option<Id>);

impl FromRequestParts<Api> for ShareId {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, KitError> {
        Ok(Self(path::param(parts, &["share_id"]).and_then(|text| Id::parse(&text).ok())))
    }
}

/// A link to exchange.
#[derive(Deserialize, ToSchema)]
#[schema(as = OpenShare)]
pub(crate) struct Opening {
    /// What is behind the `#` of the link.
    secret: String,
}

/// What a link is to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenedShare)]
pub(crate) struct Opened {
    /// The share.
    id: String,
    /// `attendance`.
    #[schema(pattern = "^attendance$")]
    kind: &'static str,
    /// People are told by their names as well.
    names: bool,
    /// It counts no more from then on.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Exchanges the secret of a link for a cookie, for the console's own page, which reads the report of that link and nothing
/// else: for twelve hours, until the link is over, or until it is ended.
///
/// What is not known counts as a sign-in that failed.
#[utoipa::path(
    post,
    path = "/shares/open",
    operation_id = "OpenShare",
    tag = "Attendance",
    security(()),
    request_body = Opening,
    responses(
        (status = 200, description = "The cookie is set.", body = Opened),
        (status = 400, description = "The body is not valid.", body = KitErrorBody),
        (status = 401, description = "The link is not known, or over.", body = KitErrorBody),
        (status = 403, description = "Not from here.", body = KitErrorBody),
        (status = 404, description = "The console is switched off.", body = KitErrorBody),
        (status = 429, description = "Too many sign-ins failed.", body = KitErrorBody),
        (status = 500, description = "Fault in the server.", body = KitErrorBody)
    )
)]
pub(in crate::doors::sederunt) async fn open(
    visitor: Visitor,
    Body(Opening { secret }, _): Body<Opening, KitError>,
) -> Result<Response, NotSignedIn> {
    let now = visitor.api.node.now();
    let cookie = cookie_of(&secret);
    let Some(row) = shares::open(&visitor.api.node, sha256(&cookie), now).await? else {
        return Err(visitor.refused(now, "This link is not known, or is over"));
    };
    let expires_at = iso(row.expires_at);
    let opened = Opened { id: row.id.to_string(), kind: view::KIND, names: row.names, expires_at };
    let mut response = Json(opened).into_response();
    let age = row.expires_at.since(now).min(SHARE_COOKIE_MS);
    if let Some(cookie) = visitor.place.set_share(row.id, &cookie, age) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Somebody with the cookie of the share of the path.
pub(in crate::doors::sederunt) struct Holder {
    api: Api,
    share: ReadShare,
}

impl FromRequestParts<Api> for Holder {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let id = ShareId::from_request_parts(parts, api).await?.0;
        let id = id.ok_or_else(|| KitError::not_found("Share"))?;
        let share = admit_share::<KitError>(api, parts, id).await?;
        Ok(Self { api: api.clone(), share })
    }
}

/// The report of a link, by its own rule.
#[utoipa::path(
    get,
    path = "/shares/{share_id}/attendance",
    operation_id = "GetSharedAttendance",
    tag = "Attendance",
    security(("shareCookie" = [])),
    params(("share_id" = String, Path)),
    responses(
        (status = 200, description = "Done.", body = Attendance),
        (status = 429, description = "Too many sessions are being told whole.", body = KitErrorBody),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn report(holder: Holder) -> Result<Response, KitError> {
    let Holder { api, share: ReadShare { row, .. } } = holder;
    let asked = asked(&row)?;
    let gathered = gather(&api, &row.app, &asked).await?;
    let answer = spawn_blocking(move || Json(told(&gathered, &asked, row.names, false)).into_response());
    answer.await.map_err(|error| KitError::internal(&error))
}

/// The report of a link as CSV (RFC 4180).
#[utoipa::path(
    get,
    path = "/shares/{share_id}/attendance.csv",
    operation_id = "ExportSharedAttendanceCsv",
    tag = "Attendance",
    security(("shareCookie" = [])),
    params(("share_id" = String, Path), SheetParams),
    responses(
        (status = 200, description = "Done.", body = String, content_type = "text/csv"),
        (status = 429, description = "Too many sessions are being told whole, or exports under way.", body = KitErrorBody),
        (status = 503, description = "Too many exports at a time."),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn csv(
    holder: Holder,
    Params(params, _): Params<SheetParams, KitError>,
) -> Result<Response, KitError> {
    let Holder { api, share } = holder;
    let asked = asked(&share.row)?;
    let (app, form) = (share.row.app.clone(), SheetForm { names: share.row.names, params });
    send(api, &app, asked, form, Reader::Share(share)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_the_console() {
        let of = |host: Option<&str>, is_behind_tls: bool, origin: &str| {
            let console =
                ConsoleConfig { host: host.map(str::to_owned), is_behind_tls, ..ConsoleConfig::default() };
            of_console(&console, origin.to_owned())
        };
        assert_eq!(of(None, false, "http://localhost:8080"), "http://localhost:8080");
        assert_eq!(of(None, true, "http://meet.example.com"), "https://meet.example.com");
        assert_eq!(
            of(Some("console.example.com"), true, "http://meet.example.com"),
            "https://console.example.com"
        );
        assert_eq!(of(Some("c.localhost"), false, "http://localhost:8080"), "http://c.localhost:8080");
        assert_eq!(of(Some("c.localhost"), false, "https://[::1]:8443"), "https://c.localhost:8443");
        assert_eq!(of(Some("c.localhost"), false, "https://[::1]"), "https://c.localhost");
    }
}
