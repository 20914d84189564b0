//! A hundred endpoints of one app: what those that hang, refuse or are slow do to the others.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::load::{self, Lags, ROOMS};
use super::receivers::{Manner, Receivers, places, ports};
use super::scene::Scene;
use crate::ledger::ingest::median;
use crate::ledger::sample::short;

/// Endpoints that are well in both, and whose news is looked at.
const WELL: usize = 70;
/// Of each kind of the others.
const OF_KIND: usize = 10;
const LATE: Duration = Duration::from_secs(2);

/// How much.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount {
    pub(super) rounds: usize,
    /// Events a second, each to all.
    pub(super) rate: u64,
    pub(super) each: Duration,
}

/// The table.
pub(super) async fn measure(dir: &Path, amount: Amount) -> Result<String> {
    let [mut all, mut some] = [const { Vec::new() }; 2];
    let (mut well, mut ill) = (Lags::default(), Lags::default());
    for round in 0..amount.rounds {
        for turn in 0..2 {
            let are_ill = (round + turn) % 2 == 1;
            let mut lags = one(dir, amount, are_ill).await?;
            let p99 = lags.acked.percentile(99).as_secs_f64();
            if are_ill {
                some.push(p99)
            } else {
                all.push(p99)
            }
            if are_ill { &mut ill } else { &mut well }.extend(lags);
        }
    }
    let ratios: Vec<f64> = some.iter().zip(&all).map(|(some, all)| some / all).collect();
    let each: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    let mut table = format!(
        "{} events a second for {} s, each to {} endpoints of one app; {} rounds, in turn. Looked at are the {WELL} that are well \
         in both.\n\n\
         | The other {} | commit → received p50 / p99, of the {WELL} | p99: ratio of each round | median |\n\
         |---|---:|---|---:|\n",
        amount.rate,
        amount.each.as_secs(),
        WELL + 3 * OF_KIND,
        amount.rounds,
        3 * OF_KIND,
    );
    let cell = |lags: &mut Lags| {
        format!("{} / {}", short(lags.acked.percentile(50)), short(lags.acked.percentile(99)))
    };
    writeln!(table, "| are well | {} | – | – |", cell(&mut well))?;
    writeln!(
        table,
        "| {OF_KIND} hang, {OF_KIND} refuse, {OF_KIND} take {} s | {} | {} | {:.2} |",
        LATE.as_secs(),
        cell(&mut ill),
        each.join(" · "),
        median(ratios),
    )?;
    Ok(table)
}

async fn one(dir: &Path, amount: Amount, are_ill: bool) -> Result<Lags> {
    let mut listening = places(WELL + 3 * OF_KIND)?;
    let ports = ports(&listening);
    // Their ports stay taken, and nobody listens.
    let refusing = if are_ill { listening.split_off(WELL + 2 * OF_KIND) } else { Vec::new() };
    let manner = |at: usize| match at {
        _ if !are_ill || at < WELL => Manner::Willing,
        _ if at < WELL + OF_KIND => Manner::Hangs,
        _ => Manner::Late(LATE),
    };
    let listening = listening.into_iter().enumerate().map(|(at, place)| (place, manner(at))).collect();
    let receivers = Receivers::start(listening)?;
    let scene = Scene::open(dir, ROOMS, &ports).await?;
    let due = |time: Duration| (time.as_secs_f64() * amount.rate as f64) as u64;
    let events = due(amount.each);
    let acts = load::acts(&scene.ledger, events, due).await?;
    receivers.wait(WELL, events).await?;
    let mut arrivals = receivers.take();
    arrivals.truncate(WELL);
    // Their requests in flight are waited for.
    drop(receivers);
    scene.close().await;
    drop(refusing);
    load::lags(&acts, &arrivals)
}
