//! Verbs on deliveries: how far each receiver of webhooks is. None of it is an entry: it is about this ledger's file.

use rusqlite::{Connection, params};
use sederunt_core::id::{AppId, Id, MeetingId};
use serde_json::Value;

use crate::delivery::{Change, Cursor, Delivery, OffReason, SavedHealth};
use crate::delivery_rows::{Place, forget, put, read_delivery, read_row};
use crate::replays::{self, ReplayRow};
use crate::sql::{blob, find, list, signed, unsigned};
use crate::transaction::Transaction;
use crate::{MeetingRow, Result, Store, StoreError, Thing, WebhookRow, meetings, webhooks};

/// Who is told of an app's facts, and how far each is: one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receivers {
    /// The app's name, which bodies carry.
    pub app_name: String,
    /// Its webhooks, oldest first.
    pub webhooks: Vec<WebhookRow>,
    /// Every receiver that has a row, without what waits for it.
    pub deliveries: Vec<Delivery>,
    /// Replays that run.
    pub replays: Vec<ReplayRow>,
    /// Facts up to here need no look for room webhooks, but of receivers that have rows; `None` = no room ever had one.
    pub rooms: Option<u64>,
    /// The last fact of the ledger.
    pub head: u64,
}

/// A receiver of room webhooks, as it is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomDelivery {
    /// Its id.
    pub id: Id,
    /// Where they go.
    pub url: String,
    /// What changed; `None` = nothing waits for it any more, and its row goes.
    pub change: Option<Change>,
}

impl Store {
    /// Apps that have, or may have, somebody to tell.
    pub async fn apps_with_receivers(&self) -> Result<Vec<AppId>> {
        let sql =
            "SELECT app FROM webhook UNION SELECT app FROM delivery UNION SELECT app FROM delivery_rooms";
        self.read(move |conn| list(conn, sql, [], |row| Ok(AppId::from(&*row.get::<_, String>(0)?)))).await
    }

    /// Who is told of an app's facts. `NotFound` when there is no such app.
    pub async fn receivers(&self, app: &AppId) -> Result<Receivers> {
        let app = app.clone();
        self.read(move |conn| receivers(conn, &app)).await
    }

    /// The webhook of a room, of a deleted one too: who was in it is told all the same.
    pub async fn room_webhook(&self, room: MeetingId) -> Result<Option<RoomWebhook>> {
        self.read(move |conn| Ok(meetings::ever(conn, room)?.as_ref().and_then(RoomWebhook::of))).await
    }

    /// The webhook of a room of an app, deleted or not. `NotFound` when the app never had such a room.
    pub async fn webhook_of_room(&self, app: &AppId, room: MeetingId) -> Result<Option<RoomWebhook>> {
        let app = app.clone();
        self.read(move |conn| {
            let room = meetings::ever(conn, room)?.filter(|room| room.app == app);
            Ok(RoomWebhook::of(&room.ok_or(StoreError::NotFound(Thing::Meeting))?))
        })
        .await
    }

    /// How far an app's room webhooks are that have no rows: `None` = no room ever had one.
    pub async fn rooms_place(&self, app: &AppId) -> Result<Option<u64>> {
        let app = app.clone();
        self.read(move |conn| rooms_place(conn, &app)).await
    }

    /// A receiver with what waits for it, if it has a row.
    pub async fn delivery(&self, id: Id) -> Result<Option<Delivery>> {
        self.read(move |conn| {
            let key = [blob(id.as_u128())];
            let Some(mut delivery) = find(conn, "SELECT * FROM delivery WHERE id = ?1", key, read_delivery)?
            else {
                return Ok(None);
            };
            delivery.saved.rows =
                list(conn, "SELECT * FROM delivery_row WHERE delivery = ?1", key, read_row)?;
            Ok(Some(delivery))
        })
        .await
    }

    /// Keeps what changed of a receiver, unless it began anew meanwhile: then `false`, and nothing is kept. One that is given
    /// up is switched off with it.
    pub async fn keep_delivery(&self, id: Id, epoch: u64, change: Change) -> Result<bool> {
        self.write(move |transaction| {
            let conn = &transaction.conn;
            let sql = "SELECT app FROM delivery WHERE id = ?1 AND epoch = ?2";
            let key = params![blob(id.as_u128()), signed(epoch)];
            let Some(app) = find(conn, sql, key, |row| row.get::<_, String>(0))? else { return Ok(false) };
            let of = Place { id, app: &app, url: None, epoch };
            put(conn, &of, &change)?;
            if let SavedHealth::Off { reason: OffReason::GivenUp, .. } = change.cursor.health {
                webhooks::give_up(conn, id)?;
                if replays::give_up(conn, id)? {
                    forget(conn, id)?;
                }
                transaction.touched.receivers.insert(AppId::from(&*app));
            }
            Ok(true)
        })
        .await
    }

    /// Keeps how far an app's room webhooks are: everything up to `done_seq` is settled or above the place of a receiver that
    /// has a row.
    pub async fn keep_rooms(&self, app: &AppId, done_seq: u64, changed: Vec<RoomDelivery>) -> Result<()> {
        let app = app.clone();
        self.write(move |Transaction { conn, .. }| {
            let sql = "UPDATE delivery_rooms SET done_seq = ?2 WHERE app = ?1 AND done_seq < ?2";
            conn.prepare_cached(sql)?.execute(params![app.as_str(), signed(done_seq)])?;
            for RoomDelivery { id, url, change } in &changed {
                match change {
                    Some(change) => {
                        put(conn, &Place { id: *id, app: app.as_str(), url: Some(url), epoch: 0 }, change)?;
                    }
                    None => forget(conn, *id)?,
                }
            }
            Ok(())
        })
        .await
    }
}

/// The webhook of a room, as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomWebhook {
    /// Where its requests go.
    pub url: String,
    /// Headers that are sent as well, by name and value.
    pub headers: Vec<(String, String)>,
}

impl RoomWebhook {
    fn of(meeting: &MeetingRow) -> Option<Self> {
        let url = room_url(meeting)?.to_owned();
        let headers = meeting.extra.get("webhook")?.get("headers").and_then(Value::as_object);
        let header = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
        Some(Self { url, headers: headers.into_iter().flatten().filter_map(header).collect() })
    }
}

fn receivers(conn: &Connection, app: &AppId) -> Result<Receivers> {
    let name = find(conn, "SELECT name FROM app WHERE id = ?1", [app.as_str()], |row| row.get(0))?;
    let app_name = name.ok_or(StoreError::NotFound(Thing::App))?;
    let deliveries = list(conn, "SELECT * FROM delivery WHERE app = ?1", [app.as_str()], read_delivery)?;
    Ok(Receivers {
        app_name,
        webhooks: webhooks::of_app(conn, app)?,
        deliveries,
        replays: replays::running(conn, app)?,
        rooms: rooms_place(conn, app)?,
        head: unsigned(conn.query_row("SELECT coalesce(max(seq), 0) FROM fact", [], |row| row.get(0))?),
    })
}

fn rooms_place(conn: &Connection, app: &AppId) -> Result<Option<u64>> {
    let sql = "SELECT done_seq FROM delivery_rooms WHERE app = ?1";
    Ok(find(conn, sql, [app.as_str()], |row| row.get(0))?.map(unsigned))
}

/// For [`crate::apply`] alone: what follows for the delivery from a webhook's row. One that begins is told everything after
/// `last_seq`; one that is switched off remembers what it may have missed.
pub(crate) fn adjust(conn: &Connection, webhook: &WebhookRow, begins: bool, last_seq: i64) -> Result<()> {
    let (key, last_seq) = (blob(webhook.id.as_u128()), unsigned(last_seq));
    let old = find(conn, "SELECT * FROM delivery WHERE id = ?1", [key], read_delivery)?;
    let epoch = old.as_ref().map_or(0, |old| old.epoch + 1);
    let begun = Cursor { done_seq: last_seq, health: SavedHealth::Up };
    let cursor = match (webhook.is_enabled, old) {
        (true, Some(_)) if !begins => return Ok(()),
        (true, _) => begun,
        (false, Some(old)) if matches!(old.saved.cursor.health, SavedHealth::Off { .. }) => return Ok(()),
        (false, old) => {
            let done_seq = old.map_or(last_seq, |old| old.saved.cursor.done_seq);
            let sql = "SELECT min(coalesce(behind_from, seq), seq) FROM delivery_row WHERE delivery = ?1 ORDER BY 1 LIMIT 1";
            let first = find(conn, sql, [key], |row| row.get(0))?.map_or(u64::MAX, unsigned);
            let from = first.min(done_seq + 1);
            Cursor { done_seq, health: SavedHealth::Off { reason: OffReason::Disabled, from } }
        }
    };
    conn.prepare_cached("DELETE FROM delivery_row WHERE delivery = ?1")?.execute([key])?;
    let of = Place { id: webhook.id, app: webhook.app.as_str(), url: None, epoch };
    put(conn, &of, &Change { cursor, put: Vec::new(), remove: Vec::new() })
}

/// For [`crate::apply`] alone: the first room with a webhook makes its app one whose rooms are looked at; whether it is that.
pub(crate) fn begin_rooms(conn: &Connection, meeting: &MeetingRow, last_seq: i64) -> Result<bool> {
    if room_url(meeting).is_none() {
        return Ok(false);
    }
    let sql = "INSERT INTO delivery_rooms (app, done_seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    Ok(conn.prepare_cached(sql)?.execute(params![meeting.app.as_str(), last_seq])? > 0)
}

/// Where the webhook of a room goes, if it has one.
pub(crate) fn room_url(meeting: &MeetingRow) -> Option<&str> {
    meeting.extra.get("webhook")?.get("url")?.as_str()
}
