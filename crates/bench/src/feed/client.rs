//! Watchers: raw connections, so that reading costs little beside what is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;

use super::server::{APP, TOKEN};

/// Connections that are opened at the same time.
const OPENING: usize = 100;
/// One of so many watchers looks at its clock for every change; all of them check that none is missing.
const SAMPLED: usize = 10;
/// The beginning of a line: more than `data: {"seq":…,"type":"…","at":"…"`.
const HEAD: usize = 128;
/// A watcher that hears nothing for so long does not get what it should.
const STUCK: Duration = Duration::from_secs(60);

/// What the watchers were told.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) events: u64,
    /// Feeds that the server ended.
    pub(super) ends: u64,
    /// Milliseconds from change to event.
    delays: Vec<i64>,
}

impl Told {
    /// The delay that `percent` of the samples do not exceed.
    pub(super) fn percentile(&mut self, percent: usize) -> i64 {
        self.delays.sort_unstable();
        let rank = (self.delays.len() * percent).div_ceil(100);
        self.delays.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

/// Open feeds.
pub(super) struct Watchers {
    tasks: JoinSet<Result<Told>>,
    /// The sequence number at which they stop; 0 = not known yet.
    until: Arc<AtomicU64>,
}

impl Watchers {
    /// Opens `count` feeds and waits until all of them have begun.
    pub(super) async fn open(address: &str, count: usize) -> Result<Self> {
        let (until, slots) = (Arc::new(AtomicU64::new(0)), Arc::new(Semaphore::new(OPENING)));
        let mut tasks = JoinSet::new();
        let mut begun = Vec::new();
        for n in 0..count {
            let slot = Arc::clone(&slots).acquire_owned().await?;
            let (tell, hears) = oneshot::channel();
            let (address, until) = (address.to_owned(), Arc::clone(&until));
            tasks.spawn(async move {
                let stream = open(&address).await?;
                let mut watcher = Watcher::new(stream, n % SAMPLED == 0);
                watcher.read().await?;
                let _ = tell.send(());
                drop(slot);
                watcher.run(&until).await
            });
            begun.push(hears);
        }
        for hears in begun {
            hears.await.context("a watcher did not get in")?;
        }
        Ok(Self { tasks, until })
    }

    /// Waits until everybody was told everything up to `seq`.
    pub(super) async fn until(mut self, seq: u64) -> Result<Told> {
        self.until.store(seq, Ordering::Release);
        let mut all = Told::default();
        while let Some(told) = self.tasks.join_next().await {
            let told = told??;
            all.events += told.events;
            all.ends += told.ends;
            all.delays.extend(told.delays);
        }
        Ok(all)
    }
}

async fn open(address: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "GET /sederunt/v1/apps/{APP}/feed HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}

struct Watcher {
    stream: TcpStream,
    sampled: bool,
    told: Told,
    last_id: u64,
    /// The id of the block that is not complete yet.
    next_id: u64,
    /// The beginning of the line that is not complete yet, and its length.
    head: Vec<u8>,
    length: usize,
}

impl Watcher {
    fn new(stream: TcpStream, sampled: bool) -> Self {
        Self {
            stream,
            sampled,
            told: Told::default(),
            last_id: 0,
            next_id: 0,
            head: Vec::with_capacity(HEAD),
            length: 0,
        }
    }

    async fn run(mut self, until: &AtomicU64) -> Result<Told> {
        loop {
            let end = until.load(Ordering::Acquire);
            if self.told.ends > 0 || (end > 0 && self.last_id >= end) {
                return Ok(self.told);
            }
            // Heartbeats come every 15 s, so nobody waits for long without looking at `until`.
            self.read().await?;
        }
    }

    /// Reads what is there.
    async fn read(&mut self) -> Result<()> {
        tokio::time::timeout(STUCK, self.stream.readable()).await.context("a watcher hears nothing")??;
        // On the stack: 10 000 watchers do not need 10 000 buffers.
        let mut buffer = [0; 16 * 1024];
        match self.stream.try_read(&mut buffer) {
            Ok(0) => self.told.ends += 1,
            Ok(n) => self.take(&buffer[..n])?,
            Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(e) => return Err(e.into()),
        }
        Ok(())
    }

    fn take(&mut self, mut bytes: &[u8]) -> Result<()> {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            self.keep(&bytes[..end]);
            self.line()?;
            self.head.clear();
            self.length = 0;
            bytes = &bytes[end + 1..];
        }
        self.keep(bytes);
        Ok(())
    }

    fn keep(&mut self, part: &[u8]) {
        let room = HEAD - self.head.len();
        self.head.extend_from_slice(&part[..part.len().min(room)]);
        self.length += part.len();
    }

    /// A complete line. Those of HTTP (head, lengths of chunks) say nothing here.
    fn line(&mut self) -> Result<()> {
        if let Some(id) = self.head.strip_prefix(b"id: ") {
            let id: u64 = std::str::from_utf8(id)?.parse()?;
            ensure!(id >= self.last_id, "id {id} follows {}", self.last_id);
            self.next_id = id;
        } else if self.length == 0 {
            self.last_id = self.next_id;
        } else if self.head.starts_with(b"HTTP/1.1 ") {
            ensure!(self.head.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&self.head));
        } else if self.head.starts_with(b"event: cut") {
            self.told.ends += 1;
        } else if self.head.starts_with(b"data: ") && self.told.ends == 0 {
            self.told.events += 1;
            if self.sampled {
                self.told.delays.push(delay_ms(&self.head)?);
            }
        }
        Ok(())
    }
}

/// Milliseconds since the `at` of a change.
fn delay_ms(data: &[u8]) -> Result<i64> {
    const KEY: &str = "\"at\":\"";
    let text = std::str::from_utf8(data)?;
    let (_, rest) = text.split_once(KEY).context("no instant")?;
    let (at, _) = rest.split_once('"').context("no instant")?;
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    Ok(now - at.parse::<Timestamp>()?.as_millisecond())
}
