//! Meetings, which are rooms at another door.

use sederunt_core::id::{AppId, Id, MeetingId};
use sederunt_core::input::Command;
use sederunt_core::limit::KEEP_ALIVE_DEFAULT_SECS;
use sederunt_core::time::UnixMs;
use sederunt_node::Node;
use sederunt_store::{MeetingRow, MemberType, RoomKind, StoreError, Thing};
use serde_json::{Map, Value};

use crate::rule::{Fault, NAME_MAX_CHARS, at_most};
use crate::{AppError, Site, room};

/// A meeting with the settings that one gets who says nothing. It is no row before [`create`].
pub fn blank(id: Id, app: AppId, title: String, now: UnixMs) -> MeetingRow {
    MeetingRow {
        id: MeetingId::from(id),
        app,
        parent: None,
        title,
        active: true,
        keep_alive_secs: KEEP_ALIVE_DEFAULT_SECS,
        kind: RoomKind::Private,
        is_room: false,
        default_member_type: MemberType::Guest,
        max_meeting_seconds: None,
        terminated_at: None,
        deleted_at: None,
        extra: Value::Object(Map::new()),
        created_at: now,
        updated_at: now,
    }
}

/// Makes a meeting of an app; `set` gives it what it is to be besides [`blank`].
pub async fn create(
    site: &impl Site,
    app: AppId,
    title: String,
    set: impl FnOnce(&mut MeetingRow),
) -> Result<MeetingRow, AppError> {
    check_title(&title)?;
    let mut row = blank(site.mint_id(), app, title, site.now());
    set(&mut row);
    site.store().create_meeting(row.clone()).await?;
    Ok(row)
}

/// Changes a meeting; its room hears of it before this returns. `NotFound` when it is gone.
pub async fn change(
    node: &Node,
    meeting: MeetingId,
    change: impl FnOnce(&mut MeetingRow) + Send + 'static,
) -> Result<MeetingRow, AppError> {
    let now = node.now();
    let stamped = move |row: &mut MeetingRow| {
        change(row);
        row.updated_at = now;
    };
    let node = node.clone();
    room::to_the_end(async move {
        let row = node.store().change_meeting(meeting, stamped).await?;
        node.meeting_changed(row.id).await?;
        Ok(row)
    })
    .await
}

/// Ends a meeting for good: everybody leaves, its session ends, nobody enters any more. One that was terminated before keeps
/// its time.
pub async fn terminate(node: &Node, meeting: &MeetingRow) -> Result<MeetingRow, AppError> {
    if meeting.terminated_at.is_none() {
        // The room itself writes when it was.
        room::command(node, meeting.id, Command::Terminate).await?;
    }
    Ok(node.store().meeting(meeting.id).await?.ok_or(StoreError::NotFound(Thing::Meeting))?)
}

/// Terminates a meeting and deletes it: no door knows it any more, its sessions remain in the ledger. `NotFound` when it is
/// gone.
pub async fn delete(node: &Node, meeting: &MeetingRow) -> Result<MeetingRow, AppError> {
    // First of all, so that nobody is in a room that is not there.
    terminate(node, meeting).await?;
    let now = node.now();
    let delete = move |row: &mut MeetingRow| (row.deleted_at, row.updated_at) = (Some(now), now);
    Ok(node.store().change_meeting(meeting.id, delete).await?)
}

/// The rule of titles.
pub fn check_title(title: &str) -> Result<(), Fault> {
    at_most("title", title, NAME_MAX_CHARS)
}
