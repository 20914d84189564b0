//! Files of chat messages: what each is, whose, and which message has it. Their bytes are not here.

use rusqlite::{Connection, params};
use sederunt_core::id::{FileId, MeetingId, ParticipantId, SessionId};
use sederunt_core::time::UnixMs;

use crate::chat_file::{ChatFileRow, FileLimits, FilesOfSession, KeptFile};
use crate::chat_file_rows::{count, read};
use crate::entry::Entry;
use crate::sql::{blob, find, id, list};
use crate::{Result, Store};

/// How somebody stands to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It has a stay in it.
    Here,
    /// It has none, or none any more.
    Away,
    /// There is no such LIVE session.
    SessionOver,
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

    /// Whether a participant is in a session.
    pub async fn presence(&self, session: SessionId, participant: ParticipantId) -> Result<Presence> {
        let sql = "SELECT EXISTS (SELECT 1 FROM stay t WHERE t.session = s.id AND t.participant = ?2 AND t.left_ms IS NULL) AS here
                     FROM session s WHERE s.id = ?1 AND s.ended_ms IS NULL";
        let key = [blob(session.as_u128()), blob(participant.as_u128())];
        let here: Option<bool> = self.read(move |c| find(c, sql, key, |row| row.get("here"))).await?;
        Ok(match here {
            Some(true) => Presence::Here,
            Some(false) => Presence::Away,
            None => Presence::SessionOver,
        })
    }

    /// What the files of a session come to.
    pub async fn files_of_session(&self, session: SessionId) -> Result<FilesOfSession> {
        self.read(move |c| files_of(c, session)).await
    }

    /// How many files of a person in a session no message has.
    pub async fn loose_files(&self, session: SessionId, participant: ParticipantId) -> Result<u64> {
        self.read(move |c| loose_of(c, session, participant)).await
    }

    /// Keeps a file whose bytes are durable, if its session is LIVE and has place for it, and whoever uploaded it is in the session.
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
                None if !is_in(conn, row.session, row.participant)? => KeptFile::NotInSession,
                None if loose_of(conn, row.session, row.participant)? >= limits.loose_max_files => {
                    KeptFile::TooManyLoose
                }
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

    /// Files whose bytes may go, by their ids, behind `after`; at most `limit`.
    pub async fn gone_files(&self, after: Option<FileId>, limit: u32) -> Result<Vec<FileId>> {
        let sql = "SELECT id FROM chat_file WHERE gone = 1 AND id > ?1 ORDER BY id LIMIT ?2";
        let after = after.map_or(Vec::new(), |file| blob(file.as_u128()).to_vec());
        self.read(move |c| list(c, sql, params![after, limit], |row| id(row, "id"))).await
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

fn is_live(conn: &Connection, session: SessionId) -> Result<bool> {
    let sql = "SELECT 1 FROM session WHERE id = ?1 AND ended_ms IS NULL";
    Ok(find(conn, sql, [blob(session.as_u128())], |_| Ok(()))?.is_some())
}

fn is_in(conn: &Connection, session: SessionId, participant: ParticipantId) -> Result<bool> {
    let sql = "SELECT 1 FROM stay WHERE session = ?1 AND participant = ?2 AND left_ms IS NULL";
    let key = [blob(session.as_u128()), blob(participant.as_u128())];
    Ok(find(conn, sql, key, |_| Ok(()))?.is_some())
}

fn loose_of(conn: &Connection, session: SessionId, participant: ParticipantId) -> Result<u64> {
    let sql = "SELECT count(*) files FROM chat_file
               WHERE session = ?1 AND participant = ?2 AND chat IS NULL AND gone = 0";
    let key = [blob(session.as_u128()), blob(participant.as_u128())];
    Ok(find(conn, sql, key, |row| count(row, "files"))?.unwrap_or_default())
}

fn files_of(conn: &Connection, session: SessionId) -> Result<FilesOfSession> {
    let sql =
        "SELECT count(*) files, coalesce(sum(bytes), 0) bytes FROM chat_file WHERE session = ?1 AND gone = 0";
    let of = find(conn, sql, [blob(session.as_u128())], |row| {
        Ok(FilesOfSession { bytes: count(row, "bytes")?, files: count(row, "files")? })
    })?;
    Ok(of.unwrap_or_default())
}
