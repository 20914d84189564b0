//! The usual way, for comparison: an outbox in PostgreSQL, of which workers take rows with `SKIP LOCKED` and send what
//! is in them with the same HTTP library.
//!
//! An event and a row for each endpoint are one transaction, as many of them at a time as people here come and go. A
//! worker takes a batch, sends all of it at once, notes what was delivered, and commits. Requests are ready, headers and
//! signatures included, which the service makes itself.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;
use tokio_postgres::Client;

use super::bare::{Line, Ready};
use super::fan_out;
use super::pg::Postgres;
use super::receivers::{Receivers, places, ports};
use super::scene::CONCURRENCY;
use crate::cpu;
use crate::ledger::ingest::median;
use crate::ledger::sample::short;

/// Transactions that make events at a time.
const PRODUCERS: u64 = 16;
/// Workers, each with a connection to the database.
const WORKERS: usize = 4;
/// Rows that a worker takes at a time.
const BATCH: i64 = 100;
const NAME: &str = "outbox";

const SCHEMA: &str = "
    DROP TABLE IF EXISTS delivery, event;
    CREATE TABLE event (id bigserial PRIMARY KEY, app bigint NOT NULL, body bytea NOT NULL, at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE delivery (
        id bigserial PRIMARY KEY, event bigint NOT NULL REFERENCES event, endpoint int NOT NULL,
        attempts int NOT NULL DEFAULT 0, next_at timestamptz NOT NULL DEFAULT now(), delivered_at timestamptz);
    CREATE INDEX waiting ON delivery (next_at, id) WHERE delivered_at IS NULL";
const MAKE: &str = "
    WITH made AS (INSERT INTO event (app, body) VALUES (1, $1) RETURNING id)
    INSERT INTO delivery (event, endpoint) SELECT made.id, e FROM made, generate_series(0, $2::int - 1) e";
const TAKE: &str = "
    SELECT d.id, d.endpoint, e.body FROM delivery d JOIN event e ON e.id = d.event
    WHERE d.delivered_at IS NULL AND d.next_at <= now() ORDER BY d.next_at, d.id LIMIT $1 FOR UPDATE OF d SKIP LOCKED";
const DONE: &str = "UPDATE delivery SET delivered_at = now(), attempts = attempts + 1 WHERE id = ANY($1)";

/// One run.
#[derive(Debug)]
struct Sent {
    a_second: f64,
    /// Of the database and of the threads that send, each delivery.
    cpu_each: Duration,
}

/// The table: deliveries per second of CPU, database included.
pub(super) async fn measure(dir: &Path, amount: &fan_out::Amount) -> Result<String> {
    let postgres = Postgres::start(&dir.join("outbox")).await?;
    let ready = Arc::new(Ready::new()?);
    let fan_out::Amount { rounds, endpoints, events, .. } = *amount;
    let [mut ours, mut theirs, mut ours_cpu, mut theirs_cpu] = [const { Vec::new() }; 4];
    for _ in 0..rounds {
        let drained = fan_out::drain(dir, endpoints, events).await?;
        ours.push(drained.a_second);
        ours_cpu.push((drained.cpu_each + drained.ledger_each).as_secs_f64());
        let sent = outbox(&postgres, &ready, endpoints, events).await?;
        theirs.push(sent.a_second);
        theirs_cpu.push(sent.cpu_each.as_secs_f64());
    }
    let ratio = median(ours_cpu.iter().zip(&theirs_cpu).map(|(ours, theirs)| theirs / ours).collect());
    let mut table = format!(
        "{rounds} rounds, in turn, of {events} events to {endpoints} endpoints. PostgreSQL {} on a Unix socket, {WORKERS} \
         workers that take {BATCH} rows each, {PRODUCERS} transactions at a time.\n\n\
         | Sender | deliveries a second | CPU each, database included | the service's deliveries per CPU-second |\n|---|---:|---:|---:|\n",
        postgres.version
    );
    let each = |cpu: Vec<f64>| short(Duration::from_secs_f64(median(cpu)));
    writeln!(table, "| the service | {:.0} | {} | – |", median(ours), each(ours_cpu))?;
    writeln!(table, "| outbox, ready requests | {:.0} | {} | {ratio:.2} × |", median(theirs), each(theirs_cpu))?;
    postgres.stop()?;
    Ok(table)
}

async fn outbox(postgres: &Postgres, ready: &Arc<Ready>, endpoints: usize, events: u64) -> Result<Sent> {
    let places = places(endpoints)?;
    let at = ports(&places);
    let receivers = Receivers::willing(places)?;
    postgres.connect().await?.batch_execute(SCHEMA).await?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name(NAME).enable_all().build()?;
    let before = cpu::of_threads(&[NAME])? + postgres.cpu()?;
    let start = Instant::now();
    tokio::task::block_in_place(|| runtime.block_on(all(postgres, ready, &at, events)))?;
    receivers.wait(endpoints, events).await?;
    let took = start.elapsed();
    let cpu = (cpu::of_threads(&[NAME])? + postgres.cpu()?).saturating_sub(before);
    runtime.shutdown_background();
    let total = (events * endpoints as u64) as f64;
    Ok(Sent { a_second: total / took.as_secs_f64(), cpu_each: cpu.div_f64(total) })
}

/// Everybody who makes and sends, until all is delivered.
async fn all(postgres: &Postgres, ready: &Arc<Ready>, at: &[u16], events: u64) -> Result<()> {
    let (made, sent) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut tasks = JoinSet::new();
    for _ in 0..PRODUCERS {
        let db = postgres.connect().await?;
        tasks.spawn(produce(db, Arc::clone(ready), Arc::clone(&made), events, at.len()));
    }
    for _ in 0..WORKERS {
        let mut lines = Vec::new();
        for port in at {
            let mut of_port = Vec::new();
            for _ in 0..CONCURRENCY / WORKERS {
                of_port.push(Line::open(*port, ready).await?);
            }
            lines.push(of_port);
        }
        tasks.spawn(work(postgres.connect().await?, lines, Arc::clone(&sent), events * at.len() as u64));
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

async fn produce(db: Client, ready: Arc<Ready>, made: Arc<AtomicU64>, events: u64, endpoints: usize) -> Result<()> {
    let make = db.prepare(MAKE).await?;
    let (body, endpoints) = (ready.body(), i32::try_from(endpoints)?);
    while made.fetch_add(1, Ordering::Relaxed) < events {
        db.execute(&make, &[&body, &endpoints]).await?;
    }
    Ok(())
}

async fn work(db: Client, mut lines: Vec<Vec<Line>>, sent: Arc<AtomicU64>, total: u64) -> Result<()> {
    let (take, done) = (db.prepare(TAKE).await?, db.prepare(DONE).await?);
    while sent.load(Ordering::Relaxed) < total {
        db.batch_execute("BEGIN").await?;
        let rows = db.query(&take, &[&BATCH]).await?;
        if rows.is_empty() {
            db.batch_execute("COMMIT").await?;
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        }
        let mut by_endpoint: Vec<Vec<Vec<u8>>> = vec![Vec::new(); lines.len()];
        for row in &rows {
            let endpoint = usize::try_from(row.get::<_, i32>(1))?;
            by_endpoint.get_mut(endpoint).context("an endpoint")?.push(row.get(2));
        }
        send(&mut lines, by_endpoint).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
        db.execute(&done, &[&ids]).await?;
        db.batch_execute("COMMIT").await?;
        sent.fetch_add(rows.len() as u64, Ordering::Relaxed);
    }
    Ok(())
}

/// All bodies of a batch, on all connections to their endpoints at once.
async fn send(lines: &mut [Vec<Line>], by_endpoint: Vec<Vec<Vec<u8>>>) -> Result<()> {
    let mut all = Vec::new();
    for (of_port, bodies) in lines.iter_mut().zip(by_endpoint) {
        let each = bodies.len().div_ceil(of_port.len()).max(1);
        let mut bodies = bodies.into_iter();
        for line in of_port {
            let mine: Vec<Vec<u8>> = bodies.by_ref().take(each).collect();
            all.push(async move {
                for body in mine {
                    line.send(body.into()).await?;
                }
                anyhow::Ok(())
            });
        }
    }
    futures_util::future::try_join_all(all).await.map(drop)
}
