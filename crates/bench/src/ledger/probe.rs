//! A process of its own that opens the ledger and asks: for what a fresh process costs in time and memory.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sederunt_store::Store;
use serde::{Deserialize, Serialize};

use super::data::files;
use super::query::{self, QUESTIONS};
use super::side;
use super::world::World;

/// How often the memory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// `ledger-probe`: opens, asks, and prints what it took as JSON.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ProbeArgs {
    /// Data folder
    #[arg(long)]
    data: PathBuf,
    #[arg(long)]
    sessions: u64,
    #[arg(long)]
    seed: u64,
    /// Names of lists; all when none is given
    #[arg(long)]
    ask: Vec<String>,
    /// Rounds of each list
    #[arg(long, default_value_t = 1)]
    rounds: u64,
    /// Ask only once the index answers
    #[arg(long)]
    settle: bool,
    /// Number of the first round: other rounds have other parameters
    #[arg(long, default_value_t = 0)]
    from: u64,
}

/// What it found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Probed {
    pub(super) open_us: u64,
    /// First answer of the first list; from SQL, if the index does not answer yet.
    pub(super) first_us: u64,
    /// From the start of opening until the index answers everything.
    pub(super) ready_us: u64,
    /// Anonymous memory after opening.
    pub(super) anonymous_open: u64,
    /// Its maximum.
    pub(super) anonymous_max: u64,
}

/// Runs in the child.
pub(crate) fn run(args: &ProbeArgs) -> Result<String> {
    let world = World::new(args.seed, args.sessions);
    let (stop, max) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let looker = std::thread::spawn({
        let (stop, max) = (Arc::clone(&stop), Arc::clone(&max));
        move || {
            while !stop.load(Ordering::Relaxed) {
                max.fetch_max(anonymous().unwrap_or(0), Ordering::Relaxed);
                std::thread::sleep(LOOK_EVERY);
            }
        }
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let start = Instant::now();
    let store = Store::open(&args.data)?;
    let open_us = micros(start.elapsed());
    let anonymous_open = anonymous()?;
    let mut ready_us = 0;
    if args.settle {
        super::data::settle(&store)?;
        ready_us = micros(start.elapsed());
    }
    let names: Vec<&str> = match args.ask.as_slice() {
        [] => QUESTIONS.iter().map(|q| q.name).collect(),
        names => names.iter().map(String::as_str).collect(),
    };
    let mut first_us = None;
    for name in names {
        let question = query::question(name).with_context(|| format!("no list {name:?}"))?;
        for n in args.from..args.from + args.rounds {
            let (took, _) = runtime.block_on(side::ours(&store, &world, &question.ask(&world, n)))?;
            first_us.get_or_insert(micros(took));
        }
    }
    stop.store(true, Ordering::Relaxed);
    ensure!(looker.join().is_ok(), "the thread that looks at the memory died");
    if !args.settle {
        super::data::settle(&store)?;
        ready_us = micros(start.elapsed());
    }
    let probed = Probed {
        open_us,
        ready_us,
        first_us: first_us.unwrap_or(0),
        anonymous_open,
        anonymous_max: max.load(Ordering::Relaxed).max(anonymous()?),
    };
    Ok(serde_json::to_string(&probed)?)
}

fn micros(d: Duration) -> u64 {
    u64::try_from(d.as_micros()).unwrap_or(u64::MAX)
}

/// Bytes of memory of this process that no file backs.
fn anonymous() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib =
        line.and_then(|rest| rest.trim().strip_suffix("kB")).context("no RssAnon in /proc/self/status")?;
    Ok(kib.trim().parse::<u64>()? * 1024)
}

/// What a child is to ask.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    /// All when there is none.
    pub(super) list: Option<&'a str>,
    pub(super) rounds: u64,
    pub(super) from: u64,
    /// Only once the index answers.
    pub(super) settle: bool,
}

/// Starts a child and waits for what it found.
pub(super) fn probe(data: &Path, world: World, ask: Ask<'_>) -> Result<Probed> {
    let Ask { list, rounds, from, settle } = ask;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("ledger-probe").arg("--data").arg(data);
    command.args(["--sessions", &world.sessions.to_string(), "--seed", &world.seed.to_string()]);
    command.args(["--rounds", &rounds.to_string(), "--from", &from.to_string()]);
    if settle {
        command.arg("--settle");
    }
    if let Some(name) = list {
        command.args(["--ask", name]);
    }
    let output = command.output()?;
    ensure!(output.status.success(), "the probe failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Writes back and drops what the kernel holds of a folder's files. Nobody may have them mapped.
pub(super) fn evict(folder: &Path) -> Result<()> {
    use rustix::fs::Advice;
    for path in files(folder)? {
        let file = std::fs::File::open(&path)?;
        file.sync_all()?;
        rustix::fs::fadvise(&file, 0, None, Advice::DontNeed)?;
    }
    Ok(())
}
