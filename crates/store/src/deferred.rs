//! Indexes that a large import leaves out and builds at its end.
//!
//! Their keys come in no order, so that with ten million sessions every new row would rewrite a page of each, some
//! 16 KiB; sorting them once costs a few microseconds a row. A ledger that is opened without one of them gets it first.

use std::time::Instant;

use rusqlite::Connection;

use crate::Result;
use crate::sql::list;

/// The indexes: the same text as in their migration.
const INDEXES: [(&str, &str); 2] = [
    ("session_meeting", "CREATE INDEX session_meeting ON session (meeting, started_ms, id, app, ended_ms)"),
    (
        "session_consumed",
        "CREATE INDEX session_consumed ON session (app, closed_ms, id, ended_ms) WHERE ended_ms IS NOT NULL",
    ),
];

/// Fewer new sessions than this are indexed as they come …
const FEW_SESSIONS: u64 = 50_000;
/// … and so are fewer than one for so many that are there: building anew costs for those too.
const OLD_PER_NEW: u64 = 8;

/// Page cache while indexes are built, which is what is sorted in memory at a time; in KiB (negative = KiB to SQLite).
const SORT_CACHE_KIB: i64 = -131_072;

/// Whether `new` sessions beside `old` ones are worth building the indexes anew.
pub(crate) fn is_worth_it(new: u64, old: u64) -> bool {
    new >= FEW_SESSIONS && new.saturating_mul(OLD_PER_NEW) >= old
}

/// Leaves the indexes out from now on. In a transaction.
pub(crate) fn drop_all(conn: &Connection) -> Result<()> {
    for (name, _) in INDEXES {
        conn.execute_batch(&format!("DROP INDEX IF EXISTS {name}"))?;
    }
    Ok(())
}

/// Builds what is missing, each in a transaction of its own, so that it can go on after a crash. Outside of a
/// transaction.
pub(crate) fn build_missing(conn: &Connection) -> Result<()> {
    let there =
        list(conn, "SELECT name FROM sqlite_schema WHERE type = 'index'", [], |r| r.get::<_, String>(0))?;
    let missing: Vec<_> = INDEXES.iter().filter(|(name, _)| !there.iter().any(|t| t == name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let cache: i64 = conn.query_row("PRAGMA cache_size", [], |r| r.get(0))?;
    conn.pragma_update(None, "cache_size", SORT_CACHE_KIB)?;
    // What does not fit is sorted in files, not in memory.
    conn.pragma_update(None, "temp_store", "file")?;
    for (name, sql) in missing {
        let start = Instant::now();
        conn.execute_batch(sql)?;
        tracing::info!(index = name, seconds = start.elapsed().as_secs(), "index built");
    }
    conn.pragma_update(None, "temp_store", "memory")?;
    conn.pragma_update(None, "cache_size", cache)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(conn: &Connection) -> Vec<(String, Option<String>)> {
        let sql = "SELECT name, sql FROM sqlite_schema ORDER BY name";
        list(conn, sql, [], |r| Ok((r.get(0)?, r.get(1)?))).unwrap()
    }

    #[test]
    fn what_was_left_out_comes_back_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let conn = crate::schema::open_writer(dir.path()).unwrap();
        let before = schema(&conn);
        drop_all(&conn).unwrap();
        assert_eq!(schema(&conn).len(), before.len() - INDEXES.len());
        drop(conn);
        let conn = crate::schema::open_writer(dir.path()).unwrap();
        assert_eq!(schema(&conn), before, "opening builds them");
        drop_all(&conn).unwrap();
        build_missing(&conn).unwrap();
        assert_eq!(schema(&conn), before);
    }

    #[test]
    fn only_large_imports_leave_them_out() {
        for (new, old, expected) in
            [(49_999, 0, false), (50_000, 0, true), (50_000, 400_001, false), (2_000_000, 10_000_000, true)]
        {
            assert_eq!(is_worth_it(new, old), expected, "{new} {old}");
        }
    }
}
