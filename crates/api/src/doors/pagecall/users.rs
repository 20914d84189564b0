//! Users of the workspace (SEMANTICS §6.3).

use sederunt_app::users::{self, Change, Profile};
use sederunt_store::{ListQuery, MemberType};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::access::{OfUser, Workspace};
use super::page::{self, Paging};
use super::view::{MemberKind, User};
use crate::dialect::{PagecallError, PagecallErrors};
use crate::extract::{Body, Params};
use crate::fault::{Fault, at_most, filled, web_url_or_nothing};
use crate::limit::{CUSTOM_ID_MAX_CHARS, LIST_LIMIT_DEFAULT, NAME_MAX_CHARS};
use crate::query::{FromQuery, Query};

/// Filter, order and page of the user list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Part of the `user_id`, which many fill with the e-mail address; any case.
    email_search_query: Option<String>,
    /// Items to return; values above 1000 are lowered.
    #[param(value_type = Option<u64>, minimum = 0, default = 30)]
    limit: u32,
    /// Items to skip.
    #[param(value_type = Option<u64>, minimum = 0, default = 0)]
    offset: u64,
    /// `created_at` with a leading + (ascending) or - (descending).
    #[param(value_type = Option<String>, pattern = "^([+ -]?created_at)?$", default = "-created_at")]
    sort_by: ((), bool),
}

impl FromQuery for ListParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self {
            email_search_query: query.text("email_search_query")?.map(str::to_owned),
            limit: page::limit(query)?.unwrap_or(LIST_LIMIT_DEFAULT),
            offset: page::offset(query)?,
            sort_by: page::sort_by(query, &[("created_at", ())])?.unwrap_or(((), false)),
        })
    }
}

/// Users of the workspace.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Users {
    /// The users.
    users: Vec<User>,
    /// Position in the list.
    paging: Paging,
}

/// Users of the workspace, newest first, each with its access token.
#[utoipa::path(
    get,
    path = "/users",
    operation_id = "ListUsers",
    tag = "user",
    params(ListParams),
    responses((status = 200, description = "Done.", body = Users), PagecallErrors)
)]
pub(super) async fn list(
    caller: Workspace,
    Params(p, _): Params<ListParams, PagecallError>,
) -> Result<axum::Json<Users>, PagecallError> {
    let query = ListQuery {
        search: p.email_search_query,
        ascending: p.sort_by.1,
        offset: p.offset,
        limit: p.limit,
        ..ListQuery::default()
    };
    let found = caller.store().users(&caller.app, query).await?;
    let paging = Paging { limit: u64::from(p.limit), offset: p.offset, total: found.total };
    let users = found.items.into_iter().map(User::from).collect();
    Ok(axum::Json(Users { users, paging }))
}

/// A single user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneUser {
    /// The user.
    user: User,
}

/// A user to make, or to overwrite.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateUserRequest {
    /// ID given by the caller.
    #[schema(min_length = 1, max_length = 256)]
    user_id: String,
    /// Name.
    #[schema(max_length = 256)]
    name: Option<String>,
    /// Picture.
    #[schema(schema_with = crate::document::web_url_or_nothing)]
    profile_url: Option<String>,
    /// Type of the member that the user becomes.
    default_member_type: Option<MemberKind>,
}

impl CreateUserRequest {
    fn check(&self) -> Result<(), Fault> {
        filled("user_id", &self.user_id, CUSTOM_ID_MAX_CHARS)?;
        at_most("name", self.name.as_deref().unwrap_or_default(), NAME_MAX_CHARS)?;
        web_url_or_nothing("profile_url", self.profile_url.as_deref())
    }

    fn profile(self) -> (String, Profile) {
        let Self { user_id, name, profile_url, default_member_type } = self;
        let member_type = default_member_type.map(MemberType::from);
        (user_id, Profile { name: name.unwrap_or_default(), picture: profile_url, member_type })
    }
}

/// Makes a user, or overwrites the one that has this `user_id`; the access token stays the same.
#[utoipa::path(
    post,
    path = "/users",
    operation_id = "createUser",
    tag = "user",
    request_body = CreateUserRequest,
    responses((status = 200, description = "Done.", body = OneUser), PagecallErrors)
)]
pub(super) async fn create(
    caller: Workspace,
    Body(body, _): Body<CreateUserRequest, PagecallError>,
) -> Result<axum::Json<OneUser>, PagecallError> {
    body.check()?;
    let (user_id, profile) = body.profile();
    let user = users::put(&caller.node, caller.app, user_id, profile).await?.into();
    Ok(axum::Json(OneUser { user }))
}

/// One user.
#[utoipa::path(
    get,
    path = "/users/{user_id}",
    operation_id = "GetUser",
    tag = "user",
    params(("user_id" = String, Path)),
    responses((status = 200, description = "Done.", body = OneUser), PagecallErrors)
)]
pub(super) async fn get(caller: OfUser) -> axum::Json<OneUser> {
    axum::Json(OneUser { user: caller.user.into() })
}

/// What of a user is to be changed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateUserRequest {
    /// Name.
    #[schema(max_length = 256)]
    name: Option<String>,
    /// Picture; an empty text takes it away.
    #[schema(schema_with = crate::document::web_url_or_nothing)]
    profile_url: Option<String>,
    /// Type of the member that the user becomes.
    default_member_type: Option<MemberKind>,
}

/// Changes what is given of a user. Members that the user is already keep name and type.
#[utoipa::path(
    put,
    path = "/users/{user_id}",
    operation_id = "UpdateUser",
    tag = "user",
    params(("user_id" = String, Path)),
    request_body = UpdateUserRequest,
    responses((status = 200, description = "Done.", body = OneUser), PagecallErrors)
)]
pub(super) async fn update(
    caller: OfUser,
    Body(body, _): Body<UpdateUserRequest, PagecallError>,
) -> Result<axum::Json<OneUser>, PagecallError> {
    let UpdateUserRequest { name, profile_url, default_member_type } = body;
    at_most("name", name.as_deref().unwrap_or_default(), NAME_MAX_CHARS)?;
    web_url_or_nothing("profile_url", profile_url.as_deref())?;
    let member_type = default_member_type.map(MemberType::from);
    let change = Change { name, picture: profile_url, member_type };
    let user = users::change(&caller.workspace.node, &caller.user, change).await?.into();
    Ok(axum::Json(OneUser { user }))
}

/// Deletes a user and its memberships, and ends its connections; past sessions keep its `user_id`.
#[utoipa::path(
    delete,
    path = "/users/{user_id}",
    operation_id = "DeleteUser",
    tag = "user",
    params(("user_id" = String, Path)),
    responses((status = 200, description = "Done.", body = OneUser), PagecallErrors)
)]
pub(super) async fn delete(caller: OfUser) -> Result<axum::Json<OneUser>, PagecallError> {
    let user = users::remove(&caller.workspace.node, &caller.user).await?.into();
    Ok(axum::Json(OneUser { user }))
}
