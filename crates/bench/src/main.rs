//! Benchmarks behind `cargo xtask bench`.
#![expect(clippy::print_stdout, reason = "a benchmark tells its numbers")]

use anyhow::Result;
use clap::{Parser, Subcommand};

mod cpu;
mod delivery_log;
mod exchange;
mod feed;
mod ledger;
mod memory;
mod packets;
mod rooms;
mod webhooks;

// The allocator of the server: numbers are to be the same.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
#[command(about = "Benchmarks of Sederunt; each prints a Markdown table")]
struct Cli {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// The media thread: CPU per forwarded stream, next to a bare loop of `sendto`, or to Janus; and the ways to a client
    Packets(packets::PacketsArgs),
    /// The live feed: many watchers over real connections while people join
    Feed(feed::FeedArgs),
    /// The server process of the benchmark of the feed
    #[command(hide = true)]
    FeedServer(feed::FeedServerArgs),
    /// Joins and leaves made durable, next to the bare disk; lists of ten million sessions
    Ledger(ledger::LedgerArgs),
    /// Lists of sessions and rooms with very many stays, next to SQL alone
    Stays(ledger::stays::StaysArgs),
    /// What strangers can make the server hold: a socket that never reads, many that do nothing, asks for a way in
    Memory(memory::MemoryArgs),
    /// The log of webhook deliveries: bytes and time of each, acknowledgements next to the bare disk, pages
    DeliveryLog(delivery_log::DeliveryLogArgs),
    /// Webhooks: what they cost the ledger, deliveries next to bare clients, receivers that are slow, gone, or come back
    Webhooks(webhooks::WebhooksArgs),
    /// One fresh process of the benchmark of webhooks
    #[command(hide = true)]
    WebhooksDead(webhooks::DeadArgs),
    /// One fresh process of the benchmark of the lists
    #[command(hide = true)]
    LedgerProbe(ledger::ProbeArgs),
}

fn main() -> Result<()> {
    let table = match Cli::parse().bench {
        Bench::Packets(args) => packets::run(&args)?,
        Bench::Feed(args) => feed::run(&args)?,
        Bench::FeedServer(args) => feed::run_server(&args)?,
        Bench::Ledger(args) => ledger::run(&args)?,
        Bench::Stays(args) => ledger::stays::run(&args)?,
        Bench::Memory(args) => memory::run(&args)?,
        Bench::DeliveryLog(args) => delivery_log::run(&args)?,
        Bench::Webhooks(args) => webhooks::run(&args)?,
        Bench::WebhooksDead(args) => webhooks::run_dead(&args)?,
        Bench::LedgerProbe(args) => ledger::run_probe(&args)?,
    };
    println!("{table}");
    Ok(())
}
