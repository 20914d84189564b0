//! Which preset is meant.

use sederunt_core::id::AppId;
use sederunt_store::{MemberType, ParticipantRow, PresetRow, Store};

use super::{built_in, monitor_preset};
use crate::AppError;

/// The preset of this name in an app.
pub async fn named(store: &Store, app: &AppId, name: &str) -> Result<PresetRow, AppError> {
    let preset = store.preset(app, name).await?;
    preset.ok_or_else(|| AppError::NoPreset(name.to_owned()))
}

/// The preset in force for a participant, whichever door made it.
pub async fn of_participant(store: &Store, who: &ParticipantRow) -> Result<PresetRow, AppError> {
    match who.member_type {
        MemberType::Monitor => Ok(monitor_preset(&who.app)),
        MemberType::Host | MemberType::Guest => {
            let preset = store.preset_of(who).await?;
            // A member holds none: where the app has deleted the one of its type, the built-in one is in force.
            let built_in =
                || if who.preset_id.is_none() { built_in(&who.app, &who.preset_name) } else { None };
            preset.or_else(built_in).ok_or_else(|| AppError::NoPreset(who.preset_name.clone()))
        }
    }
}
