//! Group commit beside the disk and beside plain SQLite: the same clients join and leave at each store, in one run.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::runtime::Runtime;

use super::disk::Log;
use super::note;
use super::sample::short;
use crate::rooms::PEERS_PER_ROOM;
use clients::{Run, come_and_go};
use committer::Committer;
use ours::{Ledger, Meanwhile};

pub(crate) mod clients;
mod committer;
mod import;
pub(crate) mod ours;
mod reference;
mod rooms;

pub(super) use import::measure as measure_import;
pub(crate) use rooms::APP;

/// Rounds of all stores in turn: what the disk does at a time meets all of them.
const ROUNDS: u32 = 5;

/// The stores, as they follow each other in a round.
const STORES: [&str; 7] = [
    "disk: 4 KiB + `fdatasync`, one at a time",
    "disk: 96 bytes each + `fdatasync` (the bound)",
    "plain SQLite, one commit each",
    "plain SQLite, group commit (the reference)",
    "ledger",
    "ledger, lists read meanwhile",
    "ledger, lists read and sessions sealed meanwhile",
];
const BARE: usize = 0;
const REFERENCE: usize = 3;
const LISTS: usize = 5;
const SEALING: usize = 6;

/// A table with a run of each store for each number of clients in flight, and what else went on in some of them.
pub(super) fn measure(runtime: &Runtime, dir: &Path, in_flight: &[usize], each: Duration) -> Result<String> {
    let mut table = String::from(
        "| In flight | Store | joins + leaves a second | of the reference | ack p50 | p99 | longest | longest without \
         any ack | ack p50 in `fdatasync`s | CPU of the writer each |\n|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    let mut others = String::from(
        "| In flight | Store | lists | checkpoints | sessions ended | sealed | segments sealed / merged | sealer at work |\n\
         |---:|---|---:|---:|---:|---:|---:|---:|\n",
    );
    for &peers in in_flight {
        note!("{peers} in flight");
        let Measured { runs, lists, sealing } = runtime.block_on(rounds(dir, peers, each / ROUNDS))?;
        rows(&mut table, peers, runs)?;
        for (store, meanwhile) in [(LISTS, lists), (SEALING, sealing)] {
            others.push_str(&row(peers, store, &meanwhile));
        }
    }
    Ok(format!(
        "A disk drifts, so the stores are measured in {ROUNDS} rounds, in turn, {} ms each. A rate is the median of the \
         rounds; \"of the reference\" is the median of the ratios within each round; all else is over all rounds. The \
         `fdatasync` that an acknowledgement is told in is the p50 of the first row.\n\n{table}\n\
         While lists are read, one reader asks for them without a pause. While sessions are sealed, each ends after {} joins \
         and the next one begins; the facts of that are written beside the acts and not counted. The index is told to seal \
         from {} ended sessions on: it does so as often as it ever does, every 50 ms. A checkpoint is counted when the log \
         begins anew.\n\n{others}",
        (each / ROUNDS).as_millis(),
        ours::JOINS,
        ours::SEALED_FROM,
    ))
}

/// The rounds of each store, and what went on meanwhile.
#[derive(Default)]
struct Measured {
    runs: [Vec<Run>; STORES.len()],
    lists: Meanwhile,
    sealing: Meanwhile,
}

async fn rounds(dir: &Path, peers: usize, each: Duration) -> Result<Measured> {
    let rooms = peers.div_ceil(PEERS_PER_ROOM);
    let at = |name: &str| dir.join(format!("{name}-{peers}"));
    let bare = Log::new(dir)?;
    let committers: [Arc<Committer>; 3] = [
        Arc::new(committer::raw(&at("raw"))?),
        Arc::new(reference::start(&at("single"), rooms, 1)?),
        Arc::new(reference::start(&at("grouped"), rooms, committer::GROUP_MAX)?),
    ];
    let ours = Arc::new(Ledger::open(&at("ours"), rooms).await?);
    let sealing = Arc::new(Ledger::open_sealing(&at("sealing"), rooms).await?);
    let mut measured = Measured::default();
    for _ in 0..ROUNDS {
        let mut round = vec![Run::bare(bare.syncs(each)?)];
        for committer in &committers {
            round.push(come_and_go(Arc::clone(committer), peers, each).await?);
        }
        round.push(come_and_go(Arc::clone(&ours), peers, each).await?);
        let (run, lists) = ours::with_reader(&ours, peers, each).await?;
        round.push(run);
        measured.lists.add(&lists);
        let (run, sealed) = ours::with_reader(&sealing, peers, each).await?;
        round.push(run);
        measured.sealing.add(&sealed);
        for (runs, run) in measured.runs.iter_mut().zip(round) {
            runs.push(run);
        }
    }
    measured.sealing.ensure_sealed()?;
    Ok(measured)
}

fn rows(table: &mut String, peers: usize, runs: [Vec<Run>; STORES.len()]) -> Result<()> {
    let rates = runs.each_ref().map(|rounds| rounds.iter().map(Run::a_second).collect::<Vec<_>>());
    let mut runs = runs.map(Run::all);
    let sync = runs[BARE].acks.percentile(50).as_secs_f64();
    for ((name, run), rates_of) in STORES.iter().zip(&mut runs).zip(&rates) {
        let ratios =
            rates_of.iter().zip(&rates[REFERENCE]).map(|(ours, reference)| ours / reference).collect();
        let p50 = run.acks.percentile(50);
        writeln!(
            table,
            "| {peers} | {name} | {:.0} | {:.2} × | {} | {} | {} | {} | {:.1} | {} |",
            median(rates_of.clone()),
            median(ratios),
            short(p50),
            short(run.acks.percentile(99)),
            short(run.acks.percentile(100)),
            short(run.silence),
            p50.as_secs_f64() / sync,
            run.cpu_each().map_or_else(|| "–".to_owned(), short),
        )?;
    }
    Ok(())
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn row(peers: usize, store: usize, meanwhile: &Meanwhile) -> String {
    let Meanwhile { lists, checkpoints, ended, index } = meanwhile;
    format!(
        "| {peers} | {} | {lists} | {checkpoints} | {ended} | {} | {} / {} | {} |\n",
        STORES[store],
        index.sealed,
        index.seals,
        index.merges,
        short(Duration::from_micros(index.busy_us)),
    )
}
