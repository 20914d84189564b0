//! The media thread beside Janus: the same clients, the same load, in turns.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::args::PacketsArgs;
use super::client::{self, Clients, JOIN_MAX, Load};
use super::janus::Janus;
use super::spread::Spread;
use super::thread::Thread;
use crate::cpu::{Spent, Threads};

/// What one round showed of one of the two.
#[derive(Debug, Clone, Copy)]
struct Round {
    /// Packets that reached a subscriber.
    arrived: u64,
    spent: Spent,
    wall: Duration,
}

impl Round {
    /// Seconds of a CPU for one packet.
    fn each(self, spent: Duration) -> f64 {
        spent.as_secs_f64() / self.arrived.max(1) as f64
    }

    fn per_second(self) -> f64 {
        self.arrived as f64 / self.wall.as_secs_f64()
    }
}

/// Runs all loads; a Markdown table.
pub(super) fn run(args: &PacketsArgs) -> Result<String> {
    let own = own_address()?;
    let mut table = String::from(
        "| subscribers | packets/s in | media thread: % of a core a stream | µs a packet | Janus: % of a core a stream | µs a packet \
         | of that its busiest thread | ratio, median (least to most) | to its busiest thread | arrived/s, ours | Janus |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for &rate in &args.rates {
        for subscribers in args.subscribers(&[1, 10, 50]) {
            let load = Load { subscribers, rate, bytes: args.bytes };
            let mut rounds = Vec::new();
            for round in 0..args.rounds.get() {
                // Neither is always the first.
                rounds.push(if round % 2 == 0 {
                    let ours = ours(own, load, args.seconds)?;
                    (ours, theirs(own, load, args.seconds)?)
                } else {
                    let theirs = theirs(own, load, args.seconds)?;
                    (ours(own, load, args.seconds)?, theirs)
                });
            }
            row(&mut table, load, &rounds)?;
        }
    }
    Ok(table)
}

fn row(table: &mut String, load: Load, rounds: &[(Round, Round)]) -> Result<()> {
    let over = |of: &dyn Fn(&(Round, Round)) -> f64| Spread::of(rounds.iter().map(of).collect());
    let ours = over(&|(ours, _)| ours.each(ours.spent.all));
    let theirs = over(&|(_, theirs)| theirs.each(theirs.spent.all));
    let busiest = over(&|(_, theirs)| theirs.each(theirs.spent.busiest));
    let ratio = over(&|(ours, theirs)| ours.each(ours.spent.all) / theirs.each(theirs.spent.all));
    let to_busiest = over(&|(ours, theirs)| ours.each(ours.spent.all) / theirs.each(theirs.spent.busiest));
    let percent = |each: f64| 100.0 * each * f64::from(load.rate);
    writeln!(
        table,
        "| {} | {} | {:.3} | {:.1} | {:.3} | {:.1} | {:.1} | {:.2} ({:.2} to {:.2}) | {:.2} | {:.0} | {:.0} |",
        load.subscribers,
        load.rate,
        percent(ours.median),
        ours.median * 1e6,
        percent(theirs.median),
        theirs.median * 1e6,
        busiest.median * 1e6,
        ratio.median,
        ratio.least,
        ratio.most,
        to_busiest.median,
        over(&|(ours, _)| ours.per_second()).median,
        over(&|(_, theirs)| theirs.per_second()).median,
    )?;
    Ok(())
}

fn ours(own: Ipv4Addr, load: Load, seconds: u64) -> Result<Round> {
    let mut thread = Thread::start(own.into(), true)?;
    let clients = client::start(&mut thread.rig, own.into(), load)?;
    let round = measure(&clients, seconds, || Threads::own("media"))?;
    let expected = f64::from(load.rate) * load.subscribers as f64;
    ensure!(
        round.per_second() > 0.8 * expected,
        "only {:.0} of {expected:.0} packets a second arrived: the machine is too busy",
        round.per_second()
    );
    clients.stop()?;
    thread.stop()?;
    Ok(round)
}

fn theirs(own: Ipv4Addr, load: Load, seconds: u64) -> Result<Round> {
    let mut janus = Janus::start(own)?;
    let process = janus.id();
    let clients = client::start(&mut janus, own.into(), load)?;
    // One that does not keep up is compared by what it did.
    let round = measure(&clients, seconds, || Threads::of(process)).context("Janus")?;
    clients.stop()?;
    Ok(round)
}

fn measure(clients: &Clients, seconds: u64, look: impl Fn() -> Result<Threads>) -> Result<Round> {
    clients.until_all_receive(JOIN_MAX)?;
    let (before, arrived, at) = (look()?, clients.arrived()?, Instant::now());
    // The measurement is this pause.
    std::thread::sleep(Duration::from_secs(seconds));
    let (after, until, end) = (look()?, clients.arrived()?, Instant::now());
    Ok(Round { arrived: until - arrived, spent: after.since(&before), wall: end - at })
}

/// An address of this machine that is not loopback, which Janus does not take for media. What goes there stays in the machine
/// all the same.
fn own_address() -> Result<Ipv4Addr> {
    // Nothing is sent: the kernel only says from where it would be (an address for documents, RFC 5737).
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket
        .connect(("192.0.2.1", 9))
        .context("this machine has no network besides loopback, which Janus needs")?;
    match socket.local_addr()?.ip() {
        IpAddr::V4(own) if !own.is_loopback() => Ok(own),
        other @ (IpAddr::V4(_) | IpAddr::V6(_)) => {
            bail!("this machine has no IPv4 address besides loopback, which Janus needs: {other}")
        }
    }
}
