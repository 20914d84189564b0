//! Secrets of webhooks, which no answer of the other doors shows. Whoever has one can forge what the receiver gets, so
//! reading one takes the right to change everything.

use axum::Json;
use sederunt_app::webhooks;
use sederunt_changes::text::iso;
use sederunt_core::time::UnixMs;
use sederunt_store::WebhookRow;
use sederunt_webhook::sign::Secret;
use serde::Serialize;
use utoipa::ToSchema;

use super::access::{Change, OfReceiver, OfWebhook};
use crate::dialect::{KitError, KitErrors};

/// What signs the requests of a webhook, beside the server's key.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookSecret {
    /// In the form of Standard Webhooks: `whsec_` and Base64.
    secret: String,
    /// Until when the secret before it signs as well; `null` = there is none, or not any more.
    #[schema(format = DateTime)]
    old_secret_until: Option<String>,
}

impl WebhookSecret {
    fn of(webhook: &WebhookRow, now: UnixMs) -> Self {
        let old_secret_until = webhooks::old_secret_until(webhook, now).map(iso);
        Self { secret: Secret::from(webhook.secret).text(), old_secret_until }
    }
}

/// The secret of a webhook; takes the permission Realtime Admin.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/webhooks/{webhook_id}/secret",
    operation_id = "GetWebhookSecret",
    tag = "Webhooks",
    params(("app_id" = String, Path), ("webhook_id" = String, Path)),
    responses((status = 200, description = "Done.", body = WebhookSecret), KitErrors)
)]
pub(crate) async fn get(caller: OfWebhook<Change>) -> Json<WebhookSecret> {
    Json(WebhookSecret::of(&caller.webhook, caller.node.now()))
}

/// Gives a webhook another secret; the one that it had signs as well for 24 hours. Takes the permission Realtime Admin.
#[utoipa::path(
    post,
    path = "/apps/{app_id}/webhooks/{webhook_id}/secret/rotate",
    operation_id = "RotateWebhookSecret",
    tag = "Webhooks",
    params(("app_id" = String, Path), ("webhook_id" = String, Path)),
    responses((status = 200, description = "Done.", body = WebhookSecret), KitErrors)
)]
pub(crate) async fn rotate(caller: OfWebhook<Change>) -> Result<Json<WebhookSecret>, KitError> {
    let OfWebhook { webhook, node, .. } = caller;
    let webhook = webhooks::rotate_secret(&node, &webhook).await?;
    Ok(Json(WebhookSecret::of(&webhook, node.now())))
}

/// The secret of the app's room webhooks, which never changes.
///
/// Takes the permission Realtime Admin, or the key of the workspace.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/rooms/{room_id}/webhook/secret",
    operation_id = "GetRoomWebhookSecret",
    tag = "Webhooks",
    params(("app_id" = String, Path), ("room_id" = String, Path)),
    responses((status = 200, description = "Done.", body = WebhookSecret), KitErrors)
)]
pub(crate) async fn of_room(caller: OfReceiver<Change>) -> Result<Json<WebhookSecret>, KitError> {
    let secret = caller.service.get()?.room_secret(&caller.app).text();
    Ok(Json(WebhookSecret { secret, old_secret_until: None }))
}
