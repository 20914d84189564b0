//! The server process: the real accept loop, doors, rooms and ledger. Joins come from within, one room task each, so
//! that no web sockets are measured.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use aws_lc_rs::digest;
use sederunt_api::ApiConfig;
use sederunt_app::admission::{self, Ticket};
use sederunt_core::id::PeerId;
use sederunt_core::words::{Request, entry};
use sederunt_node::{Attached, ClientAddress, Node, ToSocket};
use sederunt_server::accept::{Connections, Door};
use sederunt_store::{ApiTokenRow, Permission};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::{JoinSet, block_in_place};
use tokio::time::{Instant, interval_at};
use tokio_util::sync::CancellationToken;

use crate::rooms;

/// The token of the watchers.
pub(super) const TOKEN: &str = "bench-feed";
/// The app that they watch.
pub(super) const APP: &str = "bench";

/// Rooms that people join in turn.
const ROOMS: usize = 50;
/// Messages that a peer may be behind; nobody reads them.
const OUTBOX: usize = 4096;

/// Somebody inside, for as long as this lives.
type Inside = (Attached, mpsc::Receiver<ToSocket>);

/// Serves until stdin is closed: `join RATE SECONDS` lets people join.
pub(super) async fn serve(dir: &Path) -> Result<()> {
    let node = rooms::node(dir).await?;
    let tickets = prepare(&node).await?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let router = sederunt_api::router(node.clone(), ApiConfig::default());
    let (connections, serving) = (Connections::default(), CancellationToken::new());
    tokio::spawn(Door::plain(listener, router).serve(connections.clone(), serving.clone()));
    println!("ready {address}");
    let mut inside = Vec::new();
    // `block_in_place`: the server goes on serving on the other threads.
    while let Some(order) = block_in_place(|| std::io::stdin().lines().next()) {
        let order = order?;
        let words: Vec<&str> = order.split_whitespace().collect();
        let ["join", rate, seconds] = words[..] else { bail!("unknown order {order:?}") };
        let before = inside.len();
        join(&node, &tickets, (rate.parse()?, seconds.parse()?), &mut inside).await?;
        println!("joined {} {}", inside.len() - before, *node.store().durable().borrow());
    }
    serving.cancel();
    node.stop().await;
    let left = connections.drained(Duration::from_secs(10)).await;
    ensure!(left == 0, "{left} connections stayed open");
    Ok(())
}

/// An app with rooms to enter, and a token of it.
async fn prepare(node: &Node) -> Result<Vec<Ticket>> {
    let tickets = rooms::tickets(node, APP, ROOMS).await?;
    let token = ApiTokenRow {
        server: false,
        used_on: None,
        id: TOKEN.to_owned(),
        name: TOKEN.to_owned(),
        account: Some((APP.to_owned(), Permission::Realtime)),
        workspace: None,
        created_at: node.now(),
        revoked_at: None,
    };
    let hash = digest::digest(&digest::SHA256, TOKEN.as_bytes());
    node.store().create_token(token, hash.as_ref().try_into()?).await?;
    Ok(tickets)
}

/// `rate` joins a second for so many seconds, evenly spread; nobody waits for the one before.
async fn join(
    node: &Node,
    tickets: &[Ticket],
    (rate, seconds): (u32, u64),
    inside: &mut Vec<Inside>,
) -> Result<()> {
    let every = Duration::from_secs(1) / rate;
    let mut clock = interval_at(Instant::now() + every, every);
    let mut joins = JoinSet::new();
    for n in 0..usize::try_from(u64::from(rate) * seconds)? {
        clock.tick().await;
        joins.spawn(enter(node.clone(), tickets[n % tickets.len()].clone()));
    }
    while let Some(joined) = joins.join_next().await {
        inside.push(joined??);
    }
    Ok(())
}

async fn enter(node: Node, ticket: Ticket) -> Result<Inside> {
    let peer = PeerId::from(node.mint_id());
    let (outbox, mut told) = mpsc::channel(OUTBOX);
    let attached = admission::attach(&node, ticket, peer, ClientAddress::default(), outbox).await?;
    attached
        .request("join".into(), Request::Entry(entry::Ask::JoinRoom { display_name: "Ada".to_owned() }))
        .await?;
    while let Some(message) = told.recv().await {
        match message {
            ToSocket::Tell { re: Some(re), .. } if re.id == "join" => return Ok((attached, told)),
            ToSocket::Refuse { error, .. } => bail!("the join was refused: {error}"),
            ToSocket::Tell { .. } => {}
            ToSocket::Close(reason) => bail!("closed before the join: {reason:?}"),
        }
    }
    bail!("cut before the join")
}
