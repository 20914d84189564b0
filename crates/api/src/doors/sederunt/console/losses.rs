//! `GET …/losses`: how often connections are lost in an app, so that what one person lost can be told from what all lose.

use axum::Json;
use sederunt_store::LossMedian;
use serde::Serialize;
use utoipa::ToSchema;

use super::walk::walk;
use crate::dialect::{KitError, KitErrorBody, KitErrors};
use crate::doors::sederunt::access::InApp;
use crate::limit::LOSS_STAYS_MAX;

/// Lost connections an hour of presence.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Losses)]
pub(crate) struct LossesView {
    /// Half of the people lost no more connections an hour of presence; `null` = nobody was there.
    median_per_hour: Option<f64>,
    /// People who were looked at.
    people: usize,
    /// Stays that were looked at.
    stays: usize,
    /// These are all stays; else the 20 000 that were recorded last.
    is_all: bool,
}

/// What the people of the app lost of their connections, an hour of presence: the median, over the stays that were recorded last.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/losses",
    operation_id = "GetLosses",
    tag = "People",
    params(("app_id" = String, Path)),
    responses(
        (status = 200, description = "Done.", body = LossesView),
        (status = 429, description = "Too many long reads at a time.", body = KitErrorBody),
        KitErrors
    )
)]
pub(in crate::doors::sederunt) async fn losses(caller: InApp) -> Result<Json<LossesView>, KitError> {
    let (app, now) = (caller.app.id.clone(), caller.api.node.steady());
    let found = walk(&caller, move |store, pace| store.loss_median(pace, &app, LOSS_STAYS_MAX, now)).await?;
    let LossMedian { people, stays, per_hour, is_all } = found;
    Ok(Json(LossesView { median_per_hour: per_hour, people, stays, is_all }))
}
