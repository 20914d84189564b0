//! The session list's index: every answer is that of SQL, whatever happened to it.
//!
//! Random histories and queries from a seed, which a failure prints. `SEDERUNT_DIFF_SEED=…` repeats it,
//! `SEDERUNT_DIFF_QUERIES=100000` asks more than the default.

mod concurrent;
mod days;
mod faults;
mod life;
mod queries;
mod usage;
mod world;

use std::path::Path;

use sederunt_store::{IndexOptions, Store, StoreOptions};

/// Small numbers, so that little history makes many segments.
fn small(from_sessions: u64, seal_sessions: usize) -> StoreOptions {
    StoreOptions { index: IndexOptions { from_sessions, seal_sessions, ..IndexOptions::default() } }
}

fn open(dir: &Path, options: StoreOptions) -> Store {
    Store::open_with(dir, options).unwrap()
}

/// Waits until nothing is left to build, seal or merge.
async fn settle(store: &Store) {
    let store = store.clone();
    assert!(tokio::task::spawn_blocking(move || store.index_settle()).await.unwrap());
}
