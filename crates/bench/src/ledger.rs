//! What the ledger costs: joins and leaves made durable, next to what the disk can do; lists of many sessions.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

mod disk;
mod durable;
mod history;
mod lists;
mod sample;

/// `ledger`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct LedgerArgs {
    /// Peers that join and leave at the same time, a run for each number
    #[arg(long, value_delimiter = ',', default_values_t = [1, 64, 1024])]
    in_flight: Vec<usize>,
    /// Seconds that each run is measured
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Sessions in the ledger for the lists
    #[arg(long, default_value_t = 100_000)]
    sessions: u64,
    /// Requests of each list
    #[arg(long, default_value_t = 300)]
    requests: usize,
    /// Folder for the data, on the disk to measure
    #[arg(long, default_value = "target")]
    dir: PathBuf,
}

/// Runs everything and returns the tables.
pub(crate) fn run(args: &LedgerArgs) -> Result<String> {
    let LedgerArgs { in_flight, seconds, sessions, requests, dir } = args;
    std::fs::create_dir_all(dir)?;
    let folder =
        tempfile::tempdir_in(dir).with_context(|| format!("cannot make a folder in {}", dir.display()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let each = Duration::from_secs(*seconds);
    let disk = disk::measure(folder.path(), each)?;
    let durable = durable::measure(&runtime, folder.path(), in_flight, each, &disk)?;
    let lists = lists::measure(&runtime, folder.path(), *sessions, *requests)?;
    Ok(format!("{}\n{durable}\n{lists}", disk.table()))
}
