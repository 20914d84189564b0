//! Rooms of the workspace (SEMANTICS §6.2).

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use futures_util::future::try_join_all;
use sederunt_app::members::{self, Change};
use sederunt_app::{meetings, users};
use sederunt_store::{ListQuery, MemberType};
use sederunt_webhook::headers::is_reserved;
use sederunt_webhook::places::Places;
use sederunt_webhook::target::{BadUrl, Target};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::access::{InRoom, Workspace};
use super::page::{self, Paging};
use super::view::{MemberKind, Room, RoomType};
use crate::dialect::{Code, PagecallError, PagecallErrors};
use crate::extract::{Body, Params};
use crate::fault::{Fault, at_most, filled};
use crate::limit::{
    CUSTOM_ID_MAX_CHARS, LIST_LIMIT_DEFAULT, MEETING_SECONDS_MAX, MEMBERS_MAX, NAME_MAX_CHARS,
    WEBHOOK_HEADER_MAX_BYTES, WEBHOOK_HEADERS_MAX,
};
use crate::query::{FromQuery, Query};
use crate::state::Api;

/// Filters, order and page of the room list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Items to return; values above 1000 are lowered.
    #[param(value_type = Option<u64>, minimum = 0, default = 30)]
    limit: u32,
    /// Items to skip.
    #[param(value_type = Option<u64>, minimum = 0, default = 0)]
    offset: u64,
    /// `created_at` with a leading + (ascending) or - (descending).
    #[param(value_type = Option<String>, pattern = "^([+ -]?created_at)?$", default = "-created_at")]
    sort_by: ((), bool),
    /// Exact room name.
    name: Option<String>,
    /// Layout name. No room has a layout yet, so any name finds nothing.
    layout: Option<String>,
    /// Only terminated (true) or only open (false) rooms.
    is_terminated: Option<bool>,
}

impl FromQuery for ListParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self {
            limit: page::limit(query)?.unwrap_or(LIST_LIMIT_DEFAULT),
            offset: page::offset(query)?,
            sort_by: page::sort_by(query, &[("created_at", ())])?.unwrap_or(((), false)),
            name: query.text("name")?.map(str::to_owned),
            layout: query.text("layout")?.map(str::to_owned),
            is_terminated: query.boolean("is_terminated")?,
        })
    }
}

/// Rooms of the workspace.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rooms {
    /// The rooms.
    rooms: Vec<Room>,
    /// Position in the list.
    paging: Paging,
}

/// A single room.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneRoom {
    /// The room.
    room: Room,
}

/// Rooms of the workspace, newest first.
#[utoipa::path(
    get,
    path = "/rooms",
    operation_id = "listRooms",
    tag = "room",
    params(ListParams),
    responses((status = 200, description = "Done.", body = Rooms), PagecallErrors)
)]
pub(super) async fn list(
    caller: Workspace,
    Params(p, _): Params<ListParams, PagecallError>,
) -> Result<axum::Json<Rooms>, PagecallError> {
    let paging = |total| Paging { limit: u64::from(p.limit), offset: p.offset, total };
    if p.layout.is_some() {
        return Ok(axum::Json(Rooms { rooms: Vec::new(), paging: paging(0) }));
    }
    let query = ListQuery {
        name: p.name.clone(),
        terminated: p.is_terminated,
        ascending: p.sort_by.1,
        offset: p.offset,
        limit: p.limit,
        ..ListQuery::default()
    };
    let (store, now) = (caller.store(), caller.node.steady());
    let found = store.meetings(&caller.app, query).await?;
    let mut rooms = Vec::with_capacity(found.items.len());
    for row in &found.items {
        rooms.push(Room::read(store, row, now).await?);
    }
    Ok(axum::Json(Rooms { rooms, paging: paging(found.total) }))
}

/// A room to make.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateRoomRequest {
    /// Display name.
    #[schema(min_length = 1, max_length = 256)]
    name: String,
    /// Who may enter.
    #[serde(rename = "type")]
    kind: RoomType,
    /// Whether it is recorded.
    #[schema(default = true)]
    record: Option<bool>,
    /// Terminate the room when `meeting_time` reaches this.
    #[schema(minimum = 1, maximum = 31_622_400)]
    max_meeting_seconds: Option<i64>,
    /// Users to add; those who are not yet users of the workspace are registered.
    #[schema(max_items = 1000)]
    members: Option<Vec<RoomMember>>,
    /// Told of every entry and exit.
    webhook: Option<RoomWebhook>,
}

/// A user to add.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RoomMember {
    /// User of the workspace, or somebody who becomes one.
    #[schema(min_length = 1, max_length = 256)]
    user_id: String,
    /// What the member may do.
    #[serde(rename = "type")]
    #[schema(value_type = MemberKind)]
    kind: MemberKind,
    /// Display name in the room, and of a user who is registered by this.
    #[schema(max_length = 256)]
    name: Option<String>,
}

/// Where entries and exits are told.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct RoomWebhook {
    /// Target.
    #[schema(schema_with = crate::document::web_url)]
    url: String,
    /// Headers to send along.
    #[schema(schema_with = crate::document::webhook_headers)]
    headers: Option<BTreeMap<String, String>>,
}

impl RoomWebhook {
    fn check(&self, places: &Places) -> Result<(), Fault> {
        const FIELD: &str = "webhook.headers";
        Target::parse(&self.url, places).map_err(|bad| Fault::new("webhook.url", url_rule(bad)))?;
        let headers = self.headers.iter().flatten();
        if self.headers.as_ref().is_some_and(|all| all.len() > WEBHOOK_HEADERS_MAX) {
            return Err(Fault::new(FIELD, format!("must have at most {WEBHOOK_HEADERS_MAX} entries")));
        }
        for (name, value) in headers {
            let valid = name.parse::<HeaderName>().is_ok() && HeaderValue::from_str(value).is_ok();
            if !valid || name.len() + value.len() > WEBHOOK_HEADER_MAX_BYTES {
                return Err(Fault::new(FIELD, "must be valid HTTP headers"));
            }
            if is_reserved(&name.to_ascii_lowercase()) {
                return Err(Fault::new(FIELD, format!("must not contain {name}")));
            }
        }
        Ok(())
    }
}

/// What is said of a URL that is refused: how it must be written, and nothing of what this server can reach.
fn url_rule(bad: BadUrl) -> String {
    match bad {
        BadUrl::TooLong | BadUrl::Scheme | BadUrl::Http => bad.to_string(),
        BadUrl::UserInfo
        | BadUrl::Fragment
        | BadUrl::Unicode
        | BadUrl::Character
        | BadUrl::DotSegment
        | BadUrl::Host
        | BadUrl::Number
        | BadUrl::InnerName
        | BadUrl::Port
        | BadUrl::Refused
        | BadUrl::Address(_) => "must be a valid URL that this server may call".to_owned(),
    }
}

impl CreateRoomRequest {
    fn check(&self, places: &Places) -> Result<(), Fault> {
        filled("name", &self.name, NAME_MAX_CHARS)?;
        if let Some(seconds) = self.max_meeting_seconds
            && !(1..=MEETING_SECONDS_MAX).contains(&seconds)
        {
            return Err(Fault::new("max_meeting_seconds", format!("must be 1 to {MEETING_SECONDS_MAX}")));
        }
        let members = self.members.as_deref().unwrap_or_default();
        if members.len() > MEMBERS_MAX {
            return Err(Fault::new("members", format!("must have at most {MEMBERS_MAX} items")));
        }
        for (i, member) in members.iter().enumerate() {
            let checked = filled("user_id", &member.user_id, CUSTOM_ID_MAX_CHARS)
                .and_then(|()| at_most("name", member.name.as_deref().unwrap_or_default(), NAME_MAX_CHARS));
            checked.map_err(|fault| fault.below(&format!("members[{i}]")))?;
        }
        self.webhook.as_ref().map_or(Ok(()), |webhook| webhook.check(places))
    }

    fn extra(&self) -> Value {
        let mut extra = json!({ "record": self.record.unwrap_or(true) });
        if let Some(hook) = &self.webhook {
            extra["webhook"] = json!({ "url": hook.url, "headers": hook.headers });
        }
        extra
    }
}

/// Makes a room and adds its members.
#[utoipa::path(
    post,
    path = "/rooms",
    operation_id = "createRoom",
    tag = "room",
    request_body = CreateRoomRequest,
    responses((status = 200, description = "Done.", body = OneRoom), PagecallErrors)
)]
pub(super) async fn create(
    caller: Workspace,
    State(api): State<Api>,
    Body(body, _): Body<CreateRoomRequest, PagecallError>,
) -> Result<axum::Json<OneRoom>, PagecallError> {
    body.check(&api.config.webhook_places)?;
    // The last word on a user counts. Who is not registered becomes a user of the workspace, as in the vendor's example.
    let named: BTreeMap<&str, &RoomMember> =
        body.members.iter().flatten().map(|member| (member.user_id.as_str(), member)).collect();
    let node = &caller.node;
    let users = try_join_all(named.values().map(|RoomMember { user_id, name, .. }| {
        users::known_or_new(node, &caller.app, user_id, name.as_deref().unwrap_or_default())
    }))
    .await?;
    let (kind, seconds, extra) = (body.kind.into(), body.max_meeting_seconds, body.extra());
    let row = meetings::create(node, caller.app.clone(), body.name.clone(), |row| {
        (row.kind, row.is_room) = (kind, true);
        (row.max_meeting_seconds, row.extra) = (seconds, extra);
    })
    .await?;
    // All at once: they share a commit.
    try_join_all(users.iter().zip(named.values()).map(|(user, member)| {
        let member_type = Some(MemberType::from(member.kind));
        let change = Change { member_type, name: member.name.clone(), ..Change::default() };
        members::put(node, &row, user, change)
    }))
    .await?;
    Ok(axum::Json(OneRoom { room: Room::read(caller.store(), &row, caller.node.steady()).await? }))
}

/// One room.
#[utoipa::path(
    get,
    path = "/rooms/{id}",
    operation_id = "getRoom",
    tag = "room",
    params(("id" = String, Path)),
    responses((status = 200, description = "Done.", body = OneRoom), PagecallErrors)
)]
pub(super) async fn get(caller: InRoom) -> Result<axum::Json<OneRoom>, PagecallError> {
    let workspace = &caller.workspace;
    let room = Room::read(workspace.store(), &caller.room, workspace.node.steady()).await?;
    Ok(axum::Json(OneRoom { room }))
}

/// What of a room is to be changed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateRoomRequest {
    /// New name.
    #[schema(min_length = 1, max_length = 256)]
    name: Option<String>,
    /// true terminates the room, which cannot be undone.
    is_terminated: Option<bool>,
}

/// Renames or terminates a room.
#[utoipa::path(
    put,
    path = "/rooms/{id}",
    operation_id = "updateRoom",
    tag = "room",
    params(("id" = String, Path)),
    request_body = UpdateRoomRequest,
    responses((status = 200, description = "Done.", body = OneRoom), PagecallErrors)
)]
pub(super) async fn update(
    caller: InRoom,
    Body(body, _): Body<UpdateRoomRequest, PagecallError>,
) -> Result<axum::Json<OneRoom>, PagecallError> {
    let InRoom { room, workspace } = caller;
    let node = &workspace.node;
    if body.is_terminated == Some(false) && room.terminated_at.is_some() {
        return Err(PagecallError::bad(Code::RoomTerminated, "A terminated room cannot be opened again"));
    }
    let mut row = room;
    if let Some(name) = body.name {
        filled("name", &name, NAME_MAX_CHARS)?;
        row = meetings::change(node, row.id, move |row| row.title = name).await?;
    }
    if body.is_terminated == Some(true) {
        row = meetings::terminate(node, &row).await?;
    }
    Ok(axum::Json(OneRoom { room: Room::read(node.store(), &row, node.steady()).await? }))
}

/// Terminates the room and deletes it; answers it as it was last. Its sessions are listed no more.
#[utoipa::path(
    delete,
    path = "/rooms/{id}",
    operation_id = "deleteRoom",
    tag = "room",
    params(("id" = String, Path)),
    responses((status = 200, description = "Done.", body = OneRoom), PagecallErrors)
)]
pub(super) async fn delete(caller: InRoom) -> Result<axum::Json<OneRoom>, PagecallError> {
    let node = &caller.workspace.node;
    let row = meetings::delete(node, &caller.room).await?;
    Ok(axum::Json(OneRoom { room: Room::read(node.store(), &row, node.steady()).await? }))
}
