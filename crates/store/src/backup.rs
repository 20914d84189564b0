//! A consistent copy of the ledger's file while others write.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::{Pace, Result, Store, StoreError, schema};

/// Pages between two looks at the clock: 2 MiB.
const PAGES: std::ffi::c_int = 256;

impl Store {
    /// Copies the ledger as it is now into the file `to`, which must not exist (mode 0600), durably, and returns the
    /// sequence number of its last fact. Everything is in the copy: facts, rows, tokens, keys. Writes go on meanwhile and
    /// are not in it. Blocks. `progress` gets the bytes so far and in all.
    pub fn backup(&self, pace: &Pace, to: &Path, mut progress: impl FnMut(u64, u64)) -> Result<u64> {
        let io = |source| StoreError::Io { context: format!("writing {}", to.display()), source };
        let file = File::options().write(true).create_new(true).mode(0o600).open(to).map_err(io)?;
        let last = self.readers().long(pace, |conn| {
            // Begins the snapshot: the copy reads it to the end, whatever is written.
            let last =
                conn.query_row("SELECT coalesce(max(seq), 0) FROM fact", [], |r| r.get::<_, i64>(0))?;
            let page: u64 = conn.query_row("PRAGMA page_size", [], |r| r.get::<_, u32>(0))?.into();
            let mut copy = Connection::open(to)?;
            // A copy that is not finished is thrown away, so it needs no journal; it is synced as a whole.
            copy.pragma_update_and_check(None, "journal_mode", "off", |_| Ok(()))?;
            copy.pragma_update(None, "synchronous", "off")?;
            let (mut course, gait) = pace.course(schema::log_path(self.dir()));
            let backup = Backup::new(conn, &mut copy)?;
            loop {
                let step = backup.step(PAGES)?;
                let at = backup.progress();
                let pages = |n: std::ffi::c_int| u64::try_from(n).unwrap_or(0) * page;
                progress(pages(at.pagecount - at.remaining), pages(at.pagecount));
                if step == StepResult::Done {
                    return Ok(last);
                }
                if step != StepResult::More || course.is_over() {
                    return gait.explain(Err(StoreError::Closed));
                }
            }
        })?;
        file.sync_all().map_err(io)?;
        Ok(u64::try_from(last).unwrap_or(0))
    }

    /// Bytes of the ledger's file, and of its log.
    pub fn bytes(&self) -> (u64, u64) {
        let size = |file: &Path| std::fs::metadata(file).map_or(0, |about| about.len());
        (size(&schema::path(self.dir())), size(&schema::log_path(self.dir())))
    }
}
