//! The lists over HTTP from the whole server, next to a handler on the same stack that has the bytes ready.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use bytes::Bytes;
use sederunt_core::time::UnixMs;
use sederunt_node::clock::ManualClock;
use sederunt_server::accept::{Connections, Door};
use sederunt_server::config::{
    Config, ConsoleSettings, HttpConfig, LogConfig, LogFormat, MediaSettings, Printed, RelaySetting,
    RoomSettings, TlsConfig, WebhookConfig,
};
use sederunt_server::{Listeners, Offers, run_with_clock};
use sederunt_store::IndexOptions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::data::Access;
use super::note;
use super::query::{self, COMMON, DEEP, FIRST, MINUTES_DEEP, Question, YEAR};
use super::sample::Samples;
use super::throughput::CLIENTS;
use super::world::World;

const LISTS: &[&str] = &[FIRST, DEEP, YEAR, MINUTES_DEEP, COMMON];
const EACH: Duration = Duration::from_millis(700);
/// Ours and the handler take turns so often.
const TURNS: u64 = 5;
/// Largest head of an answer.
const HEAD_MAX: usize = 16 * 1024;

/// One list over HTTP.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) list: &'static str,
    pub(super) clients: usize,
    pub(super) ours: Rate,
    /// The same bytes from memory.
    pub(super) memory: Rate,
    pub(super) body_bytes: usize,
}

/// Answers of a closed loop.
#[derive(Debug, Default)]
pub(super) struct Rate {
    pub(super) samples: Samples,
    took: Duration,
}

impl Rate {
    pub(super) fn a_second(&self) -> f64 {
        self.samples.len() as f64 / self.took.as_secs_f64().max(f64::EPSILON)
    }
}

/// A whole server on the data, on free ports of loopback.
pub(super) fn config(data: &Path) -> Result<Config> {
    let any = "127.0.0.1:0".parse()?;
    Ok(Config {
        data: data.to_owned(),
        http: HttpConfig {
            listen: any,
            metrics_listen: any,
            base_uri: None,
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            per_address_factor: 0,
        },
        media: MediaSettings {
            listen: any,
            workers: 1,
            announce: Vec::new(),
            tcp: true,
            tcp_announce: Vec::new(),
            relay: RelaySetting::Off,
        },
        tls: TlsConfig::Off,
        room: RoomSettings { reconnect_grace: Duration::from_secs(20), store_client_addresses: false },
        index: IndexOptions::default(),
        files: None,
        webhook: WebhookConfig::default(),
        console: ConsoleSettings { enabled: false, behind_tls: false, host: None },
        log: LogConfig { format: LogFormat::Text, filter: "off".to_owned() },
        printed: Printed::default(),
    })
}

/// Starts the server on the data and asks.
pub(super) async fn measure(data: &Path, world: World, access: Access) -> Result<Vec<Served>> {
    let config = config(data)?;
    let listeners = Listeners::bind(&config.http).await?;
    let address = listeners.http.local_addr()?;
    let shutdown = CancellationToken::new();
    // The time of the data, so that its LIVE sessions stay what they are.
    let clock = Arc::new(ManualClock::new(UnixMs(world.now_ms())));
    let server =
        tokio::spawn(run_with_clock(config, Offers::default(), listeners, clock, shutdown.clone(), |_| {
            Ok(())
        }));
    let result = lists(address, world, &access).await;
    shutdown.cancel();
    server.await??;
    result
}

async fn lists(address: SocketAddr, world: World, access: &Access) -> Result<Vec<Served>> {
    let mut all = Vec::new();
    for list in LISTS {
        let Some(question) = query::question(list) else { continue };
        let mut connection = Connection::open(address).await?;
        let body = connection.get(&head(question, world, access, 0)).await?.to_vec();
        ensure!(body.starts_with(b"{\"success\":true"), "{}", String::from_utf8_lossy(&body));
        let stop = CancellationToken::new();
        let memory = from_memory(body.clone().into(), stop.clone()).await?;
        for clients in CLIENTS {
            let mut served = Served {
                list: question.name,
                clients,
                ours: Rate::default(),
                memory: Rate::default(),
                body_bytes: body.len(),
            };
            for turn in 0..TURNS {
                closed_loop(address, question, world, access, clients, turn, &mut served.ours).await?;
                closed_loop(memory, question, world, access, clients, turn, &mut served.memory).await?;
            }
            note!("HTTP, {}, {clients} clients: {:.0} a second", question.name, served.ours.a_second());
            all.push(served);
        }
        stop.cancel();
    }
    Ok(all)
}

/// A listener whose router has one route that answers `body`.
async fn from_memory(body: Bytes, stop: CancellationToken) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let handler = get(move || std::future::ready(([(CONTENT_TYPE, "application/json")], body.clone())));
    let router =
        Router::new().route("/client/v4/accounts/{account_id}/realtime/kit/{app_id}/sessions", handler);
    let door = Door::plain(listener, router);
    tokio::spawn(door.serve(Connections::default(), stop));
    Ok(address)
}

async fn closed_loop(
    address: SocketAddr,
    question: &'static Question,
    world: World,
    access: &Access,
    clients: usize,
    turn: u64,
    rate: &mut Rate,
) -> Result<()> {
    let mut open = Vec::new();
    for _ in 0..clients {
        open.push(Connection::open(address).await?);
    }
    let mut tasks = JoinSet::new();
    let start = Instant::now();
    for (client, mut connection) in (0_u64..).zip(open) {
        let access = access.clone();
        tasks.spawn(async move {
            let (mut samples, mut n) = (Samples::default(), (turn << 40) + (client << 32));
            while start.elapsed() < EACH {
                let head = head(question, world, &access, n);
                let before = Instant::now();
                let body = connection.get(&head).await?;
                samples.push(before.elapsed());
                ensure!(!body.is_empty(), "an empty body");
                n += 1;
            }
            anyhow::Ok(samples)
        });
    }
    while let Some(done) = tasks.join_next().await {
        rate.samples.extend(done??);
    }
    rate.took += start.elapsed();
    Ok(())
}

fn head(question: &Question, world: World, access: &Access, n: u64) -> String {
    let target = question.ask(&world, n).target(&access.account);
    format!("GET {target} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\n\r\n", access.token)
}

/// A kept connection; it costs little beside what it asks.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// The body of the answer.
    async fn get(&mut self, request: &str) -> Result<&[u8]> {
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let (mut head, mut whole) = (0, usize::MAX);
        while self.buffer.len() < whole {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server closed the connection");
            if head == 0
                && let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n")
            {
                head = end + 4;
                whole = head + content_length(&self.buffer[..head])?;
            }
            ensure!(head > 0 || self.buffer.len() < HEAD_MAX, "an answer without an end of its head");
        }
        Ok(&self.buffer[head..])
    }
}

fn content_length(head: &[u8]) -> Result<usize> {
    let head = std::str::from_utf8(head)?;
    ensure!(head.starts_with("HTTP/1.1 200"), "{head}");
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
    });
    Ok(length.with_context(|| format!("no length: {head}"))??)
}
