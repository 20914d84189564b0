//! Members: participants of a room that users of the workspace become.

use sederunt_core::fact::LeaveReason;
use sederunt_core::id::ParticipantId;
use sederunt_core::time::UnixMs;
use sederunt_node::Node;
use sederunt_store::{MeetingRow, MemberType, ParticipantRow, UserRow};

use crate::presets::preset_of_member;
use crate::{AppError, people, room, users};

/// Name of an anonymous visitor of an open room until the client gives one.
const ANONYMOUS_NAME: &str = "Guest";

/// What of a member is to be changed.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What it may do; counts from the next join.
    pub member_type: Option<MemberType>,
    /// Display name in the room.
    pub name: Option<String>,
    /// Whether it is kept out; whoever is put on it is put out at once.
    pub blocked: Option<bool>,
}

impl Change {
    fn apply(self, row: &mut ParticipantRow) {
        if let Some(member_type) = self.member_type {
            row.member_type = member_type;
            row.preset_id = None;
            row.preset_name = preset_of_member(member_type).to_owned();
        }
        if let Some(name) = self.name {
            row.name = name;
        }
        row.blocked = self.blocked.unwrap_or(row.blocked);
    }
}

/// Makes the user a member of the room; one that is a member already gets the new type and name, where given.
pub async fn put(
    node: &Node,
    room: &MeetingRow,
    user: &UserRow,
    change: Change,
) -> Result<ParticipantRow, AppError> {
    let mut fresh = of_user(room, node.mint_id().into(), node.now(), user, MemberType::Guest);
    change.clone().apply(&mut fresh);
    let id = fresh.id;
    let member = node.store().member_or_create(fresh).await?;
    if member.id == id { Ok(member) } else { self::change(node, &member, change).await }
}

/// Changes name or type of a member, or blocks it.
pub async fn change(
    node: &Node,
    member: &ParticipantRow,
    change: Change,
) -> Result<ParticipantRow, AppError> {
    let (now, blocks) = (node.now(), change.blocked == Some(true));
    let stamped = move |row: &mut ParticipantRow| {
        change.apply(row);
        row.updated_at = now;
    };
    let (node, meeting, id) = (node.clone(), member.meeting, member.id);
    room::to_the_end(async move {
        let row = node.store().change_participant(meeting, id, stamped).await?;
        if blocks {
            people::put_out(&node, &row, LeaveReason::Blocked).await?;
        }
        Ok(row)
    })
    .await
}

/// The member that a user becomes.
pub(crate) fn of_user(
    room: &MeetingRow,
    id: ParticipantId,
    at: UnixMs,
    user: &UserRow,
    member_type: MemberType,
) -> ParticipantRow {
    ParticipantRow {
        name: user.name.clone(),
        picture: users::picture(user).unwrap_or_default().to_owned(),
        custom_participant_id: Some(user.user_id.clone()),
        user_id: Some(user.user_id.clone()),
        ..visitor_of(room, id, at, member_type)
    }
}

/// An anonymous visitor of an open room: all there is to know of him follows from his token.
pub(crate) fn visitor(room: &MeetingRow, id: ParticipantId, at: UnixMs) -> ParticipantRow {
    visitor_of(room, id, at, MemberType::Guest)
}

fn visitor_of(room: &MeetingRow, id: ParticipantId, at: UnixMs, member_type: MemberType) -> ParticipantRow {
    ParticipantRow {
        id,
        meeting: room.id,
        app: room.app.clone(),
        name: ANONYMOUS_NAME.to_owned(),
        picture: String::new(),
        custom_participant_id: None,
        user_id: None,
        preset_id: None,
        preset_name: preset_of_member(member_type).to_owned(),
        member_type,
        blocked: false,
        deleted_at: None,
        created_at: at,
        updated_at: at,
    }
}
