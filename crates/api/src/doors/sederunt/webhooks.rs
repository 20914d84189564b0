//! Secrets of webhooks, which no answer of the RealtimeKit door shows. Whoever has one can forge what the receiver gets, so
//! reading one takes the right to change everything.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sederunt_app::webhooks;
use sederunt_changes::text::iso;
use sederunt_core::id::Id;
use sederunt_core::time::UnixMs;
use sederunt_node::Node;
use sederunt_store::{Permission, WebhookRow};
use sederunt_webhook::sign::Secret;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dialect::{KitError, KitErrors};
use crate::path;
use crate::principal::Principal;
use crate::state::Api;

/// A caller that may do everything with the webhook of the path: 401, 403, 404, in this order.
#[derive(Debug)]
pub(super) struct Owner {
    webhook: WebhookRow,
    node: Node,
}

impl FromRequestParts<Api> for Owner {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let principal = Principal::of::<KitError>(&api.node, &parts.headers).await?;
        // The key of a workspace alone reaches no account, so none of its secrets.
        let account = match principal.account() {
            Some((account, Permission::RealtimeAdmin)) => account,
            _ => return Err(KitError::forbidden()),
        };
        let store = api.node.store();
        let app = match path::param(parts, &["app_id"]) {
            Some(id) => path::app(store, &id).await?.filter(|app| app.account == account),
            None => None,
        };
        let app = app.ok_or_else(|| KitError::not_found("App"))?;
        let unknown = || KitError::not_found("Webhook");
        let id = path::param(parts, &["webhook_id"]).and_then(|text| Id::parse(&text).ok());
        let webhook = store.webhook(&app.id, id.ok_or_else(unknown)?).await?.ok_or_else(unknown)?;
        Ok(Self { webhook, node: api.node.clone() })
    }
}

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
pub(super) async fn secret(caller: Owner) -> Json<WebhookSecret> {
    let Owner { webhook, node } = caller;
    Json(WebhookSecret::of(&webhook, node.now()))
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
pub(super) async fn rotate(caller: Owner) -> Result<Json<WebhookSecret>, KitError> {
    let Owner { webhook, node } = caller;
    let webhook = webhooks::rotate_secret(&node, &webhook).await?;
    Ok(Json(WebhookSecret::of(&webhook, node.now())))
}
