//! Who waits to be let in, and who was (`sederunt_core::waiting`).

use rusqlite::{Connection, Row, params};
use sederunt_core::id::{MeetingId, ParticipantId, PeerId};
use sederunt_core::limit::{ADMITTED_KEPT_MS, ADMITTED_MAX, WAIT_KEPT_MS, WAITS_MAX};
use sederunt_core::time::UnixMs;
use sederunt_core::waiting::{Admission, Change, Wait};

use crate::sql::{blob, id, list, ms};
use crate::{Result, Store};

/// Rows that have outlived their time and are deleted with a new one: more than one, so that they become fewer.
const PRUNED_WITH_EACH: usize = 4;

impl Store {
    /// The newest clients of a meeting that wait at `now`, oldest first, at most [`WAITS_MAX`]; and the people who were let
    /// in to its LIVE session, at most [`ADMITTED_MAX`].
    pub async fn waiting(&self, meeting: MeetingId, now: UnixMs) -> Result<(Vec<Wait>, Vec<Admission>)> {
        self.read(move |conn| {
            let sql =
                "SELECT peer, participant, since_ms, denied FROM waiting WHERE meeting = ?1 AND since_ms > ?2
                       ORDER BY since_ms DESC, peer LIMIT ?3";
            let (room, since) = (blob(meeting.as_u128()), now.plus_ms(-WAIT_KEPT_MS).0);
            let mut waits = list(conn, sql, params![room, since, WAITS_MAX as i64], wait)?;
            waits.reverse();
            let sql = "SELECT admitted.participant, admitted.session, admitted.at_ms FROM session
                       JOIN admitted ON admitted.meeting = session.meeting AND admitted.session = session.id
                       WHERE session.meeting = ?1 AND session.ended_ms IS NULL
                       ORDER BY admitted.at_ms DESC, admitted.participant LIMIT ?2";
            let mut admitted = list(conn, sql, params![room, ADMITTED_MAX as i64], admission)?;
            admitted.reverse();
            Ok((waits, admitted))
        })
        .await
    }
}

fn wait(row: &Row<'_>) -> rusqlite::Result<Wait> {
    Ok(Wait {
        peer: id(row, "peer")?,
        participant: id(row, "participant")?,
        since: ms(row, "since_ms")?,
        denied: row.get("denied")?,
    })
}

fn admission(row: &Row<'_>) -> rusqlite::Result<Admission> {
    Ok(Admission {
        participant: id(row, "participant")?,
        session: id(row, "session")?,
        at: ms(row, "at_ms")?,
    })
}

/// Writes one change. A new row takes away some that mean nothing any more.
pub(crate) fn put(conn: &Connection, meeting: MeetingId, change: &Change) -> Result<()> {
    match change {
        Change::Waits(wait) => put_wait(conn, meeting, wait),
        Change::Over(peer) => end_wait(conn, meeting, *peer),
        Change::Admitted(admission) => admit(conn, meeting, admission),
        Change::Revoked(participant) => revoke(conn, meeting, *participant),
    }
}

fn put_wait(conn: &Connection, meeting: MeetingId, wait: &Wait) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO waiting (meeting, peer, participant, since_ms, denied) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (meeting, peer) DO UPDATE SET participant = excluded.participant,
             since_ms = excluded.since_ms, denied = excluded.denied",
    )?
    .execute(params![
        blob(meeting.as_u128()),
        blob(wait.peer.as_u128()),
        blob(wait.participant.as_u128()),
        wait.since.0,
        wait.denied,
    ])?;
    conn.prepare_cached(
        "DELETE FROM waiting WHERE (meeting, peer) IN
             (SELECT meeting, peer FROM waiting WHERE since_ms <= ?1 ORDER BY since_ms LIMIT ?2)",
    )?
    .execute(params![wait.since.plus_ms(-WAIT_KEPT_MS).0, PRUNED_WITH_EACH as i64])?;
    Ok(())
}

fn end_wait(conn: &Connection, meeting: MeetingId, peer: PeerId) -> Result<()> {
    conn.prepare_cached("DELETE FROM waiting WHERE meeting = ?1 AND peer = ?2")?
        .execute([blob(meeting.as_u128()), blob(peer.as_u128())])?;
    Ok(())
}

fn admit(conn: &Connection, meeting: MeetingId, admission: &Admission) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO admitted (meeting, participant, session, at_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (meeting, participant) DO UPDATE SET session = excluded.session, at_ms = excluded.at_ms",
    )?
    .execute(params![
        blob(meeting.as_u128()),
        blob(admission.participant.as_u128()),
        blob(admission.session.as_u128()),
        admission.at.0,
    ])?;
    conn.prepare_cached(
        "DELETE FROM admitted WHERE (meeting, participant) IN
             (SELECT meeting, participant FROM admitted WHERE at_ms <= ?1 ORDER BY at_ms LIMIT ?2)",
    )?
    .execute(params![admission.at.plus_ms(-ADMITTED_KEPT_MS).0, PRUNED_WITH_EACH as i64])?;
    Ok(())
}

fn revoke(conn: &Connection, meeting: MeetingId, participant: ParticipantId) -> Result<()> {
    conn.prepare_cached("DELETE FROM admitted WHERE meeting = ?1 AND participant = ?2")?
        .execute([blob(meeting.as_u128()), blob(participant.as_u128())])?;
    Ok(())
}
