//! Verbs on apps and their presets.

use rusqlite::{Row, params};
use sederunt_core::id::AppId;

use crate::fold::fold;
use crate::ledger::Ledger;
use crate::page::{Listing, page};
use crate::sql::{find, json, list, ms, write_error};
use crate::{AccountRow, AppRow, ListQuery, Page, PresetRow, Result, Store, Thing};

const APPS: Listing<AppRow> = Listing {
    table: "app",
    scope: "account = :scope",
    name: "name",
    search: "instr(name_fold, :text) > 0 OR instr(lower(id), :text) > 0",
    active: "1",
    terminated: "0",
    read: read_app,
};

const PRESETS: Listing<PresetRow> = Listing {
    table: "preset",
    scope: "app = :scope",
    name: "name",
    search: "instr(name_fold, :text) > 0 OR instr(lower(id), :text) > 0",
    active: "1",
    terminated: "0",
    read: read_preset,
};

impl Store {
    /// Creates an app with its presets, in one transaction; `Exists` when the id or a preset's name is taken.
    pub async fn create_app(&self, app: AppRow, presets: Vec<PresetRow>) -> Result<()> {
        self.write(move |l| insert_app(l, &app, &presets)).await
    }

    /// An app, whoever owns it.
    pub async fn app(&self, id: &AppId) -> Result<Option<AppRow>> {
        let age = match self.inner.hot.app(id) {
            Ok(app) => return Ok(Some(app)),
            Err(age) => age,
        };
        let id = id.clone();
        let app =
            self.read(move |c| find(c, "SELECT * FROM app WHERE id = ?1", [id.as_str()], read_app)).await?;
        if let Some(app) = &app {
            self.inner.hot.keep_app(age, app);
        }
        Ok(app)
    }

    /// Apps of an account, newest first.
    pub async fn apps(&self, account: &str, q: ListQuery) -> Result<Page<AppRow>> {
        let account = account.to_owned();
        self.read(move |c| page(c, &APPS, &account, &q)).await
    }

    /// All accounts that own something, by id.
    pub async fn accounts(&self) -> Result<Vec<AccountRow>> {
        let sql = "SELECT account, sum(apps) AS apps, sum(tokens) AS tokens FROM (
                       SELECT account, 1 AS apps, 0 AS tokens FROM app
                       UNION ALL
                       SELECT account, 0, 1 FROM api_token WHERE account IS NOT NULL AND revoked_ms IS NULL)
                   GROUP BY account ORDER BY account";
        self.read(move |c| {
            list(c, sql, [], |r| {
                let count = |column| r.get::<_, i64>(column).map(|n| u64::try_from(n).unwrap_or(0));
                Ok(AccountRow { account: r.get("account")?, apps: count("apps")?, tokens: count("tokens")? })
            })
        })
        .await
    }

    /// The apps that have a LIVE session, by id.
    pub async fn live_apps(&self) -> Result<Vec<AppId>> {
        let sql =
            "SELECT id FROM app WHERE no IN (SELECT app FROM session WHERE ended_ms IS NULL) ORDER BY id";
        self.read(move |c| list(c, sql, [], |r| Ok(AppId::from(&*r.get::<_, String>("id")?)))).await
    }

    /// A preset by name.
    pub async fn preset(&self, app: &AppId, name: &str) -> Result<Option<PresetRow>> {
        let (app, name) = (app.clone(), name.to_owned());
        let sql = "SELECT * FROM preset WHERE app = ?1 AND name = ?2";
        self.read(move |c| find(c, sql, [app.as_str(), &name], read_preset)).await
    }

    /// Presets of an app, oldest first whatever `q` says.
    pub async fn presets(&self, app: &AppId, q: ListQuery) -> Result<Page<PresetRow>> {
        let (app, q) = (app.clone(), ListQuery { ascending: true, ..q });
        self.read(move |c| page(c, &PRESETS, &app.as_str(), &q)).await
    }
}

/// Inserts an app and its presets.
pub(crate) fn insert_app(ledger: &mut Ledger, app: &AppRow, presets: &[PresetRow]) -> Result<()> {
    ledger
        .conn
        .prepare_cached(
            "INSERT INTO app (id, account, name, name_fold, created_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![app.id.as_str(), app.account, app.name, fold(&app.name), app.created_at.0])
        .map_err(write_error(Thing::App))?;
    for preset in presets {
        insert_preset(ledger, preset)?;
    }
    Ok(())
}

fn insert_preset(ledger: &Ledger, p: &PresetRow) -> Result<()> {
    ledger
        .conn
        .prepare_cached(
            "INSERT INTO preset (id, app, name, name_fold, body, created_ms, updated_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            p.id,
            p.app.as_str(),
            p.name,
            fold(&p.name),
            p.body.to_string(),
            p.created_at.0,
            p.updated_at.0
        ])
        .map_err(write_error(Thing::Preset))?;
    Ok(())
}

fn read_app(row: &Row<'_>) -> rusqlite::Result<AppRow> {
    Ok(AppRow {
        id: AppId::from(&*row.get::<_, String>("id")?),
        account: row.get("account")?,
        name: row.get("name")?,
        created_at: ms(row, "created_ms")?,
    })
}

fn read_preset(row: &Row<'_>) -> rusqlite::Result<PresetRow> {
    Ok(PresetRow {
        id: row.get("id")?,
        app: AppId::from(&*row.get::<_, String>("app")?),
        name: row.get("name")?,
        body: json(row, "body")?,
        created_at: ms(row, "created_ms")?,
        updated_at: ms(row, "updated_ms")?,
    })
}
