//! The public keys of webhooks, for whoever checks a signature (SEMANTICS §4).

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use sederunt_webhook::key_store::{self, KeyStoreError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::dialect::{KitError, KitErrorBody};
use crate::state::Api;

/// The next key is shown for an hour before it signs, so nobody who keeps the answer misses it.
const KEPT_FOR: &str = "public, max-age=300";

/// Keys that signatures are checked with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhooksPublicKeyResponse)]
pub(crate) struct PublicKeys {
    /// Always true.
    success: bool,
    /// The keys.
    data: Keys,
    /// Empty.
    message: String,
}

/// The keys.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookPublicKeys)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Keys {
    /// The one that signs, SPKI in PEM.
    public_key: String,
    /// The one that signs, the next one if there is one, and those that signed in the last day.
    public_keys: Vec<String>,
}

impl From<KeyStoreError> for KitError {
    fn from(error: KeyStoreError) -> Self {
        match error {
            KeyStoreError::Store(error) => error.into(),
            KeyStoreError::Key(_) | KeyStoreError::NextIsThere(_) => Self::internal(&error),
        }
    }
}

/// Public keys that verify `rtk-signature`: at the root of the server, for everybody.
#[utoipa::path(
    get,
    path = "/.well-known/webhooks.json",
    operation_id = "webhooksPublicKey",
    tag = "Webhooks",
    security(()),
    responses(
        (status = 200, description = "Done.", body = PublicKeys),
        (status = 500, description = "Fault in the server.", body = KitErrorBody)
    )
)]
pub(super) async fn get(State(api): State<Api>) -> Result<Response, KitError> {
    let now = api.node.now();
    let ring = key_store::load_or_make(api.node.store(), now).await?;
    let public_keys: Vec<String> = ring.shown(now).into_iter().map(|shown| shown.public.to_owned()).collect();
    let public_key = public_keys.first().cloned().unwrap_or_default();
    let data = Keys { public_key, public_keys };
    let body = PublicKeys { success: true, data, message: String::new() };
    Ok(([(CACHE_CONTROL, KEPT_FOR)], Json(body)).into_response())
}
