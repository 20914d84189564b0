//! Who waits for changes of apps is told which have any, and of which kind.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use sederunt_core::id::AppId;
use tokio::sync::{Notify, watch};

use crate::touched::{OnCommit, Touched};

/// All who watch.
#[derive(Debug, Default)]
pub(crate) struct Watchers(Mutex<Vec<Weak<Pending>>>);

/// What one of them has not heard yet.
#[derive(Debug, Default)]
struct Pending {
    told: Mutex<Told>,
    more: Notify,
    /// Facts are of no interest now.
    ignores_facts: AtomicBool,
}

#[derive(Debug, Default)]
struct Told {
    changed: Changed,
    through: u64,
}

/// What has changed since somebody looked last.
#[derive(Debug, Default)]
pub struct Changed {
    /// Apps that have got facts.
    pub facts: HashSet<AppId>,
    /// Apps whose receivers of webhooks have changed, or what these are told.
    pub receivers: HashSet<AppId>,
}

/// Tells what has changed, from its making on.
#[derive(Debug)]
pub struct AppWatch {
    pending: Arc<Pending>,
    durable: watch::Receiver<u64>,
}

impl Watchers {
    /// Watches from now on; `durable` says how far the ledger can be read.
    pub(crate) fn watch(&self, durable: watch::Receiver<u64>, wants_facts: bool) -> AppWatch {
        let pending =
            Arc::new(Pending { ignores_facts: AtomicBool::new(!wants_facts), ..Pending::default() });
        lock(&self.0).push(Arc::downgrade(&pending));
        AppWatch { pending, durable }
    }
}

impl AppWatch {
    /// Whether it is to be told of facts from now on.
    pub fn want_facts(&self, wants: bool) {
        self.pending.ignores_facts.store(!wants, Ordering::Release);
    }

    /// What has changed since the last call, waiting for the first, once everything that is known of is readable; `None` when
    /// the store has closed.
    pub async fn changed(&mut self) -> Option<Changed> {
        loop {
            let Told { changed, through } = std::mem::take(&mut *lock(&self.pending.told));
            if !changed.facts.is_empty() || !changed.receivers.is_empty() {
                // Listeners hear of a transaction before the number of its last fact is told.
                self.durable.wait_for(|seq| *seq >= through).await.ok()?;
                return Some(changed);
            }
            tokio::select! {
                () = self.pending.more.notified() => {}
                closed = self.durable.wait_for(|_| false) => {
                    closed.err()?;
                }
            }
        }
    }
}

impl OnCommit for Watchers {
    fn committed(&self, touched: &Touched) {
        if touched.apps.is_empty() && touched.receivers.is_empty() {
            return;
        }
        lock(&self.0).retain(|watcher| {
            let Some(pending) = watcher.upgrade() else { return false };
            let wants_facts = !pending.ignores_facts.load(Ordering::Acquire);
            if !wants_facts && touched.receivers.is_empty() {
                return true;
            }
            let mut told = lock(&pending.told);
            if wants_facts {
                told.changed.facts.extend(touched.apps.values().cloned());
            }
            told.changed.receivers.extend(touched.receivers.iter().cloned());
            told.through = touched.through;
            drop(told);
            pending.more.notify_one();
            true
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What they guard is whole after every statement.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
