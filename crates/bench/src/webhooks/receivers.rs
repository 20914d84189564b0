//! Receivers of webhooks on this machine, on a thread of their own: they read, note when what came, and answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use memchr::memmem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1024;
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// How a receiver answers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Manner {
    /// At once.
    Willing,
    /// After so long.
    Late(Duration),
    /// Never.
    Hangs,
}

/// A port that is taken and refuses connections until somebody listens.
pub(super) struct Place {
    socket: TcpSocket,
    pub(super) port: u16,
}

/// Some of them.
pub(super) fn places(count: usize) -> Result<Vec<Place>> {
    let place = |_| {
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        let port = socket.local_addr()?.port();
        Ok(Place { socket, port })
    };
    (0..count).map(place).collect()
}

pub(super) fn ports(places: &[Place]) -> Vec<u16> {
    places.iter().map(|place| place.port).collect()
}

/// What came to one receiver.
#[derive(Debug, Default)]
struct Seen {
    count: AtomicU64,
    arrivals: Mutex<Vec<Arrival>>,
}

/// A request, by the number of its fact.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    pub(super) seq: u64,
    pub(super) at: Instant,
}

/// Receivers; they end when they are dropped.
pub(super) struct Receivers {
    seen: Arc<Vec<Seen>>,
    connections: Arc<AtomicU64>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Receivers {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Receivers {
    /// Listens.
    pub(super) fn start(places: Vec<(Place, Manner)>) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let seen: Arc<Vec<Seen>> = Arc::new(places.iter().map(|_| Seen::default()).collect());
        let (stop, connections) = (CancellationToken::new(), Arc::<AtomicU64>::default());
        let entered = runtime.enter();
        for (at, (place, manner)) in places.into_iter().enumerate() {
            let listener = place.socket.listen(BACKLOG)?;
            let (seen, connections) = (Arc::clone(&seen), Arc::clone(&connections));
            runtime.spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    connections.fetch_add(1, Ordering::Relaxed);
                    tokio::spawn(serve(stream, Arc::clone(&seen), at, manner));
                }
            });
        }
        drop(entered);
        let stopped = stop.clone();
        let run = move || runtime.block_on(stopped.cancelled());
        let thread = std::thread::Builder::new().name("receivers".to_owned()).spawn(run)?;
        Ok(Self { seen, connections, stop, thread: Some(thread) })
    }

    /// All of them answer at once.
    pub(super) fn willing(places: Vec<Place>) -> Result<Self> {
        Self::start(places.into_iter().map(|place| (place, Manner::Willing)).collect())
    }

    /// Connections that were made to all of them.
    pub(super) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Requests that the one which got fewest has got.
    pub(super) fn fewest(&self) -> u64 {
        self.seen.iter().map(|seen| seen.count.load(Ordering::Relaxed)).min().unwrap_or(0)
    }

    /// Waits until the first `among` receivers have got so many requests each.
    pub(super) async fn wait(&self, among: usize, each: u64) -> Result<()> {
        let all = async {
            while self.seen.iter().take(among).any(|seen| seen.count.load(Ordering::Relaxed) < each) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(600), all).await.context("requests do not come")
    }

    /// What came to each, from now on something else.
    pub(super) fn take(&self) -> Vec<Vec<Arrival>> {
        let take = |seen: &Seen| {
            seen.count.store(0, Ordering::Relaxed);
            std::mem::take(&mut *seen.arrivals.lock().unwrap_or_else(PoisonError::into_inner))
        };
        self.seen.iter().map(take).collect()
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Vec<Seen>>, at: usize, manner: Manner) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let seen = seen.get(at)?;
    let mut buffer = Vec::new();
    loop {
        let seq = read(&mut stream, &mut buffer).await?;
        let arrival = Arrival { seq, at: Instant::now() };
        seen.arrivals.lock().unwrap_or_else(PoisonError::into_inner).push(arrival);
        seen.count.fetch_add(1, Ordering::Relaxed);
        match manner {
            Manner::Willing => {}
            Manner::Late(by) => tokio::time::sleep(by).await,
            Manner::Hangs => std::future::pending().await,
        }
        stream.write_all(ANSWER).await.ok()?;
    }
}

/// Reads a request: the number of its fact.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<u64> {
    loop {
        if let Some((seq, size)) = request(buffer) {
            buffer.drain(..size);
            return Some(seq);
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

/// The number of the fact, and the size, of the first request if all of it is there.
fn request(buffer: &[u8]) -> Option<(u64, usize)> {
    let end = memmem::find(buffer, b"\r\n\r\n")?;
    let head = buffer.get(..end)?;
    let size = end + 4 + usize::try_from(number(head, b"\r\ncontent-length: ")?).ok()?;
    (buffer.len() >= size).then_some((number(head, b"\r\nsederunt-sequence: ")?, size))
}

/// The number after a header's name.
fn number(head: &[u8], name: &[u8]) -> Option<u64> {
    let from = memmem::find(head, name)? + name.len();
    let digits = head.get(from..)?.iter().take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |all, digit| all * 10 + u64::from(digit - b'0')))
}
