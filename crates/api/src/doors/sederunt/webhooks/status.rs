//! How a webhook does.

use axum::Json;
use sederunt_changes::text::iso;
use sederunt_store::delivery_log::Stats;
use sederunt_webhook::owner::standing::{self, Health, Standing};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::Schema;

use super::access::{OfReceiver, Read};
use crate::dialect::{KitError, KitErrors};

fn states() -> Schema {
    crate::document::one_of(Health::ALL.iter().map(|health| health.as_str()))
}

/// How a webhook does. Rooms with the same URL share a receiver: then it is that of all of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookStatus {
    /// What is done with it.
    #[schema(schema_with = states)]
    state: &'static str,
    /// Since when it is down.
    #[schema(format = DateTime)]
    since: Option<String>,
    /// Why, in words.
    reason: Option<&'static str>,
    /// Everything up to this sequence number is settled, or waits.
    done_seq: u64,
    /// How far it is behind; `null` = it is switched off.
    behind: Option<WebhookBehind>,
    /// Events that wait for another attempt, and meetings that wait with them.
    waiting: usize,
    /// Requests under way.
    in_flight: usize,
    /// When the next attempt is due of those that wait.
    #[schema(format = DateTime)]
    next_attempt_at: Option<String>,
    /// What it may have missed so far, while it is switched off.
    missed: Option<WebhookMissed>,
    /// Its attempts of the last hour.
    last_hour: WebhookLastHour,
}

/// How far a webhook is behind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookBehind {
    /// Changes of the app that it has not been through, wanted or not; 10000 = so many, or more.
    facts: u64,
    /// How long ago the first of them happened.
    seconds: i64,
}

/// A range of sequence numbers, to replay when the webhook is on again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookMissed {
    /// The first.
    from: u64,
    /// The last so far.
    to: u64,
}

/// What attempts came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookLastHour {
    /// From when on they are counted.
    #[schema(format = DateTime)]
    since: String,
    /// Those that delivered.
    delivered: u64,
    /// Those that failed.
    failed: u64,
    /// Of those, the ones after which nothing follows.
    failed_for_good: u64,
    /// The part that delivered, 0 to 1; `null` = there was none, or the log keeps failures alone.
    success_rate: Option<f64>,
    /// The median latency of those that delivered.
    p50_ms: Option<i64>,
    /// The 95th percentile of the same.
    p95_ms: Option<i64>,
}

impl WebhookLastHour {
    fn of(stats: &Stats, has_successes: bool) -> Self {
        let Stats { since, delivered, failed, dead, p50_ms, p95_ms } = *stats;
        let all = delivered + failed;
        // Four digits are enough to see one in a thousand.
        let rate = |all: u64| (delivered as f64 / all as f64 * 10_000.0).round() / 10_000.0;
        Self {
            since: iso(since),
            delivered,
            failed,
            failed_for_good: dead,
            success_rate: (has_successes && all > 0).then(|| rate(all)),
            p50_ms,
            p95_ms,
        }
    }
}

async fn status(caller: OfReceiver<Read>) -> Result<Json<WebhookStatus>, KitError> {
    let OfReceiver { app, of, service, .. } = caller;
    let service = service.get()?;
    let Standing { health, since, done_seq, behind, waiting, in_flight, next_at, missed, last_hour } =
        standing::standing(service, &app, &of).await?;
    Ok(Json(WebhookStatus {
        state: health.as_str(),
        since: since.map(iso),
        reason: health.reason(),
        done_seq,
        behind: behind.map(|behind| WebhookBehind { facts: behind.facts, seconds: behind.ms / 1000 }),
        waiting,
        in_flight,
        next_attempt_at: next_at.map(iso),
        missed: missed.map(|(from, to)| WebhookMissed { from, to }),
        last_hour: WebhookLastHour::of(&last_hour, service.log().keeps_successes()),
    }))
}

/// How a webhook does: whether it is served, how far behind it is, and what its attempts of the last hour came to.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/webhooks/{webhook_id}/status",
    operation_id = "GetWebhookStatus",
    tag = "Webhooks",
    params(("app_id" = String, Path), ("webhook_id" = String, Path)),
    responses((status = 200, description = "Done.", body = WebhookStatus), KitErrors)
)]
pub(crate) async fn of_webhook(caller: OfReceiver<Read>) -> Result<Json<WebhookStatus>, KitError> {
    status(caller).await
}

/// How the receiver of a room's webhook does; all rooms of the app with the same URL share it.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/rooms/{room_id}/webhook/status",
    operation_id = "GetRoomWebhookStatus",
    tag = "Webhooks",
    params(("app_id" = String, Path), ("room_id" = String, Path)),
    responses((status = 200, description = "Done.", body = WebhookStatus), KitErrors)
)]
pub(crate) async fn of_room(caller: OfReceiver<Read>) -> Result<Json<WebhookStatus>, KitError> {
    status(caller).await
}
