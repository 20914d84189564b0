//! Users of the workspace (SEMANTICS §6.3).

use sederunt_store::{MemberType, UserRow};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::access::{UserPath, Workspace};
use super::view::{DEFAULT_MEMBER_TYPE, MemberKind, PROFILE_URL, User};
use crate::dialect::{PagecallError, PagecallErrors};
use crate::extract::Body;
use crate::fault::{Fault, at_most, filled, web_url};
use crate::limit::{CUSTOM_ID_MAX_CHARS, NAME_MAX_CHARS};
use crate::principal;

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
        match self.profile_url.as_deref() {
            None | Some("") => Ok(()),
            Some(url) => web_url("profile_url", url),
        }
    }

    fn extra(&self) -> Value {
        let mut extra = Map::new();
        if let Some(url) = self.profile_url.as_deref().filter(|url| !url.is_empty()) {
            extra.insert(PROFILE_URL.to_owned(), url.into());
        }
        if let Some(kind) = self.default_member_type {
            extra.insert(DEFAULT_MEMBER_TYPE.to_owned(), MemberType::from(kind).as_str().into());
        }
        Value::Object(extra)
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
    let extra = body.extra();
    let row = row(&caller, body.user_id, body.name.unwrap_or_default(), extra)?;
    let user = caller.store().upsert_user(row).await?.into();
    Ok(axum::Json(OneUser { user }))
}

/// A new user with an access token of its own. `extra`: picture and type, as they are stored.
pub(super) fn row(
    workspace: &Workspace,
    user_id: String,
    name: String,
    extra: Value,
) -> Result<UserRow, PagecallError> {
    let now = workspace.node.now();
    let no_randomness = || PagecallError::internal(&std::io::Error::other("no randomness"));
    Ok(UserRow {
        app: workspace.app.clone(),
        extra,
        user_id,
        name,
        access_token: principal::new_access_token().ok_or_else(no_randomness)?,
        created_at: now,
        updated_at: now,
    })
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
