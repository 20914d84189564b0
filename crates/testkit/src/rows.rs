//! Rows as most tests want them; a test changes what it is about.

use sederunt_core::id::{AppId, Id, MeetingId, ParticipantId};
use sederunt_core::time::UnixMs;
use sederunt_store::{AppRow, MeetingRow, MemberType, ParticipantRow, RoomKind};
use serde_json::json;

/// An app.
pub fn app_row(id: &str, account: &str, name: &str, now: UnixMs) -> AppRow {
    AppRow { id: AppId::from(id), account: account.to_owned(), name: name.to_owned(), created_at: now }
}

/// A private meeting that anybody with a token may join, called Weekly.
pub fn meeting_row(app: &AppId, id: Id, now: UnixMs) -> MeetingRow {
    MeetingRow {
        id: MeetingId(id),
        app: app.clone(),
        parent: None,
        title: "Weekly".to_owned(),
        active: true,
        keep_alive_secs: 60,
        kind: RoomKind::Private,
        is_room: false,
        default_member_type: MemberType::Guest,
        max_meeting_seconds: None,
        terminated_at: None,
        deleted_at: None,
        extra: json!({}),
        created_at: now,
        updated_at: now,
    }
}

/// Somebody with the host's preset, whose customer calls him `c-name`.
pub fn participant_row(app: &AppId, meeting: MeetingId, id: Id, name: &str, now: UnixMs) -> ParticipantRow {
    ParticipantRow {
        id: ParticipantId(id),
        meeting,
        app: app.clone(),
        name: name.to_owned(),
        picture: String::new(),
        custom_participant_id: Some(format!("c-{name}")),
        user_id: None,
        preset_id: None,
        preset_name: "group_call_host".to_owned(),
        member_type: MemberType::Guest,
        blocked: false,
        deleted_at: None,
        created_at: now,
        updated_at: now,
    }
}
