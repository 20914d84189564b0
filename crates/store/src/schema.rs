//! The ledger file: opening, pragmas, migrations.

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OpenFlags};

use crate::fold::{fold, id_has};
use crate::{Result, StoreError};

/// Name of the ledger in the data folder.
const FILE: &str = "ledger.sqlite";

/// Every migration in order; its position + 1 is the `user_version` after it. See `migrations/README.md`.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/sqlite/0001_init.sql"),
    include_str!("../migrations/sqlite/0002_fact_app.sql"),
    include_str!("../migrations/sqlite/0003_person_change.sql"),
    include_str!("../migrations/sqlite/0004_fewer_trees.sql"),
    include_str!("../migrations/sqlite/0005_removed.sql"),
    include_str!("../migrations/sqlite/0006_clock_offset.sql"),
    include_str!("../migrations/sqlite/0007_parent.sql"),
    include_str!("../migrations/sqlite/0008_polls.sql"),
    include_str!("../migrations/sqlite/0009_presets.sql"),
    include_str!("../migrations/sqlite/0010_days_and_peers.sql"),
    include_str!("../migrations/sqlite/0011_users.sql"),
    include_str!("../migrations/sqlite/0012_webhooks.sql"),
    include_str!("../migrations/sqlite/0013_stay_ids.sql"),
    include_str!("../migrations/sqlite/0014_waiting.sql"),
    include_str!("../migrations/sqlite/0015_seats.sql"),
    include_str!("../migrations/sqlite/0016_breakout.sql"),
    include_str!("../migrations/sqlite/0017_chat_files.sql"),
    include_str!("../migrations/sqlite/0018_permissions.sql"),
    include_str!("../migrations/sqlite/0019_console.sql"),
    include_str!("../migrations/sqlite/0020_shares.sql"),
    include_str!("../migrations/sqlite/0021_settings.sql"),
    include_str!("../migrations/sqlite/0022_imported.sql"),
];

/// Statements a connection keeps prepared: all verbs together have fewer.
const STATEMENTS_CACHED: usize = 128;

/// How long a connection waits for another one's lock before it fails. Only recovery of the WAL takes one.
const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// Pages in the WAL before a commit copies them into the file: 64 MiB, so that a checkpoint is rare and its cost is
/// shared by thousands of groups, and reopening after a crash stays well below a second.
const CHECKPOINT_PAGES: i64 = 8192;

/// Address space for reading the file without copying: more than any ledger of one machine should need.
const MMAP_BYTES: i64 = 16 << 30;

/// Page cache of the writer in KiB (negative = KiB to SQLite).
const WRITER_CACHE_KIB: i64 = -65_536;

/// Page cache of a reader in KiB; small, as clean pages come from the mapping.
const READER_CACHE_KIB: i64 = -4_096;

/// Path of the ledger in a data folder.
pub(crate) fn path(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// Path of the ledger's log, which is folded into it now and then.
pub(crate) fn log_path(dir: &Path) -> PathBuf {
    dir.join(format!("{FILE}-wal"))
}

/// Opens or creates the ledger for the writer and brings its schema up to date.
pub(crate) fn open_writer(dir: &Path) -> Result<Connection> {
    create_dir(dir)?;
    let file = path(dir);
    create_file(&file)?;
    let conn = Connection::open_with_flags(
        &file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    // Takes effect only while the file is empty.
    conn.pragma_update(None, "page_size", 8192)?;
    conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    // An acknowledged fact survives a power cut: the WAL is synced at every commit.
    conn.pragma_update(None, "synchronous", "full")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "cache_size", WRITER_CACHE_KIB)?;
    // What a new table of a large ledger is sorted by does not fit into memory.
    conn.pragma_update(None, "temp_store", "file")?;
    conn.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
    common(&conn)?;
    migrate(&conn)?;
    crate::deferred::build_missing(&conn)?;
    // What a savepoint may have to take back stays in memory: a group is small.
    conn.pragma_update(None, "temp_store", "memory")?;
    Ok(conn)
}

/// Opens a read-only connection to a ledger that [`open_writer`] has opened.
pub(crate) fn open_reader(dir: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path(dir), flags)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.pragma_update(None, "query_only", true)?;
    conn.pragma_update(None, "cache_size", READER_CACHE_KIB)?;
    common(&conn)?;
    Ok(conn)
}

fn common(conn: &Connection) -> Result<()> {
    conn.pragma_update_and_check(None, "mmap_size", MMAP_BYTES, |_| Ok(()))?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    // A prepared statement stays prepared: without this every new value of a parameter plans the query again,
    // which costs more than running it.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    // id_has(id, part): the UUID text of the id contains the part; false when the part is NULL.
    conn.create_scalar_function("id_has", 2, flags, |ctx| {
        let part = ctx.get_raw(1);
        Ok(match (ctx.get_raw(0), part) {
            (rusqlite::types::ValueRef::Blob(id), rusqlite::types::ValueRef::Text(part)) => id_has(id, part),
            _ => false,
        })
    })?;
    // folded(text): as it is searched; for columns that have no folded twin.
    conn.create_scalar_function("folded", 1, flags, |ctx| {
        let rusqlite::types::ValueRef::Text(text) = ctx.get_raw(0) else { return Ok(None) };
        Ok(Some(fold(&String::from_utf8_lossy(text))))
    })?;
    Ok(())
}

/// Applies what is missing, in one transaction.
fn migrate(conn: &Connection) -> Result<()> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let have: i64 = conn.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    if have > known {
        return Err(StoreError::Damaged(format!(
            "the ledger has schema {have}, this program knows {known}: it was written by a newer program"
        )));
    }
    if have == known {
        return Ok(());
    }
    let tx = conn.unchecked_transaction()?;
    for sql in MIGRATIONS.iter().skip(usize::try_from(have).unwrap_or(0)) {
        tx.execute_batch(sql)?;
    }
    tx.pragma_update(None, "user_version", known)?;
    tx.commit()?;
    Ok(())
}

/// The folder holds names and secrets: nobody else may look into it.
fn create_dir(dir: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|source| StoreError::Io {
        context: format!("creating the data folder {}", dir.display()),
        source,
    })
}

/// SQLite gives the WAL the mode of the ledger file.
fn create_file(file: &Path) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let io = |source| StoreError::Io { context: format!("opening {}", file.display()), source };
    std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(file).map_err(io)?;
    Ok(())
}
