//! Where peers of LIVE sessions sit (`sederunt_core::standing`): written with the room's other writes, read when its room is
//! loaded.

use rusqlite::{Connection, params};
use sederunt_core::id::{MeetingId, PeerId, SessionId};
use sederunt_core::limit::LOST_MAX;
use sederunt_core::standing::Seat;

use crate::sql::{blob, id, list, name};
use crate::{Result, Store};

impl Store {
    /// The seats of the open session of a meeting that are not what presets give, by peer id; at most [`LOST_MAX`].
    pub async fn seats(&self, meeting: MeetingId) -> Result<Vec<(PeerId, Seat)>> {
        self.read(move |conn| {
            let sql = "SELECT seat.peer, seat.seat FROM session JOIN seat ON seat.session = session.id
                       WHERE session.meeting = ?1 AND session.ended_ms IS NULL ORDER BY seat.peer LIMIT ?2";
            list(conn, sql, params![blob(meeting.as_u128()), LOST_MAX as i64], |row| {
                Ok((id(row, "peer")?, name(row, "seat", Seat::parse)?))
            })
        })
        .await
    }
}

/// Writes where a peer sits; `None` = where its preset puts it.
pub(crate) fn put(conn: &Connection, session: SessionId, peer: PeerId, seat: Option<Seat>) -> Result<()> {
    let (session, peer) = (blob(session.as_u128()), blob(peer.as_u128()));
    match seat {
        Some(seat) => {
            let sql = "INSERT INTO seat (session, peer, seat) VALUES (?1, ?2, ?3)
                       ON CONFLICT (session, peer) DO UPDATE SET seat = excluded.seat";
            conn.prepare_cached(sql)?.execute(params![session, peer, seat.as_str()])?;
        }
        None => {
            let sql = "DELETE FROM seat WHERE session = ?1 AND peer = ?2";
            conn.prepare_cached(sql)?.execute(params![session, peer])?;
        }
    }
    Ok(())
}

/// The session is over.
pub(crate) fn forget(conn: &Connection, session: SessionId) -> Result<()> {
    conn.prepare_cached("DELETE FROM seat WHERE session = ?1")?.execute([blob(session.as_u128())])?;
    Ok(())
}
