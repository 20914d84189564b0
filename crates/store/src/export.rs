//! `sederunt export`: every session as a line of `docs/record-format.md`.

use std::io::Write;

use rusqlite::Connection;
use sederunt_core::id::SessionId;

use crate::chronicle::Record;
use crate::sql::{id, list};
use crate::{Pace, Result, Store, StoreError, history};

/// Sessions between two calls of the progress function.
const PROGRESS_EVERY: u64 = 256;

impl Store {
    /// Writes every session of the ledger as a line of `docs/record-format.md`, from one snapshot, and returns how
    /// many. Blocks: call it outside the async runtime or in `spawn_blocking`. `progress` gets the lines so far and
    /// the lines in all.
    pub fn export(&self, out: impl Write, progress: impl FnMut(u64, u64)) -> Result<u64> {
        self.export_at(&Pace::default(), out, progress)
    }

    /// [`Self::export`] at a pace.
    pub fn export_at(
        &self,
        pace: &Pace,
        mut out: impl Write,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<u64> {
        let io = |source| StoreError::Io { context: "writing the export".to_owned(), source };
        self.readers().long(pace, |conn| {
            let all = conn.query_row("SELECT count(*) FROM session", [], |r| r.get::<_, i64>(0))?;
            let all = u64::try_from(all).unwrap_or(0);
            let mut lines = 0_u64;
            each_session(conn, |session| {
                let Some(history) = history::load(conn, session)? else { return Ok(()) };
                serde_json::to_writer(&mut out, &Record::from(history)).map_err(|e| io(e.into()))?;
                out.write_all(b"\n").map_err(io)?;
                lines += 1;
                if lines.is_multiple_of(PROGRESS_EVERY) {
                    progress(lines, all);
                }
                Ok(())
            })?;
            out.flush().map_err(io)?;
            progress(lines, all);
            Ok(lines)
        })
    }
}

impl Store {
    /// Some sessions as lines of `docs/record-format.md`, in the order given and from one snapshot; what is not there is left
    /// out.
    pub async fn records(&self, sessions: Vec<SessionId>) -> Result<Vec<u8>> {
        self.read(move |conn| {
            let mut lines = Vec::new();
            for session in sessions {
                let Some(history) = history::load(conn, session)? else { continue };
                serde_json::to_writer(&mut lines, &Record::from(history)).map_err(|e| StoreError::Io {
                    context: "writing the export".to_owned(),
                    source: e.into(),
                })?;
                lines.push(b'\n');
            }
            Ok(lines)
        })
        .await
    }
}

/// By app id, `started_at`, session id: an order that does not depend on how the rows got here.
fn each_session(conn: &Connection, mut f: impl FnMut(SessionId) -> Result<()>) -> Result<()> {
    let apps = list(conn, "SELECT no FROM app ORDER BY id", [], |r| r.get::<_, i64>(0))?;
    for app in apps {
        let sql = "SELECT id FROM session INDEXED BY session_started WHERE app = ?1 ORDER BY started_ms, id";
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query([app])?;
        while let Some(row) = rows.next()? {
            f(id(row, "id")?)?;
        }
    }
    Ok(())
}
