//! What hosts of LIVE sessions have changed for people (`sederunt_core::rights`): written with the room's other writes, read
//! when its room is loaded and when somebody opens a page.

use rusqlite::{Connection, Row, params};
use sederunt_core::id::{MeetingId, ParticipantId, SessionId};
use sederunt_core::limit::CHANGED_PEOPLE_MAX;
use sederunt_core::rights::{Change, Right, Rights};

use crate::sql::{bad, blob, find, id, list};
use crate::{Result, Store};

/// The changes of the open session of meeting ?1.
const OF_LIVE: &str = "SELECT permission.participant, permission.taken, permission.touched
     FROM session JOIN permission ON permission.session = session.id
     WHERE session.meeting = ?1 AND session.ended_ms IS NULL";

impl Store {
    /// What was changed for people in the open session of a meeting; at most [`CHANGED_PEOPLE_MAX`].
    pub async fn permissions(&self, meeting: MeetingId) -> Result<Vec<(ParticipantId, Change)>> {
        self.read(move |conn| {
            let sql = format!("{OF_LIVE} ORDER BY permission.participant LIMIT ?2");
            list(conn, &sql, params![blob(meeting.as_u128()), CHANGED_PEOPLE_MAX as i64], |row| {
                Ok((id(row, "participant")?, change(row)?))
            })
        })
        .await
    }

    /// What a participant lacks there of what its preset gives.
    pub async fn taken(&self, meeting: MeetingId, participant: ParticipantId) -> Result<Rights> {
        self.read(move |conn| {
            let sql = format!("{OF_LIVE} AND permission.participant = ?2");
            let key = params![blob(meeting.as_u128()), blob(participant.as_u128())];
            Ok(find(conn, &sql, key, change)?.map(|change| change.taken).unwrap_or_default())
        })
        .await
    }
}

fn change(row: &Row<'_>) -> rusqlite::Result<Change> {
    Ok(Change { taken: rights(row, "taken")?, touched: rights(row, "touched")? })
}

fn rights(row: &Row<'_>, column: &str) -> rusqlite::Result<Rights> {
    let text: String = row.get(column)?;
    let paths = text.split(',').filter(|path| !path.is_empty());
    paths.map(|path| Right::parse(path).ok_or_else(|| bad(column, path))).collect()
}

/// Writes what was changed for somebody.
pub(crate) fn put(
    conn: &Connection,
    session: SessionId,
    participant: ParticipantId,
    change: Change,
) -> Result<()> {
    let text = |rights: Rights| rights.iter().map(Right::path).collect::<Vec<_>>().join(",");
    let sql = "INSERT INTO permission (session, participant, taken, touched) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (session, participant) DO UPDATE SET taken = excluded.taken, touched = excluded.touched";
    let (session, participant) = (blob(session.as_u128()), blob(participant.as_u128()));
    conn.prepare_cached(sql)?.execute(params![
        session,
        participant,
        text(change.taken),
        text(change.touched)
    ])?;
    Ok(())
}

/// The session is over.
pub(crate) fn forget(conn: &Connection, session: SessionId) -> Result<()> {
    conn.prepare_cached("DELETE FROM permission WHERE session = ?1")?.execute([blob(session.as_u128())])?;
    Ok(())
}
