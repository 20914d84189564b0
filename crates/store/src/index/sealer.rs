//! The sealer: one thread that builds, seals and merges, and gives way to everything else.
//!
//! It never holds up the writer: what it reads comes from a snapshot of its own, and an index that is ready is installed
//! by a short job between groups. A fault of the disk is logged and counted, the work is tried again later, and
//! meanwhile the answers come from where they came from before, or from SQL.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sederunt_index::{Error, RealFs, Shelf};

use super::files::fault;
use super::indexes::{IndexedApp, Indexes, Rebuild, Rebuilding, Work};
use super::options::Counters;
use crate::reader::Readers;
use crate::writer::Writer;
use crate::{Result, StoreError};

/// Shortest time between two rounds: a segment for every group would be many small files.
const PAUSE: Duration = Duration::from_millis(50);

/// Longest time between two rounds: apps that fill up slowly are looked at together.
const LOOK: Duration = Duration::from_secs(10);

/// In a quiet app, this part of what is sealed in a busy one is worth a file.
const QUIET_PART: usize = 16;

/// First and last wait after a failure; it doubles in between.
const RETRY: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(300));

/// Ended sessions of all apps in memory above which the fullest are sealed before they are due: some 16 MB.
const IN_MEMORY_MAX: usize = 65_536;

/// How much the thread yields to others of the machine (`nice`).
const NICENESS: i32 = 10;

/// The handle of the thread. Dropping it waits for the thread, which gives up what it is at.
#[derive(Debug)]
pub(crate) struct Sealer {
    indexes: Arc<Indexes>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread begins with.
pub(super) struct Seat {
    pub(super) indexes: Arc<Indexes>,
    pub(super) readers: Arc<Readers>,
    pub(super) writer: Arc<Writer>,
    /// Opens the shelf.
    pub(super) open: Open,
    /// It is open already.
    pub(super) shelf: Option<Shelf>,
    /// Apps that should have an index and have none yet.
    pub(super) wanted: BTreeSet<i64>,
}

/// Where the shelf is, and whose.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub(super) dir: PathBuf,
    pub(super) ledger: [u8; 16],
}

impl Open {
    /// The shelf and the apps that have a folder.
    pub(super) fn open(&self) -> Result<(Shelf, Vec<i64>)> {
        let shelf = Shelf::open(&self.dir, self.ledger, Arc::new(RealFs)).map_err(fault)?;
        let apps = shelf.apps().map_err(fault)?;
        Ok((shelf, apps))
    }
}

impl Sealer {
    /// Starts the thread.
    pub(super) fn start(seat: Seat) -> Result<Self> {
        let indexes = Arc::clone(&seat.indexes);
        indexes.begin();
        let thread = std::thread::Builder::new()
            .name("ledger-sealer".to_owned())
            .spawn(move || run(seat))
            .map_err(|source| StoreError::Io { context: "starting the sealer thread".to_owned(), source })?;
        Ok(Self { indexes, thread: Some(thread) })
    }
}

impl Drop for Sealer {
    fn drop(&mut self) {
        self.indexes.stop();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the sealer thread panicked");
        }
    }
}

/// When something is tried again.
struct Later {
    at: Instant,
    wait: Duration,
}

pub(super) struct Worker {
    pub(super) indexes: Arc<Indexes>,
    pub(super) shelf: Arc<Shelf>,
    pub(super) readers: Arc<Readers>,
    pub(super) writer: Arc<Writer>,
    /// Apps that should have an index and have none.
    wanted: BTreeSet<i64>,
    /// Apps that may have segments to merge.
    merges: BTreeSet<i64>,
    /// Ends that apps without an index need until they get one.
    missing: HashMap<i64, u64>,
    /// Apps whose last attempt failed.
    later: HashMap<i64, Later>,
    /// Unsealed sessions of each app at the last look.
    looked: HashMap<i64, usize>,
}

fn run(mut seat: Seat) {
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!(%error, "the sealer runs at the priority of the others");
    }
    let indexes = Arc::clone(&seat.indexes);
    if let Some(shelf) = seat.shelf() {
        let shelf = Arc::new(shelf);
        indexes.stop_also(shelf.stopper());
        indexes.opened(&shelf);
        let Seat { indexes, readers, writer, wanted, .. } = seat;
        let merges = indexes.all().iter().map(|app| app.no).collect();
        let (missing, later, looked) = (HashMap::new(), HashMap::new(), HashMap::new());
        Worker { indexes, shelf, readers, writer, wanted, merges, missing, later, looked }.run();
    }
    indexes.end();
}

impl Seat {
    /// The shelf, as soon as its folder can be opened; `None` = go.
    fn shelf(&mut self) -> Option<Shelf> {
        let mut wait = RETRY.0;
        if self.shelf.is_some() {
            return self.shelf.take();
        }
        loop {
            let again = Instant::now() + wait;
            let work = self.indexes.next_work(again, again)?;
            self.wanted.extend(work.ended.into_keys());
            match self.open.open() {
                Ok((shelf, apps)) => {
                    self.wanted.extend(apps);
                    // Whoever waits does so for the work that begins now.
                    return Some(shelf);
                }
                Err(error) => {
                    Counters::add(&self.indexes.counters.failures, 1);
                    wait = (wait * 2).min(RETRY.1);
                    tracing::error!(%error, again_in = ?wait, "the index cannot be opened");
                }
            }
            self.indexes.settled(work.round);
        }
    }
}

impl Worker {
    fn run(mut self) {
        let (mut pause, mut retry, mut look) = (Instant::now(), Instant::now(), Instant::now());
        while let Some(work) = self.indexes.next_work(pause, retry) {
            let start = Instant::now();
            let Work { ended, damaged, rebuilds, round, waited_for } = work;
            if waited_for {
                self.later.clear();
            }
            self.take(ended);
            for app in damaged {
                self.drop_index(app);
                self.set_aside(app);
            }
            let quiet = if waited_for || start >= look { self.look(waited_for) } else { BTreeSet::new() };
            if start >= look {
                look = start + LOOK;
            }
            let worked = catch_unwind(AssertUnwindSafe(|| {
                self.rebuild(rebuilds);
                self.round(quiet);
            }));
            if worked.is_err() {
                self.give_up();
            }
            self.indexes.settled(round);
            let busy = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
            Counters::add(&self.indexes.counters.busy_us, busy);
            pause = Instant::now() + PAUSE;
            retry = self.later.values().map(|l| l.at).fold(look, Instant::min).max(pause);
        }
    }

    fn take(&mut self, ended: BTreeMap<i64, u64>) {
        for (app, ends) in ended {
            let missing = self.missing.entry(app).or_insert(0);
            *missing = missing.saturating_sub(ends);
            if *missing == 0 {
                self.wanted.insert(app);
            }
        }
    }

    /// Apps in which nothing ended since the last look, but enough before for a file: the next start need not read
    /// it again. Who waits for everything to be sealed does not wait for another look.
    fn look(&mut self, at_once: bool) -> BTreeSet<i64> {
        let now: HashMap<_, _> =
            self.indexes.all().iter().map(|app| (app.no, app.index.unsealed())).collect();
        let worth = self.indexes.options.seal_sessions / QUIET_PART;
        let is_quiet = |app: &i64, unsealed: usize| {
            unsealed > worth && (at_once || self.looked.get(app) == Some(&unsealed))
        };
        let quiet =
            now.iter().filter(|(app, unsealed)| is_quiet(app, **unsealed)).map(|(app, _)| *app).collect();
        self.looked = now;
        quiet
    }

    /// Works until nothing is left to do, the small and urgent first.
    fn round(&mut self, mut quiet: BTreeSet<i64>) {
        loop {
            let sealed = self.seal_due(&std::mem::take(&mut quiet));
            if self.indexes.is_stopping() || !(sealed || self.build_one() || self.merge_one()) {
                return;
            }
        }
    }

    /// Seals what is due, and the fullest apps when all together hold too much. Whether there was something.
    fn seal_due(&mut self, quiet: &BTreeSet<i64>) -> bool {
        let mut apps: Vec<_> =
            self.indexes.all().into_iter().map(|app| (app.index.unsealed(), app)).collect();
        apps.sort_by_key(|(unsealed, app)| (std::cmp::Reverse(*unsealed), app.no));
        let mut in_memory: usize = apps.iter().map(|(unsealed, _)| unsealed).sum();
        let mut worked = false;
        for (unsealed, app) in apps {
            let due = unsealed >= self.indexes.options.seal_sessions
                || in_memory > IN_MEMORY_MAX
                || quiet.contains(&app.no);
            if !due || unsealed == 0 || self.indexes.is_stopping() {
                continue;
            }
            let done = if self.is_turn(app.no) {
                self.seal(&app)
            } else if self.indexes.is_crowded(&app) {
                // Memory must not grow with a fault: SQL answers until the disk is better.
                self.drop_index(app.no);
                true
            } else {
                false
            };
            if done {
                in_memory -= unsealed;
                worked = true;
            }
        }
        worked
    }

    fn seal(&mut self, app: &IndexedApp) -> bool {
        let sealed = Arc::clone(app.index.snapshot().sealed());
        let outcome = self.shelf.seal(app.no, &sealed, app.index.ended_tail());
        match outcome {
            Ok(sealed) => {
                app.index.install(Arc::new(sealed));
                self.indexes.moved();
                self.merges.insert(app.no);
                self.later.remove(&app.no);
                Counters::add(&self.indexes.counters.seals, 1);
                true
            }
            Err(error) => {
                self.refused(app, "sealing", error);
                false
            }
        }
    }

    /// Merges segments of one app, if any has too many.
    fn merge_one(&mut self) -> bool {
        while let Some(app) = self.merges.iter().copied().find(|app| self.is_turn(*app)) {
            let Some(indexed) = self.indexes.of_no(app) else {
                self.merges.remove(&app);
                continue;
            };
            let sealed = Arc::clone(indexed.index.snapshot().sealed());
            match self.shelf.merge_due(app, &sealed) {
                Ok(Some(sealed)) => {
                    indexed.index.install(Arc::new(sealed));
                    self.later.remove(&app);
                    Counters::add(&self.indexes.counters.merges, 1);
                    return true;
                }
                Ok(None) => {
                    self.merges.remove(&app);
                }
                Err(error) => self.refused(&indexed, "merging", error),
            }
        }
        false
    }

    /// Builds the index of one app that has none, if it has grown enough.
    fn build_one(&mut self) -> bool {
        while let Some(app) = self.wanted.iter().copied().find(|app| self.is_turn(*app)) {
            if self.indexes.of_no(app).is_some() {
                self.wanted.remove(&app);
                continue;
            }
            let built = self.build(app);
            self.indexes.coming.done(app);
            match built {
                Ok(super::build::Built::Done) => {
                    self.wanted.remove(&app);
                    self.missing.remove(&app);
                    self.later.remove(&app);
                    self.merges.insert(app);
                    return true;
                }
                Ok(super::build::Built::Missing(ends)) => {
                    self.wanted.remove(&app);
                    self.missing.insert(app, ends);
                }
                Err(error) => {
                    self.failed(app, "building", &error);
                    if matches!(error, StoreError::Damaged(_)) && !self.indexes.is_stopping() {
                        // Whatever it is: the next attempt begins with nothing.
                        self.set_aside(app);
                    }
                }
            }
        }
        false
    }

    /// Builds apps anew because somebody asked.
    fn rebuild(&mut self, rebuilds: Vec<Rebuild>) {
        for Rebuild { app, told } in rebuilds {
            let built = self.build_anew(app, &mut |done| {
                // Whoever asked may be gone; the rebuild goes on.
                let _ = told.send(Rebuilding::Done(done));
            });
            if let Err(error) = &built {
                self.failed(app, "building", error);
                self.drop_index(app);
            }
            let _ = told.send(Rebuilding::Ended(built));
        }
    }

    /// The shelf would not change the state of an app.
    fn refused(&mut self, app: &IndexedApp, doing: &str, error: Error) {
        // Stale or unfit rows: somebody edits files by hand, or a bug. What lies there is not what answers.
        let unfit = matches!(error, Error::Stale { .. } | Error::Rows { .. });
        let drop_index = unfit || error.is_damage();
        let damaged = drop_index && !matches!(error, Error::Stale { .. });
        self.failed(app.no, doing, &fault(error));
        if drop_index {
            self.drop_index(app.no);
        }
        if damaged {
            self.set_aside(app.no);
        }
    }

    /// The files of an app cannot be used.
    fn set_aside(&mut self, app: i64) {
        Counters::add(&self.indexes.counters.set_aside, 1);
        match self.shelf.set_aside(app) {
            Ok(()) => tracing::warn!(app, "the index of an app is set aside, to be built anew"),
            Err(error) => self.failed(app, "setting aside", &fault(error)),
        }
    }

    /// The app has no index any more; it gets another one.
    pub(super) fn drop_index(&mut self, app: i64) {
        self.indexes.detach(app);
        self.merges.remove(&app);
        self.wanted.insert(app);
    }

    /// Whether no failure keeps the app waiting.
    fn is_turn(&self, app: i64) -> bool {
        !self.indexes.is_stopping() && self.later.get(&app).is_none_or(|later| later.at <= Instant::now())
    }

    fn failed(&mut self, app: i64, doing: &str, error: &StoreError) {
        let wait = self.later.get(&app).map_or(RETRY.0, |later| (later.wait * 2).min(RETRY.1));
        self.later.insert(app, Later { at: Instant::now() + wait, wait });
        if self.indexes.is_stopping() {
            // Asked to: not a failure.
            return;
        }
        Counters::add(&self.indexes.counters.failures, 1);
        tracing::error!(app, %error, again_in = ?wait, "{doing} the index of an app failed");
    }

    /// After a panic, which is a bug: SQL answers from now on.
    fn give_up(&mut self) {
        Counters::add(&self.indexes.counters.failures, 1);
        tracing::error!("the sealer panicked; lists are answered from the ledger itself");
        for app in self.indexes.all() {
            self.indexes.detach(app.no);
            self.failed(app.no, "keeping", &StoreError::Closed);
            self.drop_index(app.no);
        }
    }
}
