//! Rows of what clients said of their calls and the server saw of them, and how long they are kept.

use rusqlite::{Connection, params};
use sederunt_core::time::UnixMs;

use crate::Result;
use crate::report::ReportRow;
use crate::sql::blob;

/// How long a post is kept: half a year, as the vendor keeps its analytics (SEMANTICS §5).
const KEPT_MS: i64 = 183 * 86_400_000;
/// Bytes of all posts together; beyond it the oldest go. The ledger is copied whole by a backup, and must not be mostly this.
const KEPT_BYTES: i64 = 1 << 30;
/// Posts that are looked at with each new one and each heartbeat, oldest first.
const PRUNED_AT_ONCE: i64 = 64;
/// What a post counts for at least, bytes: as many of the shortest as are looked at weigh as much as the longest that may
/// come, so that the sum keeps its bound whatever their sizes. It is about what its row takes, too.
const COUNTED_MIN_BYTES: i64 = 1024;

/// Writes one post and takes away some that are too old or too many.
pub(crate) fn put(conn: &Connection, row: &ReportRow) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO client_report (session, peer, no, at_ms, stay_bytes, mileage, body)
         VALUES (?1, ?2, ?3, ?4, ?5,
                 ?6 + coalesce((SELECT mileage FROM client_report ORDER BY rowid DESC LIMIT 1), 0), ?7)",
    )?
    .execute(params![
        blob(row.session.as_u128()),
        blob(row.peer.as_u128()),
        row.no,
        row.at.0,
        row.stay_bytes,
        i64::try_from(row.body.len()).unwrap_or(i64::MAX).max(COUNTED_MIN_BYTES),
        row.body,
    ])?;
    prune(conn, row.at, KEPT_BYTES)
}

/// Takes away some that are too old: on a server where none comes, too.
pub(crate) fn forget_old(conn: &Connection, now: UnixMs) -> Result<()> {
    prune(conn, now, KEPT_BYTES)
}

/// Takes away the oldest of what is older than [`KEPT_MS`] at `now`, or more than `kept_bytes` behind the newest.
fn prune(conn: &Connection, now: UnixMs, kept_bytes: i64) -> Result<()> {
    conn.prepare_cached(
        "DELETE FROM client_report WHERE rowid IN (
             SELECT rowid FROM (SELECT rowid, at_ms, mileage FROM client_report ORDER BY rowid LIMIT ?1)
             WHERE at_ms <= ?2
                OR mileage <= (SELECT mileage FROM client_report ORDER BY rowid DESC LIMIT 1) - ?3)",
    )?
    .execute(params![PRUNED_AT_ONCE, now.plus_ms(-KEPT_MS).0, kept_bytes])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use sederunt_core::id::{PeerId, SessionId};

    use super::*;
    use crate::sql::{find, list};

    /// Numbers and instants of what is there.
    fn there(conn: &Connection) -> Vec<(i64, i64)> {
        list(conn, "SELECT no, at_ms FROM client_report ORDER BY rowid", [], |r| Ok((r.get(0)?, r.get(1)?)))
            .unwrap()
    }

    fn row(no: i64, at: i64, bytes: usize) -> ReportRow {
        let (session, peer) = (SessionId::from_u128(1), PeerId::from_u128(2));
        ReportRow { session, peer, no, at: UnixMs(at), stay_bytes: 0, body: "x".repeat(bytes) }
    }

    #[test]
    fn what_is_too_old_goes_with_what_comes_and_by_itself() {
        let dir = tempfile::tempdir().unwrap();
        let conn = crate::schema::open_writer(dir.path()).unwrap();
        for no in 0..100 {
            put(&conn, &row(no, no, 10)).unwrap();
        }
        assert_eq!(there(&conn).len(), 100);
        put(&conn, &row(100, KEPT_MS + 96, 10)).unwrap();
        assert_eq!(there(&conn).first(), Some(&(64, 64)), "so many at once");
        forget_old(&conn, UnixMs(KEPT_MS + 96)).unwrap();
        assert_eq!(there(&conn), [(97, 97), (98, 98), (99, 99), (100, KEPT_MS + 96)]);
    }

    #[test]
    fn what_is_too_much_goes_oldest_first() {
        let dir = tempfile::tempdir().unwrap();
        let conn = crate::schema::open_writer(dir.path()).unwrap();
        for no in 0..10 {
            put(&conn, &row(no, 0, 2_000)).unwrap();
            prune(&conn, UnixMs(0), 7_000).unwrap();
        }
        let left = [(6, 0), (7, 0), (8, 0), (9, 0)];
        assert_eq!(there(&conn), left, "what ends less than 7000 bytes before the newest");
    }

    #[test]
    fn long_posts_after_many_short_ones_keep_the_bound() {
        let dir = tempfile::tempdir().unwrap();
        let conn = crate::schema::open_writer(dir.path()).unwrap();
        let kept = 200 * COUNTED_MIN_BYTES;
        let bytes = || find(&conn, "SELECT sum(length(body)) FROM client_report", [], |r| r.get::<_, i64>(0));
        for no in 0..1_000 {
            let size = if no < 600 { 10 } else { 65_536 };
            put(&conn, &row(no, 0, size)).unwrap();
            prune(&conn, UnixMs(0), kept).unwrap();
            assert!(bytes().unwrap().unwrap() <= kept + 65_536, "after {no}");
        }
    }
}
