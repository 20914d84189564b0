//! How a read of the whole ledger behaves beside people who meet.
//!
//! Such a read is one snapshot, and while it is open the ledger's log (the WAL) cannot be folded into its file from its
//! start: the log grows with every write. So the read rests as long as it works, hurries when the log has grown, and
//! gives up before the log fills the disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::{Result, StoreError};

/// Steps of SQLite's machine between two looks: some 0.1 ms.
const STEPS: std::ffi::c_int = 4_096;
/// Work between two rests: a commit that needs the same core or disk waits no longer.
const WORK: Duration = Duration::from_millis(10);
/// A rest: half of the time at most goes into the read.
const REST: Duration = Duration::from_millis(10);
/// Time between two looks at the log.
const LOOK: Duration = Duration::from_millis(250);
/// A log of this size makes the read hurry: four times what it has between two foldings.
const LOG_HURRY_BYTES: u64 = 256 << 20;
/// A log of this size makes the read give up: the people who meet need the disk.
const LOG_MAX_BYTES: u64 = 2 << 30;

const NOBODY_WAITS: u8 = 1;
const LOG_TOO_LONG: u8 = 2;

/// How a read of the whole ledger behaves.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    rests: bool,
    gone: Arc<AtomicBool>,
}

impl Pace {
    /// As fast as it can: nobody else uses the ledger. It ends early once `gone` is set.
    pub fn alone(gone: Arc<AtomicBool>) -> Self {
        Self { rests: false, gone }
    }

    /// Half of the time at most, for others use the ledger. It ends early once `gone` is set, or when the ledger's log
    /// gets too long.
    pub fn beside_others(gone: Arc<AtomicBool>) -> Self {
        Self { rests: true, gone }
    }

    /// Makes `conn`, which reads the ledger whose log is `log`, behave so.
    pub(crate) fn apply(&self, conn: &mut Connection, log: PathBuf) -> Result<Gait> {
        let why = Arc::new(AtomicU8::new(0));
        let now = Instant::now();
        let mut course = Course {
            pace: self.clone(),
            log,
            why: Arc::clone(&why),
            rested: now,
            looked: now,
            hurries: false,
        };
        conn.progress_handler(STEPS, Some(move || course.is_over()))?;
        Ok(Gait { why })
    }
}

/// Tells why a read was ended.
pub(crate) struct Gait {
    why: Arc<AtomicU8>,
}

impl Gait {
    /// The error of a read; that of one that was ended says why.
    pub(crate) fn explain<T>(&self, result: Result<T>) -> Result<T> {
        let why = match self.why.load(Ordering::SeqCst) {
            NOBODY_WAITS => "nobody waits for it any more",
            LOG_TOO_LONG => "too much was written meanwhile: try again when less goes on",
            _ => return result,
        };
        result.map_err(|_| StoreError::Io {
            context: "the whole ledger is read no further".to_owned(),
            source: std::io::Error::other(why),
        })
    }
}

struct Course {
    pace: Pace,
    log: PathBuf,
    why: Arc<AtomicU8>,
    rested: Instant,
    looked: Instant,
    hurries: bool,
}

impl Course {
    /// Called between the steps of a read; `true` ends it.
    fn is_over(&mut self) -> bool {
        if self.pace.gone.load(Ordering::Relaxed) {
            self.why.store(NOBODY_WAITS, Ordering::SeqCst);
            return true;
        }
        if !self.pace.rests {
            return false;
        }
        if self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            let bytes = size(&self.log);
            self.hurries = bytes >= LOG_HURRY_BYTES;
            if bytes >= LOG_MAX_BYTES {
                self.why.store(LOG_TOO_LONG, Ordering::SeqCst);
                return true;
            }
        }
        if !self.hurries && self.rested.elapsed() >= WORK {
            std::thread::sleep(REST);
            self.rested = Instant::now();
        }
        false
    }
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |about| about.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000) SELECT count(*) FROM n";

    fn count(pace: &Pace, log: &Path) -> Result<i64> {
        let mut conn = Connection::open_in_memory()?;
        let gait = pace.apply(&mut conn, log.to_owned())?;
        gait.explain(conn.query_row(COUNT, [], |r| r.get(0)).map_err(StoreError::from))
    }

    #[test]
    fn a_read_rests_as_long_as_it_works() {
        let alone = Instant::now();
        assert_eq!(count(&Pace::default(), Path::new("none")).unwrap(), 3_000_000);
        let alone = alone.elapsed();
        let beside = Instant::now();
        assert_eq!(count(&Pace::beside_others(Arc::default()), Path::new("none")).unwrap(), 3_000_000);
        assert!(beside.elapsed() > alone + alone / 3, "{:?} after {alone:?}", beside.elapsed());
    }

    #[test]
    fn a_read_ends_when_nobody_waits_or_the_log_is_too_long() {
        let gone = Arc::new(AtomicBool::new(true));
        for pace in [Pace::alone(Arc::clone(&gone)), Pace::beside_others(gone)] {
            let said = count(&pace, Path::new("none")).unwrap_err().to_string();
            assert!(said.ends_with("nobody waits for it any more"), "{said}");
        }
        // A file with a hole of that size takes no room.
        let log = tempfile::NamedTempFile::new().unwrap();
        log.as_file().set_len(LOG_MAX_BYTES).unwrap();
        let said = count(&Pace::beside_others(Arc::default()), log.path()).unwrap_err().to_string();
        assert!(said.contains("too much was written meanwhile"), "{said}");
        assert_eq!(count(&Pace::default(), log.path()).unwrap(), 3_000_000, "alone, nobody writes");
    }
}
