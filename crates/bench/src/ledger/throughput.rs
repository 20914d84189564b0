//! Closed loops: each client asks again as soon as it has its answer.

use std::time::{Duration, Instant};

use anyhow::Result;
use sederunt_store::Store;
use tokio::task::JoinSet;

use super::query::{self, COMMON, DEEP, FIRST, HEX, MINUTES_DEEP, Question, YEAR};
use super::sample::Samples;
use super::side;
use super::world::World;

const LISTS: &[&str] = &[FIRST, DEEP, YEAR, MINUTES_DEEP, COMMON, HEX];
const EACH: Duration = Duration::from_millis(1_500);
/// Numbers of clients.
pub(super) const CLIENTS: [usize; 2] = [1, 8];

/// One closed loop.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) list: &'static str,
    pub(super) clients: usize,
    pub(super) a_second: f64,
    pub(super) samples: Samples,
}

pub(super) async fn measure(store: &Store, world: World) -> Result<Vec<Loop>> {
    let mut all = Vec::new();
    for list in LISTS {
        let Some(question) = query::question(list) else { continue };
        for clients in CLIENTS {
            all.push(clients_of(store, world, question, clients).await?);
        }
    }
    Ok(all)
}

async fn clients_of(
    store: &Store,
    world: World,
    question: &'static Question,
    clients: usize,
) -> Result<Loop> {
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
    let mut samples = Samples::default();
    while let Some(done) = tasks.join_next().await {
        samples.extend(done??);
    }
    let a_second = samples.len() as f64 / start.elapsed().as_secs_f64();
    Ok(Loop { list: question.name, clients, a_second, samples })
}
