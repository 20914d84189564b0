//! Benchmarks behind `cargo xtask bench`.
#![expect(clippy::print_stdout, reason = "a benchmark tells its numbers")]

use anyhow::Result;
use clap::{Parser, Subcommand};

mod ledger;
mod packets;

#[derive(Debug, Parser)]
#[command(about = "Benchmarks of Sederunt; each prints a Markdown table")]
struct Cli {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// The media thread: CPU per forwarded stream, next to a bare loop of `sendto`
    Packets(packets::PacketsArgs),
    /// Joins and leaves made durable, next to the bare disk; lists of many sessions
    Ledger(ledger::LedgerArgs),
}

fn main() -> Result<()> {
    let table = match Cli::parse().bench {
        Bench::Packets(args) => packets::run(&args)?,
        Bench::Ledger(args) => ledger::run(&args)?,
    };
    println!("{table}");
    Ok(())
}
