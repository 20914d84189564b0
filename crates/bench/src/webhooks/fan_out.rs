//! Every event to ten endpoints: how many deliveries a second, beside bare clients of the same library, and how long after
//! the commit they come.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::bare::Ready;
use super::load::{self, Lags, ROOMS};
use super::receivers::{Receivers, places, ports};
use super::scene::{CONCURRENCY, Scene};
use crate::cpu;
use crate::ledger::ingest::median;
use crate::ledger::sample::short;

/// Events that may have happened and were not told everywhere: the ring of an app has four times as many.
const AHEAD: u64 = 1024;
/// Threads of the service: those that send, read and sign, and that of the log.
const SERVICE: [&str; 3] = ["webhook", "webhook-sign", "delivery-log"];

/// How much.
#[derive(Debug, Clone)]
pub(super) struct Amount {
    pub(super) rounds: usize,
    pub(super) endpoints: usize,
    /// Of each round.
    pub(super) events: u64,
    /// Deliveries a second to all endpoints together.
    pub(super) rates: Vec<u64>,
    pub(super) each: Duration,
}

/// One run of the service as fast as it can.
#[derive(Debug)]
pub(super) struct Drained {
    /// Deliveries.
    pub(super) a_second: f64,
    pub(super) cpu_each: Duration,
    pub(super) connections: u64,
}

/// Events happen as fast as they are told to all of `endpoints`.
pub(super) async fn drain(dir: &Path, endpoints: usize, events: u64) -> Result<Drained> {
    let places = places(endpoints)?;
    let ports = ports(&places);
    let receivers = Receivers::willing(places)?;
    let scene = Scene::open(dir, ROOMS, &ports).await?;
    let before = cpu::of_threads(&SERVICE)?;
    let start = Instant::now();
    let acts = load::acts(&scene.ledger, events, |_| receivers.fewest() + AHEAD).await?;
    receivers.wait(endpoints, events).await?;
    let took = start.elapsed();
    let cpu = cpu::of_threads(&SERVICE)?.saturating_sub(before);
    let connections = receivers.connections();
    scene.close().await;
    load::lags(&acts, &receivers.take())?;
    let deliveries = (events * endpoints as u64) as f64;
    Ok(Drained { a_second: deliveries / took.as_secs_f64(), cpu_each: cpu.div_f64(deliveries), connections })
}

/// The tables.
pub(super) async fn measure(dir: &Path, amount: &Amount) -> Result<String> {
    let Amount { rounds, endpoints, events, .. } = *amount;
    let ready = Ready::new()?;
    let places = places(endpoints)?;
    let at = ports(&places);
    let limit = Receivers::willing(places)?;
    let deliveries = events * endpoints as u64;
    let [mut ours, mut bare, mut signed] = [const { Vec::new() }; 3];
    let mut connections = Vec::new();
    let [mut ours_cpu, mut bare_cpu] = [const { Vec::new() }; 2];
    for _ in 0..rounds {
        let drained = drain(dir, endpoints, events).await?;
        ours.push(drained.a_second);
        connections.push(drained.connections as f64);
        ours_cpu.push(drained.cpu_each.as_secs_f64());
        let rate = |took: Duration| deliveries as f64 / took.as_secs_f64();
        let sent = tokio::task::block_in_place(|| ready.send(&at, deliveries))?;
        bare.push(rate(sent.took));
        bare_cpu.push(sent.cpu.as_secs_f64() / deliveries as f64);
        signed.push(rate(tokio::task::block_in_place(|| ready.send_and_sign(&at, deliveries, events))?));
        limit.take();
    }
    drop(limit);
    let ratio = |of: &[f64]| median(ours.iter().zip(of).map(|(ours, of)| ours / of).collect());
    let each = |cpu: Vec<f64>| short(Duration::from_secs_f64(median(cpu)));
    let mut table = format!(
        "{rounds} rounds, in turn, of {events} events to {endpoints} endpoints.\n\n\
         | Sender | deliveries a second | the service's share | CPU of its threads each | connections |\n|---|---:|---:|---:|---:|\n",
    );
    let (of_bare, of_signed) = (ratio(&bare), ratio(&signed));
    let (made, kept) = (median(connections), at.len() * CONCURRENCY);
    let (ours, bare, signed) = (median(ours), median(bare), median(signed));
    let (ours_cpu, bare_cpu) = (each(ours_cpu), each(bare_cpu));
    writeln!(table, "| the service, signing each event once | {ours:.0} | – | {ours_cpu} | {made:.0} |")?;
    writeln!(table, "| bare clients, ready requests | {bare:.0} | {of_bare:.2} | {bare_cpu} | {kept} |")?;
    writeln!(
        table,
        "| the same, while as many bodies are signed | {signed:.0} | {of_signed:.2} | – | {kept} |"
    )?;
    table.push_str(&paced(dir, amount).await?);
    Ok(table)
}

/// How long after their acts deliveries come, at each rate.
async fn paced(dir: &Path, amount: &Amount) -> Result<String> {
    let mut table = String::from(
        "\n| Deliveries a second | told a second | commit → received p50 / p99 | asked → received p50 / p99 | CPU of the \
         service |\n|---:|---:|---:|---:|---:|\n",
    );
    for rate in &amount.rates {
        let places = places(amount.endpoints)?;
        let ports = ports(&places);
        let receivers = Receivers::willing(places)?;
        let scene = Scene::open(dir, ROOMS, &ports).await?;
        let due = |time: Duration| (time.as_secs_f64() * *rate as f64 / amount.endpoints as f64) as u64;
        let events = due(amount.each);
        let before = cpu::of_threads(&SERVICE)?;
        let start = Instant::now();
        let acts = load::acts(&scene.ledger, events, due).await?;
        receivers.wait(amount.endpoints, events).await?;
        let took = start.elapsed();
        let cpu = cpu::of_threads(&SERVICE)?.saturating_sub(before);
        scene.close().await;
        let Lags { mut acked, mut asked } = load::lags(&acts, &receivers.take())?;
        writeln!(
            table,
            "| {rate} | {:.0} | {} / {} | {} / {} | {:.0} % of a core |",
            (events * amount.endpoints as u64) as f64 / took.as_secs_f64(),
            short(acked.percentile(50)),
            short(acked.percentile(99)),
            short(asked.percentile(50)),
            short(asked.percentile(99)),
            cpu.as_secs_f64() / took.as_secs_f64() * 100.0,
        )?;
    }
    Ok(table)
}
