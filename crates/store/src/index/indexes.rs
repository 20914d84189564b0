//! The indexes of all apps that have one: readers ask them, the writer feeds them, the sealer shrinks them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Instant;

use sederunt_core::id::AppId;
use sederunt_index::{AppIndex, Change, Shelf};

use super::coming::Coming;
use super::options::{Counters, IndexOptions, IndexStats};
use super::rows;
use crate::touched::{OnCommit, Touched, TouchedSession};
use crate::{Result, StoreError};

/// An app with its index.
#[derive(Debug)]
pub(crate) struct IndexedApp {
    pub no: i64,
    pub id: AppId,
    pub index: AppIndex,
}

#[derive(Debug, Default)]
struct Apps {
    by_id: HashMap<AppId, Arc<IndexedApp>>,
    by_no: HashMap<i64, Arc<IndexedApp>>,
}

/// What the sealer is told.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// The store is closing.
    pub stop: bool,
    /// The sealer is not there (any more).
    pub alone: bool,
    /// Some app has enough to seal.
    pub due: bool,
    /// Sessions that ended in apps without an index; a hint.
    pub ended: BTreeMap<i64, u64>,
    /// Apps whose files are damaged.
    pub damaged: BTreeSet<i64>,
    /// Apps to be built anew, whatever they have.
    pub rebuilds: Vec<Rebuild>,
    /// Rounds that somebody waits for, and rounds done.
    pub asked: u64,
    pub done: u64,
}

/// An app to be built anew, and who waits for it.
#[derive(Debug)]
pub(super) struct Rebuild {
    pub app: i64,
    pub told: Sender<Rebuilding>,
}

/// What is told of a rebuild.
#[derive(Debug)]
pub(super) enum Rebuilding {
    /// Sessions so far.
    Done(u64),
    /// The end.
    Ended(Result<()>),
}

/// What the sealer finds on its desk.
#[derive(Debug)]
pub(super) struct Work {
    /// Sessions that ended in apps without an index; a hint.
    pub ended: BTreeMap<i64, u64>,
    /// Apps whose files are damaged.
    pub damaged: BTreeSet<i64>,
    /// Apps to be built anew.
    pub rebuilds: Vec<Rebuild>,
    /// The round that was asked for last.
    pub round: u64,
    /// Somebody waits for it: what failed is tried again at once.
    pub waited_for: bool,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Indexes {
    pub(super) options: IndexOptions,
    apps: RwLock<Apps>,
    /// Of the transaction under way.
    arriving: Mutex<Vec<IndexedApp>>,
    desk: Mutex<Desk>,
    /// The desk has something for the sealer.
    wake: Condvar,
    /// The sealer did something.
    progress: Condvar,
    /// Set with `Desk::stop`.
    stopping: AtomicBool,
    /// Set with them: stops what the index writes.
    stop_also: OnceLock<Arc<AtomicBool>>,
    pub(super) counters: Counters,
    pub(super) coming: Coming,
    /// The sealer's, once it is open.
    shelf: OnceLock<Arc<Shelf>>,
}

impl Indexes {
    pub(crate) fn new(options: IndexOptions) -> Self {
        Self {
            options,
            apps: RwLock::default(),
            arriving: Mutex::default(),
            desk: Mutex::new(Desk { alone: true, ..Desk::default() }),
            wake: Condvar::new(),
            progress: Condvar::new(),
            stopping: AtomicBool::new(false),
            stop_also: OnceLock::new(),
            counters: Counters::default(),
            coming: Coming::default(),
            shelf: OnceLock::new(),
        }
    }

    /// The index of an app.
    pub(crate) fn of(&self, app: &AppId) -> Option<Arc<IndexedApp>> {
        self.read().by_id.get(app).cloned()
    }

    /// The index of an app by its number.
    pub(super) fn of_no(&self, app: i64) -> Option<Arc<IndexedApp>> {
        self.read().by_no.get(&app).cloned()
    }

    /// All indexes, by number.
    pub(super) fn all(&self) -> Vec<Arc<IndexedApp>> {
        let mut all: Vec<_> = self.read().by_no.values().cloned().collect();
        all.sort_by_key(|app| app.no);
        all
    }

    /// Lists of the app are answered from its index from now on.
    pub(super) fn attach(&self, app: IndexedApp) {
        let no = app.no;
        let app = Arc::new(app);
        let mut apps = self.apps.write().unwrap_or_else(PoisonError::into_inner);
        apps.by_id.insert(app.id.clone(), Arc::clone(&app));
        apps.by_no.insert(no, app);
        drop(apps);
        self.coming.done(no);
    }

    /// Lists of the app are answered from SQL from now on.
    pub(super) fn detach(&self, app: i64) {
        let mut apps = self.apps.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(app) = apps.by_no.remove(&app) {
            apps.by_id.remove(&app.id);
        }
        drop(apps);
        self.moved();
    }

    /// The app's index, as of now within the writer's transaction, answers once that is durable.
    pub(super) fn arrive(&self, app: IndexedApp) {
        self.arriving().push(app);
    }

    /// A read of this index met something impossible: SQL answers, and the sealer builds it anew. An index that is
    /// not the app's any more is nobody's concern.
    pub(super) fn suspect(&self, app: &Arc<IndexedApp>) {
        let mut apps = self.apps.write().unwrap_or_else(PoisonError::into_inner);
        if !apps.by_no.get(&app.no).is_some_and(|current| Arc::ptr_eq(current, app)) {
            return;
        }
        apps.by_no.remove(&app.no);
        apps.by_id.remove(&app.id);
        drop(apps);
        tracing::error!(app = %app.id, "the index of an app is damaged; its lists are answered from the ledger itself");
        self.desk().damaged.insert(app.no);
        self.wake.notify_one();
        self.moved();
    }

    /// Counts a list that SQL answers.
    pub(crate) fn answered_by_sql(&self) {
        Counters::add(&self.counters.answers_sql, 1);
    }

    /// Waits while an index holds more than the sealer should leave there. Call it outside the async runtime, from
    /// whoever brings sessions in bulk.
    pub(crate) fn wait_for_room(&self) {
        let mut desk = self.desk();
        while !desk.stop && !desk.alone && self.all().iter().any(|app| self.is_crowded(app)) {
            desk.due = true;
            self.wake.notify_one();
            desk = self.progress.wait(desk).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether an index holds more than it should while it is sealed.
    pub(super) fn is_crowded(&self, app: &IndexedApp) -> bool {
        let IndexOptions { crowd_sessions, seal_sessions, .. } = self.options;
        app.index.unsealed() > crowd_sessions.max(seal_sessions)
    }

    /// Waits until nothing is left to build, seal or merge. `false`: nobody does that, or the store closes.
    pub(crate) fn settle(&self) -> bool {
        let mut desk = self.desk();
        desk.asked += 1;
        let mine = desk.asked;
        self.wake.notify_one();
        while desk.done < mine {
            if desk.stop || desk.alone {
                return false;
            }
            desk = self.progress.wait(desk).unwrap_or_else(PoisonError::into_inner);
        }
        true
    }

    /// The shelf that the sealer keeps.
    pub(super) fn shelf(&self) -> Result<Arc<Shelf>> {
        self.shelf.get().cloned().ok_or_else(|| StoreError::Io {
            context: "the index is not open".to_owned(),
            source: std::io::Error::other(
                "its folder cannot be used, as the log says, or the server has just started",
            ),
        })
    }

    /// The sealer has opened it.
    pub(super) fn opened(&self, shelf: &Arc<Shelf>) {
        let _ = self.shelf.set(Arc::clone(shelf));
    }

    /// Lets the sealer build an app anew, and waits. `progress` gets the sessions so far.
    pub(super) fn rebuild(&self, app: i64, progress: &mut dyn FnMut(u64)) -> Result<()> {
        let (told, rebuilding) = channel();
        let mut desk = self.desk();
        if desk.stop || desk.alone {
            return Err(StoreError::Closed);
        }
        desk.rebuilds.push(Rebuild { app, told });
        drop(desk);
        self.wake.notify_one();
        loop {
            // The other end is dropped when the sealer goes.
            match rebuilding.recv().map_err(|_| StoreError::Closed)? {
                Rebuilding::Done(sessions) => progress(sessions),
                Rebuilding::Ended(result) => return result,
            }
        }
    }

    /// The sealer takes its seat.
    pub(super) fn begin(&self) {
        self.desk().alone = false;
    }

    /// The sealer is gone: nobody waits for it.
    pub(super) fn end(&self) {
        let mut desk = self.desk();
        desk.alone = true;
        desk.rebuilds.clear();
        drop(desk);
        self.coming.none();
        self.progress.notify_all();
    }

    /// A flag to set when the sealer is asked to go.
    pub(super) fn stop_also(&self, flag: Arc<AtomicBool>) {
        let flag = self.stop_also.get_or_init(|| flag);
        if self.is_stopping() {
            flag.store(true, Ordering::SeqCst);
        }
    }

    /// Asks the sealer to go.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        if let Some(flag) = self.stop_also.get() {
            flag.store(true, Ordering::SeqCst);
        }
        self.desk().stop = true;
        self.wake.notify_all();
        self.progress.notify_all();
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Waits for something to do, or until `retry`; `None` = go. Sleeps until `pause` at least, unless somebody waits.
    pub(super) fn next_work(&self, pause: Instant, retry: Instant) -> Option<Work> {
        let mut desk = self.desk();
        loop {
            if desk.stop {
                return None;
            }
            let now = Instant::now();
            let waited_for = desk.asked > desk.done;
            let wanted = desk.due || !desk.ended.is_empty() || !desk.damaged.is_empty();
            let waited_for = waited_for || !desk.rebuilds.is_empty();
            if waited_for || (wanted && now >= pause) || now >= retry {
                desk.due = false;
                let (ended, damaged) = (std::mem::take(&mut desk.ended), std::mem::take(&mut desk.damaged));
                let rebuilds = std::mem::take(&mut desk.rebuilds);
                return Some(Work { ended, damaged, rebuilds, round: desk.asked, waited_for });
            }
            let until = if wanted { pause } else { retry };
            let left = until.saturating_duration_since(now);
            desk = self.wake.wait_timeout(desk, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Nothing is left to do for whoever asked for `round`.
    pub(super) fn settled(&self, round: u64) {
        let mut desk = self.desk();
        desk.done = desk.done.max(round);
        drop(desk);
        self.progress.notify_all();
    }

    /// Something became smaller.
    pub(super) fn moved(&self) {
        // Whoever checks does so under the lock, and so cannot miss this.
        drop(self.desk());
        self.progress.notify_all();
    }

    pub(crate) fn stats(&self) -> IndexStats {
        let mut stats = self.counters.read();
        for app in self.all() {
            let snapshot = app.index.snapshot();
            stats.apps += 1;
            stats.sealed += snapshot.sealed().rows();
            stats.in_memory += snapshot.tail().len() as u64;
        }
        stats
    }

    fn arriving(&self) -> MutexGuard<'_, Vec<IndexedApp>> {
        self.arriving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Apps> {
        self.apps.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OnCommit for Indexes {
    fn wants_sessions(&self, app: i64) -> bool {
        self.read().by_no.contains_key(&app) || self.arriving().iter().any(|arriving| arriving.no == app)
    }

    fn committed(&self, touched: &Touched) {
        let arriving = std::mem::take(&mut *self.arriving());
        for app in arriving {
            self.attach(app);
        }
        let mut due = false;
        for (no, changes) in by_app(&touched.sessions) {
            let Some(app) = self.of_no(no) else { continue };
            app.index.apply(&changes);
            due |= app.index.unsealed() >= self.options.seal_sessions;
        }
        if due || !touched.ended_elsewhere.is_empty() {
            let mut desk = self.desk();
            let idle = !desk.due && desk.ended.is_empty();
            desk.due |= due;
            for (app, ends) in &touched.ended_elsewhere {
                *desk.ended.entry(*app).or_insert(0) += ends;
            }
            drop(desk);
            if idle {
                self.wake.notify_one();
            }
        }
    }

    fn failed(&self, _: &Touched) {
        self.arriving().clear();
    }
}

/// The changes of each app, in order.
fn by_app(sessions: &[TouchedSession]) -> Vec<(i64, Vec<Change>)> {
    let mut sessions: Vec<_> = sessions.iter().collect();
    // Stable: the order within an app stays.
    sessions.sort_by_key(|session| session.app);
    let mut apps: Vec<(i64, Vec<Change>)> = Vec::new();
    for TouchedSession { app, row, ended_seq } in sessions {
        let change = Change { row: rows::of_session(row), ended_seq: *ended_seq };
        match apps.last_mut() {
            Some((last, changes)) if last == app => changes.push(change),
            _ => apps.push((*app, vec![change])),
        }
    }
    apps
}
