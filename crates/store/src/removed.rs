//! Peer ids that were removed from a meeting (`sederunt_core::removal`).

use rusqlite::{Connection, Row, params};
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::limit::{LOST_MAX, REMOVED_KEPT_MS, REMOVED_MAX};
use sederunt_core::removal::{LostPeer, Removal};
use sederunt_core::time::UnixMs;

use crate::sql::{blob, find, id, list, ms, name};
use crate::{Result, Store};

/// Rows that have outlived their time and are deleted with a new one: more than one, so that they become fewer.
const PRUNED_WITH_EACH: usize = 4;

impl Store {
    /// The newest removals of a meeting that hold at `now`, oldest first; at most [`REMOVED_MAX`].
    pub async fn removals(&self, meeting: MeetingId, now: UnixMs) -> Result<Vec<Removal>> {
        self.read(move |conn| {
            let sql = "SELECT peer, at_ms, reason, joined FROM removed WHERE meeting = ?1 AND at_ms > ?2
                       ORDER BY at_ms DESC, peer LIMIT ?3";
            let since = now.plus_ms(-REMOVED_KEPT_MS).0;
            let mut newest =
                list(conn, sql, params![blob(meeting.as_u128()), since, REMOVED_MAX as i64], removal)?;
            newest.reverse();
            Ok(newest)
        })
        .await
    }

    /// Peers of the open session of a meeting whose stays ended without a word of theirs, the latest to go last; at most
    /// [`LOST_MAX`]. Their clients may still be trying to come back.
    pub async fn lost_peers(&self, meeting: MeetingId) -> Result<Vec<LostPeer>> {
        self.read(move |conn| {
            let sql = "SELECT stay.peer, stay.participant, stay.custom_participant_id FROM session
                       JOIN stay ON stay.session = session.id
                       WHERE session.meeting = ?1 AND session.ended_ms IS NULL AND stay.reason IN (?2, ?3, ?4)
                       ORDER BY stay.left_ms DESC, stay.peer LIMIT ?5";
            let [lost, gone, stopped] =
                [LeaveReason::ConnectionLost, LeaveReason::NodeLost, LeaveReason::ServerStopped]
                    .map(LeaveReason::as_str);
            let mut newest = list(
                conn,
                sql,
                params![blob(meeting.as_u128()), lost, gone, stopped, LOST_MAX as i64],
                |row| {
                    let (peer, participant) = (id(row, "peer")?, id(row, "participant")?);
                    Ok(LostPeer {
                        peer,
                        participant,
                        custom_id: row.get("custom_participant_id")?,
                        late: false,
                    })
                },
            )?;
            newest.reverse();
            Ok(newest)
        })
        .await
    }

    /// The removal of one peer id, if it holds at `now`.
    pub async fn removal(&self, meeting: MeetingId, peer: PeerId, now: UnixMs) -> Result<Option<Removal>> {
        self.read(move |conn| {
            let sql = "SELECT peer, at_ms, reason, joined FROM removed WHERE meeting = ?1 AND peer = ?2";
            let found = find(conn, sql, [blob(meeting.as_u128()), blob(peer.as_u128())], removal)?;
            Ok(found.filter(|removal| removal.holds(now)))
        })
        .await
    }
}

fn removal(row: &Row<'_>) -> rusqlite::Result<Removal> {
    Ok(Removal {
        peer: id(row, "peer")?,
        at: ms(row, "at_ms")?,
        reason: name(row, "reason", LeaveReason::parse)?,
        joined: row.get("joined")?,
    })
}

/// Writes one removal and takes away some that mean nothing any more.
pub(crate) fn put(conn: &Connection, meeting: MeetingId, removal: &Removal) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO removed (meeting, peer, at_ms, reason, joined) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (meeting, peer) DO UPDATE SET at_ms = excluded.at_ms, reason = excluded.reason,
             joined = excluded.joined",
    )?
    .execute(params![
        blob(meeting.as_u128()),
        blob(removal.peer.as_u128()),
        removal.at.0,
        removal.reason.as_str(),
        removal.joined,
    ])?;
    conn.prepare_cached(
        "DELETE FROM removed WHERE (meeting, peer) IN
             (SELECT meeting, peer FROM removed WHERE at_ms <= ?1 ORDER BY at_ms LIMIT ?2)",
    )?
    .execute(params![removal.at.plus_ms(-REMOVED_KEPT_MS).0, PRUNED_WITH_EACH as i64])?;
    Ok(())
}
