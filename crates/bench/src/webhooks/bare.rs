//! The limit: the same HTTP library with nothing around it sends ready requests, as many at a time, to the same receivers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use sederunt_core::id::{Id, MeetingId, PeerId, SessionId};
use sederunt_node::clock::wall;
use sederunt_webhook::body::kit::{Organizer, Participant, Session, participant_joined};
use sederunt_webhook::headers::{self, Stamp};
use sederunt_webhook::sign::{Secret, SigningKey};
use sederunt_webhook::told::Key;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::scene::{CONCURRENCY, SECRET};
use crate::cpu;

/// As many as the service has.
const THREADS: usize = 2;
const NAME: &str = "bare";

/// How it went.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    pub(super) took: Duration,
    /// Of all threads that sent.
    pub(super) cpu: Duration,
}

/// A body with its headers, as the service makes them, and a key.
pub(super) struct Ready {
    headers: HeaderMap,
    body: Bytes,
    key: Arc<SigningKey>,
}

impl Ready {
    pub(super) fn new() -> Result<Self> {
        let now = wall();
        let session = Session {
            meeting: MeetingId::from_u128(1),
            session: SessionId::from_u128(2),
            title: "Weekly sync",
            started_at: now,
            organizer: Organizer { id: "bench", name: "bench" },
        };
        let participant = Participant {
            peer: PeerId::from_u128(3),
            display_name: "Ada",
            custom_participant_id: "",
            joined_at: now,
        };
        let body = participant_joined(&session, &participant)?;
        let key = Arc::new(SigningKey::from_pem(&SigningKey::generate_pem()?)?);
        let stamp = Stamp {
            id: Id::from_u128(4),
            key: Key::first(1_000_000),
            attempt: 1,
            timestamp_s: now.0 / 1000,
            signature: &key.sign(&body)?,
            secrets: &[Secret::from(SECRET)],
            body: &body,
            is_test: false,
        };
        Ok(Self { headers: headers::kit(&stamp, Id::from_u128(5), true), body, key })
    }

    /// Sends `total` requests, with as many connections to each port as a webhook may have.
    pub(super) fn send(&self, ports: &[u16], total: u64) -> Result<Sent> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name(NAME)
            .enable_all()
            .build()?;
        let taken = Arc::new(AtomicU64::new(0));
        let before = cpu::of_threads(&[NAME])?;
        let start = Instant::now();
        let mut senders = JoinSet::new();
        for port in ports.iter().cycle().take(ports.len() * CONCURRENCY).copied() {
            let sender = one(port, self.headers.clone(), self.body.clone(), Arc::clone(&taken), total);
            senders.spawn_on(sender, runtime.handle());
        }
        runtime.block_on(async {
            while let Some(sent) = senders.join_next().await {
                sent??;
            }
            anyhow::Ok(())
        })?;
        Ok(Sent { took: start.elapsed(), cpu: cpu::of_threads(&[NAME])?.saturating_sub(before) })
    }

    /// The same, while `bodies` bodies are signed.
    pub(super) fn send_and_sign(&self, ports: &[u16], total: u64, bodies: u64) -> Result<Duration> {
        let start = Instant::now();
        std::thread::scope(|scope| {
            let signing = scope.spawn(|| self.sign(bodies));
            self.send(ports, total)?;
            signing.join().ok().context("the thread that signs died")?
        })?;
        Ok(start.elapsed())
    }

    /// Signs so many bodies with as many threads as the service has for it: half of the processors, one at least.
    pub(super) fn sign(&self, bodies: u64) -> Result<Duration> {
        let threads = std::thread::available_parallelism().map_or(1, |all| (all.get() / 2).max(1)) as u64;
        let start = Instant::now();
        std::thread::scope(|scope| {
            let signing =
                || (0..bodies.div_ceil(threads)).try_for_each(|_| self.key.sign(&self.body).map(drop));
            let all: Vec<_> = (0..threads).map(|_| scope.spawn(signing)).collect();
            for thread in all {
                thread.join().ok().context("a thread that signs died")??;
            }
            anyhow::Ok(())
        })?;
        Ok(start.elapsed())
    }
}

async fn one(
    port: u16,
    mut headers: HeaderMap,
    body: Bytes,
    taken: Arc<AtomicU64>,
    total: u64,
) -> Result<()> {
    headers.insert(HOST, HeaderValue::from_str(&format!("127.0.0.1:{port}"))?);
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    while taken.fetch_add(1, Ordering::Relaxed) < total {
        let mut request = Request::new(Full::new(body.clone()));
        *request.method_mut() = Method::POST;
        *request.headers_mut() = headers.clone();
        sender.ready().await?;
        let answer = sender.send_request(request).await?;
        ensure!(answer.status().is_success(), "answered {}", answer.status());
        answer.into_body().collect().await?;
    }
    Ok(())
}
