//! Making, changing and deleting presets. Nobody in a meeting is told: what a preset says counts when its holder enters
//! (docs/decisions/0023-door-without-engine.md).

use sederunt_core::id::AppId;
use sederunt_store::PresetRow;
use serde_json::Value;

use super::check::{Changes, Whole};
use crate::{AppError, Site};

/// Adds a preset to an app; `Exists` when another one has its name.
pub async fn create(site: &impl Site, app: AppId, wanted: Whole) -> Result<PresetRow, AppError> {
    let (Whole { name, parts }, now) = (wanted, site.now());
    let preset = PresetRow {
        id: site.mint_id().to_string(),
        app,
        name,
        body: Value::Object(parts),
        deleted_at: None,
        created_at: now,
        updated_at: now,
    };
    site.store().create_preset(preset.clone()).await?;
    Ok(preset)
}

/// Changes what is given; what is an object there and here is merged, everything else replaced.
pub async fn change(site: &impl Site, preset: &PresetRow, changes: Changes) -> Result<PresetRow, AppError> {
    let now = site.now();
    let change = move |row: &mut PresetRow| {
        let Changes { name, parts } = changes;
        if let Some(name) = name {
            row.name = name;
        }
        merge(&mut row.body, Value::Object(parts));
        row.updated_at = now;
    };
    Ok(site.store().change_preset(&preset.app, &preset.id, change).await?)
}

/// Replaces name and tree; id and time of creation stay.
pub async fn replace(site: &impl Site, preset: &PresetRow, wanted: Whole) -> Result<PresetRow, AppError> {
    let now = site.now();
    let change = move |row: &mut PresetRow| {
        let Whole { name, parts } = wanted;
        (row.name, row.body, row.updated_at) = (name, Value::Object(parts), now);
    };
    Ok(site.store().change_preset(&preset.app, &preset.id, change).await?)
}

/// Takes a preset out of the app; its name is free. Who holds it keeps it. Answers it as it was.
pub async fn delete(site: &impl Site, preset: &PresetRow) -> Result<PresetRow, AppError> {
    let now = site.now();
    let change = move |row: &mut PresetRow| row.deleted_at = Some(now);
    Ok(site.store().change_preset(&preset.app, &preset.id, change).await?)
}

/// Puts `from` into `into`, field by field where both are objects.
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_merged_and_everything_else_is_replaced() {
        let mut tree = json!({ "a": { "b": 1, "c": [1, 2], "d": { "e": 1 } }, "f": 1 });
        merge(&mut tree, json!({ "a": { "c": [3], "d": 5, "g": { "h": 1 } }, "f": { "i": true } }));
        assert_eq!(tree, json!({ "a": { "b": 1, "c": [3], "d": 5, "g": { "h": 1 } }, "f": { "i": true } }));
    }
}
