//! What the log of webhook deliveries costs: bytes and time of each delivery, acknowledgements of failures next to the bare
//! disk, and pages of a full log.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sederunt_core::id::{AppId, Id, MeetingId};
use sederunt_core::time::{Day, UnixMs};
use sederunt_dice::Dice;
use sederunt_store::delivery_log::{
    DeadQuery, Delivered, DeliveryLog, Failed, Final, Key, Options, Query, State,
};

use crate::cpu;
use crate::ledger::disk;
use crate::ledger::sample::{Samples, short};

/// 2026-11-29.
const DAY: Day = Day(20_786);
/// Deliveries that are given before they are waited for: below what the log takes without dropping.
const BURST: u64 = 16_384;
/// Deliveries a second that a full log is made of, by its times.
const PER_SECOND: u64 = 10_000;
/// How long the bare disk is measured.
const DISK: Duration = Duration::from_secs(2);
/// Final failures that are acknowledged one after the other, and at the same time.
const ALONE: u64 = 40;
const TOGETHER: u64 = 1_000;
/// Times that each question is asked.
const ROUNDS: u64 = 200;

/// `delivery-log`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct DeliveryLogArgs {
    /// Endpoints; each has an app of its own, and the events of all are in one ledger
    #[arg(long, default_value_t = 10)]
    endpoints: u64,
    /// Deliveries a second, in real time
    #[arg(long, default_value_t = PER_SECOND)]
    rate: u64,
    /// Seconds of that
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Deliveries as fast as they are taken, which the pages are read from
    #[arg(long, default_value_t = 5_000_000)]
    deliveries: u64,
    /// Folder for the data, on the disk to measure
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
}

/// Runs everything and returns the tables.
pub(crate) fn run(args: &DeliveryLogArgs) -> Result<String> {
    std::fs::create_dir_all(&args.dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut tables = String::from(
            "| What is logged | entries | bytes each | time of the caller each | CPU of the log's thread each | a second |\n\
             |---|---:|---:|---:|---:|---:|\n",
        );
        tables.push_str(&paced(args).await?.row(&format!("{} successes a second", args.rate)));
        tables.push_str(&quiet(args).await?.row("one success a minute for each endpoint"));
        tables.push_str(&failures(args).await?.row("failures, 200 bytes of the answer, as fast as they are taken"));
        let folder = folder(args)?;
        let (full, log) = full(args, folder.path()).await?;
        tables.push_str(&full.row("successes as fast as they are taken"));
        tables.push_str(&pages(args, &log).await?);
        tables.push_str(&finals(folder.path(), &log).await?);
        close(log).await?;
        Ok(tables)
    })
}

/// How logging went.
struct Logged {
    entries: u64,
    bytes: u64,
    calling: Duration,
    cpu: Duration,
    took: Duration,
}

impl Logged {
    fn row(&self, what: &str) -> String {
        let each = |time: Duration| format!("{:.2} µs", time.as_secs_f64() * 1e6 / self.entries as f64);
        format!(
            "| {what} | {} | {:.1} | {} | {} | {:.0} |\n",
            self.entries,
            self.bytes as f64 / self.entries as f64,
            each(self.calling),
            each(self.cpu),
            self.entries as f64 / self.took.as_secs_f64(),
        )
    }
}

fn folder(args: &DeliveryLogArgs) -> Result<tempfile::TempDir> {
    tempfile::tempdir_in(&args.dir).with_context(|| format!("cannot make a folder in {}", args.dir.display()))
}

fn open(dir: &Path) -> Result<DeliveryLog> {
    // A log of this size is of one day, which is not bounded here.
    let options = Options { max_bytes: u64::MAX, ..Options::default() };
    Ok(DeliveryLog::open(dir, options, DAY.start())?)
}

async fn close(log: DeliveryLog) -> Result<()> {
    ensure!(log.close(Duration::from_secs(60)).await, "the log does not close");
    Ok(())
}

/// The `n`-th delivery of all endpoints together: every fact of the ledger has one.
fn success(args: &DeliveryLogArgs, dice: &mut Dice, n: u64, at: UnixMs) -> Delivered {
    Delivered {
        app: AppId::from("app"),
        endpoint: Id::from_u128(u128::from(n % args.endpoints)),
        key: Key::first(1_000_000 + n),
        attempt: 1,
        at,
        latency_ms: dice.between(15, 400),
        status: 200,
    }
}

fn failure(n: u64, at: UnixMs) -> Failed {
    Failed {
        app: AppId::from("app"),
        endpoint: Id::from_u128(0),
        key: Key::first(1_000_000 + n),
        meeting: MeetingId::from_u128(u128::from(n % 50)),
        attempt: 1,
        at,
        latency_ms: 120,
        status: Some(503),
        phase: None,
        excerpt: vec![b'-'; 200],
    }
}

/// Successes in real time.
async fn paced(args: &DeliveryLogArgs) -> Result<Logged> {
    let folder = folder(args)?;
    let log = open(folder.path())?;
    let mut dice = Dice::new(1);
    let entries = args.rate * args.seconds;
    let (start, mut calling, mut n) = (Instant::now(), Duration::ZERO, 0);
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    while n < entries {
        tick.tick().await;
        let elapsed = start.elapsed();
        let due = (elapsed.as_secs_f64() * args.rate as f64) as u64;
        let at = DAY.start().plus_ms(i64::try_from(elapsed.as_millis())?);
        let batch: Vec<_> = (n..due.min(entries))
            .map(|n| {
                let late = dice.between(0, 30);
                success(args, &mut dice, n, at.plus_ms(late))
            })
            .collect();
        let before = Instant::now();
        batch.into_iter().for_each(|delivered| log.delivered(delivered));
        calling += before.elapsed();
        n = due.min(entries);
    }
    log.flush().await;
    logged(log, entries, calling, start.elapsed()).await
}

/// Waits for the last byte and counts.
async fn logged(log: DeliveryLog, entries: u64, calling: Duration, took: Duration) -> Result<Logged> {
    let cpu = cpu::of_thread("delivery-log")?;
    ensure!(log.dropped() == 0, "{} entries were dropped", log.dropped());
    close(log.clone()).await?;
    Ok(Logged { entries, bytes: log.bytes(), calling, cpu, took })
}

/// A day of one success a minute for each endpoint, each minute written by itself.
async fn quiet(args: &DeliveryLogArgs) -> Result<Logged> {
    let folder = folder(args)?;
    let log = open(folder.path())?;
    let mut dice = Dice::new(1);
    let (start, mut calling) = (Instant::now(), Duration::ZERO);
    for minute in 0..24 * 60 {
        let at = DAY.start().plus_ms(minute * 60_000);
        let before = Instant::now();
        for n in 0..args.endpoints {
            log.delivered(success(args, &mut dice, minute.unsigned_abs() * args.endpoints + n, at));
        }
        calling += before.elapsed();
        log.flush().await;
    }
    logged(log, 24 * 60 * args.endpoints, calling, start.elapsed()).await
}

/// Failures that something follows.
async fn failures(args: &DeliveryLogArgs) -> Result<Logged> {
    const BURST: u64 = 4_096;
    let folder = folder(args)?;
    let log = open(folder.path())?;
    let (start, mut calling, entries) = (Instant::now(), Duration::ZERO, 50 * BURST);
    for first in (0..entries).step_by(usize::try_from(BURST)?) {
        let at = DAY.start().plus_ms(i64::try_from(first)?);
        let burst: Vec<_> = (first..first + BURST).map(|n| failure(n, at)).collect();
        let before = Instant::now();
        burst.into_iter().for_each(|failed| log.failed(failed));
        calling += before.elapsed();
        log.flush().await;
    }
    logged(log, entries, calling, start.elapsed()).await
}

/// A log of very many successes of one day, and some failures of the first endpoint.
async fn full(args: &DeliveryLogArgs, dir: &Path) -> Result<(Logged, DeliveryLog)> {
    let log = open(dir)?;
    let mut dice = Dice::new(1);
    let (start, mut calling, mut making) = (Instant::now(), Duration::ZERO, Duration::ZERO);
    for first in (0..args.deliveries).step_by(usize::try_from(BURST)?) {
        let begin = Instant::now();
        let burst: Vec<_> = (first..args.deliveries.min(first + BURST))
            .map(|n| {
                let at = DAY.start().plus_ms(i64::try_from(n * 1_000 / PER_SECOND).unwrap_or(0));
                let late = dice.between(0, 30);
                success(args, &mut dice, n, at.plus_ms(late))
            })
            .collect();
        making += begin.elapsed();
        let before = Instant::now();
        burst.into_iter().for_each(|delivered| log.delivered(delivered));
        calling += before.elapsed();
        log.flush().await;
    }
    let took = start.elapsed().saturating_sub(making);
    let logged = logged(log, args.deliveries, calling, took).await?;
    let log = open(dir)?;
    for n in 0..1_000 {
        let at = DAY.start().plus_ms(i64::try_from(n)?);
        let failed = failure(n * args.endpoints * 20, at);
        if n % 10 == 0 {
            // Acknowledged with all others.
            drop(log.failed_for_good(failed, Final::Refused));
        } else {
            log.failed(failed);
        }
    }
    // A month of other days, whose files every question opens.
    for day in 1..=31 {
        let at = Day(DAY.0 - day).start();
        (0..args.endpoints).for_each(|n| log.delivered(success(args, &mut dice, n, at)));
    }
    log.flush().await;
    Ok((logged, log))
}

/// What is asked of a full log.
async fn pages(args: &DeliveryLogArgs, log: &DeliveryLog) -> Result<String> {
    let mut table = format!(
        "\nA log of {:.0} MiB: a day of {} deliveries to {} endpoints and 1000 failures, and 31 days with one of each.\n\n\
         | Question, of one endpoint | p50 / p99 |\n|---|---:|\n",
        log.bytes() as f64 / 1_048_576.0,
        args.deliveries,
        args.endpoints,
    );
    let endpoint = Id::from_u128(0);
    let mut dice = Dice::new(2);
    let (newest, page) = (1_000_000 + args.deliveries, Query::new(endpoint, 25));
    let deep =
        |dice: &mut Dice| Query { before_seq: Some(1_000_000 + dice.below(args.deliveries)), ..page.clone() };
    let minute = |dice: &mut Dice| {
        let seconds = i64::try_from(dice.below(args.deliveries / PER_SECOND)).unwrap_or(0);
        let from = DAY.start().plus_ms(seconds * 1_000);
        Query { from: Some(from), to: Some(from.plus_ms(60_000)), ..page.clone() }
    };
    let of = |state: State| Query { state: Some(state), ..page.clone() };
    let mut row = |what: &str, mut samples: Samples| {
        writeln!(table, "| {what} | {} / {} |", short(samples.percentile(50)), short(samples.percentile(99)))
    };
    row("the newest 25", ask(|_| log.deliveries(page.clone()), &mut dice).await?)?;
    row("25 from anywhere", ask(|dice| log.deliveries(deep(dice)), &mut dice).await?)?;
    row("the newest 25 of any minute", ask(|dice| log.deliveries(minute(dice)), &mut dice).await?)?;
    row("25 that failed", ask(|_| log.deliveries(of(State::Failed)), &mut dice).await?)?;
    row("25 that failed for good", ask(|_| log.deliveries(of(State::Dead)), &mut dice).await?)?;
    let one = |dice: &mut Dice| log.delivery(endpoint, Key::first(1_000_000 + dice.below(args.deliveries)));
    row("one delivery", ask(one, &mut dice).await?)?;
    let dead = DeadQuery { endpoint, from_seq: 0, to_seq: newest, after: None, limit: 100 };
    row("100 events to replay", ask(|_| log.dead_letters(dead.clone()), &mut dice).await?)?;
    row("figures of everything", ask(|_| log.stats(endpoint, DAY.start()), &mut dice).await?)?;
    Ok(table)
}

async fn ask<T, F>(question: impl Fn(&mut Dice) -> F, dice: &mut Dice) -> Result<Samples>
where
    F: Future<Output = sederunt_store::Result<T>>,
{
    let mut samples = Samples::default();
    for _ in 0..ROUNDS {
        let asked = question(dice);
        let before = Instant::now();
        asked.await?;
        samples.push(before.elapsed());
    }
    Ok(samples)
}

/// Acknowledgements of final failures, alone and many together, next to the bare disk.
async fn finals(dir: &Path, log: &DeliveryLog) -> Result<String> {
    let (mut bare, _) = disk::Log::new(dir)?.syncs(DISK)?;
    let (mut alone, mut together) = (Samples::default(), Samples::default());
    let at = DAY.start();
    for n in 0..ALONE {
        // So far apart that none waits for the one before.
        tokio::time::sleep(Duration::from_millis(60)).await;
        let before = Instant::now();
        log.failed_for_good(failure(n, at), Final::UsedUp).await??;
        alone.push(before.elapsed());
    }
    let begin = Instant::now();
    let acks: Vec<_> = (0..TOGETHER).map(|n| log.failed_for_good(failure(n, at), Final::UsedUp)).collect();
    for ack in acks {
        ack.await??;
        together.push(begin.elapsed());
    }
    let mut row = String::from("\n| Durable | p50 / p99 |\n|---|---:|\n");
    for (what, samples) in [
        ("4 KiB write + `fdatasync`, one at a time".to_owned(), &mut bare),
        (format!("final failures, {ALONE}, one now and then"), &mut alone),
        (format!("{TOGETHER} final failures at once"), &mut together),
    ] {
        writeln!(row, "| {what} | {} / {} |", short(samples.percentile(50)), short(samples.percentile(99)))?;
    }
    Ok(row)
}
