//! A share as it is told and kept.

use sederunt_changes::text::iso;
use sederunt_store::ShareRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::dialect::KitError;
use crate::doors::sederunt::console::attendance::asked::{Asked, RuleView, Target};

/// The one kind of report.
pub(super) const KIND: &str = "attendance";

/// A link to a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Share)]
pub(crate) struct ShareView {
    /// Id.
    id: String,
    /// `attendance`.
    #[schema(pattern = "^attendance$")]
    kind: &'static str,
    #[serde(flatten)]
    report: SharedReport,
    /// People are told by their names as well; else by their own ids alone.
    names: bool,
    /// Id of the token that made it.
    made_by: String,
    /// Created.
    #[schema(format = DateTime)]
    created_at: String,
    /// It counts no more from then on.
    #[schema(format = DateTime)]
    expires_at: String,
    /// Last use, to the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    last_used_at: Option<String>,
    /// The link, in the answer to its making alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    url: Option<String>,
}

/// Shares of an app.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Shares)]
pub(crate) struct SharesView {
    /// Newest first.
    pub(super) shares: Vec<ShareView>,
}

/// What a share is of. Kept so.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct SharedReport {
    /// Of this session, or …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    session_id: Option<String>,
    /// … of those of this meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    meeting_id: Option<String>,
    /// What counts.
    rule: RuleView,
}

impl SharedReport {
    /// As it is kept.
    pub(super) fn kept(asked: &Asked) -> Value {
        let (session_id, meeting_id) = match asked.target {
            Target::Session(id) => (Some(id.to_string()), None),
            Target::Meeting(id) => (None, Some(id.to_string())),
        };
        let report = Self { session_id, meeting_id, rule: RuleView::of(asked) };
        serde_json::to_value(report).unwrap_or_default()
    }

    fn read(row: &ShareRow) -> Result<Self, KitError> {
        serde_json::from_value(row.report.clone()).map_err(|error| KitError::internal(&error))
    }
}

/// The report of a share.
pub(super) fn asked(row: &ShareRow) -> Result<Asked, KitError> {
    let SharedReport { session_id, meeting_id, rule } = SharedReport::read(row)?;
    Ok(rule.body().of(session_id.as_deref(), meeting_id.as_deref())?)
}

impl ShareView {
    /// Without the link, which nobody knows any more.
    pub(super) fn of(row: &ShareRow) -> Result<Self, KitError> {
        Ok(Self {
            id: row.id.to_string(),
            kind: KIND,
            report: SharedReport::read(row)?,
            names: row.names,
            made_by: row.made_by.clone(),
            created_at: iso(row.created_at),
            expires_at: iso(row.expires_at),
            last_used_at: row.used_at.map(iso),
            url: None,
        })
    }

    /// With the link.
    pub(super) fn with_url(self, url: String) -> Self {
        Self { url: Some(url), ..self }
    }
}
