//! Who may ask for what: 401, 403, 404, in this order and before any parameter is looked at (SEMANTICS §3.1).

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sederunt_core::id::Id;
use sederunt_node::Node;
use sederunt_store::{AppRow, MeetingRow, ParticipantRow, PresetRow, SessionRow, Store, WebhookRow};

use crate::dialect::KitError;
use crate::path;
use crate::principal::Principal;
use crate::right::Right;
use crate::state::Api;

pub(crate) use crate::right::{Change, Read};

/// A caller that may do `R` in the account of the path.
#[derive(Debug)]
pub(crate) struct Account<R> {
    /// The account.
    pub(crate) id: String,
    /// The shell.
    pub(crate) node: Node,
    right: PhantomData<R>,
}

/// A caller that may do `R` in the app of the path.
#[derive(Debug)]
pub(crate) struct InApp<R> {
    /// The app.
    pub(crate) app: AppRow,
    /// The shell.
    pub(crate) node: Node,
    right: PhantomData<R>,
}

/// The same, with the meeting of the path.
#[derive(Debug)]
pub(crate) struct InMeeting<R> {
    /// The meeting; not deleted.
    pub(crate) meeting: MeetingRow,
    /// The shell.
    pub(crate) node: Node,
    right: PhantomData<R>,
}

/// The same, with the participant of the path.
#[derive(Debug)]
pub(crate) struct OfParticipant<R> {
    /// The participant; not deleted.
    pub(crate) participant: ParticipantRow,
    /// The shell.
    pub(crate) node: Node,
    right: PhantomData<R>,
}

/// A caller that may do `R` with the preset of the path.
#[derive(Debug)]
pub(crate) struct OfPreset<R> {
    /// The preset; not deleted.
    pub(crate) preset: PresetRow,
    /// The shell.
    pub(crate) node: Node,
    right: PhantomData<R>,
}

/// A caller that may do `R` with the webhook of the path.
#[derive(Debug)]
pub(crate) struct OfWebhook<R> {
    /// The webhook.
    pub(crate) webhook: WebhookRow,
    /// The shell.
    pub(crate) node: Node,
    right: PhantomData<R>,
}

/// A caller that may read the session of the path.
#[derive(Debug)]
pub(crate) struct InSession {
    /// The session.
    pub(crate) session: SessionRow,
    /// The shell.
    pub(crate) node: Node,
    /// `participant_id` of the path, where it has one.
    pub(crate) participant: Option<String>,
}

impl<R> InApp<R> {
    /// The store.
    pub(crate) fn store(&self) -> &Store {
        self.node.store()
    }
}

impl<R> InMeeting<R> {
    /// The store.
    pub(crate) fn store(&self) -> &Store {
        self.node.store()
    }
}

/// An id of the path.
pub(super) fn path_id<T: From<Id>>(parts: &Parts, name: &str) -> Option<T> {
    Id::parse(&path::param(parts, &[name])?).ok().map(T::from)
}

impl<R: Right> FromRequestParts<Api> for Account<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let principal = Principal::of::<KitError>(api, parts).await?;
        let asked = path::param(parts, &["account_id"]).ok_or_else(KitError::forbidden)?;
        match principal.account() {
            // The token says which account it is; the path may spell it in any case.
            Some((id, permission)) if id.eq_ignore_ascii_case(&asked) && R::granted(permission) => {
                Ok(Self { id: id.to_owned(), node: api.node.clone(), right: PhantomData })
            }
            _ => Err(KitError::forbidden()),
        }
    }
}

impl<R: Right> FromRequestParts<Api> for InApp<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let Account { id: account, node, right } = Account::from_request_parts(parts, api).await?;
        let unknown = || KitError::not_found("App");
        let id = path::param(parts, &["app_id"]).ok_or_else(unknown)?;
        let app = path::app(node.store(), &id).await?;
        let app = app.filter(|app| app.account == account).ok_or_else(unknown)?;
        Ok(Self { app, node, right })
    }
}

impl<R: Right> FromRequestParts<Api> for InMeeting<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let InApp { app, node, right } = InApp::from_request_parts(parts, api).await?;
        let unknown = || KitError::not_found("Meeting");
        let id = path_id(parts, "meeting_id").ok_or_else(unknown)?;
        let meeting = node.store().meeting(id).await?;
        let meeting = meeting.filter(|meeting| meeting.app == app.id).ok_or_else(unknown)?;
        Ok(Self { meeting, node, right })
    }
}

impl<R: Right> FromRequestParts<Api> for OfParticipant<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let InMeeting { meeting, node, right } = InMeeting::from_request_parts(parts, api).await?;
        let unknown = || KitError::not_found("Participant");
        let id = path_id(parts, "participant_id").ok_or_else(unknown)?;
        let participant = node.store().participant(meeting.id, id).await?.ok_or_else(unknown)?;
        Ok(Self { participant, node, right })
    }
}

impl<R: Right> FromRequestParts<Api> for OfPreset<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let InApp { app, node, right } = InApp::from_request_parts(parts, api).await?;
        let unknown = || KitError::not_found("Preset");
        let id: Id = path_id(parts, "preset_id").ok_or_else(unknown)?;
        let preset = node.store().preset_by_id(&app.id, &id.to_string()).await?.ok_or_else(unknown)?;
        Ok(Self { preset, node, right })
    }
}

impl<R: Right> FromRequestParts<Api> for OfWebhook<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let InApp { app, node, right } = InApp::from_request_parts(parts, api).await?;
        let unknown = || KitError::not_found("Webhook");
        let id = path_id(parts, "webhook_id").ok_or_else(unknown)?;
        let webhook = node.store().webhook(&app.id, id).await?.ok_or_else(unknown)?;
        Ok(Self { webhook, node, right })
    }
}

impl FromRequestParts<Api> for InSession {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let InApp { app, node, .. } = InApp::<Read>::from_request_parts(parts, api).await?;
        let unknown = || KitError::not_found("Session");
        let id = path_id(parts, "session_id").ok_or_else(unknown)?;
        let session = node.store().session(&app.id, id).await?.ok_or_else(unknown)?;
        let participant = path::param(parts, &["participant_id"]);
        Ok(Self { session, node, participant })
    }
}
