//! People who join and leave at a given pace, and how long it took until receivers were told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::receivers::Arrival;
use crate::ledger::ingest::ours::Ledger;
use crate::ledger::sample::Samples;
use crate::rooms::PEERS_PER_ROOM;

/// Rooms, and so many meetings with events of their own.
pub(super) const ROOMS: usize = 32;
const PEERS: usize = ROOMS * PEERS_PER_ROOM;

/// A join or leave that is durable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act {
    seq: u64,
    asked: Instant,
    acked: Instant,
}

/// `total` joins and leaves, everywhere in turn; so many may have been asked for as `due` says, which is asked every
/// millisecond with the time since the start.
pub(super) async fn acts(
    ledger: &Arc<Ledger>,
    total: u64,
    due: impl Fn(Duration) -> u64,
) -> Result<Vec<Act>> {
    let (tickets, taken) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicU64::new(0)));
    let mut peers = JoinSet::new();
    for number in 0..PEERS {
        // Those who follow one another are in different rooms.
        let peer = number % ROOMS * PEERS_PER_ROOM + number / ROOMS;
        let (ledger, tickets, taken) = (Arc::clone(ledger), Arc::clone(&tickets), Arc::clone(&taken));
        peers.spawn(async move {
            let (mut acts, mut joins) = (Vec::new(), true);
            while taken.fetch_add(1, Ordering::Relaxed) < total {
                tickets.acquire().await?.forget();
                let asked = Instant::now();
                let seq = ledger.remember(peer, joins).await?;
                acts.push(Act { seq, asked, acked: Instant::now() });
                joins = !joins;
            }
            anyhow::Ok(acts)
        });
    }
    let (start, mut given) = (Instant::now(), 0);
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    while given < total {
        tick.tick().await;
        let due = due(start.elapsed()).clamp(given, total);
        tickets.add_permits(usize::try_from(due - given)?);
        given = due;
    }
    let mut all = Vec::new();
    while let Some(acts) = peers.join_next().await {
        all.extend(acts??);
    }
    all.sort_unstable_by_key(|act: &Act| act.seq);
    Ok(all)
}

/// How long receivers waited for news.
#[derive(Debug, Default)]
pub(super) struct Lags {
    /// Since the join or leave was asked for.
    pub(super) asked: Samples,
    /// Since it was acknowledged.
    pub(super) acked: Samples,
}

impl Lags {
    pub(super) fn extend(&mut self, other: Self) {
        self.asked.extend(other.asked);
        self.acked.extend(other.acked);
    }
}

/// What each of some receivers was told of these acts: everything, once.
pub(super) fn lags(acts: &[Act], receivers: &[Vec<Arrival>]) -> Result<Lags> {
    let mut lags = Lags::default();
    for arrivals in receivers {
        let mut told = vec![false; acts.len()];
        for Arrival { seq, at } in arrivals {
            let place = acts.binary_search_by_key(seq, |act| act.seq).ok();
            let place = place.with_context(|| format!("fact {seq} was told, and is none of these acts"))?;
            let (act, told) = acts.get(place).zip(told.get_mut(place)).context("a place")?;
            ensure!(!std::mem::replace(told, true), "fact {seq} was told twice");
            lags.asked.push(at.saturating_duration_since(act.asked));
            lags.acked.push(at.saturating_duration_since(act.acked));
        }
        let missing = told.iter().filter(|told| !**told).count();
        ensure!(missing == 0, "{missing} of {} events were not told", acts.len());
    }
    Ok(lags)
}
