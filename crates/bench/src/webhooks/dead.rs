//! Endpoints that are gone while much happens: what they take in memory and rows, and how fast they are told when they are
//! back. Each run is a process of its own, so that its memory is that of the run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use sederunt_core::id::Id;
use sederunt_store::Store;
use sederunt_store::delivery::SavedHealth;
use serde::{Deserialize, Serialize};

use super::fan_out;
use super::load::{self, ROOMS};
use super::receivers::{Receivers, places, ports};
use super::scene::{self, Scene, until};
use crate::feed::process::Usage;
use crate::ledger::ingest::APP;
use crate::ledger::ingest::median;

/// Endpoints of the run whose memory is compared with that of one endpoint.
const MANY: usize = 100;
/// Events that bring an endpoint down: one of each meeting fails at once.
const FIRST: u64 = 64;
/// What waits to be kept is kept by then: it is once a second.
const SETTLED: Duration = Duration::from_millis(1_500);

/// `webhooks-dead`: one run, as JSON.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct DeadArgs {
    /// Endpoints that are gone
    #[arg(long)]
    endpoints: usize,
    /// Events that happen meanwhile
    #[arg(long)]
    events: u64,
    /// They come back and are told
    #[arg(long)]
    come_back: bool,
    /// Folder for the data
    #[arg(long)]
    dir: PathBuf,
}

/// What a run found.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Found {
    /// Anonymous memory after the events.
    anonymous: u64,
    /// Rows of the endpoint that has most.
    rows: usize,
    /// Deliveries a second when they were back.
    a_second: f64,
}

/// Runs in the child.
pub(crate) fn run(args: &DeadArgs) -> Result<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(serde_json::to_string(&runtime.block_on(one(args))?)?)
}

async fn one(args: &DeadArgs) -> Result<Found> {
    let places = places(args.endpoints)?;
    let ports = ports(&places);
    let scene = Scene::open(&args.dir, ROOMS, &ports).await?;
    let store = scene.ledger.store();
    let mut acts = load::acts(&scene.ledger, FIRST, |_| FIRST).await?;
    until("endpoints that are down", async || are_down(store, &scene.hooks).await).await?;
    acts.extend(load::acts(&scene.ledger, args.events, |_| args.events).await?);
    tokio::time::sleep(SETTLED).await;
    let anonymous = Usage::of(std::process::id())?.anonymous_bytes;
    let mut rows = 0;
    for hook in &scene.hooks {
        let delivery = store.delivery(*hook).await?.context("a webhook has a cursor")?;
        rows = rows.max(delivery.saved.rows.len());
    }
    let mut a_second = 0.0;
    if args.come_back {
        let receivers = Receivers::willing(places)?;
        let start = Instant::now();
        for (hook, port) in scene.hooks.iter().zip(&ports) {
            // Whoever changes where a webhook goes wants it to be tried.
            let url = scene::url(*port, "back");
            store.change_webhook(&APP.into(), *hook, move |row| row.url = url).await?;
        }
        receivers.wait(args.endpoints, acts.len() as u64).await?;
        a_second = (acts.len() * args.endpoints) as f64 / start.elapsed().as_secs_f64();
        load::lags(&acts, &receivers.take())?;
    }
    scene.close().await;
    Ok(Found { anonymous, rows, a_second })
}

async fn are_down(store: &Store, hooks: &[Id]) -> Result<bool> {
    for hook in hooks {
        let health = store.delivery(*hook).await?.context("a webhook has a cursor")?.saved.cursor.health;
        if !matches!(health, SavedHealth::Down { .. }) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn child(dir: &Path, endpoints: usize, events: u64, come_back: bool) -> Result<Found> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("webhooks-dead").arg("--dir").arg(dir);
    command.args(["--endpoints", &endpoints.to_string(), "--events", &events.to_string()]);
    if come_back {
        command.arg("--come-back");
    }
    let output = tokio::task::block_in_place(|| command.output())?;
    ensure!(output.status.success(), "the run failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The table.
pub(super) async fn measure(dir: &Path, amount: &fan_out::Amount, events: u64) -> Result<String> {
    let (one, many) = (child(dir, 1, events, false)?, child(dir, MANY, events, false)?);
    let each = many.anonymous.saturating_sub(one.anonymous) / (MANY as u64 - 1);
    let (mut back, mut live, mut rows) = (Vec::new(), Vec::new(), one.rows.max(many.rows));
    for _ in 0..amount.rounds {
        let found = child(dir, amount.endpoints, events, true)?;
        rows = rows.max(found.rows);
        back.push(found.a_second);
        live.push(fan_out::drain(dir, amount.endpoints, amount.events).await?.a_second);
    }
    let ratio = median(back.iter().zip(&live).map(|(back, live)| back / live).collect());
    let mut table = format!(
        "{events} events happen while nobody listens. Memory is the anonymous memory of a process with {MANY} such endpoints \
         less that of one with one, for each of the {} more.\n\n| | |\n|---|---:|\n",
        MANY - 1
    );
    writeln!(table, "| memory of an endpoint that is gone | {:.0} KiB |", each as f64 / 1024.0)?;
    writeln!(table, "| rows of an endpoint, at most | {rows} |")?;
    writeln!(table, "| {} are back: deliveries a second | {:.0} |", amount.endpoints, median(back))?;
    writeln!(table, "| as many were there all the time: deliveries a second | {:.0} |", median(live))?;
    writeln!(table, "| median of the ratios of {} rounds | {ratio:.2} |", amount.rounds)?;
    Ok(table)
}
