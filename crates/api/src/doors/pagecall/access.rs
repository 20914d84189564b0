//! Whose workspace, and which room of it: before any parameter is looked at (SEMANTICS §6.1).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sederunt_core::id::{AppId, Id};
use sederunt_node::Node;
use sederunt_store::{MeetingRow, ParticipantRow, Store, UserRow};

use crate::dialect::{Code, PagecallError};
use crate::path;
use crate::principal::Principal;
use crate::state::Api;

/// The workspace of the key.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// Its id.
    pub(crate) app: AppId,
    /// The account that owns it (`organization_id`).
    pub(crate) account: String,
    /// The shell.
    pub(crate) node: Node,
}

/// A room of the workspace.
#[derive(Debug)]
pub(crate) struct InRoom {
    /// The room; not deleted.
    pub(crate) room: MeetingRow,
    /// The workspace.
    pub(crate) workspace: Workspace,
}

/// A member of a room of the workspace.
#[derive(Debug)]
pub(crate) struct OfMember {
    /// The member; not deleted.
    pub(crate) member: ParticipantRow,
    /// The room.
    pub(crate) room: MeetingRow,
    /// The workspace.
    pub(crate) workspace: Workspace,
}

/// A user of the workspace.
#[derive(Debug)]
pub(crate) struct OfUser {
    /// The user.
    pub(crate) user: UserRow,
    /// The workspace.
    pub(crate) workspace: Workspace,
}

impl Workspace {
    /// The store.
    pub(crate) fn store(&self) -> &Store {
        self.node.store()
    }
}

impl FromRequestParts<Api> for Workspace {
    type Rejection = PagecallError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, PagecallError> {
        let principal = Principal::of::<PagecallError>(api, parts).await?;
        let foreign = || PagecallError::bad(Code::Unauthorized, "This key has no workspace");
        let app = api.node.store().app(&principal.workspace.ok_or_else(foreign)?).await?;
        let app = app.ok_or_else(foreign)?;
        Ok(Self { app: app.id, account: app.account, node: api.node.clone() })
    }
}

impl FromRequestParts<Api> for InRoom {
    type Rejection = PagecallError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, PagecallError> {
        let workspace = Workspace::from_request_parts(parts, api).await?;
        let id = path::param(parts, &["room_id", "id"]).and_then(|text| Id::parse(&text).ok());
        let id = id.ok_or_else(PagecallError::no_room)?;
        let room = workspace.store().meeting(id.into()).await?;
        let room = room.filter(|room| room.app == workspace.app).ok_or_else(PagecallError::no_room)?;
        Ok(Self { room, workspace })
    }
}

impl FromRequestParts<Api> for OfMember {
    type Rejection = PagecallError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, PagecallError> {
        let InRoom { room, workspace } = InRoom::from_request_parts(parts, api).await?;
        let key = path::param(parts, &["member_id"]).ok_or_else(PagecallError::no_member)?;
        // The user id goes first (SEMANTICS §6.3).
        let mut member = workspace.store().member_of_user(room.id, &key).await?;
        if let (None, Ok(id)) = (&member, Id::parse(&key)) {
            member = workspace.store().participant(room.id, id.into()).await?;
        }
        Ok(Self { member: member.ok_or_else(PagecallError::no_member)?, room, workspace })
    }
}

impl FromRequestParts<Api> for OfUser {
    type Rejection = PagecallError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, PagecallError> {
        let workspace = Workspace::from_request_parts(parts, api).await?;
        let id = path::param(parts, &["user_id"]).unwrap_or_default();
        let user = workspace.store().user(&workspace.app, &id).await?;
        Ok(Self { user: user.ok_or_else(|| PagecallError::no_user(&id))?, workspace })
    }
}
