//! Reads that walk over much of an app: in turns, on a thread that may block, and no longer than somebody waits for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;
use sederunt_store::{Pace, Store, StoreError};
use tokio::task::spawn_blocking;

use crate::dialect::KitError;
use crate::doors::sederunt::access::InApp;

/// Ends a read that nobody waits for any more.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What `read` makes of the ledger, when it is the caller's turn. 429 when that takes too long.
pub(super) async fn walk<T: Send + 'static>(
    caller: &InApp,
    read: impl FnOnce(&Store, &Pace) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, KitError> {
    let InApp { api, key, .. } = caller;
    let Some(turn) = api.walks.turn(key.token).await else {
        api.node.metrics().refusal("WALK_LIMIT");
        let words = "Too many long reads at a time; try again in a moment";
        return Err(KitError::new(StatusCode::TOO_MANY_REQUESTS, words));
    };
    let waiting = Waiting(Arc::default());
    let (store, pace) = (api.node.store().clone(), Pace::beside_others(Arc::clone(&waiting.0)));
    let made = spawn_blocking(move || {
        let _turn = turn;
        read(&store, &pace)
    });
    let made = made.await.map_err(|error| KitError::internal(&error))?;
    drop(waiting);
    Ok(made?)
}
