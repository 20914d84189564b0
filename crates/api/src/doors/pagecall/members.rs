//! Members of a room (SEMANTICS §6.3).

use sederunt_app::members::{self, Change};
use sederunt_store::{ListQuery, MemberType, RoomKind, UserRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::access::{InRoom, OfMember, Workspace};
use super::page::{self, Paging};
use super::view::{Member, MemberKind};
use crate::dialect::{PagecallError, PagecallErrors};
use crate::extract::{Body, Params};
use crate::fault::{Fault, at_most, filled};
use crate::limit::{CUSTOM_ID_MAX_CHARS, LIST_LIMIT_DEFAULT, NAME_MAX_CHARS};
use crate::query::{FromQuery, Query};

/// Page of the member list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Items to return; values above 1000 are lowered.
    #[param(value_type = Option<u64>, minimum = 0, default = 30)]
    limit: u32,
    /// Items to skip.
    #[param(value_type = Option<u64>, minimum = 0, default = 0)]
    offset: u64,
}

impl FromQuery for ListParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        let limit = page::limit(query)?.unwrap_or(LIST_LIMIT_DEFAULT);
        Ok(Self { limit, offset: page::offset(query)? })
    }
}

/// Members of a room.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Members {
    /// The members.
    members: Vec<Member>,
    /// Position in the list.
    paging: Paging,
}

/// A single member.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneMember {
    /// The member.
    member: Member,
}

/// Members of a room, oldest first.
#[utoipa::path(
    get,
    path = "/rooms/{room_id}/members",
    operation_id = "ListMembers",
    tag = "member",
    params(("room_id" = String, Path), ListParams),
    responses((status = 200, description = "Done.", body = Members), PagecallErrors)
)]
pub(super) async fn list(
    caller: InRoom,
    Params(p, _): Params<ListParams, PagecallError>,
) -> Result<axum::Json<Members>, PagecallError> {
    let query = ListQuery { ascending: true, offset: p.offset, limit: p.limit, ..ListQuery::default() };
    let found = caller.workspace.store().participants(caller.room.id, query).await?;
    let paging = Paging { limit: u64::from(p.limit), offset: p.offset, total: found.total };
    let members = found.items.iter().map(Member::from).collect();
    Ok(axum::Json(Members { members, paging }))
}

/// A user to add.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateMemberRequest {
    /// User to add.
    #[schema(min_length = 1, max_length = 256)]
    user_id: String,
    /// What the member may do; guest when left out.
    #[serde(rename = "type")]
    #[schema(value_type = Option<MemberKind>)]
    kind: Option<MemberKind>,
}

/// The user of the workspace with this id.
async fn user(workspace: &Workspace, user_id: &str) -> Result<UserRow, PagecallError> {
    let row = workspace.store().user(&workspace.app, user_id).await?;
    row.ok_or_else(|| PagecallError::no_user(user_id))
}

/// Adds a workspace user to the room.
#[utoipa::path(
    post,
    path = "/rooms/{room_id}/members",
    operation_id = "CreateMember",
    tag = "member",
    params(("room_id" = String, Path)),
    request_body = CreateMemberRequest,
    responses((status = 200, description = "Done.", body = OneMember), PagecallErrors)
)]
pub(super) async fn create(
    caller: InRoom,
    Body(body, _): Body<CreateMemberRequest, PagecallError>,
) -> Result<axum::Json<OneMember>, PagecallError> {
    filled("user_id", &body.user_id, CUSTOM_ID_MAX_CHARS)?;
    let user = user(&caller.workspace, &body.user_id).await?;
    let change = Change { member_type: body.kind.map(MemberType::from), ..Change::default() };
    let row = members::put(&caller.workspace.node, &caller.room, &user, change).await?;
    Ok(axum::Json(OneMember { member: Member::from(&row).of(user) }))
}

/// One member of a room.
#[utoipa::path(
    get,
    path = "/rooms/{room_id}/members/{member_id}",
    operation_id = "GetMember",
    tag = "member",
    params(("room_id" = String, Path), ("member_id" = String, Path)),
    responses((status = 200, description = "Done.", body = OneMember), PagecallErrors)
)]
pub(super) async fn get(caller: OfMember) -> axum::Json<OneMember> {
    axum::Json(OneMember { member: Member::from(&caller.member) })
}

/// What of a member is to be changed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateMemberRequest {
    /// Display name in the room.
    #[schema(max_length = 256)]
    name: Option<String>,
    /// What the member may do; counts from the next join.
    #[serde(rename = "type")]
    #[schema(value_type = Option<MemberKind>)]
    kind: Option<MemberKind>,
    /// true removes the member at once and keeps it out; private rooms only.
    is_blocked: Option<bool>,
}

/// Changes name or type, or blocks the member.
#[utoipa::path(
    put,
    path = "/rooms/{room_id}/members/{member_id}",
    operation_id = "UpdateMember",
    tag = "member",
    params(("room_id" = String, Path), ("member_id" = String, Path)),
    request_body = UpdateMemberRequest,
    responses((status = 200, description = "Done.", body = OneMember), PagecallErrors)
)]
pub(super) async fn update(
    caller: OfMember,
    Body(body, _): Body<UpdateMemberRequest, PagecallError>,
) -> Result<axum::Json<OneMember>, PagecallError> {
    at_most("name", body.name.as_deref().unwrap_or_default(), NAME_MAX_CHARS)?;
    if body.is_blocked == Some(true) && caller.room.kind != RoomKind::Private {
        return Err(Fault::new("is_blocked", "can be true in private rooms only").into());
    }
    let UpdateMemberRequest { name, kind, is_blocked } = body;
    let change = Change { member_type: kind.map(MemberType::from), name, blocked: is_blocked };
    let row = members::change(&caller.workspace.node, &caller.member, change).await?;
    Ok(axum::Json(OneMember { member: Member::from(&row) }))
}
