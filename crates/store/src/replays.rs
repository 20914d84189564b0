//! Verbs on replays: facts that a webhook is told once more.

use rusqlite::{Connection, Row, params};
use sederunt_core::id::{AppId, Id};
use sederunt_core::time::UnixMs;
use serde_json::Value;

use crate::delivery_rows;
use crate::sql::{bad, blob, find, id, list, ms, name, signed, unsigned};
use crate::table::{Insert, columns};
use crate::transaction::Transaction;
use crate::{Result, Store, StoreError, Thing};

/// Replays of an app that run at a time: each has a window and requests of its own.
pub const REPLAYS_AT_ONCE_MAX: usize = 4;

/// Replays of a webhook that are remembered, those that run included: the numbers of older ones stay taken.
pub const REPLAYS_KEPT: u32 = 1_000;

/// How far a replay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayState {
    /// It runs.
    Running,
    /// Everything was sent, or has failed.
    Done,
    /// Somebody stopped it.
    Stopped,
    /// Its receiver was down for too long.
    GivenUp,
}

impl ReplayState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Running, Self::Done, Self::Stopped, Self::GivenUp];

    /// In the store, and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::GivenUp => "given_up",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A replay of a range of facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayRow {
    /// Whose it is.
    pub webhook: Id,
    /// Its number, 1 for the first of its webhook; 0 before it is created.
    pub no: u32,
    /// The receiver that it is while it runs.
    pub delivery: Id,
    /// The first fact.
    pub from_seq: u64,
    /// The last fact.
    pub to_seq: u64,
    /// Only what failed before, as far as the log goes back.
    pub only_failed: bool,
    /// Its events have ids of their own, so that receivers which keep ids take them.
    pub new_ids: bool,
    /// Names of events; `None` = those that the webhook wants.
    pub events: Option<Vec<String>>,
    /// How far it is.
    pub state: ReplayState,
    /// Events that were delivered.
    pub sent: u64,
    /// Events that failed.
    pub failed: u64,
    /// Created.
    pub created_at: UnixMs,
}

impl Store {
    /// Begins a replay and returns it with its number. `NotFound` when the app has no such webhook, `Limit` when too many run.
    pub async fn create_replay(&self, app: &AppId, replay: ReplayRow) -> Result<ReplayRow> {
        let app = app.clone();
        self.write(move |transaction| {
            let conn = &transaction.conn;
            of_app(conn, &app, replay.webhook)?;
            let running = "SELECT count(*) FROM replay r JOIN webhook w ON w.id = r.webhook WHERE w.app = ?1 AND r.state = 'running'";
            let running = find(conn, running, [app.as_str()], |row| row.get::<_, i64>(0))?.unwrap_or(0);
            if usize::try_from(running).unwrap_or(usize::MAX) >= REPLAYS_AT_ONCE_MAX {
                return Err(StoreError::Limit { what: "replays of an app at a time", max: REPLAYS_AT_ONCE_MAX });
            }
            let last = "SELECT coalesce(max(no), 0) FROM replay WHERE webhook = ?1";
            let last = find(conn, last, [blob(replay.webhook.as_u128())], |row| row.get::<_, u32>(0))?;
            let row = ReplayRow { no: last.unwrap_or(0) + 1, state: ReplayState::Running, ..replay };
            put(conn, &row)?;
            let old = "DELETE FROM replay WHERE webhook = ?1 AND no <= ?2 AND state <> 'running'";
            let oldest = row.no.saturating_sub(REPLAYS_KEPT);
            conn.prepare_cached(old)?.execute(params![blob(row.webhook.as_u128()), oldest])?;
            delivery_rows::begin(conn, row.delivery, &app, row.from_seq.saturating_sub(1))?;
            transaction.touched.receivers.insert(app);
            Ok(row)
        })
        .await
    }

    /// Ends a replay that runs, with what came of it; one that does not run stays as it is.
    pub async fn end_replay(
        &self,
        app: &AppId,
        webhook: Id,
        no: u32,
        state: ReplayState,
    ) -> Result<ReplayRow> {
        let app = app.clone();
        self.write(move |transaction| {
            let conn = &transaction.conn;
            of_app(conn, &app, webhook)?;
            let row = by_no(conn, webhook, no)?.ok_or(StoreError::NotFound(Thing::Replay))?;
            if row.state != ReplayState::Running {
                return Ok(row);
            }
            let row = ReplayRow { state, ..row };
            put(conn, &row)?;
            delivery_rows::forget(conn, row.delivery)?;
            transaction.touched.receivers.insert(app);
            Ok(row)
        })
        .await
    }

    /// A replay has sent everything; `sent` and `failed` are added to what it had. One that is gone, or has ended, stays so.
    pub async fn finish_replay(&self, app: &AppId, delivery: Id, sent: u64, failed: u64) -> Result<()> {
        let app = app.clone();
        self.write(move |transaction| {
            let conn = &transaction.conn;
            count(conn, delivery, sent, failed)?;
            let sql = "UPDATE replay SET state = 'done' WHERE delivery = ?1 AND state = 'running'";
            conn.prepare_cached(sql)?.execute([blob(delivery.as_u128())])?;
            delivery_rows::forget(conn, delivery)?;
            transaction.touched.receivers.insert(app);
            Ok(())
        })
        .await
    }

    /// Adds to what a replay has sent. One that is gone is passed over.
    pub async fn count_replay(&self, delivery: Id, sent: u64, failed: u64) -> Result<()> {
        self.write(move |Transaction { conn, .. }| count(conn, delivery, sent, failed)).await
    }

    /// A replay of an app's webhook.
    pub async fn replay(&self, app: &AppId, webhook: Id, no: u32) -> Result<ReplayRow> {
        let app = app.clone();
        self.read(move |conn| {
            of_app(conn, &app, webhook)?;
            by_no(conn, webhook, no)?.ok_or(StoreError::NotFound(Thing::Replay))
        })
        .await
    }

    /// The replays of an app's webhook before a number, newest first, at most `limit`; `before` = `None`: the latest.
    pub async fn replays(
        &self,
        app: &AppId,
        webhook: Id,
        before: Option<u32>,
        limit: usize,
    ) -> Result<Vec<ReplayRow>> {
        let app = app.clone();
        self.read(move |conn| {
            of_app(conn, &app, webhook)?;
            let sql = "SELECT * FROM replay WHERE webhook = ?1 AND no < ?2 ORDER BY no DESC LIMIT ?3";
            let before = before.map_or(i64::MAX, i64::from);
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            list(conn, sql, params![blob(webhook.as_u128()), before, limit], read)
        })
        .await
    }

    /// Those of a webhook that run.
    pub async fn running_replays(&self, app: &AppId, webhook: Id) -> Result<Vec<ReplayRow>> {
        let app = app.clone();
        self.read(move |conn| {
            let mut running = running(conn, &app)?;
            running.retain(|replay| replay.webhook == webhook);
            Ok(running)
        })
        .await
    }
}

fn count(conn: &Connection, delivery: Id, sent: u64, failed: u64) -> Result<()> {
    let sql = "UPDATE replay SET sent = sent + ?2, failed = failed + ?3 WHERE delivery = ?1";
    conn.prepare_cached(sql)?.execute(params![blob(delivery.as_u128()), signed(sent), signed(failed)])?;
    Ok(())
}

/// `NotFound` when the app has no such webhook.
fn of_app(conn: &Connection, app: &AppId, webhook: Id) -> Result<()> {
    let sql = "SELECT 1 FROM webhook WHERE app = ?1 AND id = ?2";
    let found = find(conn, sql, params![app.as_str(), blob(webhook.as_u128())], |_| Ok(()))?;
    found.ok_or(StoreError::NotFound(Thing::Webhook))
}

fn by_no(conn: &Connection, webhook: Id, no: u32) -> Result<Option<ReplayRow>> {
    let sql = "SELECT * FROM replay WHERE webhook = ?1 AND no = ?2";
    find(conn, sql, params![blob(webhook.as_u128()), no], read)
}

/// Those of an app that run.
pub(crate) fn running(conn: &Connection, app: &AppId) -> Result<Vec<ReplayRow>> {
    let sql = "SELECT r.* FROM webhook w JOIN replay r ON r.webhook = w.id WHERE w.app = ?1 AND r.state = 'running'";
    list(conn, sql, [app.as_str()], read)
}

/// Its receiver was down for too long; whether it is that of a replay.
pub(crate) fn give_up(conn: &Connection, delivery: Id) -> Result<bool> {
    let sql = "UPDATE replay SET state = 'given_up' WHERE delivery = ?1 AND state = 'running'";
    Ok(conn.prepare_cached(sql)?.execute([blob(delivery.as_u128())])? > 0)
}

/// Whatever replays a webhook had, and how far they were.
pub(crate) fn forget(conn: &Connection, webhook: Id) -> Result<()> {
    let key = blob(webhook.as_u128());
    for sql in [
        "DELETE FROM delivery_row WHERE delivery IN (SELECT delivery FROM replay WHERE webhook = ?1)",
        "DELETE FROM delivery WHERE id IN (SELECT delivery FROM replay WHERE webhook = ?1)",
        "DELETE FROM replay WHERE webhook = ?1",
    ] {
        conn.prepare_cached(sql)?.execute([key])?;
    }
    Ok(())
}

columns! {
    /// Of a replay.
    OfReplay of [] ReplayRow, |r| {
        webhook = blob(r.webhook.as_u128()),
        no = r.no,
        delivery = blob(r.delivery.as_u128()),
        from_seq = signed(r.from_seq),
        to_seq = signed(r.to_seq),
        only_failed = r.only_failed,
        new_ids = r.new_ids,
        events = r.events.as_ref().map(|events| Value::from(events.clone()).to_string()),
        state = r.state.as_str(),
        sent = signed(r.sent),
        failed = signed(r.failed),
        created_ms = r.created_at.0,
    }
}

fn put(conn: &Connection, replay: &ReplayRow) -> Result<()> {
    static PUT: Insert = Insert::or_change("INSERT INTO replay", "webhook, no");
    Ok(PUT.run::<OfReplay, _>(conn, std::slice::from_ref(replay))?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ReplayRow> {
    let events: Option<String> = row.get("events")?;
    let events = events.map(|text| serde_json::from_str(&text).map_err(|_| bad("events", &text)));
    Ok(ReplayRow {
        webhook: id(row, "webhook")?,
        no: row.get("no")?,
        delivery: id(row, "delivery")?,
        from_seq: unsigned(row.get("from_seq")?),
        to_seq: unsigned(row.get("to_seq")?),
        only_failed: row.get("only_failed")?,
        new_ids: row.get("new_ids")?,
        events: events.transpose()?,
        state: name(row, "state", ReplayState::parse)?,
        sent: unsigned(row.get("sent")?),
        failed: unsigned(row.get("failed")?),
        created_at: ms(row, "created_ms")?,
    })
}
