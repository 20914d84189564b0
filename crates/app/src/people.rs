//! Participants of a meeting and their tokens.

use sederunt_core::fact::LeaveReason;
use sederunt_core::id::ParticipantId;
use sederunt_core::input::Command;
use sederunt_node::Node;
use sederunt_store::{MeetingRow, MemberType, ParticipantRow, PresetRow};

use crate::presets::{self, HOST_NAME};
use crate::rule::{CUSTOM_ID_MAX_CHARS, Fault, NAME_MAX_CHARS, at_most, filled};
use crate::{AppError, Site, room};

/// Someone who may join.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The caller's own identifier for this person; none = the participant's id.
    pub custom_participant_id: Option<String>,
    /// Name of the preset applied.
    pub preset_name: String,
    /// Display name.
    pub name: Option<String>,
    /// Avatar URL.
    pub picture: Option<String>,
}

impl NewPerson {
    /// The rules of ids and names; that a picture is a URL is its door's to see.
    pub fn check(&self) -> Result<(), Fault> {
        if let Some(id) = &self.custom_participant_id {
            filled("custom_participant_id", id, CUSTOM_ID_MAX_CHARS)?;
        }
        filled("preset_name", &self.preset_name, NAME_MAX_CHARS)?;
        at_most("name", self.name.as_deref().unwrap_or_default(), NAME_MAX_CHARS)
    }
}

/// What of a participant is to be changed; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct PersonChanges {
    /// Display name; empty = none.
    pub name: Option<String>,
    /// Avatar URL; empty = none.
    pub picture: Option<String>,
    /// Name of the preset applied; counts from the next join.
    pub preset_name: Option<String>,
}

impl PersonChanges {
    /// The rules of names; that a picture is a URL is its door's to see.
    pub fn check(&self) -> Result<(), Fault> {
        if let Some(preset) = &self.preset_name {
            filled("preset_name", preset, NAME_MAX_CHARS)?;
        }
        at_most("name", self.name.as_deref().unwrap_or_default(), NAME_MAX_CHARS)
    }
}

/// Adds a participant and gives it a token.
pub async fn add(
    node: &Node,
    meeting: &MeetingRow,
    wanted: NewPerson,
) -> Result<(ParticipantRow, String), AppError> {
    add_at(node, meeting, wanted, |row, preset| Ok(node.mint_token(row, preset)?)).await
}

/// The same wherever a ledger is open; `sign` makes the token.
pub async fn add_at(
    site: &impl Site,
    meeting: &MeetingRow,
    wanted: NewPerson,
    sign: impl FnOnce(&ParticipantRow, &PresetRow) -> Result<String, AppError>,
) -> Result<(ParticipantRow, String), AppError> {
    wanted.check()?;
    let preset = presets::named(site.store(), &meeting.app, &wanted.preset_name).await?;
    let NewPerson { custom_participant_id, preset_name, name, picture } = wanted;
    let (id, now) = (ParticipantId::from(site.mint_id()), site.now());
    let custom_id = custom_participant_id.unwrap_or_else(|| id.to_string());
    let row = ParticipantRow {
        id,
        meeting: meeting.id,
        app: meeting.app.clone(),
        name: name.unwrap_or_default(),
        picture: picture.unwrap_or_default(),
        user_id: Some(custom_id.clone()),
        custom_participant_id: Some(custom_id),
        member_type: member_type(&preset_name),
        preset_id: Some(preset.id.clone()),
        preset_name,
        blocked: false,
        deleted_at: None,
        created_at: now,
        updated_at: now,
    };
    let token = sign(&row, &preset)?;
    site.store().create_participant(row.clone()).await?;
    Ok((row, token))
}

/// What the holder of a preset is at the other door.
fn member_type(preset_name: &str) -> MemberType {
    if preset_name == HOST_NAME { MemberType::Host } else { MemberType::Guest }
}

/// Changes a participant, and gives it a new token; the older ones stay valid. Whoever is in a meeting stays there as it joined.
/// `NotFound` when it was deleted meanwhile.
pub async fn change(
    node: &Node,
    who: &ParticipantRow,
    changes: PersonChanges,
) -> Result<(ParticipantRow, String), AppError> {
    changes.check()?;
    let PersonChanges { name, picture, preset_name } = changes;
    let preset = match preset_name {
        Some(preset_name) => Some(presets::named(node.store(), &who.app, &preset_name).await?),
        None => None,
    };
    // Before anything is changed: whoever has no preset any more gets no token.
    let in_force = match &preset {
        Some(preset) => preset.clone(),
        None => presets::of_participant(node.store(), who).await?,
    };
    let now = node.now();
    let change = move |row: &mut ParticipantRow| {
        if let Some(name) = name {
            row.name = name;
        }
        if let Some(picture) = picture {
            row.picture = picture;
        }
        if let Some(preset) = preset {
            row.member_type = member_type(&preset.name);
            (row.preset_id, row.preset_name) = (Some(preset.id), preset.name);
        }
        row.updated_at = now;
    };
    let row = node.store().change_participant(who.meeting, who.id, change).await?;
    let token = node.mint_token(&row, &in_force)?;
    Ok((row, token))
}

/// A new token for a participant; the older ones stay valid.
pub async fn fresh_token(node: &Node, who: &ParticipantRow) -> Result<String, AppError> {
    let preset = presets::of_participant(node.store(), who).await?;
    Ok(node.mint_token(who, &preset)?)
}

/// Deletes a participant: all its tokens die at once, and its peers are removed.
pub async fn remove(node: &Node, who: &ParticipantRow) -> Result<ParticipantRow, AppError> {
    let now = node.now();
    let delete = move |row: &mut ParticipantRow| (row.deleted_at, row.updated_at) = (Some(now), now);
    let (node, meeting, id) = (node.clone(), who.meeting, who.id);
    room::to_the_end(async move {
        let row = node.store().change_participant(meeting, id, delete).await?;
        put_out(&node, &row, LeaveReason::ParticipantDeleted).await?;
        Ok(row)
    })
    .await
}

/// Removes the peers of a participant; called after its row keeps it out, so that a removed client does not come back in
/// between.
pub(crate) async fn put_out(node: &Node, who: &ParticipantRow, reason: LeaveReason) -> Result<(), AppError> {
    let kick = Command::Kick { participants: vec![who.id], custom_ids: Vec::new(), reason };
    room::command(node, who.meeting, kick).await?;
    Ok(())
}
