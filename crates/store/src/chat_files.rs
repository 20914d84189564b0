//! Files of chat messages: what each is, whose, and which message has it. Their bytes are not here.

use rusqlite::{Connection, Row, params};
use sederunt_core::file_kind::FileKind;
use sederunt_core::id::{ChatId, FileId, MeetingId, ParticipantId, SessionId};
use sederunt_core::time::UnixMs;
use sederunt_core::words::chat::ChatMessage;

use crate::entry::Entry;
use crate::sql::{blob, find, id, list, ms, name, opt_id};
use crate::{Result, Store};

/// A file whose bytes are durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatFileRow {
    /// Id.
    pub id: FileId,
    /// The session for which it was uploaded.
    pub session: SessionId,
    /// Who uploaded it.
    pub participant: ParticipantId,
    /// Its name, as people are shown it.
    pub name: String,
    /// What its bytes are.
    pub kind: FileKind,
    /// How many.
    pub bytes: u64,
    /// Of them.
    pub sha256: [u8; 32],
    /// When it was kept, on the wall clock.
    pub at: UnixMs,
    /// The message that has it; `None` = none yet.
    pub chat: Option<ChatId>,
}

/// What the files of a session may come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimits {
    /// Bytes of all of them.
    pub session_max_bytes: u64,
    /// How many.
    pub session_max_files: u64,
}

/// What the files of a session come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FilesOfSession {
    /// Bytes of all of them.
    pub bytes: u64,
    /// How many.
    pub files: u64,
}

/// What became of a file that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptFile {
    /// It is kept.
    New,
    /// It was kept before, with the same bytes: the answer to the first upload was lost.
    Same,
    /// Its id is that of a file with other bytes.
    Taken,
    /// The session is over.
    SessionOver,
    /// The session would have more bytes than it may.
    FullOfBytes,
    /// The session would have more files than it may.
    FullOfFiles,
}

impl FilesOfSession {
    /// Whether one more file of so many bytes fits; if not, what it is too much of.
    pub const fn check(self, bytes: u64, limits: FileLimits) -> std::result::Result<(), KeptFile> {
        if self.files >= limits.session_max_files {
            return Err(KeptFile::FullOfFiles);
        }
        if self.bytes.saturating_add(bytes) > limits.session_max_bytes {
            return Err(KeptFile::FullOfBytes);
        }
        Ok(())
    }
}

impl Store {
    /// The LIVE session of a meeting, if this participant is in it.
    pub async fn session_with(
        &self,
        meeting: MeetingId,
        participant: ParticipantId,
    ) -> Result<Option<SessionId>> {
        let sql = "SELECT s.id FROM session s WHERE s.meeting = ?1 AND s.ended_ms IS NULL AND EXISTS
                     (SELECT 1 FROM stay t WHERE t.session = s.id AND t.participant = ?2 AND t.left_ms IS NULL)";
        let key = [blob(meeting.as_u128()), blob(participant.as_u128())];
        self.read(move |c| find(c, sql, key, |row| id(row, "id"))).await
    }

    /// What the files of a session come to.
    pub async fn files_of_session(&self, session: SessionId) -> Result<FilesOfSession> {
        self.read(move |c| files_of(c, session)).await
    }

    /// Keeps a file whose bytes are durable, if its session is LIVE and has place for it.
    pub async fn keep_chat_file(&self, row: ChatFileRow, limits: FileLimits) -> Result<KeptFile> {
        self.decide(move |conn| {
            let sql = "SELECT sha256, gone FROM chat_file WHERE id = ?1";
            let before = find(conn, sql, [blob(row.id.as_u128())], |r| {
                Ok((r.get::<_, [u8; 32]>("sha256")?, r.get::<_, bool>("gone")?))
            })?;
            let kept = match before {
                Some((sha256, false)) if sha256 == row.sha256 => KeptFile::Same,
                Some(_) => KeptFile::Taken,
                None if !is_live(conn, row.session)? => KeptFile::SessionOver,
                None => match files_of(conn, row.session)?.check(row.bytes, limits) {
                    Ok(()) => return Ok((vec![Entry::ChatFile(row)], KeptFile::New)),
                    Err(full) => full,
                },
            };
            Ok((Vec::new(), kept))
        })
        .await
    }

    /// A file, unless it is gone.
    pub async fn chat_file(&self, file: FileId) -> Result<Option<ChatFileRow>> {
        let sql = "SELECT * FROM chat_file WHERE id = ?1 AND gone = 0";
        self.read(move |c| find(c, sql, [blob(file.as_u128())], read)).await
    }

    /// Files, without those that are gone, or never were.
    pub async fn chat_files(&self, files: Vec<FileId>) -> Result<Vec<ChatFileRow>> {
        let sql = "SELECT * FROM chat_file WHERE id = ?1 AND gone = 0";
        self.read(move |c| {
            let rows = files.into_iter().map(|file| find(c, sql, [blob(file.as_u128())], read));
            Ok(rows.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
        })
        .await
    }

    /// Gives up files that no message has had since before `before`: whoever uploaded them has not sent them. Returns how many,
    /// at most `limit`.
    pub async fn give_up_loose_files(&self, before: UnixMs, limit: u32) -> Result<u64> {
        let sql = "UPDATE chat_file SET gone = 1 WHERE id IN
                     (SELECT id FROM chat_file WHERE chat IS NULL AND gone = 0 AND at_ms < ?1 LIMIT ?2)";
        self.write(move |transaction| {
            Ok(transaction.conn.prepare_cached(sql)?.execute(params![before.0, limit])? as u64)
        })
        .await
    }

    /// Files whose bytes may go, at most `limit`.
    pub async fn gone_files(&self, limit: u32) -> Result<Vec<FileId>> {
        let sql = "SELECT id FROM chat_file WHERE gone = 1 ORDER BY id LIMIT ?1";
        self.read(move |c| list(c, sql, [limit], |row| id(row, "id"))).await
    }

    /// Forgets gone files whose bytes are no more.
    pub async fn forget_files(&self, files: Vec<FileId>) -> Result<()> {
        self.write(move |transaction| {
            let mut sql =
                transaction.conn.prepare_cached("DELETE FROM chat_file WHERE id = ?1 AND gone = 1")?;
            for file in files {
                sql.execute([blob(file.as_u128())])?;
            }
            Ok(())
        })
        .await
    }

    /// Which of these are known, gone or not: the bytes of the others are nobody's.
    pub async fn known_files(&self, files: Vec<FileId>) -> Result<Vec<FileId>> {
        let sql = "SELECT 1 FROM chat_file WHERE id = ?1";
        self.read(move |c| {
            let mut known = Vec::new();
            for file in files {
                if find(c, sql, [blob(file.as_u128())], |_| Ok(()))?.is_some() {
                    known.push(file);
                }
            }
            Ok(known)
        })
        .await
    }
}

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

fn is_live(conn: &Connection, session: SessionId) -> Result<bool> {
    let sql = "SELECT 1 FROM session WHERE id = ?1 AND ended_ms IS NULL";
    Ok(find(conn, sql, [blob(session.as_u128())], |_| Ok(()))?.is_some())
}

fn files_of(conn: &Connection, session: SessionId) -> Result<FilesOfSession> {
    let sql =
        "SELECT count(*) files, coalesce(sum(bytes), 0) bytes FROM chat_file WHERE session = ?1 AND gone = 0";
    let of = find(conn, sql, [blob(session.as_u128())], |row| {
        Ok(FilesOfSession { bytes: count(row, "bytes")?, files: count(row, "files")? })
    })?;
    Ok(of.unwrap_or_default())
}

fn count(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

fn read(row: &Row<'_>) -> rusqlite::Result<ChatFileRow> {
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
