//! Who may make a share, and what for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sederunt_core::time::UnixMs;
use sederunt_store::{AppRow, ShareRow};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::SharedReport;
use crate::dialect::KitError;
use crate::doors::sederunt::access::reached;
use crate::doors::sederunt::console::attendance::asked::{RuleBody, Target};
use crate::fault::Fault;
use crate::limit::{SHARE_MS, SHARE_MS_MAX};
use crate::principal::Principal;
use crate::right::{Change, Right as _};
use crate::state::Api;
use crate::value::{Edge, instant};

/// A caller that may share reports of the app of the path: a key of the account with the permission Realtime Admin.
#[derive(Debug)]
pub(in crate::doors::sederunt) struct MayShare {
    /// The app.
    pub(super) app: AppRow,
    /// What handlers share.
    pub(super) api: Api,
    /// Id of the token.
    pub(super) who: String,
}

impl FromRequestParts<Api> for MayShare {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let principal = Principal::of::<KitError>(api, parts).await?;
        let granted = principal.account().filter(|(_, permission)| Change::granted(*permission));
        let (account, _) = granted.ok_or_else(KitError::forbidden)?;
        let app = reached(parts, api, Some(account), None).await?;
        Ok(Self { app, api: api.clone(), who: principal.id })
    }
}

/// Kinds of reports.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ShareKind)]
pub(crate) enum Kind {
    /// Who was there.
    Attendance,
}

/// A link to make.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewShare {
    /// What is shared.
    kind: Kind,
    /// Of this session, or …
    session_id: Option<String>,
    /// … of those of this meeting, also of those to come.
    meeting_id: Option<String>,
    /// What counts.
    rule: Option<RuleBody>,
    /// Whether people are told by their names as well; true when not given.
    names: Option<bool>,
    /// It counts no more from then on; in 30 days when not given, in 366 days at the latest.
    expires_at: Option<String>,
}

impl NewShare {
    /// The row, when there is such a report in the app.
    pub(super) async fn row(self, api: &Api, app: &AppRow, who: String) -> Result<ShareRow, KitError> {
        let Self { kind: Kind::Attendance, session_id, meeting_id, rule, names, expires_at } = self;
        let asked = rule.unwrap_or_default().of(session_id.as_deref(), meeting_id.as_deref())?;
        let now = api.node.now();
        let expires_at = until(expires_at.as_deref(), now)?;
        let store = api.node.store();
        match asked.target {
            Target::Session(id) => {
                store.session(&app.id, id).await?.ok_or_else(|| KitError::not_found("Session"))?;
            }
            Target::Meeting(id) => {
                let meeting = store.meeting(id).await?.filter(|row| row.app == app.id);
                meeting.ok_or_else(|| KitError::not_found("Meeting"))?;
            }
        }
        Ok(ShareRow {
            id: api.node.mint_id(),
            app: app.id.clone(),
            report: SharedReport::kept(&asked),
            names: names.unwrap_or(true),
            made_by: who,
            created_at: now,
            expires_at,
            used_at: None,
        })
    }
}

fn until(text: Option<&str>, now: UnixMs) -> Result<UnixMs, Fault> {
    let Some(text) = text else { return Ok(now.plus_ms(SHARE_MS)) };
    let at =
        instant(text, Edge::To).ok_or_else(|| Fault::new("expires_at", "must be in ISO 8601 date format"))?;
    if at <= now || at > now.plus_ms(SHARE_MS_MAX) {
        return Err(Fault::new("expires_at", "must be in the future, by 366 days at most"));
    }
    Ok(at)
}
