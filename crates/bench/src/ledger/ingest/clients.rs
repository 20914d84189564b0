//! Peers that join and leave without a pause, whatever the store behind.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;

use crate::cpu;
use crate::ledger::sample::Samples;

/// A store: each call returns when the act is durable.
pub(crate) trait Store: Send + Sync + 'static {
    /// Peer number `peer` joins or leaves; it does so in turns.
    fn act(&self, peer: usize, joins: bool) -> impl Future<Output = Result<()>> + Send;
}

/// What the clients saw.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// From each act to its acknowledgement.
    pub(crate) acks: Samples,
    /// The longest time in which nobody was acknowledged.
    pub(crate) silence: Duration,
    took: Duration,
    /// CPU time of the thread that commits; `None` = there is no such thread.
    cpu: Option<Duration>,
}

impl Run {
    /// One act after the other, without clients and threads.
    pub(crate) fn bare((mut acks, took): (Samples, Duration)) -> Self {
        let silence = acks.percentile(100);
        Self { acks, silence, took, cpu: None }
    }

    /// All rounds as one.
    pub(crate) fn all(rounds: Vec<Self>) -> Self {
        let mut all = Self::default();
        for Self { acks, silence, took, cpu } in rounds {
            all.acks.extend(acks);
            all.silence = all.silence.max(silence);
            all.took += took;
            all.cpu = cpu.map(|cpu| cpu + all.cpu.unwrap_or_default());
        }
        all
    }

    /// Acts a second.
    pub(crate) fn a_second(&self) -> f64 {
        self.acks.len() as f64 / self.took.as_secs_f64()
    }

    /// CPU time of the committing thread for an act: what other work on the machine does not change.
    pub(crate) fn cpu_each(&self) -> Option<Duration> {
        Some(self.cpu? / u32::try_from(self.acks.len().max(1)).unwrap_or(u32::MAX))
    }
}

/// CPU time so far of the threads that commit.
fn committers_cpu() -> Result<Duration> {
    cpu::of_threads(&["committer", "ledger-writer"])
}

/// The latest acknowledgement and the longest gap before one, in microseconds since the start.
#[derive(Debug, Default)]
struct Gaps {
    latest: AtomicU64,
    longest: AtomicU64,
}

impl Gaps {
    fn ack(&self, start: Instant) {
        let now = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let before = self.latest.fetch_max(now, Ordering::Relaxed);
        self.longest.fetch_max(now.saturating_sub(before), Ordering::Relaxed);
    }
}

/// Runs `peers` clients for some time.
pub(crate) async fn come_and_go<S: Store>(store: Arc<S>, peers: usize, each: Duration) -> Result<Run> {
    let cpu = committers_cpu()?;
    let (start, gaps) = (Instant::now(), Arc::new(Gaps::default()));
    let mut tasks = JoinSet::new();
    for peer in 0..peers {
        let (store, gaps) = (Arc::clone(&store), Arc::clone(&gaps));
        tasks.spawn(async move {
            let mut acks = Samples::default();
            while start.elapsed() < each {
                for joins in [true, false] {
                    let before = Instant::now();
                    store.act(peer, joins).await?;
                    acks.push(before.elapsed());
                    gaps.ack(start);
                }
            }
            anyhow::Ok(acks)
        });
    }
    let mut run = Run::default();
    while let Some(acks) = tasks.join_next().await {
        run.acks.extend(acks??);
    }
    run.took = start.elapsed();
    run.cpu = Some(committers_cpu()?.saturating_sub(cpu));
    run.silence = Duration::from_micros(gaps.longest.load(Ordering::Relaxed));
    Ok(run)
}
