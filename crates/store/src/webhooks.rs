//! Verbs on webhooks: receivers that an app has registered.

use rusqlite::{Connection, Row};
use sederunt_core::id::{AppId, Id};
use serde_json::Value;

use crate::entry::Entry;
use crate::sql::{bad, blob, find, id, json, list, ms, opt_ms, write_error};
use crate::table::{Insert, columns};
use crate::{Result, Store, StoreError, Thing, WebhookRow};

/// Webhooks of an app: each of them is told everything, so they multiply what is sent.
pub const WEBHOOKS_PER_APP_MAX: usize = 100;

const BY_ID: &str = "SELECT * FROM webhook WHERE app = ?1 AND id = ?2";
const OF_APP: &str = "SELECT * FROM webhook WHERE app = ?1 ORDER BY created_ms, id";

impl Store {
    /// Adds a webhook, which is told what is recorded from now on; `Exists` when its id is taken, `Limit` when the app has
    /// too many.
    pub async fn create_webhook(&self, webhook: WebhookRow) -> Result<()> {
        self.decide(move |conn| {
            let taken = "SELECT 1 FROM webhook WHERE id = ?1";
            if find(conn, taken, [blob(webhook.id.as_u128())], |_| Ok(()))?.is_some() {
                return Err(StoreError::Exists(Thing::Webhook));
            }
            let count = "SELECT count(*) FROM webhook WHERE app = ?1";
            let count = find(conn, count, [webhook.app.as_str()], |row| row.get::<_, i64>(0))?.unwrap_or(0);
            if usize::try_from(count).unwrap_or(usize::MAX) >= WEBHOOKS_PER_APP_MAX {
                return Err(StoreError::Limit { what: "webhooks of an app", max: WEBHOOKS_PER_APP_MAX });
            }
            Ok((vec![Entry::Webhook { row: webhook, begins: true }], ()))
        })
        .await
    }

    /// Changes a webhook and returns it, in one transaction: of two changes at once none is lost. `NotFound` when there is
    /// none. Whoever is switched on is told what is recorded from then on.
    pub async fn change_webhook(
        &self,
        app: &AppId,
        webhook: Id,
        change: impl FnOnce(&mut WebhookRow) + Send + 'static,
    ) -> Result<WebhookRow> {
        let app = app.clone();
        self.decide(move |conn| {
            let old = by_id(conn, &app, webhook)?.ok_or(StoreError::NotFound(Thing::Webhook))?;
            let mut row = old.clone();
            change(&mut row);
            let row = WebhookRow { id: old.id, app: old.app, created_at: old.created_at, ..row };
            let begins = row.is_enabled && !old.is_enabled;
            Ok((vec![Entry::Webhook { row: row.clone(), begins }], row))
        })
        .await
    }

    /// Deletes a webhook and returns it; what waits for it goes. `NotFound` when there is none.
    pub async fn delete_webhook(&self, app: &AppId, webhook: Id) -> Result<WebhookRow> {
        let app = app.clone();
        self.decide(move |conn| {
            let row = by_id(conn, &app, webhook)?.ok_or(StoreError::NotFound(Thing::Webhook))?;
            Ok((vec![Entry::WebhookDeleted { app, id: webhook }], row))
        })
        .await
    }

    /// A webhook of an app.
    pub async fn webhook(&self, app: &AppId, webhook: Id) -> Result<Option<WebhookRow>> {
        let app = app.clone();
        self.read(move |conn| by_id(conn, &app, webhook)).await
    }

    /// The webhooks of an app, oldest first; there are at most [`WEBHOOKS_PER_APP_MAX`].
    pub async fn webhooks(&self, app: &AppId) -> Result<Vec<WebhookRow>> {
        let app = app.clone();
        self.read(move |conn| of_app(conn, &app)).await
    }
}

fn by_id(conn: &Connection, app: &AppId, webhook: Id) -> Result<Option<WebhookRow>> {
    find(conn, BY_ID, rusqlite::params![app.as_str(), blob(webhook.as_u128())], read)
}

columns! {
    /// Of a webhook.
    OfWebhook of [] WebhookRow, |w| {
        id = blob(w.id.as_u128()),
        app = w.app.as_str(),
        name = &*w.name,
        url = &*w.url,
        events = Value::from(w.events.clone()).to_string(),
        enabled = w.is_enabled,
        secret = w.secret,
        old_secret = w.old_secret.map(|(secret, _)| secret),
        old_until_ms = w.old_secret.map(|(_, until)| until.0),
        created_ms = w.created_at.0,
        updated_ms = w.updated_at.0,
    }
}

/// For [`crate::apply`] alone.
pub(crate) fn put(conn: &Connection, webhook: &WebhookRow) -> Result<()> {
    static PUT: Insert = Insert::or_change("INSERT INTO webhook", "id");
    PUT.run::<OfWebhook, _>(conn, std::slice::from_ref(webhook)).map_err(write_error(Thing::Webhook))
}

/// Those of an app, oldest first.
pub(crate) fn of_app(conn: &Connection, app: &AppId) -> Result<Vec<WebhookRow>> {
    list(conn, OF_APP, [app.as_str()], read)
}

/// Its receiver was down for too long: it is switched off.
pub(crate) fn give_up(conn: &Connection, webhook: Id) -> Result<()> {
    conn.prepare_cached("UPDATE webhook SET enabled = 0 WHERE id = ?1")?
        .execute([blob(webhook.as_u128())])?;
    Ok(())
}

/// For [`crate::apply`] alone.
pub(crate) fn delete(conn: &Connection, webhook: Id) -> Result<()> {
    conn.prepare_cached("DELETE FROM webhook WHERE id = ?1")?.execute([blob(webhook.as_u128())])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<WebhookRow> {
    let old_secret: Option<[u8; 32]> = row.get("old_secret")?;
    Ok(WebhookRow {
        id: id(row, "id")?,
        app: AppId::from(&*row.get::<_, String>("app")?),
        name: row.get("name")?,
        url: row.get("url")?,
        events: events(&json(row, "events")?)?,
        is_enabled: row.get("enabled")?,
        secret: row.get("secret")?,
        old_secret: old_secret.zip(opt_ms(row, "old_until_ms")?),
        created_at: ms(row, "created_ms")?,
        updated_at: ms(row, "updated_ms")?,
    })
}

/// A list of names.
fn events(value: &Value) -> rusqlite::Result<Vec<String>> {
    let names = value.as_array().ok_or_else(|| bad("events", "no list"))?;
    let name = |name: &Value| name.as_str().map(str::to_owned);
    names.iter().map(name).collect::<Option<_>>().ok_or_else(|| bad("events", "no names"))
}
