//! Webhooks of an app (SEMANTICS §4).

use axum::extract::State;
use sederunt_app::webhooks::{self, Whole};
use sederunt_changes::text::iso;
use sederunt_store::WebhookRow;
use sederunt_webhook::body::kit::EventName;
use sederunt_webhook::places::Places;
use sederunt_webhook::target::Target;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::{Change, InApp, OfWebhook, Read};
use super::view::{Created, Envelope};
use crate::dialect::{KitError, KitErrors};
use crate::extract::Body;
use crate::fault::Fault;
use crate::hook_event::Event;
use crate::state::Api;

/// A receiver of events. Its secrets are not shown here.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Webhook {
    /// Identifier.
    id: String,
    /// Name.
    name: String,
    /// Where requests go.
    url: String,
    /// Events that it wants.
    #[schema(value_type = Vec<Event>)]
    events: Vec<String>,
    /// Whether it is served.
    enabled: bool,
    /// Creation time.
    #[schema(format = DateTime)]
    created_at: String,
    /// Time of the last change.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<WebhookRow> for Webhook {
    fn from(row: WebhookRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            url: row.url,
            events: row.events,
            enabled: row.is_enabled,
            created_at: iso(row.created_at),
            updated_at: iso(row.updated_at),
        }
    }
}

/// What a webhook is to be.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WebhooksCreateWebhookRequest {
    /// Name.
    #[schema(min_length = 1, max_length = 256)]
    name: String,
    /// Where requests go: https, a host of the public internet.
    #[schema(schema_with = crate::document::web_url)]
    url: String,
    /// Events that it wants.
    #[schema(min_items = 1)]
    events: Vec<Event>,
    /// Whether it is served.
    #[schema(default = true)]
    enabled: Option<bool>,
}

/// What of a webhook is to be changed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WebhooksEditWebhookRequest {
    /// Name.
    #[schema(min_length = 1, max_length = 256)]
    name: Option<String>,
    /// Where requests go: https, a host of the public internet.
    #[schema(schema_with = crate::document::web_url_or_null)]
    url: Option<String>,
    /// Events that it wants.
    #[schema(min_items = 1)]
    events: Option<Vec<Event>>,
    /// Whether it is served.
    enabled: Option<bool>,
}

impl WebhooksCreateWebhookRequest {
    fn whole(self, places: &Places) -> Result<Whole, Fault> {
        let Self { name, url, events, enabled } = self;
        webhooks::check_name(&name)?;
        let events = named(events)?;
        check_url(&url, places)?;
        Ok(Whole { name, url, events, is_enabled: enabled.unwrap_or(true) })
    }
}

impl WebhooksEditWebhookRequest {
    fn change(self, places: &Places) -> Result<webhooks::Change, Fault> {
        let Self { name, url, events, enabled } = self;
        name.as_deref().map_or(Ok(()), webhooks::check_name)?;
        let events = events.map(named).transpose()?;
        url.as_deref().map_or(Ok(()), |url| check_url(url, places))?;
        Ok(webhooks::Change { name, url, events, is_enabled: enabled })
    }
}

fn named(events: Vec<Event>) -> Result<Vec<String>, Fault> {
    if events.is_empty() {
        return Err(Fault::new("events", "must have at least 1 item"));
    }
    Ok(events.into_iter().map(|Event(name)| name.as_str().to_owned()).collect())
}

/// What breaks a rule is told by the rule; addresses are never told.
fn check_url(url: &str, places: &Places) -> Result<(), Fault> {
    Target::parse(url, places).map(drop).map_err(|bad| Fault::new("url", bad.to_string()))
}

/// Webhooks of an app, oldest first.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/webhooks",
    operation_id = "webhooksGetWebhooks",
    tag = "Webhooks",
    params(("account_id" = String, Path), ("app_id" = String, Path)),
    responses((status = 200, description = "Done.", body = Envelope<Vec<Webhook>>), KitErrors)
)]
pub(super) async fn list(caller: InApp<Read>) -> Result<Envelope<Vec<Webhook>>, KitError> {
    let rows = caller.store().webhooks(&caller.app.id).await?;
    Ok(Envelope::of(rows.into_iter().map(Webhook::from).collect()))
}

/// Makes a webhook.
#[utoipa::path(
    post,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/webhooks",
    operation_id = "webhooksCreateWebhook",
    tag = "Webhooks",
    params(("account_id" = String, Path), ("app_id" = String, Path)),
    request_body = WebhooksCreateWebhookRequest,
    responses((status = 201, description = "Done.", body = Envelope<Webhook>), KitErrors)
)]
pub(super) async fn create(
    caller: InApp<Change>,
    State(api): State<Api>,
    Body(body, _): Body<WebhooksCreateWebhookRequest, KitError>,
) -> Result<Created<Webhook>, KitError> {
    let whole = body.whole(&api.config.webhook_places)?;
    Ok(Created(webhooks::create(&caller.node, caller.app.id, whole).await?.into()))
}

/// One webhook.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/webhooks/{webhook_id}",
    operation_id = "webhooksGetWebhookByID",
    tag = "Webhooks",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("webhook_id" = String, Path)),
    responses((status = 200, description = "Done.", body = Envelope<Webhook>), KitErrors)
)]
pub(super) async fn get(caller: OfWebhook<Read>) -> Envelope<Webhook> {
    Envelope::of(caller.webhook.into())
}

/// Changes the given fields of a webhook.
#[utoipa::path(
    patch,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/webhooks/{webhook_id}",
    operation_id = "webhooksEditWebhook",
    tag = "Webhooks",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("webhook_id" = String, Path)),
    request_body = WebhooksEditWebhookRequest,
    responses((status = 200, description = "Done.", body = Envelope<Webhook>), KitErrors)
)]
pub(super) async fn edit(
    caller: OfWebhook<Change>,
    State(api): State<Api>,
    Body(body, _): Body<WebhooksEditWebhookRequest, KitError>,
) -> Result<Envelope<Webhook>, KitError> {
    let change = body.change(&api.config.webhook_places)?;
    Ok(Envelope::of(webhooks::change(&caller.node, &caller.webhook, change).await?.into()))
}

/// Replaces a webhook as a whole; one of which `enabled` is not said is switched on.
#[utoipa::path(
    put,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/webhooks/{webhook_id}",
    operation_id = "webhooksReplaceWebhook",
    tag = "Webhooks",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("webhook_id" = String, Path)),
    request_body = WebhooksCreateWebhookRequest,
    responses((status = 200, description = "Done.", body = Envelope<Webhook>), KitErrors)
)]
pub(super) async fn replace(
    caller: OfWebhook<Change>,
    State(api): State<Api>,
    Body(body, _): Body<WebhooksCreateWebhookRequest, KitError>,
) -> Result<Envelope<Webhook>, KitError> {
    let whole = body.whole(&api.config.webhook_places)?;
    Ok(Envelope::of(webhooks::replace(&caller.node, &caller.webhook, whole).await?.into()))
}

/// Deletes a webhook, and what waits for it.
#[utoipa::path(
    delete,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/webhooks/{webhook_id}",
    operation_id = "webhooksDeleteWebhook",
    tag = "Webhooks",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("webhook_id" = String, Path)),
    responses((status = 200, description = "Done.", body = Envelope<Webhook>), KitErrors)
)]
pub(super) async fn delete(caller: OfWebhook<Change>) -> Result<Envelope<Webhook>, KitError> {
    Ok(Envelope::of(webhooks::delete(&caller.node, &caller.webhook).await?.into()))
}

/// The names of all events.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhooksListEventsResponse)]
pub(crate) struct EventNames {
    /// Always true.
    success: bool,
    /// The result.
    data: Vec<Event>,
}

/// Names of the events that a webhook may want.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/webhooks/all",
    operation_id = "webhooksListEvents",
    tag = "Webhooks",
    params(("account_id" = String, Path), ("app_id" = String, Path)),
    responses((status = 200, description = "Done.", body = EventNames), KitErrors)
)]
pub(super) async fn events(_: InApp<Read>) -> axum::Json<EventNames> {
    let data = EventName::ALL.iter().copied().map(Event).collect();
    axum::Json(EventNames { success: true, data })
}
