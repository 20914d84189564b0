//! Who may ask for what: 401, 403, 404, in this order and before any parameter is looked at (SEMANTICS §3.1).

use std::marker::PhantomData;

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use sederunt_core::id::{AppId, Id};
use sederunt_node::Node;
use sederunt_store::{AppRow, MeetingRow, ParticipantRow, Permission, SessionRow, Store};
use serde::de::DeserializeOwned;

use super::error::KitError;
use crate::query::{FromQuery, Query};
use crate::{Api, auth, body};

/// What an operation needs.
pub(crate) trait Right: Send + Sync + 'static {
    /// Whether this permission is enough.
    fn granted(permission: Permission) -> bool;
}

/// Reading, and whatever gives out participant tokens.
#[derive(Debug)]
pub(crate) struct Read;

/// Everything else.
#[derive(Debug)]
pub(crate) struct Change;

impl Right for Read {
    fn granted(permission: Permission) -> bool {
        matches!(permission, Permission::Realtime | Permission::RealtimeAdmin)
    }
}

impl Right for Change {
    fn granted(permission: Permission) -> bool {
        permission == Permission::RealtimeAdmin
    }
}

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

/// The parameters of the query.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

/// The JSON body.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

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

/// The parameters of the path; of one that has a value that is not UTF-8, none.
async fn path_params(parts: &mut Parts) -> Option<RawPathParams> {
    RawPathParams::from_request_parts(parts, &()).await.ok()
}

fn param<'a>(params: &'a RawPathParams, name: &str) -> Option<&'a str> {
    params.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
}

/// A parameter of the path; one that is not UTF-8 names nothing.
async fn path(parts: &mut Parts, name: &str) -> Option<String> {
    param(&path_params(parts).await?, name).map(str::to_owned)
}

/// An id of the path.
async fn path_id<T: From<Id>>(parts: &mut Parts, name: &str) -> Option<T> {
    Id::parse(&path(parts, name).await?).ok().map(T::from)
}

impl<R: Right> FromRequestParts<Api> for Account<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let params = path_params(parts).await;
        Self::of(parts, params.as_ref(), api).await
    }
}

impl<R: Right> Account<R> {
    async fn of(parts: &Parts, params: Option<&RawPathParams>, api: &Api) -> Result<Self, KitError> {
        let token =
            auth::caller(api.node.store(), &parts.headers).await?.ok_or_else(KitError::unauthorized)?;
        let asked = params.and_then(|params| param(params, "account_id")).ok_or_else(KitError::forbidden)?;
        match token.account {
            Some((id, permission)) if id == asked && R::granted(permission) => {
                Ok(Self { id, node: api.node.clone(), right: PhantomData })
            }
            _ => Err(KitError::forbidden()),
        }
    }
}

impl<R: Right> FromRequestParts<Api> for InApp<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let params = path_params(parts).await;
        let Account { id: account, node, right } = Account::of(parts, params.as_ref(), api).await?;
        let unknown = || KitError::not_found("App");
        let id = params.as_ref().and_then(|params| param(params, "app_id")).ok_or_else(unknown)?;
        let app = node.store().app(&AppId::from(id)).await?;
        let app = app.filter(|app| app.account == account).ok_or_else(unknown)?;
        Ok(Self { app, node, right })
    }
}

impl<R: Right> FromRequestParts<Api> for InMeeting<R> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let InApp { app, node, right } = InApp::from_request_parts(parts, api).await?;
        let unknown = || KitError::not_found("Meeting");
        let id = path_id(parts, "meeting_id").await.ok_or_else(unknown)?;
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
        let id = path_id(parts, "participant_id").await.ok_or_else(unknown)?;
        let participant = node.store().participant(meeting.id, id).await?.ok_or_else(unknown)?;
        Ok(Self { participant, node, right })
    }
}

impl FromRequestParts<Api> for InSession {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, KitError> {
        let InApp { app, node, .. } = InApp::<Read>::from_request_parts(parts, api).await?;
        let unknown = || KitError::not_found("Session");
        let id = path_id(parts, "session_id").await.ok_or_else(unknown)?;
        let session = node.store().session(&app.id, id).await?.ok_or_else(unknown)?;
        let participant = path(parts, "participant_id").await;
        Ok(Self { session, node, participant })
    }
}

impl<T: FromQuery> FromRequestParts<Api> for Params<T> {
    type Rejection = KitError;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, KitError> {
        let query = Query::parse(parts.uri.query().unwrap_or_default())?;
        Ok(Self(T::from_query(&query)?))
    }
}

impl<T: DeserializeOwned> FromRequest<Api> for Body<T> {
    type Rejection = KitError;

    async fn from_request(request: Request, _: &Api) -> Result<Self, KitError> {
        Ok(Self(body::read(request.into_body()).await?))
    }
}
