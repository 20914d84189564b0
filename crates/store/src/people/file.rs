//! The file: numbers of people, and the joins that are theirs.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use sederunt_core::fact::FactName;
use sederunt_core::id::ParticipantId;

use crate::person_key::PersonNo;
use crate::sql::{Blob, find, id, list, unsigned};
use crate::{Result, StoreError};

/// Facts that one step looks at: some 10 ms.
pub(super) const STEP: i64 = 8_192;
/// And one that nobody waits for, while there are as many: some second, and 4 MiB. People come in no order, so each step writes to
/// all of the file; sorted together, what a page gets is written at once.
pub(super) const LEAP: i64 = 1 << 18;
/// With more facts left nobody should wait: whoever asks is told how far it is.
const FAR: u64 = 1 << 20;
/// Joins of a person that are looked at for one whose row is not erased.
const LATEST_MAX: i64 = 16;
/// Its page cache in KiB (negative = KiB to SQLite).
const CACHE_KIB: i64 = -8_192;
/// Its name.
const FILE: &str = "stays.sqlite";
/// Of what is in the file; another one is made anew.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE about (ledger BLOB NOT NULL, known INTEGER NOT NULL, session BLOB);
CREATE TABLE stay_of (app INTEGER NOT NULL, person INTEGER NOT NULL, seq INTEGER NOT NULL,
                      PRIMARY KEY (app, person, seq)) WITHOUT ROWID;
CREATE TABLE person (app INTEGER NOT NULL, person INTEGER NOT NULL, seq INTEGER NOT NULL, stays INTEGER NOT NULL,
                     PRIMARY KEY (app, person)) WITHOUT ROWID;
";

/// How far the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeopleProgress {
    /// Facts that it knows.
    pub known: u64,
    /// Facts of the ledger.
    pub all: u64,
}

impl PeopleProgress {
    /// Whether it knows everything that was durable when it was asked.
    pub const fn is_done(self) -> bool {
        self.known >= self.all
    }

    /// Whether nobody should wait for it.
    pub(super) const fn is_far(self) -> bool {
        self.all.saturating_sub(self.known) > FAR
    }
}

/// A person of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub person: i64,
    /// The join that was recorded last.
    pub seq: i64,
    pub stays: i64,
}

/// The open file.
#[derive(Debug)]
pub(super) struct File {
    pub(super) conn: Connection,
    /// The last fact that it knows.
    pub(super) known: i64,
}

/// Where it lies in a data folder.
pub(super) fn folder(dir: &Path) -> PathBuf {
    dir.join("people")
}

fn io(context: &str, dir: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let context = format!("{context} {}", dir.display());
    move |source| StoreError::Io { context, source }
}

/// Removes it.
pub(super) fn remove(dir: &Path) -> Result<()> {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io("removing", dir)(error)),
        _ => Ok(()),
    }
}

fn connect(dir: &Path) -> Result<Connection> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(io("creating", dir))?;
    let conn = Connection::open(dir.join(FILE))?;
    // One process has it, and a state of it is whole or not there.
    conn.pragma_update_and_check(None, "locking_mode", "exclusive", |_| Ok(()))?;
    conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "normal")?;
    conn.pragma_update(None, "cache_size", CACHE_KIB)?;
    Ok(conn)
}

fn ledger_id(ledger: &Connection) -> Result<Blob> {
    Ok(ledger.query_row("SELECT value FROM secret WHERE name = 'ledger_id'", [], |r| r.get(0))?)
}

impl File {
    /// Opens the file of a ledger, as it is; `None` when there is none, or it would be made anew.
    pub(super) fn look(dir: &Path, ledger: &Connection) -> Result<Option<Self>> {
        if !dir.join(FILE).exists() {
            return Ok(None);
        }
        let conn = connect(dir)?;
        let known = Self::known(&conn, ledger, ledger_id(ledger)?)?;
        Ok(known.map(|known| Self { conn, known }))
    }

    /// How far a file is; `None` when it is not of this ledger, or of a state that this one never had.
    fn known(conn: &Connection, ledger: &Connection, id: Blob) -> Result<Option<i64>> {
        let version: i64 = conn.query_row("PRAGMA user_version", [], |r| r.get(0))?;
        // All tables are there, or it fails.
        let about = "SELECT ledger, known, session, (SELECT max(stays) FROM person WHERE app = 0), \
                     (SELECT max(seq) FROM stay_of WHERE app = 0) FROM about";
        let known = match version {
            VERSION => find(conn, about, [], |r| {
                Ok((r.get::<_, Blob>(0)?, r.get::<_, i64>(1)?, r.get::<_, Option<Vec<u8>>>(2)?))
            })?,
            _ => None,
        };
        Ok(match known {
            Some((of, known, session)) if id == of && session == session_of(ledger, known)? => Some(known),
            _ => None,
        })
    }

    /// Opens the file of a ledger; what is not of this ledger, or of a state that it never had, is made anew.
    pub(super) fn open(dir: &Path, ledger: &Connection) -> Result<Self> {
        let mut conn = connect(dir)?;
        let id = ledger_id(ledger)?;
        if let Some(known) = Self::known(&conn, ledger, id)? {
            return Ok(Self { conn, known });
        }
        drop(conn);
        remove(dir)?;
        conn = connect(dir)?;
        conn.execute_batch(&format!("BEGIN; {TABLES} PRAGMA user_version = {VERSION};"))?;
        conn.execute("INSERT INTO about VALUES (?1, 0, NULL)", [id])?;
        conn.execute_batch("COMMIT")?;
        Ok(Self { conn, known: 0 })
    }

    /// Takes in the joins of the next facts of a snapshot of the ledger, `most` at most. `rest` is called on the way.
    pub(super) fn step(
        &mut self,
        ledger: &Connection,
        most: i64,
        rest: &mut dyn FnMut(),
    ) -> Result<PeopleProgress> {
        let last = ledger.query_row("SELECT coalesce(max(seq), 0) FROM fact", [], |r| r.get::<_, i64>(0))?;
        let to = last.min(self.known + most);
        if to > self.known {
            let joins = joins(ledger, self.known, to, rest)?;
            let session = session_of(ledger, to)?;
            let tx = self.conn.transaction()?;
            for (app, person, seq) in &joins.of {
                rest();
                tx.prepare_cached("INSERT OR IGNORE INTO stay_of VALUES (?1, ?2, ?3)")?
                    .execute([app, person, seq])?;
            }
            let mut first = joins.first;
            first.sort_unstable();
            for of in first.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
                rest();
                let Some((app, person, seq)) = of.last() else { continue };
                tx.prepare_cached(
                    "INSERT INTO person VALUES (?1, ?2, ?3, ?4) ON CONFLICT (app, person)
                     DO UPDATE SET seq = excluded.seq, stays = stays + excluded.stays",
                )?
                .execute(params![app, person, seq, of.len() as i64])?;
            }
            tx.execute("UPDATE about SET known = ?1, session = ?2", params![to, session])?;
            tx.commit()?;
            self.known = to;
        }
        Ok(PeopleProgress { known: unsigned(to), all: unsigned(last) })
    }

    /// The joins of somebody, those recorded last first.
    pub(super) fn stays(&self, app: i64, key: &str, most: usize) -> Result<Vec<i64>> {
        let sql = "SELECT seq FROM stay_of WHERE app = ?1 AND person = ?2 ORDER BY seq DESC LIMIT ?3";
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        list(&self.conn, sql, [app, PersonNo::of(key).short(), most], |r| r.get(0))
    }

    /// The latest joins of a person.
    pub(super) fn latest(&self, app: i64, person: i64) -> Result<Vec<i64>> {
        let sql = "SELECT seq FROM stay_of WHERE app = ?1 AND person = ?2 ORDER BY seq DESC LIMIT ?3";
        list(&self.conn, sql, [app, person, LATEST_MAX], |r| r.get(0))
    }

    /// The people of an app, who came last first.
    pub(super) fn people(&self, app: i64, most: usize) -> Result<Vec<Known>> {
        let sql = "SELECT person, seq, stays FROM person WHERE app = ?1 ORDER BY seq DESC LIMIT ?2";
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        list(&self.conn, sql, [app, most], |r| {
            Ok(Known { person: r.get(0)?, seq: r.get(1)?, stays: r.get(2)? })
        })
    }
}

/// The session of a fact: what a ledger that was put back to an older state has another one of.
fn session_of(ledger: &Connection, seq: i64) -> Result<Option<Vec<u8>>> {
    find(ledger, "SELECT session FROM fact WHERE seq = ?1", [seq], |r| r.get(0))
}

/// Joins as app, person and sequence number, sorted.
pub(super) struct Joins {
    /// By every number that leads to them.
    pub(super) of: Vec<(i64, i64, i64)>,
    /// By the person alone, in order of recording.
    pub(super) first: Vec<(i64, i64, i64)>,
    /// Of the same order: the names were erased, so that the person may have been another one.
    pub(super) erased: Vec<bool>,
}

/// The joins after a fact of a snapshot of the ledger, up to another one.
pub(super) fn joins(ledger: &Connection, after: i64, to: i64, rest: &mut dyn FnMut()) -> Result<Joins> {
    let sql = "SELECT f.seq, f.app, f.participant, s.custom_participant_id, s.user_id, s.display_name IS NULL
               FROM fact f JOIN stay s ON s.session = f.session AND s.peer = f.peer
               WHERE f.seq > ?1 AND f.seq <= ?2 AND f.kind = ?3 ORDER BY f.seq";
    let mut statement = ledger.prepare_cached(sql)?;
    let mut rows = statement.query(params![after, to, FactName::PeerJoined.as_str()])?;
    let mut joins = Joins { of: Vec::new(), first: Vec::new(), erased: Vec::new() };
    while let Some(row) = rows.next()? {
        rest();
        let (seq, app): (i64, i64) = (row.get(0)?, row.get(1)?);
        let participant: ParticipantId = id(row, "participant")?;
        let text = |column| row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from);
        let (custom, user) = (text(3)?, text(4)?);
        let mut all = vec![PersonNo::of_stay(None, participant).short()];
        all.extend([custom, user].into_iter().flatten().map(|text| PersonNo::of(text).short()));
        all.sort_unstable();
        all.dedup();
        joins.of.extend(all.into_iter().map(|person| (app, person, seq)));
        joins.erased.push(row.get(5)?);
        joins.first.push((app, PersonNo::of_stay(custom.or(user), participant).short(), seq));
    }
    joins.of.sort_unstable();
    Ok(joins)
}
