//! Who waits for changes of apps is told which have any, and of which kind.

use std::collections::HashSet;
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
}

#[derive(Debug, Default)]
struct Told {
    changed: Changed,
    /// The last fact that was heard of, wanted or not.
    through: u64,
    /// Facts are of no interest now.
    ignores_facts: bool,
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
        let told = Told { ignores_facts: !wants_facts, ..Told::default() };
        let pending = Arc::new(Pending { told: Mutex::new(told), more: Notify::new() });
        lock(&self.0).push(Arc::downgrade(&pending));
        AppWatch { pending, durable }
    }
}

impl AppWatch {
    /// Whether it is to be told of facts from now on. What was recorded before is readable when this returns: whoever reads
    /// then misses nothing.
    pub async fn want_facts(&mut self, wants: bool) {
        let through = {
            let mut told = lock(&self.pending.told);
            told.ignores_facts = !wants;
            told.through
        };
        // The store has closed: nothing more comes.
        let _ = self.durable.wait_for(|seq| *seq >= through).await;
    }

    /// What has changed since the last call, waiting for the first, once everything that is known of is readable; `None` when
    /// the store has closed. Nothing is lost when this is given up.
    pub async fn changed(&mut self) -> Option<Changed> {
        loop {
            let through = {
                let mut told = lock(&self.pending.told);
                let is_any = !told.changed.facts.is_empty() || !told.changed.receivers.is_empty();
                // Listeners hear of a transaction before the number of its last fact is told.
                if is_any && told.through <= *self.durable.borrow() {
                    return Some(std::mem::take(&mut told.changed));
                }
                is_any.then_some(told.through)
            };
            if let Some(through) = through {
                self.durable.wait_for(|seq| *seq >= through).await.ok()?;
                continue;
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
            let mut told = lock(&pending.told);
            told.through = touched.through;
            if told.ignores_facts && touched.receivers.is_empty() {
                return true;
            }
            if !told.ignores_facts {
                told.changed.facts.extend(touched.apps.values().cloned());
            }
            told.changed.receivers.extend(touched.receivers.iter().cloned());
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
