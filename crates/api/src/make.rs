//! Rows of the registry as the doors make them, for whoever else makes some: the command line.

use sederunt_core::id::{AppId, MeetingId, ParticipantId};
use sederunt_core::limit::KEEP_ALIVE_DEFAULT_SECS;
use sederunt_core::time::UnixMs;
use sederunt_store::{AppRow, MeetingRow, MemberType, ParticipantRow, RoomKind};
use serde_json::{Map, Value};

use crate::fault::{Fault, at_most, filled, web_url};
use crate::limit::{CUSTOM_ID_MAX_CHARS, NAME_MAX_CHARS};

/// Preset whose holders are hosts at the Pagecall door.
const HOST_PRESET: &str = "group_call_host";

/// A field, and the rule that it breaks, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken(Fault);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message())
    }
}

impl std::error::Error for Broken {}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

/// Someone who may join.
#[derive(Debug, Clone)]
pub struct NewParticipant {
    /// The caller's own identifier for this person.
    pub custom_participant_id: String,
    /// Name of the preset applied; that it exists is the caller's to see.
    pub preset_name: String,
    /// Display name.
    pub name: Option<String>,
    /// Avatar URL.
    pub picture: Option<String>,
}

impl NewParticipant {
    pub(crate) fn check(&self) -> Result<(), Fault> {
        filled("custom_participant_id", &self.custom_participant_id, CUSTOM_ID_MAX_CHARS)?;
        filled("preset_name", &self.preset_name, NAME_MAX_CHARS)?;
        at_most("name", self.name.as_deref().unwrap_or_default(), NAME_MAX_CHARS)?;
        match self.picture.as_deref() {
            None | Some("") => Ok(()),
            Some(url) => web_url("picture", url),
        }
    }
}

/// A participant of a meeting. Errors: a field that breaks a rule of the API.
pub fn participant(
    wanted: NewParticipant,
    id: ParticipantId,
    meeting: &MeetingRow,
    now: UnixMs,
) -> Result<ParticipantRow, Broken> {
    wanted.check()?;
    Ok(checked_participant(wanted, id, meeting, now))
}

/// The same of what was checked.
pub(crate) fn checked_participant(
    wanted: NewParticipant,
    id: ParticipantId,
    meeting: &MeetingRow,
    now: UnixMs,
) -> ParticipantRow {
    let NewParticipant { custom_participant_id, preset_name, name, picture } = wanted;
    ParticipantRow {
        id,
        meeting: meeting.id,
        app: meeting.app.clone(),
        name: name.unwrap_or_default(),
        picture: picture.unwrap_or_default(),
        user_id: Some(custom_participant_id.clone()),
        custom_participant_id: Some(custom_participant_id),
        member_type: if preset_name == HOST_PRESET { MemberType::Host } else { MemberType::Guest },
        preset_id: None,
        preset_name,
        blocked: false,
        deleted_at: None,
        created_at: now,
        updated_at: now,
    }
}

/// A meeting with the settings that one gets who says nothing. Errors: a field that breaks a rule of the API.
pub fn meeting(id: MeetingId, app: AppId, title: String, now: UnixMs) -> Result<MeetingRow, Broken> {
    at_most("title", &title, NAME_MAX_CHARS)?;
    Ok(checked_meeting(id, app, title, now))
}

/// The same of a title that was checked.
pub(crate) fn checked_meeting(id: MeetingId, app: AppId, title: String, now: UnixMs) -> MeetingRow {
    MeetingRow {
        id,
        app,
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

/// An app. Errors: a field that breaks a rule of the API.
pub fn app(id: AppId, account: String, name: String, now: UnixMs) -> Result<AppRow, Broken> {
    filled("name", &name, NAME_MAX_CHARS)?;
    Ok(AppRow { id, account, name, created_at: now })
}
