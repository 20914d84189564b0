//! Chat of a session: written with the room's other writes, read when its room is loaded, and exported.

use rusqlite::{Connection, Row, params};
use sederunt_core::id::{ChatId, FileId, Id, MeetingId, ParticipantId, SessionId};
use sederunt_core::time::UnixMs;
use sederunt_core::words::chat::ChatMessage;

use crate::chat_file_rows;
use crate::page::clamp;
use crate::sql::{blob, find, id, list, ms};
use crate::{Result, Store};

/// Bytes of text after which a page ends: some pages of readers who do not read fit into memory at a time.
const PAGE_MAX_BYTES: usize = 256 * 1024;
/// Messages after which a page ends, however short they are.
const PAGE_MAX: i64 = 1_000;

/// Ended sessions whose chat is looked at for a meeting that keeps it: a room is loaded while somebody waits to join.
const SESSIONS_MAX: i64 = 200;

/// Where a page of chat ended: behind this message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChatPlace {
    at: UnixMs,
    id: ChatId,
}

/// Some messages in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatPage {
    /// The messages, oldest first.
    pub messages: Vec<ChatMessage>,
    /// Where to go on; `None` = there are no more.
    pub next: Option<ChatPlace>,
}

impl Store {
    /// Chat of a session, oldest first, at most the `limit` newest.
    pub async fn chat(&self, session: SessionId, limit: u32) -> Result<Vec<ChatMessage>> {
        self.read(move |c| newest(c, session, u64::from(limit))).await
    }

    /// What was said in the ended sessions of a meeting, oldest first, at most the `limit` newest of its `SESSIONS_MAX` latest
    /// sessions.
    pub async fn former_chat(&self, meeting: MeetingId, limit: u32) -> Result<Vec<ChatMessage>> {
        self.read(move |c| former(c, meeting, u64::from(limit))).await
    }

    /// A page of what was said to everybody in a session and is not deleted, behind `after`. Its size is bounded in messages
    /// and bytes. Each page is a snapshot of its own, so that whoever reads slowly holds nothing up; the chat of a session
    /// that has ended changes only where its meeting keeps it (`persist_chat`), and then in single messages.
    pub async fn public_chat(&self, session: SessionId, after: Option<ChatPlace>) -> Result<ChatPage> {
        self.read(move |c| public(c, session, after)).await
    }

    /// Whether anything was said to everybody in a session.
    pub async fn has_public_chat(&self, session: SessionId) -> Result<bool> {
        let sql = "SELECT 1 FROM chat INDEXED BY chat_session WHERE session = ?1 AND targets = x'' LIMIT 1";
        self.read(move |c| Ok(find(c, sql, [blob(session.as_u128())], |_| Ok(()))?.is_some())).await
    }
}

fn public(conn: &Connection, session: SessionId, after: Option<ChatPlace>) -> Result<ChatPage> {
    let sql = "SELECT * FROM chat INDEXED BY chat_session
               WHERE session = ?1 AND (at_ms, id) > (?2, ?3) AND targets = x''
               ORDER BY at_ms, id LIMIT ?4";
    let (at, id) = after.map_or((i64::MIN, [0; 16]), |place| (place.at.0, blob(place.id.as_u128())));
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![blob(session.as_u128()), at, id, PAGE_MAX])?;
    let (mut messages, mut bytes) = (Vec::new(), 0_usize);
    while bytes < PAGE_MAX_BYTES {
        let Some(row) = rows.next()? else { break };
        let message = read(row)?;
        bytes = bytes.saturating_add(message.payload.len()).saturating_add(message.display_name.len());
        messages.push(message);
    }
    let is_full = bytes >= PAGE_MAX_BYTES || messages.len() as i64 == PAGE_MAX;
    let last = messages.last().filter(|_| is_full);
    let next = last.map(|last| ChatPlace { at: last.at, id: last.id });
    Ok(ChatPage { messages, next })
}

/// Messages of a session, oldest first, at most the `limit` newest.
pub(crate) fn newest(conn: &Connection, session: SessionId, limit: u64) -> Result<Vec<ChatMessage>> {
    let sql = "SELECT * FROM (SELECT * FROM chat WHERE session = ?1 ORDER BY at_ms DESC, id DESC LIMIT ?2)
               ORDER BY at_ms, id";
    list(conn, sql, params![blob(session.as_u128()), clamp(limit)], read)
}

fn former(conn: &Connection, meeting: MeetingId, limit: u64) -> Result<Vec<ChatMessage>> {
    let sql = "SELECT id FROM session WHERE meeting = ?1 AND ended_ms IS NOT NULL
               ORDER BY started_ms DESC, id DESC LIMIT ?2";
    let key = params![blob(meeting.as_u128()), SESSIONS_MAX];
    let sessions: Vec<SessionId> = list(conn, sql, key, |row| id(row, "id"))?;
    // Newest first, so that what does not fit is the oldest.
    let (mut parts, mut left) = (Vec::new(), limit);
    for session in sessions {
        let part = newest(conn, session, left)?;
        left = left.saturating_sub(part.len() as u64);
        parts.push(part);
        if left == 0 {
            break;
        }
    }
    Ok(parts.into_iter().rev().flatten().collect())
}

fn read(row: &Row<'_>) -> rusqlite::Result<ChatMessage> {
    let targets: Vec<u8> = row.get("targets")?;
    let files: Vec<u8> = row.get("files")?;
    let number = |bytes: &[u8]| bytes.iter().fold(0, |id, byte| (id << 8) | u128::from(*byte));
    Ok(ChatMessage {
        id: id(row, "id")?,
        session: id(row, "session")?,
        peer: id(row, "peer")?,
        participant: id(row, "participant")?,
        display_name: row.get("display_name")?,
        pinned: row.get("pinned")?,
        edited: row.get("edited")?,
        payload_type: row.get("payload_type")?,
        payload: row.get("payload")?,
        files: files.chunks_exact(16).map(|bytes| FileId(Id::from_u128(number(bytes)))).collect(),
        targets: targets.chunks_exact(16).map(|bytes| ParticipantId(Id::from_u128(number(bytes)))).collect(),
        at: ms(row, "at_ms")?,
    })
}

/// Writes a message, new or changed.
pub(crate) fn put(conn: &Connection, m: &ChatMessage) -> Result<()> {
    let targets: Vec<u8> = m.targets.iter().flat_map(|t| blob(t.as_u128())).collect();
    let files: Vec<u8> = m.files.iter().flat_map(|file| blob(file.as_u128())).collect();
    let sql = "INSERT INTO chat (id, session, peer, participant, display_name, pinned, edited, payload_type, payload,
                                 targets, at_ms, files)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
               ON CONFLICT (id) DO UPDATE SET pinned = excluded.pinned, edited = excluded.edited,
                   payload_type = excluded.payload_type, payload = excluded.payload, targets = excluded.targets,
                   files = excluded.files";
    conn.prepare_cached(sql)?.execute(params![
        blob(m.id.as_u128()),
        blob(m.session.as_u128()),
        blob(m.peer.as_u128()),
        blob(m.participant.as_u128()),
        m.display_name,
        m.pinned,
        m.edited,
        m.payload_type,
        m.payload,
        targets,
        m.at.0,
        files,
    ])?;
    chat_file_rows::follow(conn, m)
}

/// Takes a message away.
pub(crate) fn delete(conn: &Connection, session: SessionId, chat: ChatId) -> Result<()> {
    conn.prepare_cached("DELETE FROM chat WHERE id = ?1 AND session = ?2")?
        .execute([blob(chat.as_u128()), blob(session.as_u128())])?;
    Ok(())
}
