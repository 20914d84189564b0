//! Which stretches of the sequence are imports alone: whoever asks what happened here passes over them, however long they are.
//!
//! An import says so with every batch. What an older program imported is not known so, and is looked at fact by fact.

use rusqlite::Connection;

use crate::Result;
use crate::sql::find;

/// Nodes under whose names an import records (`import`, and `import@…` when it closes what was open then).
pub(crate) const IMPORTERS: &str = "SELECT no FROM node WHERE name = 'import' OR name GLOB 'import@*'";

/// Says that the facts `first ..= last`, which were just appended, were imported.
pub(crate) fn record(conn: &Connection, first: i64, last: i64) -> Result<()> {
    let longer = "UPDATE imported SET last = ?2 WHERE last = ?1 - 1";
    if conn.prepare_cached(longer)?.execute([first, last])? == 0 {
        conn.prepare_cached("INSERT INTO imported (first, last) VALUES (?1, ?2)")?.execute([first, last])?;
    }
    Ok(())
}

/// The first stretch from a fact on that is not known as an import: its first and its last number. After the last import it
/// goes on for ever.
pub(crate) fn between(conn: &Connection, mut from: i64) -> Result<(i64, i64)> {
    loop {
        let sql = "SELECT first, last FROM imported WHERE last >= ?1 ORDER BY last LIMIT 1";
        match find(conn, sql, [from], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))? {
            Some((first, _)) if from < first => return Ok((from, first - 1)),
            Some((_, last)) => from = last + 1,
            None => return Ok((from, i64::MAX)),
        }
    }
}
