//! What the media thread costs: one publisher, many subscribers, over real sockets on this machine.
//!
//! The subscribers and the publisher are str0m clients in this process, on threads of their own; only the CPU time
//! of the media thread is counted, as the kernel accounts it. Next to it, in the same run: a bare loop of `sendto`
//! that sends packets of the same size to as many sockets, and the media thread without batches: one datagram received
//! per turn, all sessions drained, one system call for each that goes out. Or Janus, with the same clients
//! ([`beside`]). The ways to a client are compared with the whole server ([`ways`]).

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::cpu;

mod args;
mod beside;
mod client;
mod coturn;
mod janus;
mod program;
mod rig;
mod server;
mod spread;
mod thread;
mod ways;

pub(crate) use args::PacketsArgs;
use client::{JOIN_MAX, Load};
use thread::Thread;

/// Packets that the bare loop sends: about a second.
const BARE_PACKETS: usize = 200_000;

/// How one run went.
#[derive(Debug, Clone, Copy)]
struct Measured {
    forwarded: u64,
    received: u64,
    cpu: Duration,
    wall: Duration,
    calls: u64,
}

impl Measured {
    fn per_cpu_second(self) -> f64 {
        self.forwarded as f64 / self.cpu.as_secs_f64().max(1e-9)
    }

    fn per_second(self) -> f64 {
        self.forwarded as f64 / self.wall.as_secs_f64()
    }

    /// Percent of a core for one forwarded stream.
    fn core_percent_per_stream(self, streams: usize) -> f64 {
        100.0 * self.cpu.as_secs_f64() / self.wall.as_secs_f64() / streams as f64
    }
}

/// Runs all combinations; a Markdown table with what to make of it.
pub(crate) fn run(args: &PacketsArgs) -> Result<String> {
    ensure!((200..=1_300).contains(&args.bytes), "--bytes must be 200 to 1300");
    match (args.janus, args.via.is_empty()) {
        (true, _) => beside::run(args),
        (false, false) => ways::run(args),
        (false, true) => alone(args),
    }
}

fn alone(args: &PacketsArgs) -> Result<String> {
    let mut table = String::from(
        "| subscribers | packets/s in | forwarded/s | media thread, % of a core per stream | forwarded per CPU-second \
         | one call per datagram | ratio | bare `sendto` per CPU-second | share of it | datagrams per call |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for &rate in &args.rates {
        for subscribers in args.subscribers(&[1, 10, 50]) {
            let load = Load { subscribers, rate, bytes: args.bytes };
            // Side by side, so that what else the machine does meets all three.
            let batched = measure(load, args.seconds, true)?;
            let naive = measure(load, args.seconds, false)?;
            let bare = sendto(load)?;
            let (a, b) = (batched.per_cpu_second(), naive.per_cpu_second());
            let _ = writeln!(
                table,
                "| {subscribers} | {rate} | {:.0} | {:.3} | {a:.0} | {b:.0} | {:.2} | {bare:.0} | {:.2} | {:.1} |",
                batched.per_second(),
                batched.core_percent_per_stream(subscribers),
                a / b,
                a / bare,
                batched.forwarded as f64 / batched.calls.max(1) as f64,
            );
        }
    }
    Ok(table)
}

fn measure(load: Load, seconds: u64, batches: bool) -> Result<Measured> {
    let own = IpAddr::from(Ipv4Addr::LOCALHOST);
    let mut thread = Thread::start(own, batches)?;
    let clients = client::start(&mut thread.rig, own, load)?;
    clients.until_all_receive(JOIN_MAX)?;
    let read = || -> Result<_> {
        let stats = thread.media.stats();
        Ok((
            stats.sfu.packets_forwarded,
            stats.send_calls,
            cpu::of_thread("media")?,
            clients.received(),
            Instant::now(),
        ))
    };
    let before = read()?;
    // The measurement is this pause.
    std::thread::sleep(Duration::from_secs(seconds));
    let after = read()?;
    clients.stop()?;
    thread.stop()?;
    let measured = Measured {
        forwarded: after.0 - before.0,
        calls: after.1 - before.1,
        cpu: after.2 - before.2,
        received: after.3 - before.3,
        wall: after.4 - before.4,
    };
    let expected = measured.wall.as_secs_f64() * f64::from(load.rate) * load.subscribers as f64;
    ensure!(
        measured.forwarded as f64 > 0.8 * expected,
        "only {} of {expected:.0} packets were forwarded: the machine is too busy",
        measured.forwarded
    );
    // Loss on the way to clients that are not scheduled in time costs the media thread nothing.
    let arrived = if load.counted_only() { 0.5 } else { 0.9 };
    ensure!(
        measured.received as f64 > arrived * measured.forwarded as f64,
        "only {} of {} packets arrived",
        measured.received,
        measured.forwarded
    );
    Ok(measured)
}

/// Packets per CPU-second of a loop that only sends.
fn sendto(load: Load) -> Result<f64> {
    let sinks: Vec<UdpSocket> =
        (0..load.subscribers).map(|_| UdpSocket::bind("127.0.0.1:0")).collect::<std::io::Result<_>>()?;
    let addresses: Vec<SocketAddr> =
        sinks.iter().map(UdpSocket::local_addr).collect::<std::io::Result<_>>()?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;
    // RTP header, extensions and the tag of the cipher: what the subscriber gets on the wire.
    let packet = vec![0x80; load.bytes + 40];
    let worker = std::thread::spawn(move || -> Result<f64> {
        let begin = cpu::of_this_thread()?;
        for index in 0..BARE_PACKETS {
            let to = addresses.get(index % addresses.len()).context("a sink")?;
            sender.send_to(&packet, to)?;
        }
        let spent = cpu::of_this_thread()? - begin;
        Ok(BARE_PACKETS as f64 / spent.as_secs_f64().max(1e-9))
    });
    let rate = worker.join().map_err(|_| anyhow::anyhow!("the sending thread panicked"))??;
    drop(sinks);
    Ok(rate)
}
