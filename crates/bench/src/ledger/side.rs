//! Every list, one after the other.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use sederunt_store::{Page, SessionRow, Store};

use super::note;
use super::query::{Ask, QUESTIONS, Question};
use super::sample::Samples;
use super::world::World;

/// Rounds may take so long a list.
const BOUND: Duration = Duration::from_secs(6);

/// What one list took.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) question: &'static Question,
    pub(super) samples: Samples,
}

pub(super) async fn measure(store: &Store, world: World, rounds: u64) -> Result<Vec<Measured>> {
    let mut all = Vec::new();
    for question in QUESTIONS {
        let mut samples = Samples::default();
        for n in 0..rounds {
            samples.push(ours(store, &world, &question.ask(&world, n)).await?.0);
            if samples.total() > BOUND {
                break;
            }
        }
        note!("{}: {} requests", question.name, samples.len());
        all.push(Measured { question, samples });
    }
    Ok(all)
}

/// One answer of ours.
pub(super) async fn ours(store: &Store, world: &World, ask: &Ask) -> Result<(Duration, Page<SessionRow>)> {
    let query = ask.query(world);
    let start = Instant::now();
    let page = store.sessions(query).await?;
    let took = start.elapsed();
    ensure!(page.total == 0 || ask.offset >= page.total || !page.items.is_empty(), "an empty page: {ask:?}");
    Ok((took, page))
}
