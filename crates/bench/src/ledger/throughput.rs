//! Closed loops: each client asks again as soon as it has its answer.

use std::time::{Duration, Instant};

use anyhow::Result;
use sederunt_store::Store;
use tokio::task::JoinSet;

use super::pg::{self, ask::Asker};
use super::query::{self, COMMON, DEEP, FIRST, HEX, MINUTES_DEEP, Question, YEAR};
use super::sample::Samples;
use super::side;
use super::world::World;

const LISTS: &[&str] = &[FIRST, DEEP, YEAR, MINUTES_DEEP, COMMON, HEX];
/// Lists that PostgreSQL is asked for at several clients.
const OF_POSTGRES: &[&str] = &[FIRST, DEEP, YEAR];
const EACH: Duration = Duration::from_millis(1_500);
/// Numbers of clients.
pub(super) const CLIENTS: [usize; 2] = [1, 8];

/// Which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    Ours,
    Ordinal,
    Plain,
}

/// One closed loop.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) list: &'static str,
    pub(super) engine: Engine,
    pub(super) clients: usize,
    pub(super) a_second: f64,
    pub(super) samples: Samples,
}

pub(super) async fn measure(
    store: &Store,
    postgres: Option<&pg::Postgres>,
    world: World,
) -> Result<Vec<Loop>> {
    let mut all = Vec::new();
    for list in LISTS {
        let Some(question) = query::question(list) else { continue };
        for clients in CLIENTS {
            all.push(ours(store, world, question, clients).await?);
            if let Some(postgres) = postgres.filter(|_| OF_POSTGRES.contains(list)) {
                for engine in [Engine::Ordinal, Engine::Plain] {
                    all.push(theirs(postgres, world, question, engine, clients).await?);
                }
            }
        }
    }
    Ok(all)
}

async fn ours(store: &Store, world: World, question: &'static Question, clients: usize) -> Result<Loop> {
    let mut tasks = JoinSet::new();
    let start = Instant::now();
    for client in 0..clients as u64 {
        let store = store.clone();
        tasks.spawn(async move {
            let (mut samples, mut n) = (Samples::default(), client << 32);
            while start.elapsed() < EACH {
                samples.push(side::ours(&store, &world, &question.ask(&world, n)).await?.0);
                n += 1;
            }
            anyhow::Ok(samples)
        });
    }
    collect(tasks, start, question, Engine::Ours, clients).await
}

async fn theirs(
    postgres: &pg::Postgres,
    world: World,
    question: &'static Question,
    engine: Engine,
    clients: usize,
) -> Result<Loop> {
    let mut askers = Vec::new();
    for _ in 0..clients {
        askers.push(Asker::new(postgres.connect().await?));
    }
    let mut tasks = JoinSet::new();
    let start = Instant::now();
    for (client, mut asker) in (0_u64..).zip(askers) {
        tasks.spawn(async move {
            let (mut samples, mut n) = (Samples::default(), client << 32);
            while start.elapsed() < EACH {
                let ask = question.ask(&world, n);
                let before = Instant::now();
                match engine {
                    Engine::Ordinal => drop(asker.ordinal(&ask).await?),
                    Engine::Plain | Engine::Ours => drop(asker.plain(&ask).await?),
                }
                samples.push(before.elapsed());
                n += 1;
            }
            anyhow::Ok(samples)
        });
    }
    collect(tasks, start, question, engine, clients).await
}

async fn collect(
    mut tasks: JoinSet<Result<Samples>>,
    start: Instant,
    question: &'static Question,
    engine: Engine,
    clients: usize,
) -> Result<Loop> {
    let mut samples = Samples::default();
    while let Some(done) = tasks.join_next().await {
        samples.extend(done??);
    }
    let a_second = samples.len() as f64 / start.elapsed().as_secs_f64();
    Ok(Loop { list: question.name, engine, clients, a_second, samples })
}
