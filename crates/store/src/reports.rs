//! What clients said of their calls, beside the ledger: nothing is counted by it, and it goes with the person.

use rusqlite::{Connection, params};
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::{PeerId, SessionId};
use sederunt_core::time::UnixMs;

use crate::entry::Entry;
use crate::report::ReportRow;
use crate::sql::{blob, find, id, list, opt_ms, opt_name};
use crate::{ClientPost, Posted, Result, Store};

/// How long a post is kept: half a year, as the vendor keeps its analytics (SEMANTICS §5).
const KEPT_MS: i64 = 183 * 86_400_000;
/// Bytes of all posts together; beyond it the oldest go. The ledger is copied whole by a backup, and must not be mostly this.
const KEPT_BYTES: i64 = 1 << 30;
/// Posts that are looked at with each new one, oldest first: more than one, so that they become fewer.
const PRUNED_WITH_EACH: i64 = 4;

/// How long after its leave a stay takes posts, milliseconds: the client says at last that it goes, and may send twice.
const LATE_MS: i64 = 60_000;

impl Store {
    /// Keeps a client's post with its stay, when the stay is the participant's and has place for it.
    pub async fn client_post(&self, post: ClientPost) -> Result<Posted> {
        self.decide(move |conn| {
            let Some((session, peer)) = stay_of(conn, &post)? else {
                return Ok((Vec::new(), Posted::NoStay));
            };
            let (last, bytes) = last(conn, (session, peer))?.unwrap_or((-1, 0));
            let stay_bytes = bytes.saturating_add(i64::try_from(post.body.len()).unwrap_or(i64::MAX));
            if u64::try_from(stay_bytes).unwrap_or(u64::MAX) > post.stay_max_bytes {
                return Ok((Vec::new(), Posted::Full));
            }
            let (at, body) = (post.at.wall(), post.body);
            let row = ReportRow { session, peer, no: last + 1, at, stay_bytes, body };
            Ok((vec![Entry::Report(row)], Posted::Kept))
        })
        .await
    }

    /// What is kept of a stay's posts, in order.
    pub async fn client_posts(&self, session: SessionId, peer: PeerId) -> Result<Vec<String>> {
        let sql = "SELECT body FROM client_report WHERE session = ?1 AND peer = ?2 ORDER BY no";
        let key = [blob(session.as_u128()), blob(peer.as_u128())];
        self.read(move |c| list(c, sql, key, |r| r.get("body"))).await
    }
}

/// The stay that a post speaks of. A client keeps the id that it chose, while each later stay of a session has one of its
/// own: whoever was lost and is in again speaks of the stay in which it is now.
fn stay_of(conn: &Connection, post: &ClientPost) -> Result<Option<(SessionId, PeerId)>> {
    let own = "SELECT t.session, t.left_ms, t.reason, s.offset_ms
               FROM session s JOIN stay t ON t.session = s.id AND t.peer = ?2
               JOIN participant p ON p.id = t.participant AND p.deleted_ms IS NULL
               WHERE s.id = (SELECT id FROM session WHERE meeting = ?1 ORDER BY started_ms DESC, id DESC LIMIT 1)
                 AND t.participant = ?3 AND t.display_name IS NOT NULL";
    let [meeting, peer, participant] =
        [post.meeting.as_u128(), post.peer.as_u128(), post.participant.as_u128()].map(blob);
    let own = find(conn, own, params![meeting, peer, participant], |r| {
        let left = opt_ms(r, "left_ms")?.zip(opt_name(r, "reason", LeaveReason::parse)?);
        Ok((id::<SessionId>(r, "session")?, left, r.get("offset_ms")?))
    })?;
    let Some((session, left, offset_ms)) = own else { return Ok(None) };
    let Some((left_at, reason)) = left else { return Ok(Some((session, post.peer))) };
    let lost = [LeaveReason::ConnectionLost, LeaveReason::NodeLost, LeaveReason::ServerStopped];
    if lost.contains(&reason) {
        let now = "SELECT peer FROM stay WHERE session = ?1 AND participant = ?2 AND left_ms IS NULL AND joined_ms >= ?3
                   ORDER BY joined_ms, peer LIMIT 1";
        let key = params![blob(session.as_u128()), participant, left_at.0];
        if let Some(peer) = find(conn, now, key, |r| id(r, "peer"))? {
            return Ok(Some((session, peer)));
        }
    }
    let late = post.at.steady.plus_ms(offset_ms).since(left_at) > LATE_MS;
    Ok((!late).then_some((session, post.peer)))
}

/// Number of the last post of a stay, and the bytes of all of them.
fn last(conn: &Connection, (session, peer): (SessionId, PeerId)) -> Result<Option<(i64, i64)>> {
    let sql =
        "SELECT no, stay_bytes FROM client_report WHERE session = ?1 AND peer = ?2 ORDER BY no DESC LIMIT 1";
    find(conn, sql, [blob(session.as_u128()), blob(peer.as_u128())], |r| Ok((r.get(0)?, r.get(1)?)))
}

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
        i64::try_from(row.body.len()).unwrap_or(i64::MAX),
        row.body,
    ])?;
    prune(conn, row.at, KEPT_BYTES)
}

/// Takes away the oldest of what is older than [`KEPT_MS`] at `now`, or more than `kept_bytes` behind the newest.
fn prune(conn: &Connection, now: UnixMs, kept_bytes: i64) -> Result<()> {
    conn.prepare_cached(
        "DELETE FROM client_report WHERE rowid IN (
             SELECT rowid FROM (SELECT rowid, at_ms, mileage FROM client_report ORDER BY rowid LIMIT ?1)
             WHERE at_ms <= ?2
                OR mileage <= (SELECT mileage FROM client_report ORDER BY rowid DESC LIMIT 1) - ?3)",
    )?
    .execute(params![PRUNED_WITH_EACH, now.plus_ms(-KEPT_MS).0, kept_bytes])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn what_is_too_old_goes_with_what_comes() {
        let dir = tempfile::tempdir().unwrap();
        let conn = crate::schema::open_writer(dir.path()).unwrap();
        for no in 0..10 {
            put(&conn, &row(no, no, 10)).unwrap();
        }
        assert_eq!(there(&conn).len(), 10);
        put(&conn, &row(10, KEPT_MS + 6, 10)).unwrap();
        assert_eq!(there(&conn).first(), Some(&(4, 4)), "four at a time");
        put(&conn, &row(11, KEPT_MS + 6, 10)).unwrap();
        assert_eq!(there(&conn), [(7, 7), (8, 8), (9, 9), (10, KEPT_MS + 6), (11, KEPT_MS + 6)]);
    }

    #[test]
    fn what_is_too_much_goes_oldest_first() {
        let dir = tempfile::tempdir().unwrap();
        let conn = crate::schema::open_writer(dir.path()).unwrap();
        for no in 0..10 {
            put(&conn, &row(no, 0, 100)).unwrap();
            prune(&conn, UnixMs(0), 350).unwrap();
        }
        assert_eq!(
            there(&conn),
            [(6, 0), (7, 0), (8, 0), (9, 0)],
            "what ends less than 350 bytes before the newest"
        );
    }
}
