//! Which sessions a peer was in, by the peer's id alone (docs/decisions/0027-peer-report.md).
//!
//! Peers choose random ids, so an index by them would cost each join a page of its own. Instead the joins of some thousand
//! facts are sorted into a run when they are complete, which is written behind the runs before it. To find a peer, every run
//! is looked into, some microseconds each, and the facts after the last run are looked through.

use rusqlite::{Connection, named_params, params};
use sederunt_core::fact::FactName;
use sederunt_core::id::{AppId, PeerId, SessionId};

use crate::sql::{blob, find, id, write_error};
use crate::{Result, Thing};

/// A run is 2¹⁴ facts: a look through as many that are in none yet takes milliseconds, and forty million facts have 2500 runs.
pub(crate) const RUN_BITS: i64 = 14;

/// The first run that is not complete when fact `last` is the last one.
pub(crate) const fn incomplete_run(last: i64) -> i64 {
    (last + 1) >> RUN_BITS
}

/// Writes the runs that became complete with the facts `first ..= last`, which were just appended.
pub(crate) fn write_runs(conn: &Connection, first: i64, last: i64) -> Result<()> {
    for run in (first >> RUN_BITS)..incomplete_run(last) {
        conn.prepare_cached(
            "INSERT INTO peer_run SELECT ?1, peer, session FROM fact
             WHERE seq >= ?2 AND seq < ?3 AND kind = ?4 ORDER BY peer, session",
        )?
        .execute(params![run, run << RUN_BITS, (run + 1) << RUN_BITS, FactName::PeerJoined.as_str()])
        // The same peer twice in a session: refused like its second stay.
        .map_err(write_error(Thing::Stay))?;
    }
    Ok(())
}

/// The session of an app in which a peer joined last.
pub(crate) fn latest_session(conn: &Connection, app: &AppId, peer: PeerId) -> Result<Option<SessionId>> {
    let last = find(conn, "SELECT coalesce(max(seq), 0) FROM fact", [], |r| r.get::<_, i64>(0))?.unwrap_or(0);
    let runs = incomplete_run(last);
    let sql = "
        WITH RECURSIVE
          runs (run) AS (SELECT 0 WHERE :runs > 0 UNION ALL SELECT run + 1 FROM runs WHERE run + 1 < :runs),
          hits (session) AS (
            SELECT p.session FROM runs CROSS JOIN peer_run p ON p.run = runs.run AND p.peer = :peer
            UNION SELECT session FROM fact WHERE seq >= :recent AND kind = :joined AND peer = :peer)
        SELECT t.session FROM hits
          CROSS JOIN session s ON s.id = hits.session AND s.app = (SELECT no FROM app WHERE id = :app)
          CROSS JOIN stay t ON t.session = s.id AND t.peer = :peer
        ORDER BY t.joined_ms DESC, t.session DESC LIMIT 1";
    let params = named_params! {
        ":runs": runs,
        ":recent": runs << RUN_BITS,
        ":joined": FactName::PeerJoined.as_str(),
        ":peer": blob(peer.as_u128()),
        ":app": app.as_str(),
    };
    find(conn, sql, params, |r| id(r, "session"))
}
