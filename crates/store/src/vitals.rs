//! How fast the ledger grows.

use rusqlite::Connection;
use sederunt_core::time::UnixMs;

use crate::places::QUEUE_MAX;
use crate::sql::find;
use crate::{Result, Store};

impl Store {
    /// Writes that may wait for the disk at a time.
    pub const WAITING_MAX: usize = QUEUE_MAX;

    /// Facts that were recorded since an instant, as far as their times tell: facts are nearly in the order of their times, but
    /// for those of an import, which are as old as what they tell of.
    pub async fn facts_since(&self, from: UnixMs) -> Result<u64> {
        self.read(move |conn| since(conn, from)).await
    }

    /// When the first fact was recorded; `None` = there is none.
    pub async fn first_fact_at(&self) -> Result<Option<UnixMs>> {
        self.read(|conn| Ok(at(conn, 1)?.map(UnixMs))).await
    }
}

fn at(conn: &Connection, seq: i64) -> Result<Option<i64>> {
    find(conn, "SELECT at_ms FROM fact WHERE seq = ?1", [seq], |row| row.get(0))
}

/// Finds the place of the instant by halving: some thirty rows of the largest ledger.
fn since(conn: &Connection, from: UnixMs) -> Result<u64> {
    let last: i64 = find(conn, "SELECT coalesce(max(seq), 0) FROM fact", [], |row| row.get(0))?.unwrap_or(0);
    // Everything up to `before` is older, everything after `through` is not.
    let (mut before, mut through) = (0, last);
    while before < through {
        let middle = before + (through - before + 1) / 2;
        if at(conn, middle)?.is_some_and(|at| at >= from.0) {
            through = middle - 1;
        } else {
            before = middle;
        }
    }
    Ok(u64::try_from(last - before).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_an_instant_is_found() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE fact (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL)").unwrap();
        assert_eq!(since(&conn, UnixMs(0)).unwrap(), 0);
        for (seq, at) in [10, 10, 20, 30, 30, 40].into_iter().enumerate() {
            conn.execute("INSERT INTO fact VALUES (?1, ?2)", [i64::try_from(seq).unwrap() + 1, at]).unwrap();
        }
        let found = [0, 10, 11, 20, 30, 40, 41].map(|from| since(&conn, UnixMs(from)).unwrap());
        assert_eq!(found, [6, 6, 4, 4, 3, 1, 0]);
    }
}
