//! One delivery: what became of it, what was sent, and once more.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::{Json, RequestPartsExt as _};
use sederunt_webhook::owner::seen::Seen;
use sederunt_webhook::owner::{retry, seen};
use sederunt_webhook::told::Key;
use serde::Serialize;
use utoipa::ToSchema;

use super::access::{Change, OfReceiver, Read, WebhookRight};
use super::deliveries::Delivery;
use super::place;
use super::refused::Conflict;
use super::request::Request;
use crate::dialect::{KitError, KitErrors};
use crate::path;
use crate::state::Api;

/// A caller that may do `R` with the delivery of the path, whether there is one or not.
#[derive(Debug)]
pub(crate) struct OfDelivery<R> {
    caller: OfReceiver<R>,
    key: Key,
}

impl<R: WebhookRight> FromRequestParts<Api> for OfDelivery<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let caller: OfReceiver<R> = parts.extract_with_state(api).await?;
        let key = path::param(parts, &["delivery_id"]).and_then(|text| place::read(&text));
        Ok(Self { caller, key: key.ok_or_else(|| KitError::not_found("Delivery"))? })
    }
}

/// A delivery, and its request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDeliveryWhole)]
pub(crate) struct Whole {
    /// What became of it.
    delivery: Delivery,
    /// The request as it would be sent now: the same body, signed with the keys of now.
    request: Request,
}

async fn get(of_delivery: OfDelivery<Read>) -> Result<Json<Whole>, KitError> {
    let OfDelivery { caller: OfReceiver { app, of, service, may_change, .. }, key } = of_delivery;
    let service = service.get()?;
    let seen = seen::delivery(service, &app, &of, key).await?;
    let sender = seen::sender(service, &of, key).await?;
    let sent = service.render(&app, &sender, (key, seen.meeting), may_change).await?;
    Ok(Json(Whole { delivery: seen.into(), request: Request::of(&sender, &sent, may_change) }))
}

/// What is sent again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookRetried)]
pub(crate) struct Retried {
    /// The delivery.
    id: String,
    /// The id that its requests have.
    rtk_uuid: Option<String>,
}

async fn again(of_delivery: OfDelivery<Change>) -> Result<(StatusCode, Json<Retried>), KitError> {
    let OfDelivery { caller: OfReceiver { app, of, service, .. }, key } = of_delivery;
    let Seen { key, id, .. } = retry::retry(service.get()?, &app, &of, key).await?;
    let retried = Retried { id: place::write(key), rtk_uuid: id.map(|id| id.to_string()) };
    Ok((StatusCode::ACCEPTED, Json(retried)))
}

/// What became of an event at a webhook, and its request.
///
/// Every event of the app has one, also when the log does not know it.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/webhooks/{webhook_id}/deliveries/{delivery_id}",
    operation_id = "GetWebhookDelivery",
    tag = "Webhooks",
    params(
        ("app_id" = String, Path),
        ("webhook_id" = String, Path),
        ("delivery_id" = String, Path)
    ),
    responses((status = 200, description = "Done.", body = Whole), KitErrors)
)]
pub(crate) async fn of_webhook(of_delivery: OfDelivery<Read>) -> Result<Json<Whole>, KitError> {
    get(of_delivery).await
}

/// What became of an event at a room's webhook, and its request.
#[utoipa::path(
    get,
    path = "/apps/{app_id}/rooms/{room_id}/webhook/deliveries/{delivery_id}",
    operation_id = "GetRoomWebhookDelivery",
    tag = "Webhooks",
    params(
        ("app_id" = String, Path),
        ("room_id" = String, Path),
        ("delivery_id" = String, Path)
    ),
    responses((status = 200, description = "Done.", body = Whole), KitErrors)
)]
pub(crate) async fn of_room(of_delivery: OfDelivery<Read>) -> Result<Json<Whole>, KitError> {
    get(of_delivery).await
}

/// Sends an event to a webhook at once, with the same id, whether it was delivered or not.
///
/// It is tried again like any other. 409 while a request for it is under way, and when the webhook is off or does not list
/// the event.
#[utoipa::path(
    post,
    path = "/apps/{app_id}/webhooks/{webhook_id}/deliveries/{delivery_id}/retry",
    operation_id = "RetryWebhookDelivery",
    tag = "Webhooks",
    params(
        ("app_id" = String, Path),
        ("webhook_id" = String, Path),
        ("delivery_id" = String, Path)
    ),
    responses((status = 202, description = "It is on its way.", body = Retried), Conflict, KitErrors)
)]
pub(crate) async fn retry_of_webhook(
    of_delivery: OfDelivery<Change>,
) -> Result<(StatusCode, Json<Retried>), KitError> {
    again(of_delivery).await
}

/// Sends an event to a room's webhook at once, with the same id, whether it was delivered or not.
#[utoipa::path(
    post,
    path = "/apps/{app_id}/rooms/{room_id}/webhook/deliveries/{delivery_id}/retry",
    operation_id = "RetryRoomWebhookDelivery",
    tag = "Webhooks",
    params(
        ("app_id" = String, Path),
        ("room_id" = String, Path),
        ("delivery_id" = String, Path)
    ),
    responses((status = 202, description = "It is on its way.", body = Retried), Conflict, KitErrors)
)]
pub(crate) async fn retry_of_room(
    of_delivery: OfDelivery<Change>,
) -> Result<(StatusCode, Json<Retried>), KitError> {
    again(of_delivery).await
}
