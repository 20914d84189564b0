//! Group commit beside the disk and beside plain SQLite: the same clients join and leave at four stores, in one run.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::runtime::Runtime;

use super::disk::Disk;
use super::note;
use super::sample::short;
use crate::rooms::PEERS_PER_ROOM;
use clients::{Run, come_and_go};

mod clients;
mod committer;
mod import;
mod ours;
mod reference;

pub(super) use import::measure as measure_import;

/// A table with a run of each store for each number of clients in flight.
pub(super) fn measure(
    runtime: &Runtime,
    dir: &Path,
    in_flight: &[usize],
    each: Duration,
    disk: &Disk,
) -> Result<String> {
    let mut table = String::from(
        "| In flight | Store | joins + leaves a second | of the reference | ack p50 | p99 | longest | longest without \
         any ack | ack p50 in `fdatasync`s | CPU of the writer each |\n|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for &peers in in_flight {
        note!("{peers} in flight");
        let mut runs = Vec::new();
        let rooms = peers.div_ceil(PEERS_PER_ROOM);
        let at = |name: &str| dir.join(format!("{name}-{peers}"));
        let raw = Arc::new(committer::raw(&at("raw"))?);
        runs.push((
            "disk: 96 bytes each + `fdatasync` (the bound)",
            runtime.block_on(come_and_go(raw, peers, each))?,
        ));
        let single = Arc::new(reference::start(&at("single"), rooms, 1)?);
        runs.push(("plain SQLite, one commit each", runtime.block_on(come_and_go(single, peers, each))?));
        let grouped = Arc::new(reference::start(&at("grouped"), rooms, reference::GROUP_MAX)?);
        runs.push((
            "plain SQLite, group commit (the reference)",
            runtime.block_on(come_and_go(grouped, peers, each))?,
        ));
        let ours = Arc::new(runtime.block_on(ours::Ledger::open(&at("ours"), rooms))?);
        runs.push(("ledger", runtime.block_on(come_and_go(Arc::clone(&ours), peers, each))?));
        let (run, pages) = runtime.block_on(ours::with_reader(ours, peers, each))?;
        runs.push(("ledger, lists read meanwhile", run));
        rows(&mut table, peers, runs, disk)?;
        note!("{pages} pages read meanwhile");
    }
    Ok(table)
}

fn rows(table: &mut String, peers: usize, mut runs: Vec<(&str, Run)>, disk: &Disk) -> Result<()> {
    let reference = runs.get(2).map_or(1.0, |(_, run)| run.a_second());
    for (name, run) in &mut runs {
        let p50 = run.acks.percentile(50);
        writeln!(
            table,
            "| {peers} | {name} | {:.0} | {:.2} × | {} | {} | {} | {} | {:.1} | {} |",
            run.a_second(),
            run.a_second() / reference,
            short(p50),
            short(run.acks.percentile(99)),
            short(run.acks.percentile(100)),
            short(run.silence),
            p50.as_secs_f64() * disk.preallocated,
            short(run.cpu_each()),
        )?;
    }
    Ok(())
}
