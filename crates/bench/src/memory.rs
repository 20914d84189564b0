//! What strangers can make the server hold: a socket that never reads, ten thousand that do nothing, a hundred thousand
//! asks for a way in. The server is the real binary, a fresh process with a fresh ledger for each; another binary can
//! be measured beside it.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

mod attack;
mod target;

use attack::Outcome;
use target::Target;

/// Memory is looked at again after this pause: the allocator gives back what it has not needed for a moment.
const AFTERWARDS: Duration = Duration::from_secs(5);
const MIB: u64 = 1 << 20;

/// `memory`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct MemoryArgs {
    /// The server. Left out: `sederunt` beside this program
    #[arg(long)]
    server: Option<PathBuf>,
    /// Another server, measured in the same run
    #[arg(long)]
    against: Option<PathBuf>,
    /// Most MiB of pings that a client who never reads sends
    #[arg(long, default_value_t = 500)]
    ping_mib: u64,
    /// Sockets that are opened and do nothing
    #[arg(long, default_value_t = 10_000)]
    sockets: usize,
    /// Asks for a token of an open room, without credentials
    #[arg(long, default_value_t = 100_000)]
    asks: u32,
}

/// Memory of a server, bytes: resident pages.
#[derive(Debug, Clone, Copy)]
struct Reading {
    before: u64,
    peak: u64,
    after: u64,
    ledger_before: u64,
    ledger_after: u64,
}

/// Runs everything and returns the table.
pub(crate) fn run(args: &MemoryArgs) -> Result<String> {
    let beside = std::env::current_exe()?.with_file_name("sederunt");
    let server = args.server.clone().unwrap_or(beside);
    let mut servers = vec![("this", server)];
    servers.extend(args.against.clone().map(|path| ("the other", path)));
    for (_, path) in &servers {
        ensure!(path.exists(), "{} does not exist: cargo build --release -p sederunt-server", path.display());
    }
    raise_open_files()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut table = String::from(
        "| What is done | Server | resident before | at most | 5 s after all is closed | ledger before | after | what \
         happened |\n|---|---|---:|---:|---:|---:|---:|---|\n",
    );
    let attacks = [
        format!("one socket, at most {} MiB of 125-byte pings, reads nothing", args.ping_mib),
        format!("{} sockets that do nothing", args.sockets),
        format!("{} × `POST /meet/token` at an open room, nobody joins", args.asks),
    ];
    for (n, what) in attacks.iter().enumerate() {
        for (name, path) in &servers {
            let target = Target::start(path).with_context(|| path.display().to_string())?;
            let (reading, told) = runtime.block_on(measure(&target, args, n))?;
            let Reading { before, peak, after, ledger_before, ledger_after } = reading;
            writeln!(
                table,
                "| {what} | {name} | {} | {} | {} | {} | {} | {told} |",
                mib(before),
                mib(peak),
                mib(after),
                mib(ledger_before),
                mib(ledger_after)
            )?;
        }
    }
    Ok(table)
}

async fn measure(target: &Target, args: &MemoryArgs, n: usize) -> Result<(Reading, String)> {
    let rooms = target.prepare(args.sockets).await?;
    // One of everything first: what is made once is not what one more costs.
    attack::asks(target, &rooms, 10).await?;
    tokio::time::sleep(AFTERWARDS).await;
    let (before, ledger_before) = (target.resident()?, target.ledger_bytes()?);
    target.reset_peak()?;
    let Outcome { open, told } = match n {
        0 => attack::pings(target, &rooms, args.ping_mib * MIB).await?,
        1 => attack::idle(target, &rooms, args.sockets).await?,
        _ => attack::asks(target, &rooms, args.asks).await?,
    };
    let peak = target.peak()?;
    drop(open);
    tokio::time::sleep(AFTERWARDS).await;
    let (after, ledger_after) = (target.resident()?, target.ledger_bytes()?);
    Ok((Reading { before, peak, after, ledger_before, ledger_after }, told))
}

fn mib(bytes: u64) -> String {
    let tenths = bytes * 10 / MIB;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

/// As many files as this process may open.
fn raise_open_files() -> Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).context("ulimit -n")
}
