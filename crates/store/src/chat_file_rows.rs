//! Rows of files of chat messages.

use rusqlite::{Connection, Row, params};
use sederunt_core::file_kind::FileKind;
use sederunt_core::id::FileId;
use sederunt_core::words::chat::ChatMessage;

use crate::Result;
use crate::chat_file::ChatFileRow;
use crate::sql::{blob, id, list, ms, name, opt_id};

/// Writes a file.
pub(crate) fn put(conn: &Connection, row: &ChatFileRow) -> Result<()> {
    let sql = "INSERT INTO chat_file (id, session, participant, name, kind, bytes, sha256, at_ms, chat)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    conn.prepare_cached(sql)?.execute(params![
        blob(row.id.as_u128()),
        blob(row.session.as_u128()),
        blob(row.participant.as_u128()),
        row.name,
        row.kind.as_str(),
        i64::try_from(row.bytes).unwrap_or(i64::MAX),
        row.sha256,
        row.at.0,
        row.chat.map(|chat| blob(chat.as_u128())),
    ])?;
    Ok(())
}

/// Gives a message its files, and takes those away that an edit has replaced.
pub(crate) fn follow(conn: &Connection, message: &ChatMessage) -> Result<()> {
    let chat = blob(message.id.as_u128());
    if message.edited {
        let has = "SELECT id FROM chat_file WHERE chat = ?1 AND gone = 0";
        for file in list(conn, has, [chat], |row| id::<FileId>(row, "id"))? {
            if !message.files.contains(&file) {
                conn.prepare_cached("UPDATE chat_file SET gone = 1 WHERE id = ?1")?
                    .execute([blob(file.as_u128())])?;
            }
        }
    }
    for file in &message.files {
        let take =
            "UPDATE chat_file SET chat = ?2 WHERE id = ?1 AND gone = 0 AND (chat IS NULL OR chat = ?2)";
        conn.prepare_cached(take)?.execute([blob(file.as_u128()), chat])?;
    }
    Ok(())
}

/// Reads a file.
pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<ChatFileRow> {
    Ok(ChatFileRow {
        id: id(row, "id")?,
        session: id(row, "session")?,
        participant: id(row, "participant")?,
        name: row.get("name")?,
        kind: name(row, "kind", FileKind::parse)?,
        bytes: count(row, "bytes")?,
        sha256: row.get("sha256")?,
        at: ms(row, "at_ms")?,
        chat: opt_id(row, "chat")?,
    })
}

/// Reads a number that is never negative.
pub(crate) fn count(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}
