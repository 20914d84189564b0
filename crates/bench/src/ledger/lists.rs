//! The lists at full size: everything that is measured about them, in one run.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use sederunt_store::Store;
use tokio::runtime::Runtime;

use super::data::{Folder, Imported, Sizes, settle};
use super::http::{self, Served};
use super::note;
use super::probe::{self, Probed};
use super::query::{COMMON, DEEP, FIRST, HEX, MINUTES_DEEP, YEAR};
use super::side::{self, Measured};
use super::throughput::{self, Loop};
use super::world::World;

/// Lists that a fresh process is asked for.
const COLD: &[&str] = &[FIRST, DEEP, "R4 a meeting", YEAR, MINUTES_DEEP, COMMON, HEX];
pub(super) const COLD_RUNS: u64 = 3;
/// Rounds of every list while the memory is looked at.
const MEMORY_ROUNDS: u64 = 20;

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Step {
    /// Fresh processes: memory, start, first answers
    Fresh,
    /// Every list, one after the other
    Side,
    /// Closed loops of one and eight clients
    Loops,
    /// The whole server
    Http,
}

/// All results.
#[derive(Debug)]
pub(super) struct Lists {
    pub(super) world: World,
    pub(super) imported: Imported,
    pub(super) sizes: Sizes,
    pub(super) probed: Probes,
    pub(super) cold: Vec<Cold>,
    pub(super) measured: Vec<Measured>,
    pub(super) loops: Vec<Loop>,
    pub(super) served: Vec<Served>,
    pub(super) load_before: String,
    pub(super) load_after: String,
}

/// What fresh processes found.
#[derive(Debug, Default)]
pub(super) struct Probes {
    /// Every list, files in memory.
    pub(super) memory: Probed,
    pub(super) cold_open_us: u64,
    /// Until the index answered everything.
    pub(super) cold_ready_us: u64,
}

/// First answers without the kernel's copies of the files.
#[derive(Debug)]
pub(super) struct Cold {
    pub(super) list: &'static str,
    pub(super) took: Duration,
}

/// Makes the data if it is not there, and measures.
pub(super) fn run(runtime: &Runtime, dir: &Path, world: World, rounds: u64, steps: &[Step]) -> Result<Lists> {
    let has = |step| steps.contains(&step);
    let folder = Folder::of(dir, world)?;
    let imported = folder.import(runtime, world)?;
    let load_before = load_average();
    let (probed, cold) = if has(Step::Fresh) { probes(&folder, world)? } else { Default::default() };
    let (mut measured, mut loops) = (Vec::new(), Vec::new());
    if has(Step::Side) || has(Step::Loops) {
        let store = Store::open(&folder.data())?;
        settle(&store)?;
        runtime.block_on(async {
            if has(Step::Side) {
                measured = side::measure(&store, world, rounds).await?;
            }
            if has(Step::Loops) {
                loops = throughput::measure(&store, world).await?;
            }
            anyhow::Ok(())
        })?;
    }
    let mut served = Vec::new();
    if has(Step::Http) {
        served = runtime.block_on(http::measure(&folder.data(), world, folder.access()?))?;
    }
    Ok(Lists {
        world,
        imported,
        sizes: folder.sizes()?,
        probed,
        cold,
        measured,
        loops,
        served,
        load_before,
        load_after: load_average(),
    })
}

fn probes(folder: &Folder, world: World) -> Result<(Probes, Vec<Cold>)> {
    let data = folder.data();
    let (mut cold, mut opens, mut readies) = (Vec::new(), Vec::new(), Vec::new());
    for list in COLD {
        let mut runs = Vec::new();
        for run in 0..COLD_RUNS {
            probe::evict(&data)?;
            let ask = probe::Ask { list: Some(list), rounds: 1, from: 1_000_000 + run, settle: false };
            let probed = probe::probe(&data, world, ask)?;
            opens.push(probed.open_us);
            readies.push(probed.ready_us);
            runs.push(Duration::from_micros(probed.first_us));
        }
        let took = median(&mut runs).unwrap_or_default();
        note!("cold, {list}: {took:?}");
        cold.push(Cold { list, took });
    }
    let ask = probe::Ask { list: None, rounds: MEMORY_ROUNDS, from: 0, settle: true };
    let memory = probe::probe(&data, world, ask)?;
    let cold_open_us = median(&mut opens).unwrap_or_default();
    let cold_ready_us = median(&mut readies).unwrap_or_default();
    Ok((Probes { memory, cold_open_us, cold_ready_us }, cold))
}

fn median<T: Copy + Ord>(values: &mut [T]) -> Option<T> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}
