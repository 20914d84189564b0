//! Members of a room (SEMANTICS §6.3).

use sederunt_core::fact::LeaveReason;
use sederunt_core::input::Command;
use sederunt_node::presets::preset_of_member;
use sederunt_store::{ListQuery, MeetingRow, MemberType, ParticipantRow, RoomKind, UserRow};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::access::{InRoom, OfMember, Workspace};
use super::page::{self, Paging};
use super::rooms::RoomMember;
use super::users;
use super::view::{Member, MemberKind, PROFILE_URL};
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
pub(super) async fn user(workspace: &Workspace, user_id: &str) -> Result<UserRow, PagecallError> {
    let row = workspace.store().user(&workspace.app, user_id).await?;
    row.ok_or_else(|| PagecallError::no_user(user_id))
}

/// The user of the workspace that a create-room request names, registered if it is not yet.
pub(super) async fn user_or_new(workspace: &Workspace, named: &RoomMember) -> Result<UserRow, PagecallError> {
    let (user_id, name) = named.user();
    if let Some(user) = workspace.store().user(&workspace.app, user_id).await? {
        return Ok(user);
    }
    let fresh = users::row(workspace, user_id.to_owned(), name.to_owned(), Value::Object(Map::new()))?;
    // Another request may have registered the user meanwhile, and that one said more.
    Ok(workspace.store().user_or_create(fresh).await?)
}

/// Makes the user a member; one that is a member already gets the new type and name, where given.
pub(super) async fn put_member(
    workspace: &Workspace,
    room: &MeetingRow,
    user: &UserRow,
    kind: Option<MemberKind>,
    name: Option<String>,
) -> Result<ParticipantRow, PagecallError> {
    let (store, now) = (workspace.store(), workspace.node.now());
    let member_type = kind.map_or(MemberType::Guest, MemberType::from);
    let fresh = ParticipantRow {
        id: workspace.node.mint_id().into(),
        meeting: room.id,
        app: room.app.clone(),
        name: name.clone().unwrap_or_else(|| user.name.clone()),
        picture: user.extra[PROFILE_URL].as_str().unwrap_or_default().to_owned(),
        custom_participant_id: Some(user.user_id.clone()),
        user_id: Some(user.user_id.clone()),
        preset_id: None,
        preset_name: preset_of_member(member_type).to_owned(),
        member_type,
        blocked: false,
        deleted_at: None,
        created_at: now,
        updated_at: now,
    };
    let id = fresh.id;
    let member = store.member_or_create(fresh).await?;
    if member.id == id {
        return Ok(member);
    }
    let change = move |row: &mut ParticipantRow| {
        set_kind(row, kind);
        row.name = name.unwrap_or_else(|| std::mem::take(&mut row.name));
        row.updated_at = now;
    };
    Ok(store.change_participant(room.id, member.id, change).await?)
}

/// A new type counts from the next join.
fn set_kind(row: &mut ParticipantRow, kind: Option<MemberKind>) {
    if let Some(kind) = kind {
        row.member_type = kind.into();
        row.preset_id = None;
        row.preset_name = preset_of_member(row.member_type).to_owned();
    }
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
    let row = put_member(&caller.workspace, &caller.room, &user, body.kind, None).await?;
    Ok(axum::Json(OneMember { member: Member::from(&row).of(user) }))
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
    let blocks = body.is_blocked == Some(true);
    if blocks && caller.room.kind != RoomKind::Private {
        return Err(Fault::new("is_blocked", "can be true in private rooms only").into());
    }
    let node = &caller.workspace.node;
    let now = node.now();
    let change = move |row: &mut ParticipantRow| {
        set_kind(row, body.kind);
        row.name = body.name.unwrap_or_else(|| std::mem::take(&mut row.name));
        row.blocked = body.is_blocked.unwrap_or(row.blocked);
        row.updated_at = now;
    };
    let row = node.store().change_participant(caller.room.id, caller.member.id, change).await?;
    if blocks {
        // After the row, so that a removed client does not come back in between.
        let reason = LeaveReason::Blocked;
        node.command(
            row.meeting,
            Command::Kick { participants: vec![row.id], custom_ids: Vec::new(), reason },
        )
        .await?;
    }
    Ok(axum::Json(OneMember { member: Member::from(&row) }))
}
