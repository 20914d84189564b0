//! Who changed: after each commit, whoever follows an app that it concerns is woken, and nobody else.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use sederunt_core::id::AppId;
use sederunt_store::{AppWatch, Store};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Pause after waking: bounds how often somebody is woken under a storm of commits.
const LOOK_PAUSE: Duration = Duration::from_millis(2);

/// Wakes those who follow apps; cheap to clone. The ledger tells it of commits while somebody follows.
#[derive(Debug, Clone)]
pub struct Lookout {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    store: Store,
    followed: Mutex<Followed>,
}

#[derive(Debug, Default)]
struct Followed {
    apps: HashMap<AppId, Vec<Weak<Bell>>>,
    /// Stops the task that wakes them; it runs while apps are followed.
    task: Option<CancellationToken>,
}

#[derive(Debug, Default)]
struct Bell {
    rung: Notify,
    /// It will not ring again.
    blind: AtomicBool,
}

/// Somebody who follows an app; dropping it ends that.
#[derive(Debug)]
pub struct Watch {
    app: AppId,
    bell: Arc<Bell>,
    lookout: Lookout,
}

/// The ledger is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ledger is closed")]
pub struct Blind;

fn lock(mutex: &Mutex<Followed>) -> MutexGuard<'_, Followed> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lookout {
    /// Nothing is followed yet.
    pub fn new(store: Store) -> Self {
        Self { shared: Arc::new(Shared { store, followed: Mutex::default() }) }
    }

    /// Follows an app. Whatever of it becomes durable from now on wakes; what is durable already is to be read first. Must
    /// be called within a Tokio runtime.
    pub fn follow(&self, app: &AppId) -> Watch {
        let bell = Arc::new(Bell::default());
        let mut followed = lock(&self.shared.followed);
        followed.apps.entry(app.clone()).or_default().push(Arc::downgrade(&bell));
        if followed.task.is_none() {
            let stop = CancellationToken::new();
            followed.task = Some(stop.clone());
            // From this moment on, not from the one when the task gets its turn.
            let apps = self.shared.store.watch_apps();
            tokio::spawn(look(Arc::downgrade(&self.shared), apps, stop));
        }
        drop(followed);
        Watch { app: app.clone(), bell, lookout: self.clone() }
    }
}

impl Watch {
    /// Returns when the app may have something new, at once if it had since the last call.
    pub async fn changed(&self) -> Result<(), Blind> {
        if !self.bell.blind.load(Ordering::Acquire) {
            self.bell.rung.notified().await;
        }
        if self.bell.blind.load(Ordering::Acquire) { Err(Blind) } else { Ok(()) }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut followed = lock(&self.lookout.shared.followed);
        if let Some(bells) = followed.apps.get_mut(&self.app) {
            bells.retain(|bell| !std::ptr::eq(bell.as_ptr(), Arc::as_ptr(&self.bell)));
            if bells.is_empty() {
                followed.apps.remove(&self.app);
            }
        }
        if followed.apps.is_empty()
            && let Some(task) = followed.task.take()
        {
            task.cancel();
        }
    }
}

impl Shared {
    fn ring(&self, apps: &HashSet<AppId>) {
        let followed = lock(&self.followed);
        let bells = apps.iter().filter_map(|app| followed.apps.get(app)).flatten();
        bells.filter_map(Weak::upgrade).for_each(|bell| bell.rung.notify_one());
    }

    /// Everybody hears that nothing more comes.
    fn go_blind(&self, stop: &CancellationToken) {
        tracing::error!("the ledger is closed: nobody is told of changes any more");
        let mut followed = lock(&self.followed);
        if stop.is_cancelled() {
            return;
        }
        followed.task = None;
        for bell in followed.apps.drain().flat_map(|(_, bells)| bells).filter_map(|bell| bell.upgrade()) {
            bell.blind.store(true, Ordering::Release);
            bell.rung.notify_one();
        }
    }
}

/// Rings after each commit for the apps that it concerns.
async fn look(shared: Weak<Shared>, mut apps: AppWatch, stop: CancellationToken) {
    loop {
        let changed = tokio::select! {
            () = stop.cancelled() => return,
            changed = apps.changed() => changed,
        };
        let Some(shared) = shared.upgrade() else { return };
        let Some(changed) = changed else { return shared.go_blind(&stop) };
        shared.ring(&changed.facts);
        drop(shared);
        tokio::time::sleep(LOOK_PAUSE).await;
    }
}
