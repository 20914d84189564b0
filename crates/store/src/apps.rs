//! Verbs on apps.

use rusqlite::{Connection, Row};
use sederunt_core::id::AppId;

use crate::entry::Entry;
use crate::fold::fold;
use crate::page::{Listing, page};
use crate::sql::{find, list, ms, write_error};
use crate::table::{Insert, columns};
use crate::{AccountRow, AppRow, ListQuery, Page, PresetRow, Result, Store, StoreError, Thing, presets};

const APPS: Listing<AppRow> = Listing {
    table: "app",
    tie: "id",
    scope: "account = :scope",
    name: "name",
    search: "instr(name_fold, :text) > 0 OR instr(lower(id), :text) > 0",
    active: "1",
    terminated: "0",
    read: read_app,
};

impl Store {
    /// Creates an app with its presets, in one transaction; `Exists` when the id or a preset's name is taken.
    pub async fn create_app(&self, app: AppRow, presets: Vec<PresetRow>) -> Result<()> {
        self.decide(move |conn| Ok((new_app(conn, app, presets)?, ()))).await
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
}

/// A new app with its presets; `Exists` when the id or a preset's name is taken.
pub(crate) fn new_app(conn: &Connection, app: AppRow, presets: Vec<PresetRow>) -> Result<Vec<Entry>> {
    let taken = "SELECT 1 FROM app WHERE id = ?1";
    if find(conn, taken, [app.id.as_str()], |_| Ok(()))?.is_some() {
        return Err(StoreError::Exists(Thing::App));
    }
    for preset in &presets {
        presets::is_free(conn, preset)?;
    }
    Ok(std::iter::once(Entry::App(app)).chain(presets.into_iter().map(Entry::Preset)).collect())
}

columns! {
    /// Of an app.
    OfApp of [] AppRow, |a| {
        id = a.id.as_str(),
        account = &*a.account,
        name = &*a.name,
        name_fold = fold(&a.name),
        created_ms = a.created_at.0,
    }
}

/// For [`crate::apply`] alone.
pub(crate) fn put_app(conn: &Connection, app: &AppRow) -> Result<()> {
    static PUT: Insert = Insert::or_change("INSERT INTO app", "id");
    PUT.run::<OfApp, _>(conn, std::slice::from_ref(app)).map_err(write_error(Thing::App))
}

fn read_app(row: &Row<'_>) -> rusqlite::Result<AppRow> {
    Ok(AppRow {
        id: AppId::from(&*row.get::<_, String>("id")?),
        account: row.get("account")?,
        name: row.get("name")?,
        created_at: ms(row, "created_ms")?,
    })
}
