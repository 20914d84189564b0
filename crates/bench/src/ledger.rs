//! What the ledger costs: joins and leaves made durable, next to what the disk can do; lists of very many sessions.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::ValueEnum;

mod data;
pub(crate) mod disk;
mod durable;
mod http;
pub(crate) mod ingest;
mod lists;
mod probe;
mod query;
mod report;
pub(crate) mod sample;
mod side;
pub(crate) mod stays;
mod throughput;
mod world;

pub(crate) use probe::{ProbeArgs, run as run_probe};

/// Tells how far it is, on stderr: a run takes many minutes.
macro_rules! note {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        // Nobody may be reading.
        let _ = writeln!(std::io::stderr(), $($words)*);
    }};
}
use note;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Joins and leaves made durable
    Ingest,
    /// Lists of very many sessions
    Lists,
}

/// `ledger`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct LedgerArgs {
    /// What to measure; everything when not given
    #[arg(long, value_enum, value_delimiter = ',')]
    part: Vec<Part>,
    /// Peers that join and leave at the same time, a run for each number
    #[arg(long, value_delimiter = ',', default_values_t = [1, 64, 1024, 4096])]
    in_flight: Vec<usize>,
    /// Seconds that each run is measured
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Sessions of the large app; nine more apps have a tenth each
    #[arg(long, default_value_t = 10_000_000)]
    sessions: u64,
    /// Sessions of the import that is measured alone
    #[arg(long, default_value_t = 400_000)]
    import: u64,
    /// What the sessions are made from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Rounds of each list
    #[arg(long, default_value_t = 300)]
    rounds: u64,
    /// What of the lists to measure; everything when not given, and only then the document is written
    #[arg(long, value_enum, value_delimiter = ',')]
    step: Vec<lists::Step>,
    /// Means nothing: older revisions of this program, beside which `xtask against` runs it, know PostgreSQL
    #[arg(long, hide = true)]
    without_postgres: bool,
    /// Folder for the data, on the disk to measure; the lists' data are kept there
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
    /// Document to write the tables of the lists into
    #[arg(long, default_value = "docs/benchmarks.md")]
    document: PathBuf,
    /// Only print the tables
    #[arg(long)]
    no_write: bool,
}

/// Runs everything and returns the tables.
pub(crate) fn run(args: &LedgerArgs) -> Result<String> {
    let has = |part| args.part.is_empty() || args.part.contains(&part);
    std::fs::create_dir_all(&args.dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut tables = Vec::new();
    if has(Part::Ingest) {
        tables.push(ingest(args, &runtime)?);
    }
    if has(Part::Lists) {
        let world = world::World::new(args.seed, args.sessions);
        let all = lists::Step::value_variants();
        let steps = if args.step.is_empty() { all } else { &args.step };
        let mut lists = lists::run(&runtime, &args.dir, world, args.rounds, steps)?;
        let text = report::lists(&mut lists)?;
        if !args.no_write && args.step.is_empty() {
            report::write(&args.document, &text)?;
        }
        tables.push(text);
    }
    Ok(tables.join("\n"))
}

fn ingest(args: &LedgerArgs, runtime: &tokio::runtime::Runtime) -> Result<String> {
    let folder = tempfile::tempdir_in(&args.dir)
        .with_context(|| format!("cannot make a folder in {}", args.dir.display()))?;
    let each = Duration::from_secs(args.seconds);
    let disk = disk::measure(folder.path(), each)?;
    let durable = durable::measure(runtime, folder.path(), &args.in_flight, each, &disk)?;
    let group = ingest::measure(runtime, folder.path(), &args.in_flight, each)?;
    let import = ingest::measure_import(folder.path(), args.import)?;
    Ok(format!("{}\n{group}\n{durable}\n{import}", disk.table()))
}
