//! Facts as they were written, for folding.

use std::collections::HashMap;

use rusqlite::types::Type;
use rusqlite::{Connection, Row};
use sederunt_core::fact::{EndReason, Fact, FactKind, LeaveReason, Role};
use sederunt_core::id::{AppId, Id, SessionId};
use sederunt_core::tally::Tally;
use sederunt_core::time::UnixMs;

use crate::sql::{Blob, blob};
use crate::{Result, StoreError};

/// A fact with its place in the ledger.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub seq: i64,
    pub node: i64,
    pub fact: Fact,
}

/// The columns that [`read`] expects, in its order.
pub(crate) const COLUMNS: &str = "seq, node, at_ms, app, meeting, session, kind, peer, participant, role, created_ms, \
                                  reason, title, keep_alive_ms";

/// Short keys of all apps.
pub(crate) fn apps(conn: &Connection) -> Result<HashMap<i64, AppId>> {
    let mut statement = conn.prepare_cached("SELECT no, id FROM app")?;
    let rows = statement.query_map([], |r| Ok((r.get(0)?, AppId::from(&*r.get::<_, String>(1)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Reads a row of [`COLUMNS`].
pub(crate) fn read(row: &Row<'_>, apps: &HashMap<i64, AppId>) -> Result<Recorded> {
    let seq: i64 = row.get(0)?;
    let damaged = |e: rusqlite::Error| StoreError::Damaged(format!("fact {seq}: {e}"));
    let app_no: i64 = row.get(3).map_err(damaged)?;
    let app = apps.get(&app_no).ok_or_else(|| StoreError::Damaged(format!("fact {seq}: no app {app_no}")))?;
    Ok(Recorded {
        seq,
        node: row.get(1).map_err(damaged)?,
        fact: Fact {
            at: UnixMs(row.get(2).map_err(damaged)?),
            app: app.clone(),
            meeting: key(row, 4).map_err(damaged)?,
            session: key(row, 5).map_err(damaged)?,
            kind: kind(row).map_err(damaged)?,
        },
    })
}

fn kind(row: &Row<'_>) -> rusqlite::Result<FactKind> {
    let name: String = row.get(6)?;
    Ok(match name.as_str() {
        "session_started" => FactKind::SessionStarted { title: row.get(12)?, keep_alive_ms: row.get(13)? },
        "session_retitled" => FactKind::SessionRetitled { title: row.get(12)? },
        "keep_alive_changed" => FactKind::KeepAliveChanged { keep_alive_ms: row.get(13)? },
        "peer_joined" => FactKind::PeerJoined {
            peer: key(row, 7)?,
            participant: key(row, 8)?,
            role: one_of(row, 9, Role::parse)?,
            created_at: UnixMs(row.get(10)?),
        },
        "peer_away" => FactKind::PeerAway { peer: key(row, 7)? },
        "peer_back" => FactKind::PeerBack { peer: key(row, 7)? },
        "peer_left" => {
            FactKind::PeerLeft { peer: key(row, 7)?, reason: one_of(row, 11, LeaveReason::parse)? }
        }
        "session_ended" => FactKind::SessionEnded { reason: one_of(row, 11, EndReason::parse)? },
        other => return Err(unknown(6, other)),
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

/// Folds the facts of one session.
pub(crate) fn fold_session(conn: &Connection, session: SessionId) -> Result<Option<Tally>> {
    let apps = apps(conn)?;
    let sql = format!("SELECT {COLUMNS} FROM fact WHERE session = ?1 ORDER BY seq");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query([blob(session.as_u128())])?;
    let mut tally: Option<Tally> = None;
    while let Some(row) = rows.next()? {
        let recorded = read(row, &apps)?;
        let folded = match &mut tally {
            None => Tally::start(&recorded.fact).map(|t| tally = Some(t)),
            Some(tally) => tally.apply(&recorded.fact).map(drop),
        };
        folded.map_err(|e| StoreError::Damaged(format!("fact {}: {e}", recorded.seq)))?;
    }
    Ok(tally)
}
