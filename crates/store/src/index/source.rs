//! What the index is built from: sessions and their ends as the ledger has them.

use std::collections::HashSet;

use rusqlite::{Connection, params};
use sederunt_core::fact::FactName;
use sederunt_core::id::AppId;
use sederunt_index::{Change, Row};

use super::rows::{self, COLUMNS};
use crate::sql::{Blob, blob, find, list};
use crate::{Result, replay};

/// The fact that ended a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    /// Its sequence number.
    pub seq: u64,
    /// The session.
    pub session: u128,
}

/// The id of this ledger, made at its first opening: tells its index from that of another one.
pub(super) fn ledger_id(conn: &Connection) -> Result<Blob> {
    const NAME: &str = "ledger_id";
    if let Some(id) = find(conn, "SELECT value FROM secret WHERE name = ?1", [NAME], |r| r.get(0))? {
        return Ok(id);
    }
    let sql = "INSERT INTO secret (name, value) VALUES (?1, randomblob(16)) RETURNING value";
    Ok(conn.query_row(sql, [NAME], |r| r.get(0))?)
}

/// The name of an app.
pub(super) fn app_id(conn: &Connection, app: i64) -> Result<Option<AppId>> {
    find(conn, "SELECT id FROM app WHERE no = ?1", [app], |r| Ok(AppId::from(&*r.get::<_, String>(0)?)))
}

/// The short key of an app.
pub(super) fn app_no(conn: &Connection, app: &AppId) -> Result<Option<i64>> {
    find(conn, "SELECT no FROM app WHERE id = ?1", [app.as_str()], |r| r.get(0))
}

/// Apps with at least so many sessions, LIVE ones included.
pub(super) fn apps_from(conn: &Connection, sessions: u64) -> Result<Vec<i64>> {
    list(conn, "SELECT app FROM app_tally WHERE sessions >= ?1 ORDER BY app", [clamp(sessions)], |r| r.get(0))
}

/// Sessions of an app.
pub(super) fn count(conn: &Connection, app: i64) -> Result<u64> {
    let count: i64 =
        find(conn, "SELECT sessions FROM app_tally WHERE app = ?1", [app], |r| r.get(0))?.unwrap_or(0);
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Ended sessions of an app.
pub(super) fn ended_count(conn: &Connection, app: i64) -> Result<u64> {
    let sql = "SELECT sessions - (SELECT count(*) FROM session INDEXED BY session_live
                                  WHERE app = ?1 AND ended_ms IS NULL)
               FROM app_tally WHERE app = ?1";
    let count: i64 = find(conn, sql, [app], |r| r.get(0))?.unwrap_or(0);
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The latest end in an app.
pub(super) fn last_end(conn: &Connection, app: i64) -> Result<Option<End>> {
    let sql = replay::of_app("seq, session", &is_end(), "ORDER BY block DESC, seq DESC LIMIT 1");
    find(conn, &sql, [app, 0], |r| {
        Ok(End { seq: seq(r, 0)?, session: u128::from_be_bytes(r.get::<_, Blob>(1)?) })
    })
}

/// That a fact is the end of its session.
fn is_end() -> String {
    format!("kind = '{}'", FactName::SessionEnded.as_str())
}

/// Whether the fact `end.seq` is the end of this session of this app.
pub(super) fn has_end(conn: &Connection, app: i64, end: End) -> Result<bool> {
    let sql = format!("SELECT 1 FROM fact WHERE seq = ?1 AND app = ?2 AND session = ?3 AND {}", is_end());
    Ok(find(conn, &sql, params![clamp(end.seq), app, blob(end.session)], |_| Ok(()))?.is_some())
}

/// Facts of an app after `seq`; counts no further than `most`.
pub(super) fn facts_since(conn: &Connection, app: i64, seq: u64, most: u64) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM ({})", replay::of_app("1", "TRUE", "LIMIT ?3"));
    let count: i64 = find(conn, &sql, params![app, clamp(seq), clamp(most)], |r| r.get(0))?.unwrap_or(0);
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The first `most` sessions that ended after `seq`, in order of their ends.
pub(super) fn ended_since(conn: &Connection, app: i64, after: u64, most: usize) -> Result<Vec<Change>> {
    let ends = replay::of_app("seq, session", &is_end(), "ORDER BY block, seq LIMIT ?3");
    let sql = format!(
        "SELECT {COLUMNS}, f.seq AS end_seq FROM ({ends}) f CROSS JOIN session s ON s.id = f.session"
    );
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    list(conn, &sql, params![app, clamp(after), most], |r| {
        Ok(Change { row: rows::of_sql(r)?, ended_seq: Some(seq(r, "end_seq")?) })
    })
}

/// The sessions that ended after `seq`.
pub(super) fn sessions_ended_since(conn: &Connection, app: i64, after: u64) -> Result<HashSet<u128>> {
    let sql = replay::of_app("session", &is_end(), "");
    let ids = list(conn, &sql, params![app, clamp(after)], |r| r.get::<_, Blob>(0).map(u128::from_be_bytes))?;
    Ok(ids.into_iter().collect())
}

/// The LIVE sessions of an app.
pub(super) fn live(conn: &Connection, app: i64) -> Result<Vec<Change>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM session s INDEXED BY session_live WHERE s.app = ?1 AND s.ended_ms IS NULL"
    );
    list(conn, &sql, [app], |r| Ok(Change { row: rows::of_sql(r)?, ended_seq: None }))
}

/// Hands the ended sessions of an app to `f`, by `(started_ms, id)`.
pub(super) fn with_ended<T>(
    conn: &Connection,
    app: i64,
    f: impl FnOnce(&mut dyn Iterator<Item = Result<Row>>) -> Result<T>,
) -> Result<T> {
    let sql = format!(
        "SELECT {COLUMNS} FROM session s INDEXED BY session_started WHERE s.app = ?1 AND s.ended_ms IS NOT NULL
         ORDER BY s.started_ms, s.id"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query_map([app], rows::of_sql)?.map(|row| row.map_err(Into::into));
    f(&mut rows)
}

fn seq(row: &rusqlite::Row<'_>, column: impl rusqlite::RowIndex) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

fn clamp(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
