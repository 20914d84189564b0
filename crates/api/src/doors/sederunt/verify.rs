//! The check of the whole ledger, while the server runs.

use axum::Json;
use axum::http::StatusCode;
use sederunt_changes::text::iso;
use serde::Serialize;
use utoipa::ToSchema;

use super::access::OfServer;
use crate::dialect::{KitError, KitErrorBody, KitErrors};
use crate::right::{Change, Read};
use crate::verifying::{CameTo, Ended, Run, Verifying};

/// Differences that are told; the command tells all.
const TOLD_MAX: usize = 20;

/// The check that runs, and the last one that has ended since the start of the server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemVerify)]
pub(crate) struct View {
    /// Under way.
    running: Option<Running>,
    /// The last one that has ended.
    last: Option<Last>,
}

/// A check under way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemVerifyRunning)]
pub(crate) struct Running {
    /// When it began.
    #[schema(format = DateTime)]
    started_at: String,
    /// Facts that were folded.
    facts: u64,
    /// Facts in all; 0 while the file itself is looked at.
    facts_all: u64,
}

/// A check that has ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemVerifyLast)]
pub(crate) struct Last {
    /// When it began.
    #[schema(format = DateTime)]
    started_at: String,
    /// When it ended.
    #[schema(format = DateTime)]
    ended_at: String,
    /// `equal`: everything is what the facts say. `differs`, `stopped`, `failed`: it could not go on.
    #[schema(pattern = "^(equal|differs|stopped|failed)$")]
    result: &'static str,
    /// Facts that were folded.
    facts: u64,
    /// Sessions that were compared.
    sessions: u64,
    /// Stays that were compared.
    stays: u64,
    /// Differences that were found.
    difference_count: u64,
    /// The first of them in words; `sederunt verify` tells all.
    differences: Vec<String>,
    /// Why it could not go on.
    error: Option<String>,
}

impl From<Run> for Running {
    fn from(run: Run) -> Self {
        let (facts, facts_all) = run.facts();
        Self { started_at: iso(run.started_at), facts, facts_all }
    }
}

impl From<&Ended> for Last {
    fn from(ended: &Ended) -> Self {
        let blank = Self {
            started_at: iso(ended.started_at),
            ended_at: iso(ended.ended_at),
            result: "stopped",
            facts: 0,
            sessions: 0,
            stays: 0,
            difference_count: 0,
            differences: Vec::new(),
            error: None,
        };
        match &ended.came_to {
            CameTo::Stopped => blank,
            CameTo::Failed(words) => Self { result: "failed", error: Some(words.clone()), ..blank },
            CameTo::Report(report) => Self {
                result: if report.difference_count == 0 { "equal" } else { "differs" },
                facts: report.facts,
                sessions: report.sessions,
                stays: report.stays,
                difference_count: report.difference_count,
                differences: report.differences.iter().take(TOLD_MAX).cloned().collect(),
                ..blank
            },
        }
    }
}

impl From<&Verifying> for View {
    fn from(verifying: &Verifying) -> Self {
        let (running, last) = verifying.look();
        Self { running: running.map(Running::from), last: last.as_deref().map(Last::from) }
    }
}

/// The check that runs, and the last one.
#[utoipa::path(
    get,
    path = "/system/verify",
    operation_id = "GetSystemVerify",
    tag = "System",
    responses((status = 200, description = "Done.", body = View), KitErrors)
)]
pub(in crate::doors::sederunt) async fn get(caller: OfServer<Read>) -> Json<View> {
    Json(View::from(&caller.api.verifying))
}

/// Begins to fold all facts again and to compare everything with what they say, on a snapshot of its own: people meet
/// meanwhile, and it takes half of the time of one reader at most. One at a time.
#[utoipa::path(
    post,
    path = "/system/verify",
    operation_id = "BeginSystemVerify",
    tag = "System",
    responses(
        (status = 202, description = "It has begun.", body = View),
        (status = 409, description = "One runs.", body = KitErrorBody),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn begin(
    caller: OfServer<Change>,
) -> Result<(StatusCode, Json<View>), KitError> {
    let verifying = &caller.api.verifying;
    let conflict = || KitError::new(StatusCode::CONFLICT, "The ledger is being verified already");
    verifying.begin(&caller.api.node).ok_or_else(conflict)?;
    tracing::info!(by = caller.who, "somebody verifies the ledger");
    Ok((StatusCode::ACCEPTED, Json(View::from(verifying))))
}

/// Stops the check that runs; nothing when none does.
#[utoipa::path(
    delete,
    path = "/system/verify",
    operation_id = "StopSystemVerify",
    tag = "System",
    responses((status = 202, description = "It ends within moments.", body = View), KitErrors)
)]
pub(in crate::doors::sederunt) async fn stop(caller: OfServer<Change>) -> (StatusCode, Json<View>) {
    caller.api.verifying.stop();
    (StatusCode::ACCEPTED, Json(View::from(&caller.api.verifying)))
}
