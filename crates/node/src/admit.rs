//! Who may enter, and what they may do there (SEMANTICS §2.5, §2.6, §6.2).

use sederunt_core::fact::Role;
use sederunt_core::id::{MeetingId, ParticipantId};
use sederunt_core::time::UnixMs;
use sederunt_core::who::{Abilities, Who};
use sederunt_store::{
    MeetingRow, MemberType, ParticipantRow, PresetRow, RoomKind, StoreError, Thing, UserRow,
};
use serde_json::Value;

use crate::shell::Shell;
use crate::token::fingerprint;
use crate::{ClientAddress, EntryError, NodeError, Ticket, presets};

/// Name of an anonymous visitor of an open room until the client gives one.
const ANONYMOUS_NAME: &str = "Guest";

impl From<StoreError> for EntryError {
    fn from(error: StoreError) -> Self {
        if let StoreError::Unwritable(trouble) = error {
            return Self::Busy(trouble.to_string());
        }
        Self::Node(NodeError::Store(error))
    }
}

/// Reads what a token names, as it is at this moment.
pub(crate) async fn ticket(shell: &Shell, token: &str) -> Result<Ticket, EntryError> {
    let claims = shell.tokens.verify(token, shell.clock.now()).ok_or(EntryError::BadToken)?;
    let meeting: MeetingId = claims.meeting_id.parse().map_err(|_| EntryError::BadToken)?;
    let participant: ParticipantId = claims.participant_id.parse().map_err(|_| EntryError::BadToken)?;

    let meeting = shell.store.meeting(meeting).await?.ok_or(EntryError::NoMeeting)?;
    let row = shell.store.participant_ever(meeting.id, participant).await?;
    let is_unrecorded = row.is_none();
    let participant = match row {
        Some(row) if row.deleted_at.is_none() => row,
        None if claims.visitor => visitor(&meeting, participant, UnixMs(claims.iat.saturating_mul(1000))),
        Some(_) | None => return Err(EntryError::NoParticipant),
    };
    open_to_all(&meeting)?;
    if is_unrecorded && meeting.kind != RoomKind::Open {
        return Err(EntryError::NotInvited);
    }
    if participant.blocked {
        return Err(EntryError::Blocked);
    }
    let preset = preset_of(shell, &participant).await?;
    Ok(Ticket { meeting, participant, preset, is_unrecorded, token_hash: fingerprint(token) })
}

/// Whether a token is good and its participant is there, whatever may keep it out of the meeting at the moment.
pub(crate) async fn names_participant(shell: &Shell, token: &str) -> Result<bool, StoreError> {
    let Some(claims) = shell.tokens.verify(token, shell.clock.now()) else { return Ok(false) };
    let (Ok(meeting), Ok(participant)) = (claims.meeting_id.parse(), claims.participant_id.parse()) else {
        return Ok(false);
    };
    let row = shell.store.participant_ever(meeting, participant).await?;
    Ok(row.map_or(claims.visitor, |row| row.deleted_at.is_none()))
}

fn open_to_all(meeting: &MeetingRow) -> Result<(), EntryError> {
    if meeting.terminated_at.is_some() {
        return Err(EntryError::Terminated);
    }
    if !meeting.active {
        return Err(EntryError::Inactive);
    }
    Ok(())
}

/// The preset in force: that of the participant's name, for monitors the built-in one.
async fn preset_of(shell: &Shell, participant: &ParticipantRow) -> Result<PresetRow, EntryError> {
    if participant.member_type == MemberType::Monitor {
        return Ok(presets::monitor_preset(&participant.app));
    }
    let preset = shell.store.preset_of(participant).await?;
    Ok(preset.ok_or(StoreError::NotFound(Thing::ParticipantPreset))?)
}

/// Somebody at the door of a Pagecall room.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) room: MeetingId,
    pub(crate) access_token: Option<&'a str>,
    pub(crate) now: UnixMs,
    /// Id of the member, should one be made.
    pub(crate) fresh: ParticipantId,
}

/// Who was found at the door of a Pagecall room.
#[derive(Debug)]
pub struct Entrant {
    pub(crate) participant: ParticipantRow,
    pub(crate) preset: PresetRow,
    /// Anonymous, and known by the token alone until the first join.
    pub is_visitor: bool,
}

/// Finds or makes the member (SEMANTICS §6.2). Whoever has no user gets a name of his own that nothing is written of.
pub(crate) async fn pagecall(shell: &Shell, entry: Entry<'_>) -> Result<Entrant, EntryError> {
    let user = match entry.access_token.filter(|token| !token.is_empty()) {
        // Before the room: a token of nobody learns nothing of rooms.
        Some(token) => Some(shell.store.user_by_access_token(token).await?.ok_or(EntryError::BadToken)?),
        None => None,
    };
    let room = shell.store.meeting(entry.room).await?;
    // A room of another workspace is none.
    let ours = room.filter(|room| user.as_ref().is_none_or(|user| user.app == room.app));
    let room = ours.ok_or(EntryError::NoMeeting)?;
    open_to_all(&room)?;
    let participant = match &user {
        Some(user) => member(shell, &room, &entry, user).await?,
        None if room.kind == RoomKind::Open => visitor(&room, entry.fresh, entry.now),
        None => return Err(EntryError::NotInvited),
    };
    if participant.blocked {
        return Err(EntryError::Blocked);
    }
    let preset = preset_of(shell, &participant).await?;
    Ok(Entrant { participant, preset, is_visitor: user.is_none() })
}

/// An anonymous visitor of an open room: all there is to know of him follows from his token.
fn visitor(room: &MeetingRow, id: ParticipantId, at: UnixMs) -> ParticipantRow {
    new_member(room, id, at, None, MemberType::Guest)
}

/// The member of this user, made at the first join where the kind of room allows it.
async fn member(
    shell: &Shell,
    room: &MeetingRow,
    entry: &Entry<'_>,
    user: &UserRow,
) -> Result<ParticipantRow, EntryError> {
    if let Some(member) = shell.store.member_of_user(room.id, &user.user_id).await? {
        return Ok(member);
    }
    match room.kind {
        RoomKind::Private => return Err(EntryError::NotInvited),
        RoomKind::Public | RoomKind::Open => {}
    }
    // The user's own type decides; the room's is for users without one.
    let own = user.extra.get("default_member_type").and_then(Value::as_str).and_then(MemberType::parse);
    let kind = own.unwrap_or(room.default_member_type);
    let member = new_member(room, entry.fresh, entry.now, Some(user), kind);
    // Another tab may have made it meanwhile.
    Ok(shell.store.member_or_create(member).await?)
}

fn new_member(
    room: &MeetingRow,
    id: ParticipantId,
    at: UnixMs,
    user: Option<&UserRow>,
    member_type: MemberType,
) -> ParticipantRow {
    let user_id = user.map(|user| user.user_id.clone());
    let picture = user.and_then(|user| user.extra.get("profile_url")).and_then(Value::as_str);
    ParticipantRow {
        id,
        meeting: room.id,
        app: room.app.clone(),
        name: user.map_or(ANONYMOUS_NAME, |user| user.name.as_str()).to_owned(),
        picture: picture.unwrap_or_default().to_owned(),
        custom_participant_id: user_id.clone(),
        user_id,
        preset_id: None,
        preset_name: presets::preset_of_member(member_type).to_owned(),
        member_type,
        blocked: false,
        deleted_at: None,
        created_at: at,
        updated_at: at,
    }
}

/// The identity that the room sees.
pub(crate) fn who(ticket: &Ticket, client: ClientAddress, store_address: bool) -> Who {
    let Ticket { participant, preset, .. } = ticket;
    let client = if store_address { client } else { ClientAddress::default() };
    Who {
        participant: participant.id,
        display_name: participant.name.clone(),
        picture: participant.picture.clone(),
        custom_participant_id: participant.custom_participant_id.clone(),
        user_id: participant.user_id.clone(),
        view_type: preset.view_type(),
        preset_name: preset.name.clone(),
        role: role(participant.member_type, &preset.body),
        abilities: abilities(&preset.body),
        ip_address: client.ip,
        user_agent: client.user_agent,
    }
}

fn role(member_type: MemberType, preset: &Value) -> Role {
    let permissions = &preset["permissions"];
    let recorder_type = permissions["recorder_type"].as_str().unwrap_or("NONE");
    if permissions["is_recorder"] == Value::Bool(true) || recorder_type != "NONE" {
        return Role::Bot;
    }
    member_type.role()
}

/// What a preset allows. A missing key allows nothing, except that a missing `text` follows its `can_send`.
pub(crate) fn abilities(preset: &Value) -> Abilities {
    let permissions = &preset["permissions"];
    let yes = |key: &str| permissions[key] == Value::Bool(true);
    let produce = |kind: &str| permissions["media"][kind]["can_produce"] == "ALLOWED";
    let chat = |to: &str, what: &str, unset: bool| {
        let rules = &permissions["chat"][to];
        rules["can_send"] == Value::Bool(true) && rules[what].as_bool().unwrap_or(unset)
    };
    let polls = |key: &str| permissions["polls"][key] == Value::Bool(true);
    Abilities {
        hidden: yes("hidden_participant"),
        kick: yes("kick_participant"),
        mute_others_audio: yes("disable_participant_audio"),
        mute_others_video: yes("disable_participant_video"),
        pin: yes("pin_participant"),
        edit_display_name: yes("can_edit_display_name"),
        produce_audio: produce("audio"),
        produce_video: produce("video"),
        produce_screenshare: produce("screenshare"),
        chat_public_text: chat("public", "text", true),
        chat_public_files: chat("public", "files", false),
        chat_private_text: chat("private", "text", true),
        chat_private_files: chat("private", "files", false),
        create_polls: polls("can_create"),
        vote_polls: polls("can_vote"),
        view_polls: polls("can_view"),
    }
}

impl EntryError {
    /// Name of the refusal, for counters and error bodies.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::BadToken => "BAD_TOKEN",
            Self::NoMeeting => "ROOM_NOT_FOUND",
            Self::NoParticipant => "PARTICIPANT_NOT_FOUND",
            Self::Inactive => "MEETING_INACTIVE",
            Self::Terminated => "ROOM_TERMINATED",
            Self::Blocked => "MEMBER_BLOCKED",
            Self::NotInvited => "NOT_INVITED",
            Self::Busy(_) => "SERVER_BUSY",
            Self::Node(NodeError::Stopping) => "SERVER_STOPPING",
            Self::Node(_) => "INTERNAL",
        }
    }
}
