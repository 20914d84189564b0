//! Users of the workspace (SEMANTICS §6.3).

use sederunt_app::users::{self, Profile};
use sederunt_store::MemberType;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::{UserPath, Workspace};
use super::view::{MemberKind, User};
use crate::dialect::{PagecallError, PagecallErrors};
use crate::extract::Body;
use crate::fault::{Fault, at_most, filled, web_url_or_nothing};
use crate::limit::{CUSTOM_ID_MAX_CHARS, NAME_MAX_CHARS};

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
pub(super) async fn get(
    caller: Workspace,
    UserPath(user_id): UserPath,
) -> Result<axum::Json<OneUser>, PagecallError> {
    let user_id = user_id.unwrap_or_default();
    let row = caller.store().user(&caller.app, &user_id).await?;
    let user = row.ok_or_else(|| PagecallError::no_user(&user_id))?.into();
    Ok(axum::Json(OneUser { user }))
}
