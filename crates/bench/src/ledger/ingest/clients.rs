//! Peers that join and leave without a pause, whatever the store behind.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;

use crate::ledger::sample::Samples;

/// A store: each call returns when the act is durable.
pub(super) trait Store: Send + Sync + 'static {
    /// Peer number `peer` joins or leaves; it does so in turns.
    fn act(&self, peer: usize, joins: bool) -> impl Future<Output = Result<()>> + Send;
}

/// What the clients saw.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// From each act to its acknowledgement.
    pub(super) acks: Samples,
    /// The longest time in which nobody was acknowledged.
    pub(super) silence: Duration,
    took: Duration,
    /// CPU time of the thread that commits; `None` = there is no such thread.
    cpu: Option<Duration>,
}

impl Run {
    /// One act after the other, without clients and threads.
    pub(super) fn bare((mut acks, took): (Samples, Duration)) -> Self {
        let silence = acks.percentile(100);
        Self { acks, silence, took, cpu: None }
    }

    /// All rounds as one.
    pub(super) fn all(rounds: Vec<Self>) -> Self {
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
    pub(super) fn a_second(&self) -> f64 {
        self.acks.len() as f64 / self.took.as_secs_f64()
    }

    /// CPU time of the committing thread for an act: what other work on the machine does not change.
    pub(super) fn cpu_each(&self) -> Option<Duration> {
        Some(self.cpu? / u32::try_from(self.acks.len().max(1)).unwrap_or(u32::MAX))
    }
}

/// CPU time so far of the threads that commit, in the kernel's ticks of 10 ms.
fn committers_cpu() -> Result<Duration> {
    let mut ticks = 0;
    for task in std::fs::read_dir("/proc/self/task")? {
        // A thread may end meanwhile.
        let Ok(stat) = std::fs::read_to_string(task?.path().join("stat")) else { continue };
        if !stat.contains("(committer)") && !stat.contains("(ledger-writer)") {
            continue;
        }
        // User and system time are the 14th and 15th field, the second is the name in brackets.
        let times = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
        ticks += times.filter_map(|field| field.parse::<u64>().ok()).sum::<u64>();
    }
    Ok(Duration::from_millis(ticks * 10))
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
pub(super) async fn come_and_go<S: Store>(store: Arc<S>, peers: usize, each: Duration) -> Result<Run> {
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
