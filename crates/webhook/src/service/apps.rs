//! The apps that have somebody to tell.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;
use sederunt_store::Changed;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::Setup;
use super::app::{App, Bell};
use super::shared::Shared;

/// Before something is tried again that the store refused.
const AGAIN: Duration = Duration::from_secs(1);
/// Pause after waking apps: bounds how often they are woken under a storm of commits.
const PAUSE: Duration = Duration::from_millis(2);

#[derive(Debug)]
struct Running {
    app: Arc<App>,
    bell: Arc<Bell>,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Apps {
    setup: Arc<Setup>,
    stop: CancellationToken,
    running: Mutex<HashMap<AppId, Running>>,
    /// When the server's key was changed last, for those that begin later.
    rotated_at: AtomicI64,
    ended: watch::Sender<bool>,
}

impl Apps {
    pub(super) fn new(setup: Arc<Setup>, stop: CancellationToken) -> Self {
        Self {
            setup,
            stop,
            running: Mutex::default(),
            rotated_at: AtomicI64::new(0),
            ended: watch::Sender::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AppId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves all until the server stops.
    pub(super) async fn run(self: Arc<Self>) {
        let mut tasks = JoinSet::new();
        let mut watch = self.setup.store.watch_receivers();
        loop {
            match self.setup.store.apps_with_receivers().await {
                Ok(apps) => {
                    apps.into_iter().for_each(|app| self.reload(app, &mut tasks));
                    break;
                }
                Err(error) => {
                    tracing::error!(%error, "receivers of webhooks cannot be read");
                    sleep(AGAIN).await;
                }
            }
        }
        loop {
            tokio::select! {
                () = self.stop.cancelled() => break,
                () = self.setup.served_changed.notified() => {
                    watch.want_facts(self.setup.serves_any()).await;
                    // What was recorded before that was told to nobody.
                    self.lock().values().for_each(|running| running.bell.news.notify_one());
                }
                changed = watch.changed() => {
                    let Some(Changed { facts, receivers }) = changed else { break };
                    receivers.into_iter().for_each(|app| self.reload(app, &mut tasks));
                    self.wake(&facts);
                    sleep(PAUSE).await;
                }
                Some(Ok(Some(app))) = tasks.join_next() => {
                    self.lock().remove(&app);
                    self.reload(app, &mut tasks);
                }
            }
        }
        while tasks.join_next().await.is_some() {}
        self.ended.send_replace(true);
    }

    fn wake(&self, apps: &HashSet<AppId>) {
        let running = self.lock();
        let bells = apps.iter().filter_map(|app| running.get(app));
        bells.for_each(|running| running.bell.news.notify_one());
    }

    /// The receivers of an app may be others now.
    fn reload(&self, app: AppId, tasks: &mut JoinSet<Option<AppId>>) {
        let mut running = self.lock();
        if let Some(running) = running.get(&app) {
            return running.bell.reload.notify_one();
        }
        let bell = Arc::<Bell>::default();
        let rotated_at = UnixMs(self.rotated_at.load(Ordering::Relaxed));
        let new = Arc::new(App::new(Shared::new(Arc::clone(&self.setup), app.clone(), self.stop.clone())));
        new.rotated(rotated_at);
        tasks.spawn(watched(Arc::clone(&new), Arc::clone(&bell)));
        running.insert(app, Running { app: new, bell });
    }

    /// Returns when all have ended.
    pub(super) async fn ended(&self) {
        // The sender is here.
        let _ = self.ended.subscribe().wait_for(|ended| *ended).await;
    }

    /// The server's key was changed then.
    pub(super) fn rotated(&self, at: UnixMs) {
        self.rotated_at.store(at.0, Ordering::Relaxed);
        self.lock().values().for_each(|running| running.app.rotated(at));
    }

    /// The app, if it has somebody to tell.
    pub(super) fn app(&self, app: &AppId) -> Option<Arc<App>> {
        self.lock().get(app).map(|running| Arc::clone(&running.app))
    }

    /// Receivers at work.
    pub(super) fn receivers(&self) -> usize {
        self.lock().values().map(|running| running.app.receivers()).sum()
    }
}

/// Serves an app to its end; which app it is, if that was a panic: it is to begin anew, from its rows.
async fn watched(app: Arc<App>, bell: Arc<Bell>) -> Option<AppId> {
    let served = AbortOnDropHandle::new(tokio::spawn(Arc::clone(&app).run(bell))).await;
    served.err().filter(JoinError::is_panic)?;
    tracing::error!(
        app = app.shared.id.as_str(),
        "an app's webhooks failed; they begin again from their rows"
    );
    app.abandon();
    app.shared.setup.numbers.restarted();
    sleep(AGAIN).await;
    Some(app.shared.id.clone())
}
