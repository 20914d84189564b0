//! The check of the whole ledger that somebody asked for at the door: one at a time, beside everybody else, and it can be
//! stopped.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sederunt_core::time::UnixMs;
use sederunt_node::Node;
use sederunt_store::{Pace, StoreError, Verified, VerifyReport};

/// The check that runs, and the last one that has ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verifying {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    running: Option<Run>,
    last: Option<Arc<Ended>>,
}

/// A check under way.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// When it began.
    pub(crate) started_at: UnixMs,
    facts: Arc<AtomicU64>,
    facts_all: Arc<AtomicU64>,
    gone: Arc<AtomicBool>,
}

impl Run {
    /// Facts that are done, and facts in all; none of both until the file itself was looked at.
    pub(crate) fn facts(&self) -> (u64, u64) {
        (self.facts.load(Ordering::Relaxed), self.facts_all.load(Ordering::Relaxed))
    }
}

/// A check that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// When it began.
    pub(crate) started_at: UnixMs,
    /// When it ended.
    pub(crate) ended_at: UnixMs,
    /// What it came to.
    pub(crate) came_to: CameTo,
}

/// What a check came to.
#[derive(Debug)]
pub(crate) enum CameTo {
    /// It compared everything.
    Report(VerifyReport),
    /// Somebody stopped it.
    Stopped,
    /// It could not go on, in words.
    Failed(String),
}

impl Verifying {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What runs, and what ended last.
    pub(crate) fn look(&self) -> (Option<Run>, Option<Arc<Ended>>) {
        let state = self.state();
        (state.running.clone(), state.last.clone())
    }

    /// Begins a check; `None` while one runs. It ends with the server.
    pub(crate) fn begin(&self, node: &Node) -> Option<Run> {
        let run = Run {
            started_at: node.now(),
            facts: Arc::default(),
            facts_all: Arc::default(),
            gone: Arc::default(),
        };
        {
            let mut state = self.state();
            if state.running.is_some() {
                return None;
            }
            state.running = Some(run.clone());
        }
        tokio::spawn(self.clone().run(node.clone(), run.clone()));
        Some(run)
    }

    /// Stops the one that runs; whether one did.
    pub(crate) fn stop(&self) -> bool {
        let state = self.state();
        state.running.as_ref().inspect(|run| run.gone.store(true, Ordering::Relaxed)).is_some()
    }

    async fn run(self, node: Node, run: Run) {
        let (store, at_work) = (node.store().clone(), run.clone());
        // The ledger's readers are blocking, and this one takes minutes.
        let mut work = tokio::task::spawn_blocking(move || {
            let pace = Pace::beside_others(Arc::clone(&at_work.gone));
            store.verify_at(&pace, |done, all| {
                at_work.facts.store(done, Ordering::Relaxed);
                at_work.facts_all.store(all, Ordering::Relaxed);
            })
        });
        let done = tokio::select! {
            done = &mut work => done,
            () = node.stopped() => {
                run.gone.store(true, Ordering::Relaxed);
                work.await
            }
        };
        let came_to = match done.unwrap_or(Err(StoreError::Closed)) {
            Ok(report) => {
                let VerifyReport { facts, difference_count, .. } = report;
                let (store, at) = (node.store().clone(), node.now());
                let note = move || store.note_verified(Verified { at, facts, difference_count });
                // Whether it is remembered changes nothing of what it came to.
                let _ = tokio::task::spawn_blocking(note).await;
                CameTo::Report(report)
            }
            Err(_) if run.gone.load(Ordering::Relaxed) => CameTo::Stopped,
            Err(error) => {
                tracing::error!(%error, "the ledger could not be verified");
                CameTo::Failed(error.to_string())
            }
        };
        let ended = Ended { started_at: run.started_at, ended_at: node.now(), came_to };
        let mut state = self.state();
        state.last = Some(Arc::new(ended));
        state.running = None;
    }
}
