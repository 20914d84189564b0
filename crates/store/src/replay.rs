//! Facts as they were written, for folding.

use std::collections::HashMap;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row};
use sederunt_core::fact::{EndReason, Fact, FactKind, FactName, LeaveReason, Role};
use sederunt_core::id::{AppId, Id, SessionId};
use sederunt_core::tally::Tally;
use sederunt_core::time::UnixMs;

use crate::rows::{BLOCK_BITS, FactPlaces};
use crate::sql::{Blob, blob, find, stay_id};
use crate::{Result, StoreError};

/// A fact with its place in the ledger.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub seq: i64,
    pub node: i64,
    /// The fact of its session before it.
    pub prev: Option<i64>,
    pub fact: Fact,
}

/// Short keys of all apps.
pub(crate) fn apps(conn: &Connection) -> Result<HashMap<i64, AppId>> {
    let mut statement = conn.prepare_cached("SELECT no, id FROM app")?;
    let rows = statement.query_map([], |r| Ok((r.get(0)?, AppId::from(&*r.get::<_, String>(1)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const AT: FactPlaces = FactPlaces::AT;

/// The columns that [`read`] reads.
pub(crate) const COLUMNS: &str = FactPlaces::LIST;

/// Reads a row that begins with [`COLUMNS`].
pub(crate) fn read(row: &Row<'_>, apps: &HashMap<i64, AppId>) -> Result<Recorded> {
    let seq: i64 = row.get(AT.seq)?;
    let damaged = |e: rusqlite::Error| StoreError::Damaged(format!("fact {seq}: {e}"));
    let app_no: i64 = row.get(AT.app).map_err(damaged)?;
    let app = apps.get(&app_no).ok_or_else(|| StoreError::Damaged(format!("fact {seq}: no app {app_no}")))?;
    Ok(Recorded {
        seq,
        node: row.get(AT.node).map_err(damaged)?,
        prev: row.get(AT.prev).map_err(damaged)?,
        fact: Fact {
            at: UnixMs(row.get(AT.at_ms).map_err(damaged)?),
            app: app.clone(),
            meeting: key(row, AT.meeting).map_err(damaged)?,
            session: key(row, AT.session).map_err(damaged)?,
            kind: kind(row).map_err(damaged)?,
        },
    })
}

fn kind(row: &Row<'_>) -> rusqlite::Result<FactKind> {
    Ok(match one_of(row, AT.kind, FactName::parse)? {
        FactName::SessionStarted => FactKind::SessionStarted {
            title: row.get(AT.title)?,
            keep_alive_ms: row.get(AT.keep_alive_ms)?,
            parent: row.get::<_, Option<Blob>>(AT.parent)?.map(u128::from_be_bytes).map(SessionId::from_u128),
        },
        FactName::SessionRetitled => FactKind::SessionRetitled { title: row.get(AT.title)? },
        FactName::KeepAliveChanged => {
            FactKind::KeepAliveChanged { keep_alive_ms: row.get(AT.keep_alive_ms)? }
        }
        FactName::PeerJoined => {
            let peer = key(row, AT.peer)?;
            FactKind::PeerJoined {
                peer,
                stay: stay_id(row, AT.stay, peer)?,
                participant: key(row, AT.participant)?,
                role: one_of(row, AT.role, Role::parse)?,
                created_at: UnixMs(row.get(AT.created_ms)?),
            }
        }
        FactName::PeerAway => FactKind::PeerAway { peer: key(row, AT.peer)? },
        FactName::PeerBack => FactKind::PeerBack { peer: key(row, AT.peer)? },
        FactName::PeerLeft => FactKind::PeerLeft {
            peer: key(row, AT.peer)?,
            reason: one_of(row, AT.reason, LeaveReason::parse)?,
        },
        FactName::SessionEnded => {
            FactKind::SessionEnded { reason: one_of(row, AT.reason, EndReason::parse)? }
        }
    })
}

fn key<T: From<Id>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let bytes: Blob = row.get(column)?;
    Ok(Id::from_u128(u128::from_be_bytes(bytes)).into())
}

fn one_of<T>(row: &Row<'_>, column: usize, parse: fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| unknown(column, &text))
}

fn unknown(column: usize, text: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, format!("unknown value {text:?}").into())
}

/// Selects `columns` of the facts of an app (`?1`) after a sequence number (`?2`) that meet `condition`. In order of
/// `block, seq` without sorting, either way.
///
/// Only the bounds of the block are looked for in the table of facts: a `+` keeps the others out of that.
pub(crate) fn of_app(columns: &str, condition: &str, order: &str) -> String {
    format!(
        "SELECT {columns} FROM (SELECT block FROM fact_block WHERE app = ?1 AND block >= ?2 >> {BLOCK_BITS})
             CROSS JOIN fact ON seq BETWEEN block << {BLOCK_BITS} AND (block << {BLOCK_BITS}) + {IN_BLOCK}
         WHERE +app = ?1 AND +seq > ?2 AND ({condition}) {order}",
        IN_BLOCK = (1_i64 << BLOCK_BITS) - 1,
    )
}

/// Selects `columns` of the facts of an app (`?1`) from a sequence number (`?2`) to another (`?3`), and looks at no others.
pub(crate) fn of_range(columns: &str, order: &str) -> String {
    format!(
        "SELECT {columns} FROM (SELECT block FROM fact_block
                               WHERE app = ?1 AND block BETWEEN ?2 >> {BLOCK_BITS} AND ?3 >> {BLOCK_BITS})
             CROSS JOIN fact ON seq BETWEEN block << {BLOCK_BITS} AND (block << {BLOCK_BITS}) + {IN_BLOCK}
         WHERE +app = ?1 AND +seq BETWEEN ?2 AND ?3 {order}",
        IN_BLOCK = (1_i64 << BLOCK_BITS) - 1,
    )
}

/// The last fact of a session; `None` when there is no such session.
pub(crate) fn last_seq(conn: &Connection, session: SessionId) -> Result<Option<i64>> {
    find(conn, "SELECT last_seq FROM session WHERE id = ?1", [blob(session.as_u128())], |r| r.get(0))
}

/// Folds the facts of one session.
pub(crate) fn fold_session(conn: &Connection, session: SessionId) -> Result<Option<Tally>> {
    match last_seq(conn, session)? {
        Some(last) => Ok(Some(fold_chain(conn, &apps(conn)?, last)?.0)),
        None => Ok(None),
    }
}

/// The fact of the session before this one.
pub(crate) fn before(conn: &Connection, seq: i64) -> Result<Option<i64>> {
    let mut statement = conn.prepare_cached("SELECT prev FROM fact WHERE seq = ?1")?;
    let prev = statement.query_row([seq], |r| r.get::<_, Option<i64>>(0)).optional()?;
    match prev.ok_or_else(|| StoreError::Damaged(format!("fact {seq} is missing")))? {
        // A chain that does not lead back is not followed for ever.
        Some(prev) if prev >= seq => Err(StoreError::Damaged(format!("fact {prev} comes before itself"))),
        prev => Ok(prev),
    }
}

/// The numbers of the facts of a session up to `last` of it, newest first.
pub(crate) fn chain(conn: &Connection, last: i64) -> Result<Vec<i64>> {
    // Backwards: eight bytes a fact, however long the session.
    let mut chain = Vec::new();
    let mut next = Some(last);
    while let Some(seq) = next {
        chain.push(seq);
        next = before(conn, seq)?;
    }
    Ok(chain)
}

/// Folds the facts of a session up to fact `last` of it; also how many there are.
pub(crate) fn fold_chain(conn: &Connection, apps: &HashMap<i64, AppId>, last: i64) -> Result<(Tally, usize)> {
    let chain = chain(conn, last)?;
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM fact WHERE seq = ?1"))?;
    let mut tally: Option<Tally> = None;
    for seq in chain.iter().rev() {
        let mut rows = statement.query([seq])?;
        let Some(row) = rows.next()? else { continue };
        let Recorded { fact, .. } = read(row, apps)?;
        let folded = match &mut tally {
            None => Tally::start(&fact).map(|t| tally = Some(t)),
            Some(tally) => tally.apply(&fact).map(drop),
        };
        folded.map_err(|e| StoreError::Damaged(format!("fact {seq}: {e}")))?;
    }
    let tally = tally.ok_or_else(|| StoreError::Damaged(format!("fact {last} is missing")))?;
    Ok((tally, chain.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_of_a_range_are_found_in_order_without_sorting() {
        let dir = tempfile::tempdir().unwrap();
        let conn = crate::schema::open_writer(dir.path()).unwrap();
        for order in ["ORDER BY block, seq LIMIT 9", "ORDER BY block DESC, seq DESC LIMIT 1"] {
            let sql = format!("EXPLAIN QUERY PLAN {}", of_range("seq", order));
            let plan = crate::sql::list(&conn, &sql, [1, 0, 9], |r| r.get::<_, String>("detail")).unwrap();
            let expected = [
                "SEARCH fact_block USING PRIMARY KEY (app=? AND block>? AND block<?)",
                "SEARCH fact USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
            ];
            assert_eq!(plan, expected, "{order}");
        }
    }

    #[test]
    fn facts_of_an_app_are_found_in_order_without_sorting() {
        let dir = tempfile::tempdir().unwrap();
        let conn = crate::schema::open_writer(dir.path()).unwrap();
        for order in ["ORDER BY block, seq LIMIT 9", "ORDER BY block DESC, seq DESC LIMIT 1"] {
            let sql = format!("EXPLAIN QUERY PLAN {}", of_app("seq", "TRUE", order));
            let plan = crate::sql::list(&conn, &sql, [1, 0], |r| r.get::<_, String>("detail")).unwrap();
            let expected = [
                "SEARCH fact_block USING PRIMARY KEY (app=? AND block>?)",
                "SEARCH fact USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
            ];
            assert_eq!(plan, expected, "{order}");
        }
    }
}
