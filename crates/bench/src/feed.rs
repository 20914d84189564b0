//! What the live feed costs: many watchers over real connections while people join.
//!
//! The server is a process of its own (this program again), so that its memory and CPU time are its own.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::task::block_in_place;

mod client;
pub(crate) mod process;
mod server;

use client::Watchers;
use process::Usage;

/// `feed`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct FeedArgs {
    /// Watchers of one app, a run for each number
    #[arg(long, value_delimiter = ',', default_values_t = [1, 100, 1000, 10_000])]
    watchers: Vec<usize>,
    /// Joins a second
    #[arg(long, default_value_t = 100)]
    joins: u32,
    /// Seconds that each run is measured
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Folder for the data
    #[arg(long, default_value = "target")]
    dir: PathBuf,
}

/// `feed-server`: the other process.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct FeedServerArgs {
    /// Folder for the data
    dir: PathBuf,
}

/// Runs everything and returns the table.
pub(crate) fn run(args: &FeedArgs) -> Result<String> {
    process::raise_open_files()?;
    std::fs::create_dir_all(&args.dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut table = format!(
        "{} joins a second for {} s, nobody leaves. Times are from the change (the room's clock) to its last byte at a \
         watcher, in whole milliseconds.\n\n\
         | Watchers | change → event p50 / p99 / most | events told | anonymous memory per watcher, idle / after | CPU of the \
         server | CPU of the watchers |\n|---:|---:|---:|---:|---:|---:|\n",
        args.joins, args.seconds
    );
    for &watchers in &args.watchers {
        let row = runtime.block_on(one(args, watchers))?;
        table.push_str(&row);
    }
    Ok(table)
}

/// The server process.
pub(crate) fn run_server(args: &FeedServerArgs) -> Result<String> {
    process::raise_open_files()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(server::serve(&args.dir))?;
    Ok(String::new())
}

async fn one(args: &FeedArgs, count: usize) -> Result<String> {
    let folder = tempfile::tempdir_in(&args.dir).context("cannot make a folder")?;
    let mut server = Server::start(folder.path())?;
    // What the first requests allocate is not the watchers'.
    server.joins(args.joins, Duration::from_secs(1))?;
    let before = server.usage()?;
    let watchers = Watchers::open(&server.address, count).await?;
    let idle = server.usage()?;
    let own = Usage::of(std::process::id())?;
    let (joins, last_seq) = server.joins(args.joins, Duration::from_secs(args.seconds))?;
    let mut told = watchers.until(last_seq).await?;
    let (after, own_after) = (server.usage()?, Usage::of(std::process::id())?);
    ensure!(told.ends == 0, "{} watchers were cut", told.ends);
    ensure!(told.events == joins * count as u64, "told {} of {joins} joins to {count} watchers", told.events);
    server.stop()?;
    let per_watcher = |usage: &Usage| {
        usage.anonymous_bytes.saturating_sub(before.anonymous_bytes) as f64 / count as f64 / 1024.0
    };
    let core = |from: &Usage, to: &Usage| (to.cpu - from.cpu).as_secs_f64() / args.seconds as f64 * 100.0;
    let mut row = String::new();
    writeln!(
        row,
        "| {count} | {} ms / {} ms / {} ms | {} | {:.1} KiB / {:.1} KiB | {:.0} % of a core | {:.0} % |",
        told.percentile(50),
        told.percentile(99),
        told.percentile(100),
        told.events,
        per_watcher(&idle),
        per_watcher(&after),
        core(&idle, &after),
        core(&own, &own_after),
    )?;
    Ok(row)
}

/// The server process, from outside.
struct Server {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    address: String,
}

impl Server {
    fn start(dir: &std::path::Path) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("feed-server")
            .arg(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = child.stdin.take().context("no stdin")?;
        let answers = BufReader::new(child.stdout.take().context("no stdout")?);
        let mut server = Self { child, orders, answers, address: String::new() };
        server.address = server.answer("ready")?;
        Ok(server)
    }

    /// The rest of the next line, which begins with `word`.
    fn answer(&mut self, word: &str) -> Result<String> {
        let mut line = String::new();
        // The watchers go on reading on the other threads.
        block_in_place(|| self.answers.read_line(&mut line))?;
        match line.strip_prefix(word) {
            Some(rest) => Ok(rest.trim().to_owned()),
            None => bail!("the server said {line:?} instead of {word}"),
        }
    }

    /// People join; returns how many, and the sequence number of the last of them.
    fn joins(&mut self, a_second: u32, time: Duration) -> Result<(u64, u64)> {
        let order = format!("join {a_second} {}\n", time.as_secs());
        self.orders.write_all(order.as_bytes())?;
        let answer = self.answer("joined")?;
        let (joins, seq) = answer.split_once(' ').context("two numbers")?;
        Ok((joins.parse()?, seq.parse()?))
    }

    fn usage(&self) -> Result<Usage> {
        Usage::of(self.child.id())
    }

    /// The server stops when it gets no more orders. It is waited for also when a run failed: the program's end closes
    /// its stdin too.
    fn stop(self) -> Result<()> {
        let Self { mut child, orders, .. } = self;
        drop(orders);
        let status = block_in_place(|| child.wait())?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}
