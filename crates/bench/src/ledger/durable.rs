//! Joins and leaves through rooms, engine and store, each acknowledged after it is durable. Without sockets, so
//! that the number is that of the ledger.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use sederunt_app::admission::{self, Ticket};
use sederunt_core::call::Disconnect;
use sederunt_core::id::PeerId;
use sederunt_core::words::{Request, entry};
use sederunt_node::{ClientAddress, Node, ToSocket};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::disk::Disk;
use super::sample::{Samples, ms};
use crate::rooms::{self, PEERS_PER_ROOM};

/// Above what one visit is told while it waits.
const OUTBOX: usize = 1024;

pub(super) fn measure(
    runtime: &Runtime,
    dir: &Path,
    in_flight: &[usize],
    each: Duration,
    disk: &Disk,
) -> Result<String> {
    let mut table = String::from(
        "| Peers that join and leave | durable a second | of the bare disk | join p50 / p99 | leave p50 / p99 |\n\
         |---:|---:|---:|---:|---:|\n",
    );
    for &peers in in_flight {
        let data = dir.join(format!("durable-{peers}"));
        let mut run = runtime.block_on(visits(&data, peers, each))?;
        let count = run.joins.len() + run.leaves.len();
        let a_second = count as f64 / run.took.as_secs_f64();
        writeln!(
            table,
            "| {peers} | {a_second:.0} | {:.2} × | {} / {} | {} / {} |",
            a_second / disk.preallocated.max(disk.growing),
            ms(run.joins.percentile(50)),
            ms(run.joins.percentile(99)),
            ms(run.leaves.percentile(50)),
            ms(run.leaves.percentile(99)),
        )?;
    }
    Ok(table)
}

#[derive(Default)]
struct Run {
    joins: Samples,
    leaves: Samples,
    took: Duration,
}

async fn visits(data: &Path, peers: usize, each: Duration) -> Result<Run> {
    std::fs::create_dir_all(data)?;
    let node = rooms::node(data).await?;
    let tickets = rooms::tickets(&node, "bench", peers.div_ceil(PEERS_PER_ROOM)).await?;
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for peer in 0..peers {
        let ticket = tickets[peer % tickets.len()].clone();
        tasks.spawn(come_and_go(node.clone(), ticket, start + each));
    }
    let mut run = Run::default();
    while let Some(done) = tasks.join_next().await {
        let (joins, leaves) = done??;
        run.joins.extend(joins);
        run.leaves.extend(leaves);
    }
    run.took = start.elapsed();
    node.stop().await;
    Ok(run)
}

async fn come_and_go(node: Node, ticket: Ticket, until: Instant) -> Result<(Samples, Samples)> {
    let (mut joins, mut leaves) = (Samples::default(), Samples::default());
    while Instant::now() < until {
        let peer = PeerId::from(node.mint_id());
        let (outbox, mut told) = mpsc::channel(OUTBOX);
        let attached =
            admission::attach(&node, ticket.clone(), peer, ClientAddress::default(), outbox).await?;
        let before = Instant::now();
        attached
            .request("join".into(), Request::Entry(entry::Ask::JoinRoom { display_name: "Ada".to_owned() }))
            .await?;
        answered(&mut told, "join").await?;
        joins.push(before.elapsed());
        let before = Instant::now();
        attached.request("leave".into(), Request::Entry(entry::Ask::MediaLeave)).await?;
        answered(&mut told, "leave").await?;
        leaves.push(before.elapsed());
        attached.disconnect(Disconnect::Clean).await;
    }
    Ok((joins, leaves))
}

async fn answered(told: &mut mpsc::Receiver<ToSocket>, what: &str) -> Result<()> {
    while let Some(message) = told.recv().await {
        match message {
            ToSocket::Tell { re: Some(re), .. } if re.id == what => return Ok(()),
            ToSocket::Refuse { error, .. } => bail!("{what} refused: {error}"),
            ToSocket::Tell { .. } => {}
            ToSocket::Close(reason) => bail!("closed before the answer to {what}: {reason:?}"),
        }
    }
    bail!("cut before the answer to {what}")
}
