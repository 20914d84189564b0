//! Breakout rooms (`sederunt_core::family`): what there is of a meeting's, and who belongs where.

use rusqlite::{Connection, params};
use sederunt_core::family::{Branch, Change, Family, Links, RoomName};
use sederunt_core::id::{MeetingId, ParticipantId, SessionId};
use sederunt_core::limit::{BREAKOUT_PLACED_MAX, BREAKOUT_ROOMS_MAX};
use sederunt_core::time::UnixMs;

use crate::entry::Entry;
use crate::sql::{blob, find, id, list, ms, opt_ms};
use crate::transaction::Transaction;
use crate::{MeetingRow, Result, RoomKind, Store, meetings};

impl Store {
    /// The breakout rooms of a meeting, and who belongs in them; without people who are in, as only rooms know.
    pub async fn links(&self, parent: MeetingId) -> Result<Links> {
        self.read(move |conn| links(conn, parent)).await
    }

    /// The breakout room of a meeting in which a participant belongs; `None` = the meeting itself.
    pub async fn placement(
        &self,
        parent: MeetingId,
        participant: ParticipantId,
    ) -> Result<Option<MeetingId>> {
        let key = [blob(parent.as_u128()), blob(participant.as_u128())];
        let sql = "SELECT room FROM placement WHERE parent = ?1 AND participant = ?2";
        self.read(move |conn| find(conn, sql, key, |r| id(r, "room"))).await
    }
}

fn links(conn: &Connection, parent: MeetingId) -> Result<Links> {
    let root = blob(parent.as_u128());
    let title = find(conn, "SELECT title FROM meeting WHERE id = ?1", [root], |r| r.get("title"))?;
    let sql = "SELECT id, started_ms FROM session WHERE meeting = ?1 AND ended_ms IS NULL";
    let session: Option<(SessionId, UnixMs)> =
        find(conn, sql, [root], |r| Ok((id(r, "id")?, ms(r, "started_ms")?)))?;
    let sql = "SELECT id, title FROM meeting WHERE parent = ?1
               AND active AND terminated_ms IS NULL AND deleted_ms IS NULL ORDER BY created_ms, id LIMIT ?2";
    let rooms = list(conn, sql, params![root, BREAKOUT_ROOMS_MAX as i64], |r| {
        Ok(Branch { meeting: id(r, "id")?, title: r.get("title")?, people: Vec::new() })
    })?;
    let sql = "SELECT m.id FROM meeting m JOIN session s ON s.meeting = m.id AND s.ended_ms IS NULL
               WHERE m.parent = ?1 ORDER BY m.id";
    let live = list(conn, sql, [root], |r| id(r, "id"))?;
    let sql =
        "SELECT participant, room FROM placement WHERE parent = ?1 ORDER BY at_ms DESC, participant LIMIT ?2";
    let placed = list(conn, sql, params![root, BREAKOUT_PLACED_MAX as i64], |r| {
        Ok((id(r, "participant")?, id(r, "room")?))
    })?;
    let (mut ended_at, mut made) = (None, 0);
    if let Some((session, started_at)) = session {
        ended_at = last_child_end(conn, session)?;
        let sql = "SELECT count(*) AS made FROM meeting WHERE parent = ?1 AND created_ms >= ?2";
        made = find(conn, sql, params![root, started_at.0], |r| r.get::<_, i64>("made"))?.unwrap_or(0);
    }
    let family = Family {
        session: session.map(|(session, _)| session),
        parent: Branch { meeting: parent, title: title.unwrap_or_default(), people: Vec::new() },
        rooms,
    };
    Ok(Links { family, live, ended_at, made: usize::try_from(made).unwrap_or(usize::MAX), placed })
}

/// When the last of the breakout sessions of a session ended that are over.
pub(crate) fn last_child_end(conn: &Connection, session: SessionId) -> Result<Option<UnixMs>> {
    let sql = "SELECT max(ended_ms) AS ended_ms FROM session WHERE parent = ?1";
    Ok(find(conn, sql, [blob(session.as_u128())], |r| opt_ms(r, "ended_ms"))?.flatten())
}

/// Whether a breakout session of a session is LIVE.
pub(crate) fn has_live_child(conn: &Connection, session: SessionId) -> Result<bool> {
    let sql = "SELECT 1 FROM session WHERE parent = ?1 AND ended_ms IS NULL LIMIT 1";
    Ok(find(conn, sql, [blob(session.as_u128())], |_| Ok(()))?.is_some())
}

/// Makes rows of what a room decided.
pub(crate) fn put(ledger: &mut Transaction, parent: MeetingId, change: &Change) -> Result<()> {
    match change {
        Change::Opened { room, at } => open(ledger, parent, room, *at),
        Change::Closed { room, at } => close(ledger, *room, *at),
        Change::Placed { participant, room, at } => place(&ledger.conn, (parent, *participant), *room, *at),
    }
}

/// A meeting with the settings of its parent. Nobody enters it but those whom the parent sends.
fn open(ledger: &mut Transaction, parent: MeetingId, room: &RoomName, at: UnixMs) -> Result<()> {
    let Some(row) = meetings::ever(&ledger.conn, parent)? else { return Ok(()) };
    let row = MeetingRow {
        id: room.meeting,
        parent: Some(parent),
        title: room.title.clone(),
        active: true,
        kind: RoomKind::Private,
        max_meeting_seconds: None,
        terminated_at: None,
        deleted_at: None,
        created_at: at,
        updated_at: at,
        ..row
    };
    ledger.apply(&Entry::Meeting(row))
}

fn close(ledger: &mut Transaction, room: MeetingId, at: UnixMs) -> Result<()> {
    ledger.conn.prepare_cached("DELETE FROM placement WHERE room = ?1")?.execute([blob(room.as_u128())])?;
    match meetings::ever(&ledger.conn, room)? {
        Some(row) if row.active => {
            ledger.apply(&Entry::Meeting(MeetingRow { active: false, updated_at: at, ..row }))
        }
        Some(_) | None => Ok(()),
    }
}

fn place(
    conn: &Connection,
    (parent, participant): (MeetingId, ParticipantId),
    room: Option<MeetingId>,
    at: UnixMs,
) -> Result<()> {
    let (parent, participant) = (blob(parent.as_u128()), blob(participant.as_u128()));
    match room {
        Some(room) => {
            let sql = "INSERT INTO placement (parent, participant, room, at_ms) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT (parent, participant) DO UPDATE SET room = excluded.room, at_ms = excluded.at_ms";
            conn.prepare_cached(sql)?.execute(params![parent, participant, blob(room.as_u128()), at.0])?;
        }
        None => {
            let sql = "DELETE FROM placement WHERE parent = ?1 AND participant = ?2";
            conn.prepare_cached(sql)?.execute(params![parent, participant])?;
        }
    }
    Ok(())
}
