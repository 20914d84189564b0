//! The index of an app's session lists, built anew because somebody asked for it at the door: one at a time, and to its end, as half of
//! one is none.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;
use sederunt_node::Node;

/// What is built, and what was built last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rebuilding {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    running: Option<Build>,
    last: Option<Arc<Built>>,
}

/// One under way.
#[derive(Debug, Clone)]
pub(crate) struct Build {
    /// Of which app.
    pub(crate) app: AppId,
    /// When it began.
    pub(crate) started_at: UnixMs,
    sessions: Arc<AtomicU64>,
    sessions_all: Arc<AtomicU64>,
}

impl Build {
    /// Sessions that are in it, and sessions in all; none of both until they were counted.
    pub(crate) fn sessions(&self) -> (u64, u64) {
        (self.sessions.load(Ordering::Relaxed), self.sessions_all.load(Ordering::Relaxed))
    }
}

/// One that has ended.
#[derive(Debug)]
pub(crate) struct Built {
    /// Of which app.
    pub(crate) app: AppId,
    /// When it began.
    pub(crate) started_at: UnixMs,
    /// When it ended.
    pub(crate) ended_at: UnixMs,
    /// Why it could not go on, in words.
    pub(crate) error: Option<String>,
}

impl Rebuilding {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What runs, and what ended last.
    pub(crate) fn look(&self) -> (Option<Build>, Option<Arc<Built>>) {
        let state = self.state();
        (state.running.clone(), state.last.clone())
    }

    /// Begins one; false while another one runs.
    pub(crate) fn begin(&self, node: &Node, app: &AppId) -> bool {
        let build = Build {
            app: app.clone(),
            started_at: node.now(),
            sessions: Arc::default(),
            sessions_all: Arc::default(),
        };
        {
            let mut state = self.state();
            if state.running.is_some() {
                return false;
            }
            state.running = Some(build.clone());
        }
        tokio::spawn(self.clone().run(node.clone(), build));
        true
    }

    async fn run(self, node: Node, build: Build) {
        let (store, at_work) = (node.store().clone(), build.clone());
        // It reads the whole app.
        let work = tokio::task::spawn_blocking(move || {
            store.index_rebuild(Some(&at_work.app), |done, all| {
                at_work.sessions.store(done, Ordering::Relaxed);
                at_work.sessions_all.store(all, Ordering::Relaxed);
            })
        });
        let error = match work.await {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(error) = &error {
            tracing::error!(error, app = %build.app, "an index could not be built anew");
        }
        let Build { app, started_at, .. } = build;
        let mut state = self.state();
        state.last = Some(Arc::new(Built { app, started_at, ended_at: node.now(), error }));
        state.running = None;
    }
}
