//! What webhooks cost: the ledger beside no service, deliveries beside bare clients, endpoints that are slow, gone or back.
//!
//! Receivers are on loopback, on a thread of this process; where CPU time is told it is that of the named threads alone.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum;

mod bare;
mod dead;
mod distinct;
mod fan_out;
mod ill;
mod ingest;
mod load;
mod receivers;
mod scene;

use ingest::Crowd;

pub(crate) use dead::{DeadArgs, run as run_dead};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Joins and leaves made durable, beside no service
    Ingest,
    /// Every event to some endpoints, beside bare clients
    FanOut,
    /// A hundred endpoints, and thirty of them slow or gone
    Ill,
    /// One endpoint, beside RSA alone
    Distinct,
    /// Endpoints that are gone, and come back
    Dead,
}

/// `webhooks`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct WebhooksArgs {
    /// What to measure; everything when not given
    #[arg(long, value_enum, value_delimiter = ',')]
    part: Vec<Part>,
    /// Rounds of all else that stands beside something
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Peers that join and leave at the same time, a run for each number
    #[arg(long, value_delimiter = ',', default_values_t = [64, 1024])]
    in_flight: Vec<usize>,
    /// Joins and leaves a second where they have a pace
    #[arg(long, default_value_t = 1_000)]
    acts: u64,
    /// Milliseconds of each round of joins and leaves
    #[arg(long, default_value_t = 300)]
    ingest_ms: u64,
    /// Rounds of them: what is looked for is a hundredth
    #[arg(long, default_value_t = 9)]
    ingest_rounds: usize,
    /// Endpoints that every event is told
    #[arg(long, default_value_t = 10)]
    endpoints: usize,
    /// Events of each round that is as fast as it can be
    #[arg(long, default_value_t = 3_000)]
    events: u64,
    /// Deliveries a second to all endpoints together, a run for each number
    #[arg(long, value_delimiter = ',', default_values_t = [2_500, 5_000, 10_000])]
    rates: Vec<u64>,
    /// Seconds of each run that has a pace
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Events a second that a hundred endpoints are told
    #[arg(long, default_value_t = 20)]
    ill_rate: u64,
    /// Events that happen while endpoints are gone
    #[arg(long, default_value_t = 10_000)]
    behind: u64,
    /// Folder for the data, on the disk to measure
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
}

/// Runs everything and returns the tables.
pub(crate) fn run(args: &WebhooksArgs) -> Result<String> {
    let has = |part| args.part.is_empty() || args.part.contains(&part);
    std::fs::create_dir_all(&args.dir)?;
    crate::feed::process::raise_open_files()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut tables = Vec::new();
        let each = Duration::from_secs(args.seconds);
        let fan_out = fan_out::Amount {
            rounds: args.rounds,
            endpoints: args.endpoints,
            events: args.events,
            rates: args.rates.clone(),
            each,
        };
        if has(Part::Ingest) {
            let each = Duration::from_millis(args.ingest_ms);
            let runs = ingest::Runs { dir: args.dir.clone(), rounds: args.ingest_rounds, each };
            let storms = args.in_flight.iter().map(|peers| Crowd::Storm(*peers));
            let crowds: Vec<_> = storms.chain([Crowd::Paced(args.acts)]).collect();
            tables.push(format!("Joins and leaves: {}", ingest::measure(&runs, &crowds).await?));
        }
        if has(Part::FanOut) {
            tables.push(format!("Fan-out: {}", fan_out::measure(&args.dir, &fan_out).await?));
        }
        if has(Part::Ill) {
            let amount = ill::Amount { rounds: args.rounds.min(3), rate: args.ill_rate, each };
            tables.push(format!("A hundred endpoints: {}", ill::measure(&args.dir, amount).await?));
        }
        if has(Part::Distinct) {
            let table = distinct::measure(&args.dir, args.rounds, args.events).await?;
            tables.push(format!("One endpoint: {table}"));
        }
        if has(Part::Dead) {
            let amount = fan_out::Amount { rounds: args.rounds.min(3), ..fan_out };
            let table = dead::measure(&args.dir, &amount, args.behind).await?;
            tables.push(format!("Gone and back: {table}"));
        }
        Ok(tables.join("\n"))
    })
}
