//! The file of one day: made as a whole, written by one connection, read by others.

use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, params};
use sederunt_core::id::Id;
use sederunt_core::time::Day;

use super::entry::{Failed, Final};
use super::folder::{Folder, io};
use super::rows::Row;
use crate::sql::blob;
use crate::{Result, StoreError};

/// Says in the file's head that it is one of these: `SDLG`.
const APPLICATION: i32 = 0x5344_4c47;
/// What this program writes.
const VERSION: i32 = 1;

/// How long the writer waits for a lock: only recovery, the last reader that closes and another program take one.
const WRITER_PATIENCE: Duration = Duration::from_secs(1);
/// How long a reader does.
const READER_PATIENCE: Duration = Duration::from_secs(10);

/// Page cache of the writer in KiB (negative = KiB to SQLite): some minutes of writing.
const WRITER_CACHE_KIB: i64 = -2_048;

/// Page cache of a reader in KiB: the upper pages. There may be one for each day.
const READER_CACHE_KIB: i64 = -256;

/// Bytes of the log that stay on disk when it begins anew.
const LOG_KEEPS: i64 = 4 << 20;

/// Made in one transaction. Endpoints have short numbers, good for this file alone. An index has what the question needs,
/// so that neither excerpts nor packed rows are touched to find or to count.
const SCHEMA: &str = "
CREATE TABLE endpoint(no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE);
CREATE TABLE ok(no INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL, minute INTEGER NOT NULL,
    first_seq INTEGER NOT NULL, n INTEGER NOT NULL, packed BLOB NOT NULL);
CREATE INDEX ok_by_seq ON ok(endpoint, first_seq);
CREATE INDEX ok_by_time ON ok(endpoint, minute, first_seq);
CREATE TABLE bad(no INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL, seq INTEGER NOT NULL, part INTEGER NOT NULL,
    replay INTEGER NOT NULL, attempt INTEGER NOT NULL, at INTEGER NOT NULL, latency_ms INTEGER NOT NULL,
    status INTEGER, phase TEXT, final INTEGER, meeting BLOB NOT NULL, excerpt TEXT NOT NULL);
CREATE INDEX bad_by_key ON bad(endpoint, seq, part, replay, at, final);
CREATE INDEX bad_by_time ON bad(endpoint, at, seq, final);
CREATE INDEX dead_by_key ON bad(endpoint, seq, part, replay) WHERE final IS NOT NULL;
";

/// The writer's connection to the file of a day.
#[derive(Debug)]
pub(super) struct DayFile {
    conn: Connection,
    /// Whether commits are synced now.
    is_synced: bool,
    /// Numbers of endpoints in this file.
    numbers: HashMap<Id, i64>,
}

impl DayFile {
    /// Opens the file of a day, and makes it if it is not there. [`is_damage`] of an error = it is none of ours.
    pub(super) fn open(folder: &Folder, day: Day) -> Result<Self> {
        let path = folder.path(day);
        if path.symlink_metadata().is_err() {
            make(folder, day)?;
        }
        let conn = open(&path)?;
        conn.busy_timeout(WRITER_PATIENCE)?;
        conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        conn.pragma_update(None, "synchronous", "normal")?;
        conn.pragma_update(None, "cache_size", WRITER_CACHE_KIB)?;
        conn.pragma_update_and_check(None, "journal_size_limit", LOG_KEEPS, |_| Ok(()))?;
        Ok(Self { conn, is_synced: false, numbers: HashMap::new() })
    }

    /// Writes all or nothing. After an error the connection is not used any more.
    ///
    /// `is_synced`: it is on disk when this returns, with everything before it. `synchronous=FULL` makes SQLite sync its log
    /// with this commit, one `fsync` and no page copied: a checkpoint would cost three and waits for readers.
    pub(super) fn write<'a>(
        &mut self,
        rows: &[Row],
        failures: impl Iterator<Item = (&'a Failed, Option<Final>)>,
        is_synced: bool,
    ) -> Result<()> {
        self.sync_commits(is_synced)?;
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for row in rows {
            let endpoint = number(&tx, &mut self.numbers, row.endpoint)?;
            let sql = "INSERT INTO ok (endpoint, minute, first_seq, n, packed) VALUES (?1, ?2, ?3, ?4, ?5)";
            let n = i64::try_from(row.n).unwrap_or(i64::MAX);
            let values = params![endpoint, row.minute, int(row.first_seq), n, row.packed];
            tx.prepare_cached(sql)?.execute(values)?;
        }
        for (failed, end) in failures {
            let endpoint = number(&tx, &mut self.numbers, failed.endpoint)?;
            write_failure(&tx, endpoint, failed, end)?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Whether the next commits are synced.
    fn sync_commits(&mut self, is_synced: bool) -> Result<()> {
        if self.is_synced != is_synced {
            let level = if is_synced { "full" } else { "normal" };
            self.conn.pragma_update(None, "synchronous", level)?;
            self.is_synced = is_synced;
        }
        // An acknowledgement rests on it, and SQLite says nothing when it does not take a value.
        if is_synced && self.synchronous()? != 2 {
            return Err(StoreError::Damaged("SQLite does not sync its commits".to_owned()));
        }
        Ok(())
    }

    /// SQLite's level: 1 = NORMAL, 2 = FULL.
    pub(super) fn synchronous(&self) -> Result<i64> {
        Ok(self.conn.query_row("PRAGMA synchronous", [], |r| r.get(0))?)
    }
}

fn write_failure(tx: &Transaction<'_>, endpoint: i64, failed: &Failed, end: Option<Final>) -> Result<()> {
    let sql = "INSERT INTO bad (endpoint, seq, part, replay, attempt, at, latency_ms, status, phase, final, meeting,
                                excerpt)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    tx.prepare_cached(sql)?.execute(params![
        endpoint,
        int(failed.key.seq),
        failed.key.part,
        failed.key.replay,
        failed.attempt,
        failed.at.0,
        failed.latency_ms,
        failed.status,
        failed.phase,
        end.map(Final::code),
        blob(failed.meeting.as_u128()),
        failed.text(),
    ])?;
    Ok(())
}

fn number(tx: &Transaction<'_>, numbers: &mut HashMap<Id, i64>, endpoint: Id) -> Result<i64> {
    if let Some(no) = numbers.get(&endpoint) {
        return Ok(*no);
    }
    let id = blob(endpoint.as_u128());
    tx.prepare_cached("INSERT OR IGNORE INTO endpoint (id) VALUES (?1)")?.execute([id])?;
    let no = tx.prepare_cached("SELECT no FROM endpoint WHERE id = ?1")?.query_row([id], |r| r.get(0))?;
    numbers.insert(endpoint, no);
    Ok(no)
}

/// A connection that reads the file of a day; `None` = there is none.
pub(super) fn reader(folder: &Folder, day: Day) -> Result<Option<Connection>> {
    let path = folder.path(day);
    let conn = match open(&path) {
        // It went meanwhile.
        Err(_) if path.symlink_metadata().is_err() => return Ok(None),
        conn => conn?,
    };
    conn.pragma_update(None, "query_only", true)?;
    conn.pragma_update(None, "cache_size", READER_CACHE_KIB)?;
    Ok(Some(conn))
}

/// Whether a file has to be set aside: what it holds is not what this program writes. SQLite has many words for that, a missing
/// column and a broken rule among them; it is what is neither the disk's fault nor this process's.
pub(super) fn is_damage(error: &StoreError) -> bool {
    use rusqlite::ErrorCode::{ApiMisuse, OperationInterrupted, OutOfMemory};
    match error {
        StoreError::Damaged(_) => true,
        StoreError::Sqlite(why) => {
            let is_ours =
                matches!(why.sqlite_error_code(), Some(ApiMisuse | OperationInterrupted | OutOfMemory));
            !is_ours && !error.is_disk()
        }
        StoreError::Exists(_)
        | StoreError::NotFound(_)
        | StoreError::Limit { .. }
        | StoreError::Busy(_)
        | StoreError::Unwritable(_)
        | StoreError::Io { .. }
        | StoreError::Closed => false,
    }
}

/// Whether a file has to be set aside that is to be written, besides: what it says of itself, or who may write it.
pub(super) fn is_read_only(error: &StoreError) -> bool {
    let StoreError::Sqlite(error) = error else { return false };
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::ReadOnly)
}

/// A sequence as SQLite has it. Above what it can hold there is none: the log was not given such a key.
pub(super) fn int(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// Makes the file of a day beside its place and puts it there as a whole: whoever finds one finds all of it.
fn make(folder: &Folder, day: Day) -> Result<()> {
    let dir = folder.made()?;
    let new = dir.join("new.db");
    for left in ["new.db-journal", "new.db-wal", "new.db-shm", "new.db"] {
        // Of a process that was killed here. What cannot be removed is in the way of the next line.
        let _ = std::fs::remove_file(dir.join(left));
    }
    // SQLite gives its log the mode of the file.
    File::options().write(true).create_new(true).mode(0o600).open(&new).map_err(io("making", &new))?;
    let conn = connect(&new)?;
    conn.pragma_update(None, "synchronous", "full")?;
    let head = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};");
    conn.execute_batch(&format!("BEGIN; {head} {SCHEMA} COMMIT"))?;
    conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    conn.close().map_err(|(_, e)| e)?;
    folder.place(&new, day)
}

fn open(path: &Path) -> Result<Connection> {
    if path.is_dir() {
        return Err(StoreError::Damaged(format!("{} is a folder", path.display())));
    }
    let conn = connect(path)?;
    let head = |pragma| conn.query_row(pragma, [], |r| r.get::<_, i32>(0));
    let (application, version) = (head("PRAGMA application_id")?, head("PRAGMA user_version")?);
    if (application, version) != (APPLICATION, VERSION) {
        return Err(StoreError::Damaged(format!(
            "no delivery log of version {VERSION}: application {application}, version {version}"
        )));
    }
    Ok(conn)
}

fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(READER_PATIENCE)?;
    // A prepared statement stays prepared, whatever its parameters are.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(conn)
}
