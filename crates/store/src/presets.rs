//! Verbs on presets.

use rusqlite::{Connection, Row};
use sederunt_core::id::AppId;

use crate::entry::Entry;
use crate::fold::fold;
use crate::page::{Listing, page};
use crate::sql::{find, json, ms, opt_ms, write_error};
use crate::table::{Insert, columns};
use crate::{ListQuery, Page, ParticipantRow, PresetRow, Result, Store, StoreError, Thing};

/// Presets of an app that are not deleted. An app has one for each role; a thousand are a program gone wild.
const PER_APP_MAX: usize = 1000;
/// Bytes of a preset's tree as JSON text, some twenty times a default one: it is read at each entry, and told to the client.
const TREE_MAX_BYTES: usize = 64 * 1024;

const PRESETS: Listing<PresetRow> = Listing {
    table: "preset",
    tie: "id",
    scope: "app = :scope AND deleted_ms IS NULL",
    name: "name",
    search: "instr(name_fold, :text) > 0 OR instr(lower(id), :text) > 0",
    active: "1",
    terminated: "0",
    read: read_preset,
};

const BY_ID: &str = "SELECT * FROM preset WHERE app = ?1 AND id = ?2";

impl Store {
    /// Adds a preset; `Exists` when its id or its name is taken, names compared exactly, `Limit` when the app has too many or
    /// its tree is too large.
    pub async fn create_preset(&self, preset: PresetRow) -> Result<()> {
        self.decide(move |conn| {
            is_free(conn, &preset)?;
            let count = "SELECT count(*) FROM preset WHERE app = ?1 AND deleted_ms IS NULL";
            let count = find(conn, count, [preset.app.as_str()], |row| row.get::<_, i64>(0))?.unwrap_or(0);
            if usize::try_from(count).unwrap_or(usize::MAX) >= PER_APP_MAX {
                return Err(StoreError::Limit { what: "presets of an app", max: PER_APP_MAX });
            }
            fits(&preset)?;
            Ok((vec![Entry::Preset(preset)], ()))
        })
        .await
    }

    /// Changes a preset that is not deleted and returns it, in one transaction. `NotFound` when there is none, `Exists`
    /// when another one has its new name, `Limit` when its tree became too large. With [`PresetRow::deleted_at`] set it is gone for all but those who hold it.
    pub async fn change_preset(
        &self,
        app: &AppId,
        id: &str,
        change: impl FnOnce(&mut PresetRow) + Send + 'static,
    ) -> Result<PresetRow> {
        let (app, id) = (app.clone(), id.to_owned());
        self.decide(move |conn| {
            let old = find(conn, BY_ID, [app.as_str(), &id], read_preset)?;
            let old =
                old.filter(|old| old.deleted_at.is_none()).ok_or(StoreError::NotFound(Thing::Preset))?;
            let mut row = old.clone();
            change(&mut row);
            let row = PresetRow { id: old.id, app: old.app, created_at: old.created_at, ..row };
            if row.deleted_at.is_none() && row.name != old.name && named(conn, &row.app, &row.name)?.is_some()
            {
                return Err(StoreError::Exists(Thing::Preset));
            }
            if row.body != old.body {
                fits(&row)?;
            }
            Ok((vec![Entry::Preset(row.clone())], row))
        })
        .await
    }

    /// A preset by its id; deleted ones are not found.
    pub async fn preset_by_id(&self, app: &AppId, id: &str) -> Result<Option<PresetRow>> {
        let (app, id) = (app.clone(), id.to_owned());
        let preset = self.read(move |c| find(c, BY_ID, [app.as_str(), &id], read_preset)).await?;
        Ok(preset.filter(|preset| preset.deleted_at.is_none()))
    }

    /// The preset of a participant: the one that it holds, deleted or not, else the one that its name finds.
    pub async fn preset_of(&self, who: &ParticipantRow) -> Result<Option<PresetRow>> {
        let (app, id, name) = (who.app.clone(), who.preset_id.clone(), who.preset_name.clone());
        self.read(move |c| match id {
            Some(id) => find(c, BY_ID, [app.as_str(), &id], read_preset),
            None => named(c, &app, &name),
        })
        .await
    }

    /// A preset by name.
    pub async fn preset(&self, app: &AppId, name: &str) -> Result<Option<PresetRow>> {
        let (app, name) = (app.clone(), name.to_owned());
        self.read(move |c| named(c, &app, &name)).await
    }

    /// Presets of an app, oldest first whatever `q` says.
    pub async fn presets(&self, app: &AppId, q: ListQuery) -> Result<Page<PresetRow>> {
        let (app, q) = (app.clone(), ListQuery { ascending: true, ..q });
        self.read(move |c| page(c, &PRESETS, &app.as_str(), &q)).await
    }
}

/// `Exists` when the id of a new preset is taken, or its name in the app.
pub(crate) fn is_free(conn: &Connection, preset: &PresetRow) -> Result<()> {
    let taken = "SELECT 1 FROM preset WHERE id = ?1";
    let taken = find(conn, taken, [&preset.id], |_| Ok(()))?.is_some();
    if taken || named(conn, &preset.app, &preset.name)?.is_some() {
        return Err(StoreError::Exists(Thing::Preset));
    }
    Ok(())
}

/// `Limit` when the tree is too large.
fn fits(preset: &PresetRow) -> Result<()> {
    if preset.body.to_string().len() > TREE_MAX_BYTES {
        return Err(StoreError::Limit { what: "bytes of a preset", max: TREE_MAX_BYTES });
    }
    Ok(())
}

fn named(conn: &Connection, app: &AppId, name: &str) -> Result<Option<PresetRow>> {
    let sql = "SELECT * FROM preset WHERE app = ?1 AND name = ?2 AND deleted_ms IS NULL";
    find(conn, sql, [app.as_str(), name], read_preset)
}

columns! {
    /// Of a preset.
    OfPreset of [] PresetRow, |p| {
        id = &*p.id,
        app = p.app.as_str(),
        name = &*p.name,
        name_fold = fold(&p.name),
        body = p.body.to_string(),
        deleted_ms = p.deleted_at.map(|t| t.0),
        created_ms = p.created_at.0,
        updated_ms = p.updated_at.0,
    }
}

/// For [`crate::apply`] alone.
pub(crate) fn put(conn: &Connection, preset: &PresetRow) -> Result<()> {
    static PUT: Insert = Insert::or_change("INSERT INTO preset", "id");
    PUT.run::<OfPreset, _>(conn, std::slice::from_ref(preset)).map_err(write_error(Thing::Preset))
}

fn read_preset(row: &Row<'_>) -> rusqlite::Result<PresetRow> {
    Ok(PresetRow {
        id: row.get("id")?,
        app: AppId::from(&*row.get::<_, String>("app")?),
        name: row.get("name")?,
        body: json(row, "body")?,
        deleted_at: opt_ms(row, "deleted_ms")?,
        created_at: ms(row, "created_ms")?,
        updated_at: ms(row, "updated_ms")?,
    })
}
