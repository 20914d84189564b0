//! Rows of deliveries: a receiver, and what waits for it.

use rusqlite::{Connection, Row as SqlRow, params};
use sederunt_core::id::{AppId, Id, MeetingId};

use crate::Result;
use crate::delivery::{Change, Cursor, Delivery, Key, OffReason, Row, Saved, SavedHealth, Tried};
use crate::sql::{bad, blob, id, ms, signed, unsigned};
use crate::table::{Insert, columns};

/// Which receiver.
pub(crate) struct Place<'a> {
    pub id: Id,
    pub app: &'a str,
    pub url: Option<&'a str>,
    pub epoch: u64,
}

/// Keeps what changed of a receiver.
pub(crate) fn put(conn: &Connection, of: &Place<'_>, change: &Change) -> Result<()> {
    static DELIVERY: Insert = Insert::or_change("INSERT INTO delivery", "id");
    DELIVERY.run::<OfDelivery, _>(conn, &[(of, change.cursor)])?;
    let mut remove = conn.prepare_cached(
        "DELETE FROM delivery_row WHERE delivery = ?1 AND seq = ?2 AND part = ?3 AND replay = ?4",
    )?;
    for key in &change.remove {
        remove.execute(params![blob(of.id.as_u128()), signed(key.seq), key.part, key.replay])?;
    }
    static ROW: Insert = Insert::or_change("INSERT INTO delivery_row", "delivery, seq, part, replay");
    let rows: Vec<_> = change.put.iter().map(|row| (of.id, row)).collect();
    Ok(ROW.run::<OfRow, _>(conn, &rows)?)
}

columns! {
    /// Of a receiver.
    OfDelivery of ['a] (&'a Place<'a>, Cursor), |d| let health = Health::of(d.1.health); {
        id = blob(d.0.id.as_u128()),
        app = d.0.app,
        url = d.0.url,
        epoch = signed(d.0.epoch),
        done_seq = signed(d.1.done_seq),
        state = health.state,
        since_ms = health.since_ms,
        down_ms = health.down_ms,
        probe_ms = health.probe_ms,
        missed_from = health.missed_from,
    }
}

columns! {
    /// Of a row.
    OfRow of ['a] (Id, &'a Row), |r| let tried = r.1.tried; {
        delivery = blob(r.0.as_u128()),
        seq = signed(r.1.key.seq),
        part = r.1.key.part,
        replay = r.1.key.replay,
        meeting = blob(r.1.lane.as_u128()),
        attempts = tried.map(|t| t.attempts),
        first_ms = tried.map(|t| t.first_at.0),
        hold_ms = tried.map(|t| t.hold_until.0),
        next_ms = tried.map(|t| t.next_at.0),
        last_status = tried.and_then(|t| t.last_status),
        alone = tried.map(|t| t.is_alone),
        behind_from = r.1.behind_from.map(signed),
    }
}

/// The columns of a health.
#[derive(Default)]
struct Health {
    state: &'static str,
    since_ms: Option<i64>,
    down_ms: Option<i64>,
    probe_ms: Option<i64>,
    missed_from: Option<i64>,
}

impl Health {
    fn of(health: SavedHealth) -> Self {
        match health {
            SavedHealth::Up => Self { state: "up", ..Self::default() },
            SavedHealth::Down { since, for_ms, probe_at } => Self {
                state: "down",
                since_ms: Some(since.0),
                down_ms: Some(for_ms),
                probe_ms: Some(probe_at.0),
                missed_from: None,
            },
            SavedHealth::Off { reason, from } => {
                let state = match reason {
                    OffReason::Disabled => "disabled",
                    OffReason::GivenUp => "given_up",
                };
                Self { state, missed_from: Some(signed(from)), ..Self::default() }
            }
        }
    }
}

/// A receiver without its rows.
pub(crate) fn read_delivery(row: &SqlRow<'_>) -> rusqlite::Result<Delivery> {
    let state: String = row.get("state")?;
    let off = |reason| row.get("missed_from").map(|from| SavedHealth::Off { reason, from: unsigned(from) });
    let health = match &*state {
        "up" => SavedHealth::Up,
        "down" => SavedHealth::Down {
            since: ms(row, "since_ms")?,
            for_ms: row.get("down_ms")?,
            probe_at: ms(row, "probe_ms")?,
        },
        "disabled" => off(OffReason::Disabled)?,
        "given_up" => off(OffReason::GivenUp)?,
        _ => return Err(bad("state", &state)),
    };
    let cursor = Cursor { done_seq: unsigned(row.get("done_seq")?), health };
    Ok(Delivery {
        id: id(row, "id")?,
        app: AppId::from(&*row.get::<_, String>("app")?),
        url: row.get("url")?,
        epoch: unsigned(row.get("epoch")?),
        saved: Saved { cursor, rows: Vec::new() },
    })
}

/// A row.
pub(crate) fn read_row(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    let key = Key { seq: unsigned(row.get("seq")?), part: row.get("part")?, replay: row.get("replay")? };
    let tried = match row.get("attempts")? {
        Some(attempts) => Some(Tried {
            attempts,
            first_at: ms(row, "first_ms")?,
            hold_until: ms(row, "hold_ms")?,
            next_at: ms(row, "next_ms")?,
            last_status: row.get("last_status")?,
            is_alone: row.get("alone")?,
        }),
        None => None,
    };
    let behind_from = row.get::<_, Option<i64>>("behind_from")?.map(unsigned);
    let lane: MeetingId = id(row, "meeting")?;
    Ok(Row { key, lane, tried, behind_from })
}

/// A replay begins: it is a receiver of its own.
pub(crate) fn begin(conn: &Connection, id: Id, app: &AppId, done_seq: u64) -> Result<()> {
    let cursor = Cursor { done_seq, health: SavedHealth::Up };
    let of = Place { id, app: app.as_str(), url: None, epoch: 0 };
    put(conn, &of, &Change { cursor, put: Vec::new(), remove: Vec::new() })
}

/// Nothing is kept of a receiver any more.
pub(crate) fn forget(conn: &Connection, delivery: Id) -> Result<()> {
    let key = blob(delivery.as_u128());
    conn.prepare_cached("DELETE FROM delivery_row WHERE delivery = ?1")?.execute([key])?;
    conn.prepare_cached("DELETE FROM delivery WHERE id = ?1")?.execute([key])?;
    Ok(())
}
