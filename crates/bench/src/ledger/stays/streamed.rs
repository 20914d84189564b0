//! The whole list of a room over HTTP: when its first byte comes, and what memory it takes on its way.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use sederunt_core::id::MeetingId;
use sederunt_server::first_run::FirstRun;
use sederunt_server::{Listeners, Offers, run};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::super::http;
use super::super::sample::{Samples, ms};
use super::history::{MANY, ONE};
use super::{anonymous_memory, mib};

const ROUNDS: usize = 4;
/// The head of an answer is shorter.
const HEAD_MAX: u64 = 1_024;
const LISTS: &[(&str, MeetingId, &str, usize)] = &[
    ("one session", ONE, "", 1),
    ("many sessions", MANY, "", 1),
    ("many sessions, by end", MANY, "?sort_by=-disconnected_at", 1),
    ("many sessions, ended ones", MANY, "?is_connecting=false", 1),
    ("many sessions, 8 at a time", MANY, "", 8),
    ("many sessions, by end, 8 at a time", MANY, "?sort_by=-disconnected_at", 8),
];

pub(super) async fn measure(data: &Path, first: &FirstRun) -> Result<String> {
    let config = http::config(data)?;
    let listeners = Listeners::bind(&config.http).await?;
    let address = listeners.http.local_addr()?;
    let shutdown = CancellationToken::new();
    let server = tokio::spawn(run(config, Offers::default(), listeners, shutdown.clone(), |_| Ok(())));
    let mut text = String::from(
        "| Whole list over HTTP | size | first byte p50 / p99 | first rows p50 / p99 | whole p50 | memory grows by |\n\
         |---|---:|---:|---:|---:|---:|\n",
    );
    for (name, room, query, at_once) in LISTS {
        let target = format!("/v1/rooms/{}/sessions{query}", room);
        // Once to warm up connections, threads and the allocator.
        one(address, &target, &first.api_token).await?;
        let before = anonymous_memory()?;
        let peak = Peak::watch();
        let (mut firsts, mut rows, mut wholes, mut size) =
            (Samples::default(), Samples::default(), Samples::default(), 0);
        for _ in 0..ROUNDS {
            let mut clients = JoinSet::new();
            for _ in 0..*at_once {
                let (target, token) = (target.clone(), first.api_token.clone());
                clients.spawn(async move { one(address, &target, &token).await });
            }
            while let Some(took) = clients.join_next().await {
                let took = took??;
                firsts.push(took.first);
                rows.push(took.rows);
                wholes.push(took.whole);
                size = took.size;
            }
        }
        writeln!(
            text,
            "| {name} | {:.1} MiB | {} / {} | {} / {} | {} | {:.1} MiB |",
            mib(size),
            ms(firsts.percentile(50)),
            ms(firsts.percentile(99)),
            ms(rows.percentile(50)),
            ms(rows.percentile(99)),
            ms(wholes.percentile(50)),
            mib(peak.end().saturating_sub(before)),
        )?;
    }
    shutdown.cancel();
    server.await??;
    Ok(text)
}

struct Took {
    first: Duration,
    /// More than the head of an answer.
    rows: Duration,
    whole: Duration,
    size: u64,
}

/// Reads a list to its end and keeps nothing of it.
async fn one(address: SocketAddr, target: &str, token: &str) -> Result<Took> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {target} HTTP/1.0\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n");
    let start = Instant::now();
    stream.write_all(request.as_bytes()).await?;
    let (mut buffer, mut size) = (vec![0; 64 * 1024], 0);
    let (mut first, mut rows) = (None, None);
    let mut tail = Vec::new();
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            break;
        }
        first.get_or_insert_with(|| start.elapsed());
        ensure!(
            size > 0 || buffer.starts_with(b"HTTP/1.0 200"),
            "{}",
            String::from_utf8_lossy(&buffer[..count])
        );
        size += count as u64;
        if size > HEAD_MAX {
            rows.get_or_insert_with(|| start.elapsed());
        }
        tail.extend_from_slice(&buffer[..count]);
        tail.drain(..tail.len().saturating_sub(64));
    }
    ensure!(tail.ends_with(b"}}"), "the list was cut off: {}", String::from_utf8_lossy(&tail));
    let (first, rows) = (first.unwrap_or_default(), rows.unwrap_or_default());
    Ok(Took { first, rows, whole: start.elapsed(), size })
}

/// Highest anonymous memory while it watches.
struct Peak {
    highest: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<()>,
}

impl Peak {
    fn watch() -> Self {
        let (highest, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (seen, ends) = (Arc::clone(&highest), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            while !ends.load(Ordering::Relaxed) {
                seen.fetch_max(anonymous_memory().unwrap_or(0), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        Self { highest, stop, thread }
    }

    fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.thread.join();
        self.highest.load(Ordering::Relaxed)
    }
}
