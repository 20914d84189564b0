//! How a read of the whole ledger behaves beside people who meet.
//!
//! Such a read is one snapshot, and while it is open the ledger's log (the WAL) cannot be folded into its file from its
//! start: the log grows with every write. So the read rests as long as it works, hurries when the log has grown, and
//! gives up before the log fills the disk.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
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

    /// Makes `conn`, which reads the ledger whose log is `log`, behave so. What else belongs to the read asks the same course.
    pub(crate) fn apply(&self, conn: &mut Connection, log: PathBuf) -> Result<(SharedCourse, Gait)> {
        let (course, gait) = self.course(log);
        let shared = SharedCourse(Arc::new(Mutex::new(course)));
        let of_statements = shared.clone();
        conn.progress_handler(STEPS, Some(move || of_statements.is_over()))?;
        Ok((shared, gait))
    }

    /// For reads that are no statements.
    pub(crate) fn course(&self, log: PathBuf) -> (Course, Gait) {
        let gait = Gait::default();
        let now = Instant::now();
        let course =
            Course { pace: self.clone(), log, gait: gait.clone(), rested: now, looked: now, hurries: false };
        (course, gait)
    }
}

/// Tells how a read went.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gait {
    /// Why it was ended.
    why: Arc<AtomicU8>,
    rests: Arc<AtomicU64>,
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

/// A read that is in part no statement: one course for both parts, for what rests in one is no work of the other.
#[derive(Clone)]
pub(crate) struct SharedCourse(Arc<Mutex<Course>>);

impl SharedCourse {
    /// [`Course::is_over`].
    pub(crate) fn is_over(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_over()
    }
}

/// A read on its way.
pub(crate) struct Course {
    pace: Pace,
    log: PathBuf,
    gait: Gait,
    rested: Instant,
    looked: Instant,
    hurries: bool,
}

impl Course {
    /// Called between the steps of a read; `true` ends it.
    pub(crate) fn is_over(&mut self) -> bool {
        if self.pace.gone.load(Ordering::Relaxed) {
            self.gait.why.store(NOBODY_WAITS, Ordering::SeqCst);
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
                self.gait.why.store(LOG_TOO_LONG, Ordering::SeqCst);
                return true;
            }
        }
        if !self.hurries && self.rested.elapsed() >= WORK {
            std::thread::sleep(REST);
            self.gait.rests.fetch_add(1, Ordering::Relaxed);
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

    const NUMBERS: i64 = 500_000;

    /// Counts, and says how often it rested.
    fn count(pace: &Pace, log: &Path) -> Result<(i64, u64)> {
        let mut conn = Connection::open_in_memory()?;
        let (_, gait) = pace.apply(&mut conn, log.to_owned())?;
        let sql =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?1) SELECT count(*) FROM n";
        let counted = gait.explain(conn.query_row(sql, [NUMBERS], |r| r.get(0)).map_err(StoreError::from))?;
        Ok((counted, gait.rests.load(Ordering::Relaxed)))
    }

    #[test]
    fn a_read_rests_beside_others_alone() {
        let none = Path::new("none");
        assert_eq!(count(&Pace::default(), none).unwrap(), (NUMBERS, 0));
        let (counted, rests) = count(&Pace::beside_others(Arc::default()), none).unwrap();
        assert_eq!(counted, NUMBERS);
        assert!(rests >= 2, "some {NUMBERS} steps take more than {WORK:?} twice: {rests} rests");
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
        let (mut course, gait) = Pace::beside_others(Arc::default()).course(log.path().to_owned());
        while !course.is_over() {}
        let said = gait.explain::<()>(Err(StoreError::Closed)).unwrap_err().to_string();
        assert!(said.contains("too much was written meanwhile"), "{said}");
        assert_eq!(count(&Pace::default(), log.path()).unwrap().0, NUMBERS, "alone, nobody writes");
    }
}
