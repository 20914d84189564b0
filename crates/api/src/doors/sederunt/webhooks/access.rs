//! Who may see a webhook, and who may do something with it: 401, 403, 404, in this order and before any parameter.
//!
//! Keys of the account may with the permission Realtime see, and with Realtime Admin do everything. The key of the app's
//! workspace may see its webhooks, and do everything with those of its rooms, which it has made. Whoever signed in at the
//! console to look may see, by either of them.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use sederunt_core::id::{AppId, Id, MeetingId};
use sederunt_node::Node;
use sederunt_store::{AppRow, Store, StoreError, Thing, WebhookRow};
use sederunt_webhook::service::{Service, Subject};

use crate::dialect::KitError;
use crate::doors::sederunt::access::reached;
use crate::path;
use crate::principal::Principal;
use crate::right::Right;
use crate::state::Api;

pub(crate) use crate::right::{Change, Read};

/// What an operation needs of a key that reaches a workspace.
pub(crate) trait WebhookRight: Right {
    /// Whether it may do it with any webhook of its app, not with those of rooms alone.
    const OF_WORKSPACE: bool;
}

impl WebhookRight for Read {
    const OF_WORKSPACE: bool = true;
}

impl WebhookRight for Change {
    const OF_WORKSPACE: bool = false;
}

/// What a caller that may do `R` needs, whatever it is about.
#[derive(Debug)]
struct Caller {
    /// The app of the path.
    app: AppRow,
    /// Whether it may do everything.
    may_change: bool,
}

/// A caller that may do `R` with the webhook of the path.
#[derive(Debug)]
pub(crate) struct OfWebhook<R> {
    /// The webhook.
    pub(crate) webhook: WebhookRow,
    /// The shell.
    pub(crate) node: Node,
    /// Who delivers.
    pub(crate) service: Deliverer,
    may_change: bool,
    right: PhantomData<R>,
}

/// A caller that may do `R` with the receiver of the path: a webhook, or that of a room.
#[derive(Debug)]
pub(crate) struct OfReceiver<R> {
    /// The app.
    pub(crate) app: AppId,
    /// The receiver.
    pub(crate) of: Subject,
    /// Who delivers.
    pub(crate) service: Deliverer,
    /// Whether the caller may do everything, and so see what it takes to forge a request.
    pub(crate) may_change: bool,
    right: PhantomData<R>,
}

/// Who delivers, if somebody does.
#[derive(Debug, Clone)]
pub(crate) struct Deliverer(Option<Arc<Service>>);

impl Deliverer {
    /// The service; 503 when nobody delivers.
    pub(crate) fn get(&self) -> Result<&Service, KitError> {
        let nobody =
            || KitError::new(StatusCode::SERVICE_UNAVAILABLE, "This server delivers no webhooks now");
        self.0.as_deref().ok_or_else(nobody)
    }
}

impl Caller {
    /// A caller that may do `R`; `is_room`: with the webhook of a room.
    async fn of<R: WebhookRight>(parts: &Parts, api: &Api, is_room: bool) -> Result<Self, KitError> {
        let principal = Principal::of::<KitError>(api, parts).await?;
        let granted = principal.account().filter(|(_, permission)| R::granted(*permission));
        let changes_rooms = is_room && !principal.looks_only;
        let workspace = principal.workspace.as_ref().filter(|_| changes_rooms || R::OF_WORKSPACE);
        if granted.is_none() && workspace.is_none() {
            return Err(KitError::forbidden());
        }
        let app = reached(parts, api, granted.map(|(account, _)| account), workspace).await?;
        let by_account = granted
            .is_some_and(|(account, permission)| account == app.account && Change::granted(permission));
        let may_change = by_account || (changes_rooms && workspace == Some(&app.id));
        Ok(Self { app, may_change })
    }
}

impl<R: WebhookRight> FromRequestParts<Api> for OfWebhook<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let Caller { app, may_change } = Caller::of::<R>(parts, api, false).await?;
        let unknown = || KitError::not_found("Webhook");
        let id = path::param(parts, &["webhook_id"]).and_then(|text| Id::parse(&text).ok());
        let webhook = api.node.store().webhook(&app.id, id.ok_or_else(unknown)?).await?;
        Ok(Self {
            webhook: webhook.ok_or_else(unknown)?,
            node: api.node.clone(),
            service: Deliverer(api.config.webhooks.clone()),
            may_change,
            right: PhantomData,
        })
    }
}

impl<R: WebhookRight> FromRequestParts<Api> for OfReceiver<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        if path::param(parts, &["webhook_id"]).is_some() {
            let caller = OfWebhook::<R>::from_request_parts(parts, api).await?;
            let OfWebhook { webhook, service, may_change, .. } = caller;
            let (app, of) = (webhook.app.clone(), Subject::Webhook(webhook));
            return Ok(Self { app, of, service, may_change, right: PhantomData });
        }
        let Caller { app, may_change } = Caller::of::<R>(parts, api, true).await?;
        let of = room(parts, api.node.store(), &app.id).await?;
        let service = Deliverer(api.config.webhooks.clone());
        Ok(Self { app: app.id, of, service, may_change, right: PhantomData })
    }
}

/// The webhook of the room of the path. A room that is deleted has one, too: what happened in it was told.
async fn room(parts: &Parts, store: &Store, app: &AppId) -> Result<Subject, KitError> {
    let unknown = || KitError::not_found("Room");
    let room: Option<MeetingId> = path::param(parts, &["room_id"]).and_then(|text| text.parse().ok());
    let room = room.ok_or_else(unknown)?;
    let webhook = match store.webhook_of_room(app, room).await {
        Err(StoreError::NotFound(Thing::Meeting)) => return Err(unknown()),
        webhook => webhook?.ok_or_else(|| KitError::not_found("Webhook"))?,
    };
    Ok(Subject::Room { url: webhook.url, room })
}
