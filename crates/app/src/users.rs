//! Users of a workspace.

use aws_lc_rs::rand;
use sederunt_core::id::AppId;
use sederunt_store::{MemberType, UserRow};
use serde_json::{Map, Value};

use crate::{AppError, Site};

/// Bytes of randomness in a user's access token.
const ACCESS_TOKEN_BYTES: usize = 32;
/// Key of [`UserRow::extra`].
const PROFILE_URL: &str = "profile_url";
/// Key of [`UserRow::extra`].
const DEFAULT_MEMBER_TYPE: &str = "default_member_type";

/// What is said of a user.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// Name.
    pub name: String,
    /// Picture.
    pub picture: Option<String>,
    /// Type of the member that the user becomes.
    pub member_type: Option<MemberType>,
}

/// The picture of a user.
pub fn picture(user: &UserRow) -> Option<&str> {
    user.extra.get(PROFILE_URL).and_then(Value::as_str)
}

/// Type of the member that the user becomes, if it has one of its own.
pub fn member_type(user: &UserRow) -> Option<MemberType> {
    user.extra.get(DEFAULT_MEMBER_TYPE).and_then(Value::as_str).and_then(MemberType::parse)
}

/// Makes a user, or overwrites the one that has this id; the access token stays the same.
pub async fn put(
    site: &impl Site,
    app: AppId,
    user_id: String,
    profile: Profile,
) -> Result<UserRow, AppError> {
    Ok(site.store().upsert_user(fresh(site, app, user_id, profile)?).await?)
}

/// The user with this id; one who is not registered is, under this name.
pub async fn known_or_new(
    site: &impl Site,
    app: &AppId,
    user_id: &str,
    name: &str,
) -> Result<UserRow, AppError> {
    if let Some(user) = site.store().user(app, user_id).await? {
        return Ok(user);
    }
    let profile = Profile { name: name.to_owned(), ..Profile::default() };
    let fresh = fresh(site, app.clone(), user_id.to_owned(), profile)?;
    // Another request may have registered the user meanwhile, and that one said more.
    Ok(site.store().user_or_create(fresh).await?)
}

/// A new user with an access token of its own.
fn fresh(site: &impl Site, app: AppId, user_id: String, profile: Profile) -> Result<UserRow, AppError> {
    let Profile { name, picture, member_type } = profile;
    let mut extra = Map::new();
    if let Some(url) = picture.filter(|url| !url.is_empty()) {
        extra.insert(PROFILE_URL.to_owned(), url.into());
    }
    if let Some(member_type) = member_type {
        extra.insert(DEFAULT_MEMBER_TYPE.to_owned(), member_type.as_str().into());
    }
    let (extra, now) = (Value::Object(extra), site.now());
    let access_token = new_access_token().ok_or(AppError::NoRandomness)?;
    Ok(UserRow { app, user_id, name, access_token, extra, created_at: now, updated_at: now })
}

/// A new secret, as hex. `None` when the system has no randomness to give.
fn new_access_token() -> Option<String> {
    let mut bytes = [0; ACCESS_TOKEN_BYTES];
    rand::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|b| format!("{b:02x}")).collect())
}
