//! One endpoint: every delivery has a body of its own, so signing is what bounds it.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

use super::bare::Ready;
use super::fan_out::drain;
use crate::ledger::ingest::median;

/// The table.
pub(super) async fn measure(dir: &Path, rounds: usize, events: u64) -> Result<String> {
    let ready = Ready::new()?;
    let [mut ours, mut rsa] = [const { Vec::new() }; 2];
    for _ in 0..rounds {
        ours.push(drain(dir, 1, events).await?.a_second);
        let took = tokio::task::block_in_place(|| ready.sign(events))?;
        rsa.push(events as f64 / took.as_secs_f64());
    }
    let ratio = median(ours.iter().zip(&rsa).map(|(ours, rsa)| ours / rsa).collect());
    let mut table =
        format!("{rounds} rounds, in turn, of {events} events.\n\n| | a second | share |\n|---|---:|---:|\n");
    writeln!(
        table,
        "| RSA 2048 alone, on as many threads as the service signs with | {:.0} | – |",
        median(rsa)
    )?;
    writeln!(table, "| distinct bodies signed and delivered | {:.0} | {ratio:.2} |", median(ours))?;
    Ok(table)
}
