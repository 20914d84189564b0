//! What webhooks cost those who join and leave: the same clients at four ledgers in turn, from one without the service to
//! one whose busy app has a webhook.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use sederunt_node::clock::wall;
use sederunt_store::AppRow;
use sederunt_webhook::service::Service;

use super::load::{self, ROOMS};
use super::receivers::{Receivers, places, ports};
use super::scene::{register, serve, until};
use crate::cpu;
use crate::ledger::ingest::clients::come_and_go;
use crate::ledger::ingest::ours::Ledger;
use crate::ledger::ingest::{APP, median};
use crate::ledger::sample::short;
use crate::rooms::PEERS_PER_ROOM;

const QUIET: &str = "quiet";
const WRITER: &str = "ledger-writer";

/// What is beside a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    Nothing,
    Idle,
    Quiet,
    Busy,
}

const SIDES: [(Beside, &str); 4] = [
    (Beside::Nothing, "no service"),
    (Beside::Idle, "the service, no webhook"),
    (Beside::Quiet, "a webhook of a quiet app"),
    (Beside::Busy, "a webhook of the busy app"),
];

/// How people come and go.
#[derive(Debug, Clone, Copy)]
pub(super) enum Crowd {
    /// So many at a time, without a pause.
    Storm(usize),
    /// So many acts a second.
    Paced(u64),
}

/// Where, and how often, and how long each time.
#[derive(Debug)]
pub(super) struct Runs {
    pub(super) dir: PathBuf,
    pub(super) rounds: usize,
    pub(super) each: Duration,
}

/// A table with a row of each side for each crowd.
pub(super) async fn measure(runs: &Runs, crowds: &[Crowd]) -> Result<String> {
    let mut table = format!(
        "{} rounds, in turn, {} ms each. Rates and times are medians of the rounds, ratios medians of those within each \
         round.\n\n\
         | Joins and leaves | Beside | a second | of no service | CPU of the writer each | of no service | told meanwhile |\n\
         |---|---|---:|---:|---:|---:|---:|\n",
        runs.rounds,
        runs.each.as_millis()
    );
    for crowd in crowds {
        let folder = tempfile::tempdir_in(&runs.dir)?;
        let mut sides = Vec::new();
        for (beside, name) in SIDES {
            sides.push(Side::open(&folder.path().join(name), beside, *crowd).await?);
        }
        for round in 0..runs.rounds {
            // Whoever is second finds the disk as the first one left it: the order turns.
            for turn in 0..sides.len() {
                let at = (round + turn) % sides.len();
                sides[at].run(*crowd, runs.each).await?;
            }
        }
        rows(&mut table, *crowd, &sides)?;
        for side in sides {
            side.close().await;
        }
    }
    Ok(table)
}

/// One run.
#[derive(Debug, Clone, Copy)]
struct Ran {
    a_second: f64,
    /// Of the thread that commits, each act, in seconds.
    cpu: f64,
}

/// A ledger, and what is beside it.
struct Side {
    beside: Beside,
    ledger: Arc<Ledger>,
    service: Option<Service>,
    receivers: Receivers,
    port: u16,
    ran: Vec<Ran>,
    told: u64,
}

impl Side {
    async fn open(dir: &Path, beside: Beside, crowd: Crowd) -> Result<Self> {
        let rooms = match crowd {
            Crowd::Storm(peers) => peers.div_ceil(PEERS_PER_ROOM),
            Crowd::Paced(_) => ROOMS,
        };
        let ledger = Arc::new(Ledger::open(dir, rooms).await?);
        let service = match beside {
            Beside::Nothing => None,
            Beside::Idle | Beside::Quiet | Beside::Busy => Some(serve(ledger.store(), dir)?),
        };
        let places = places(1)?;
        let port = ports(&places)[0];
        if beside == Beside::Quiet {
            let (id, account, name) = (QUIET.into(), QUIET.to_owned(), QUIET.to_owned());
            let app = AppRow { id, account, name, created_at: wall() };
            ledger.store().create_app(app, Vec::new()).await?;
            register(ledger.store(), QUIET, 1, port).await?;
        }
        let receivers = Receivers::willing(places)?;
        Ok(Self { beside, ledger, service, receivers, port, ran: Vec::new(), told: 0 })
    }

    async fn run(&mut self, crowd: Crowd, each: Duration) -> Result<()> {
        let store = self.ledger.store();
        let mut hook = None;
        if self.beside == Beside::Busy {
            // Anew for each run: what the last one left is not told any more.
            hook = Some(register(store, APP, 1, self.port).await?);
        }
        let (start, before) = (Instant::now(), cpu::of_threads(&[WRITER])?);
        let acts = match crowd {
            Crowd::Storm(peers) => come_and_go(Arc::clone(&self.ledger), peers, each).await?.acks.len(),
            Crowd::Paced(rate) => {
                let due = |time: Duration| (time.as_secs_f64() * rate as f64) as u64;
                load::acts(&self.ledger, due(each), due).await?.len()
            }
        } as f64;
        let cpu = cpu::of_threads(&[WRITER])?.saturating_sub(before);
        self.ran.push(Ran { a_second: acts / start.elapsed().as_secs_f64(), cpu: cpu.as_secs_f64() / acts });
        if let (Some(hook), Some(service)) = (hook, &self.service) {
            store.delete_webhook(&APP.into(), hook).await?;
            // Nothing of it is under way when the next side has its turn.
            until("the end of the webhook", async || Ok(service.receivers() == 0)).await?;
            self.told += self.receivers.fewest();
            self.receivers.take();
        }
        Ok(())
    }

    async fn close(self) {
        if let Some(service) = self.service {
            service.stop().await;
        }
    }
}

fn rows(table: &mut String, crowd: Crowd, sides: &[Side]) -> Result<()> {
    let crowd = match crowd {
        Crowd::Storm(peers) => format!("{peers} in flight"),
        Crowd::Paced(rate) => format!("{rate} a second"),
    };
    let of = |side: &Side, value: fn(&Ran) -> f64| side.ran.iter().map(value).collect::<Vec<_>>();
    let ratio = |side: &Side, value: fn(&Ran) -> f64| {
        let without = of(&sides[0], value);
        median(of(side, value).iter().zip(without).map(|(ours, without)| ours / without).collect())
    };
    for (side, (_, name)) in sides.iter().zip(SIDES) {
        writeln!(
            table,
            "| {crowd} | {name} | {:.0} | {:.2} × | {} | {:.2} × | {} |",
            median(of(side, |ran| ran.a_second)),
            ratio(side, |ran| ran.a_second),
            short(Duration::from_secs_f64(median(of(side, |ran| ran.cpu)))),
            ratio(side, |ran| ran.cpu),
            side.told,
        )?;
    }
    Ok(())
}
