//! Who waits for changes of apps is told which have any.

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
    apps: HashSet<AppId>,
    through: u64,
}

/// Tells which apps have new facts, from its making on.
#[derive(Debug)]
pub struct AppWatch {
    pending: Arc<Pending>,
    durable: watch::Receiver<u64>,
}

impl Watchers {
    /// Watches from now on; `durable` says how far the ledger can be read.
    pub(crate) fn watch(&self, durable: watch::Receiver<u64>) -> AppWatch {
        let pending = Arc::<Pending>::default();
        lock(&self.0).push(Arc::downgrade(&pending));
        AppWatch { pending, durable }
    }
}

impl AppWatch {
    /// The apps that have got facts since the last call, waiting for the first, once everything that is known of is readable; `None`
    /// when the store has closed.
    pub async fn changed(&mut self) -> Option<HashSet<AppId>> {
        loop {
            let Told { apps, through } = std::mem::take(&mut *lock(&self.pending.told));
            if !apps.is_empty() {
                // Listeners hear of a transaction before the number of its last fact is told.
                self.durable.wait_for(|seq| *seq >= through).await.ok()?;
                return Some(apps);
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
        if touched.apps.is_empty() {
            return;
        }
        lock(&self.0).retain(|watcher| {
            let Some(pending) = watcher.upgrade() else { return false };
            let mut told = lock(&pending.told);
            told.apps.extend(touched.apps.values().cloned());
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
