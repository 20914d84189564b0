//! Users of a workspace as members of its rooms.

use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;

use crate::entry::Entry;
use crate::{ParticipantRow, Result, Store, StoreError, Thing, UserRow, participants, users};

/// Memberships of a user that are deleted in one transaction: it takes some milliseconds of the writer's time.
const MEMBERS_AT_A_TIME: usize = 256;

/// What one step of a deletion came to.
#[derive(Debug, Clone, PartialEq)]
pub struct UserDeletion {
    /// The user as it was.
    pub user: UserRow,
    /// Memberships that are deleted now.
    pub members: Vec<ParticipantRow>,
    /// The user is gone, with all of them; else there are more.
    pub is_done: bool,
}

impl Store {
    /// The not deleted member of the room with this row's user id, the row itself if there was none: decided in one
    /// transaction, so that two first visits at once make one member, and that a user who is deleted becomes none.
    /// `NotFound` when there is no such user.
    pub async fn member_or_create(&self, p: ParticipantRow) -> Result<ParticipantRow> {
        self.decide(move |conn| {
            let user_id = p.user_id.as_deref().unwrap_or_default();
            users::by_id(conn, &p.app, user_id)?.ok_or(StoreError::NotFound(Thing::User))?;
            if let Some(member) = participants::of_user_in(conn, p.meeting, user_id)? {
                return Ok((Vec::new(), member));
            }
            if participants::is_known(conn, p.id)? {
                return Err(StoreError::Exists(Thing::Participant));
            }
            Ok((vec![Entry::Participant(p.clone())], p))
        })
        .await
    }

    /// Deletes the memberships of a user in all rooms of the workspace, some at a time, and the user with the last of them:
    /// one that is interrupted before can be asked for again. `NotFound` when there is no such user.
    pub async fn delete_user(&self, app: &AppId, user_id: &str, now: UnixMs) -> Result<UserDeletion> {
        let (app, user_id) = (app.clone(), user_id.to_owned());
        self.decide(move |conn| {
            let user = users::by_id(conn, &app, &user_id)?.ok_or(StoreError::NotFound(Thing::User))?;
            let mut members = participants::of_user(conn, &app, &user_id, MEMBERS_AT_A_TIME + 1)?;
            let is_done = members.len() <= MEMBERS_AT_A_TIME;
            members.truncate(MEMBERS_AT_A_TIME);
            for row in &mut members {
                (row.deleted_at, row.updated_at) = (Some(now), now);
            }
            let mut entries: Vec<Entry> = members.iter().cloned().map(Entry::Participant).collect();
            entries.extend(is_done.then_some(Entry::UserDeleted { app, user_id }));
            Ok((entries, UserDeletion { user, members, is_done }))
        })
        .await
    }
}
