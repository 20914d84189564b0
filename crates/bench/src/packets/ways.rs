//! The ways to a client: people of a load test ([`sederunt_load`]) whose media goes over UDP, ICE-TCP, or a relay. TLS and
//! streams are not the media thread's, so the whole server is counted, and what stands in front of it.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use sederunt_load::{Churn, Plan, Report, Way};
use tokio::sync::{oneshot, watch};

use super::args::{PacketsArgs, Via};
use super::coturn::Coturn;
use super::server::Server;
use super::spread::Spread;
use crate::cpu::Threads;
use crate::exchange::metric;

/// People with camera and microphone, who take each other's, too.
const PUBLISHING: usize = 2;
/// For everybody to come, beyond the time that lies between them.
const COME_MAX: Duration = Duration::from_secs(30);
/// After the last one has come: first pictures, and layers that suit windows.
const SETTLE: Duration = Duration::from_secs(4);
/// A run is ended when it was measured, long before this.
const RUN_MAX: Duration = Duration::from_secs(600);

/// What one round showed of one way.
#[derive(Debug, Clone)]
struct Round {
    forwarded: u64,
    server: Duration,
    media: Duration,
    coturn: Duration,
    wall: Duration,
    report: Report,
}

impl Round {
    /// Microseconds of a CPU for one forwarded packet.
    fn each(&self, spent: Duration) -> f64 {
        spent.as_secs_f64() * 1e6 / self.forwarded.max(1) as f64
    }

    fn all(&self) -> f64 {
        self.each(self.server + self.coturn)
    }
}

/// Runs all ways with all numbers of people; a Markdown table.
pub(super) fn run(args: &PacketsArgs) -> Result<String> {
    let beside = std::env::current_exe()?.with_file_name("sederunt");
    let server = Server::start(args.server.as_ref().unwrap_or(&beside))?;
    let coturn = args.via.contains(&Via::Coturn).then(|| Coturn::start(&server)).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut table = format!(
        "| people | way | forwarded/s | server, % of a core | µs of the server a packet | of that the media thread | µs of coturn \
         | all, of {} in the same round: median (least to most) | saw everybody | packets lost, % | delay p50/p99 ms | the load test \
         waited |\n|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        args.via.first().map_or("", |via| via.name())
    );
    for subscribers in args.subscribers(&[10, 50]) {
        let people = subscribers + PUBLISHING;
        let mut rounds: Vec<Vec<Round>> = Vec::new();
        for round in 0..args.rounds.get() {
            let mut of_ways: Vec<Option<Round>> = vec![None; args.via.len()];
            // None is always the first.
            for turn in 0..args.via.len() {
                let place = (round + turn) % args.via.len();
                let (Some(via), Some(measured)) = (args.via.get(place), of_ways.get_mut(place)) else {
                    continue;
                };
                let measure = measure(&server, coturn.as_ref(), *via, people, args.seconds);
                *measured = Some(runtime.block_on(measure).with_context(|| via.name())?);
            }
            rounds.push(of_ways.into_iter().flatten().collect());
        }
        for (place, via) in args.via.iter().enumerate() {
            row(&mut table, people, *via, place, &rounds)?;
        }
    }
    Ok(table)
}

fn row(table: &mut String, people: usize, via: Via, place: usize, rounds: &[Vec<Round>]) -> Result<()> {
    let over = |of: &dyn Fn(&Round, &Round) -> f64| {
        let each = rounds.iter().filter_map(|ways| Some(of(ways.get(place)?, ways.first()?)));
        Spread::of(each.collect())
    };
    let ratio = over(&|own, first| own.all() / first.all());
    let per_second = |own: &Round, of: f64| of / own.wall.as_secs_f64();
    let delay = |of: fn(sederunt_load::Ends) -> f64| {
        over(&|own, _| own.report.total.delay_ms.map_or(f64::NAN, of)).median
    };
    writeln!(
        table,
        "| {people} | {} | {:.0} | {:.1} | {:.1} | {:.1} | {:.1} | {:.2} ({:.2} to {:.2}) | {:.0} % | {:.2} | {:.1}/{:.0} | \
         {:.0} % |",
        via.name(),
        over(&|own, _| per_second(own, own.forwarded as f64)).median,
        over(&|own, _| per_second(own, own.server.as_secs_f64() * 100.0)).median,
        over(&|own, _| own.each(own.server)).median,
        over(&|own, _| own.each(own.media)).median,
        over(&|own, _| own.each(own.coturn)).median,
        ratio.median,
        ratio.least,
        ratio.most,
        over(&|own, _| 100.0 * own.report.total.with_picture as f64 / people as f64).least,
        over(&|own, _| own.report.total.video.lost_share() * 100.0).median,
        delay(|ends| ends.p50),
        delay(|ends| ends.high),
        over(&|own, _| own.report.own.waited * 100.0).median,
    )?;
    Ok(())
}

/// Lets people meet, and looks at the server while they do.
async fn measure(
    server: &Server,
    coturn: Option<&Coturn>,
    via: Via,
    people: usize,
    seconds: u64,
) -> Result<Round> {
    let (way, relay) = match via {
        Via::Udp => (Way::Udp, None),
        Via::Tcp => (Way::Tcp, None),
        Via::Relay => (Way::Relay, None),
        Via::Coturn => (Way::Relay, coturn.map(|coturn| coturn.relay.clone())),
    };
    let plan = Plan {
        target: server.target.clone(),
        key: server.key.clone(),
        ca_file: Some(server.certificate()),
        metrics: None,
        rooms: 1,
        people,
        presenters: None,
        publishing: PUBLISHING,
        screens: 0,
        speakers: 1,
        time: RUN_MAX,
        churn: Churn::default(),
        way,
        relay,
        link: None,
        threads: NonZeroUsize::MIN,
    };
    let (told, mut standing) = watch::channel(0);
    let (stop, stopped) = oneshot::channel::<()>();
    let each_second = move |_, now: sederunt_load::Standing| {
        told.send_replace(now.people);
    };
    let run = sederunt_load::run(plan, async { drop(stopped.await) }, each_second);
    let mut run = std::pin::pin!(run);
    let look = async {
        let come = standing.wait_for(|now| *now == people as i64);
        tokio::time::timeout(COME_MAX, come).await.context("not everybody came in time")??;
        tokio::time::sleep(SETTLE).await;
        look(server, coturn.filter(|_| via == Via::Coturn), seconds).await
    };
    let looked = tokio::select! {
        ended = &mut run => bail!("the load test ended early: {:?}", ended?.troubles),
        looked = look => looked,
    };
    // Nobody waits when the run has ended meanwhile.
    let _ = stop.send(());
    let report = run.await?;
    ensure!(report.troubles.is_empty(), "{:?}", report.troubles);
    Ok(Round { report, ..looked? })
}

async fn look(server: &Server, coturn: Option<&Coturn>, seconds: u64) -> Result<Round> {
    let threads = || {
        let coturn = coturn.map(|coturn| Threads::of(coturn.id())).transpose()?;
        Ok::<_, anyhow::Error>((Threads::of(server.id())?, coturn.unwrap_or_default()))
    };
    let packets = || metric(&server.metrics, "sederunt_media_packets_forwarded_total");
    let (forwarded, before, at) = (packets().await?, threads()?, Instant::now());
    // The measurement is this pause.
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let (after, wall) = (threads()?, at.elapsed());
    Ok(Round {
        forwarded: packets().await? - forwarded,
        server: after.0.since(&before.0).all,
        media: after.0.since_by(&before.0, "media"),
        coturn: after.1.since(&before.1).all,
        wall,
        report: Report::default(),
    })
}
