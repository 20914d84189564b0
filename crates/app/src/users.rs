//! Users of a workspace.

use aws_lc_rs::rand;
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::AppId;
use sederunt_node::Node;
use sederunt_store::{MemberType, UserDeletion, UserRow};
use serde_json::{Map, Value};

use crate::{AppError, Site, people, room};

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

/// What of a user is to be changed.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Name.
    pub name: Option<String>,
    /// Picture; empty = none any more.
    pub picture: Option<String>,
    /// Type of the member that the user becomes.
    pub member_type: Option<MemberType>,
}

impl Change {
    fn apply(self, row: &mut UserRow) {
        let Self { name, picture, member_type } = self;
        if let Some(name) = name {
            row.name = name;
        }
        let Value::Object(extra) = &mut row.extra else { return };
        match picture {
            Some(url) if url.is_empty() => drop(extra.remove(PROFILE_URL)),
            Some(url) => drop(extra.insert(PROFILE_URL.to_owned(), url.into())),
            None => {}
        }
        if let Some(member_type) = member_type {
            extra.insert(DEFAULT_MEMBER_TYPE.to_owned(), member_type.as_str().into());
        }
    }
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

/// Changes a user. Members that the user is already keep name and type, which are copies from when they were made.
/// `NotFound` when the user is gone.
pub async fn change(site: &impl Site, user: &UserRow, change: Change) -> Result<UserRow, AppError> {
    let now = site.now();
    let stamped = move |row: &mut UserRow| {
        change.apply(row);
        row.updated_at = now;
    };
    Ok(site.store().change_user(&user.app, &user.user_id, stamped).await?)
}

/// Deletes a user: the access token is dead, so are the tokens of its members in all rooms of the workspace, and all its
/// connections end. Who was where stays as it is. Answers the user as it was; `NotFound` when it is gone.
pub async fn remove(node: &Node, user: &UserRow) -> Result<UserRow, AppError> {
    room::to_the_end(steps(node.clone(), user.clone())).await
}

async fn steps(node: Node, user: UserRow) -> Result<UserRow, AppError> {
    loop {
        let step = node.store().delete_user(&user.app, &user.user_id, node.now()).await?;
        let UserDeletion { user, members, is_done } = step;
        let mut failed = None;
        for member in &members {
            // The others are put out all the same.
            if let Err(error) = people::put_out(&node, member, LeaveReason::ParticipantDeleted).await {
                failed.get_or_insert(error);
            }
        }
        match failed {
            Some(error) => return Err(error),
            None if is_done => return Ok(user),
            None => {}
        }
    }
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
