//! The media threads as the rest of the shell sees them.

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use sederunt_core::id::PeerId;
use sederunt_core::media::{MediaCallId, MediaCmd, Ranking};
use sederunt_relay::{Client, Credentials, RelayKey};
use sederunt_sfu::{IceKey, PeerTag, SfuConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::{self, UnboundedSender};

use super::address::{Announced, Candidates, candidates, nth_port};
use super::config::{MediaConfig, WORKERS_MAX};
use super::messages::{Call, MediaNotice, RoomTag, Sighting, ToMedia};
use super::socket::MediaSocket;
use super::spread::Spread;
use super::stats::{MediaStats, WorkerStats};
use super::stream::{self, Greeted, StreamEnd, StreamRefused, Streams};
use super::thread::{MediaOverload, MediaThread, Prepared};
use super::worker::Tell;

/// The name under which credentials of the relay are good.
const RELAY_REALM: &str = "sederunt";
/// What was seen by a worker and not taken yet: of every transport that an engine can have, some seconds. Whoever keeps it
/// may wait for a disk, and the thread does not wait for him.
const SIGHTINGS_WAITING_MAX: usize = 4_096;

/// What the handles share.
#[derive(Debug)]
struct Shared {
    /// One for each worker, in the order of their ports.
    threads: Vec<MediaThread>,
    since: Instant,
    ice_key: IceKey,
    streams: Arc<Streams>,
    spread: Mutex<Spread>,
    sightings: Mutex<Option<mpsc::Receiver<Sighting>>>,
}

/// Handle of the media threads; clones share them. They stop when the last clone is dropped or on `shutdown`.
#[derive(Debug, Clone)]
pub struct MediaHandle {
    shared: Arc<Shared>,
}

impl MediaHandle {
    /// Binds the sockets and starts the threads. Errors are those of the sockets, of ports beyond the last one or announced
    /// for two workers, of making a DTLS key, and of starting a thread.
    pub fn spawn(config: MediaConfig, notices: UnboundedSender<MediaNotice>) -> io::Result<Self> {
        Self::start(bind(&config)?, &config, notices)
    }

    /// The same with one system call per datagram instead of batches: the yardstick of the benchmark.
    #[doc(hidden)]
    pub fn spawn_without_batches(
        config: MediaConfig,
        notices: UnboundedSender<MediaNotice>,
    ) -> io::Result<Self> {
        let mut sockets = bind(&config)?;
        sockets.iter_mut().for_each(MediaSocket::without_batches);
        Self::start(sockets, &config, notices)
    }

    fn start(
        sockets: Vec<MediaSocket>,
        config: &MediaConfig,
        notices: UnboundedSender<MediaNotice>,
    ) -> io::Result<Self> {
        let prepared = prepare(sockets, config)?;
        let ways = prepared.iter().map(Prepared::way).collect();
        let streams = Arc::new(Streams::new(config.ice_key, ways));
        let workers = workers(config);
        let (seen, sightings) = mpsc::channel(SIGHTINGS_WAITING_MAX * usize::from(workers));
        let mut threads = Vec::with_capacity(prepared.len());
        for (worker, prepared) in (0..workers).zip(prepared) {
            let MediaConfig { ice_key, sample_every, .. } = *config;
            let (local_addrs, tcp_addrs) = (prepared.told().to_vec(), config.tcp.clone());
            let sfu = SfuConfig { local_addrs, tcp_addrs, ice_key, sample_every, worker, workers };
            let tell = Tell { notices: notices.clone(), sightings: seen.clone() };
            threads.push(prepared.start(sfu, Arc::clone(&streams), tell)?);
        }
        let since = Instant::now();
        let spread = Mutex::new(Spread::new(since, threads.len()));
        let sightings = Mutex::new(Some(sightings));
        let shared = Shared { threads, since, ice_key: config.ice_key, streams, spread, sightings };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Names a room, by a number that no room had before, and gives it to the worker that has least to do.
    pub fn pin(&self, number: u64) -> RoomTag {
        let (now, threads) = (Instant::now(), &self.shared.threads);
        let loads: Vec<_> = threads.iter().map(|thread| thread.load(now)).collect();
        let mut spread = self.shared.spread.lock().unwrap_or_else(PoisonError::into_inner);
        RoomTag::of(number, spread.give(now, &loads), threads.len())
    }

    /// Hands a call to the room's media thread; never blocks. The answer comes as [`MediaNotice::Done`].
    pub fn call(
        &self,
        room: RoomTag,
        call: MediaCallId,
        peer: PeerId,
        cmd: MediaCmd,
    ) -> Result<(), MediaOverload> {
        self.tell(room, ToMedia::Call(Call { room, call, peer, cmd }))
    }

    /// Tells the room's media thread who matters in it; never blocks, and is not answered.
    pub fn rank(&self, room: RoomTag, ranking: Ranking) -> Result<(), MediaOverload> {
        self.tell(room, ToMedia::Rank(room, ranking))
    }

    fn tell(&self, room: RoomTag, what: ToMedia) -> Result<(), MediaOverload> {
        let threads = &self.shared.threads;
        threads.get(room.worker(threads.len())).ok_or(MediaOverload::Stopped)?.send(what)
    }

    /// What the threads see; for one listener, the first that asks.
    pub fn take_sightings(&self) -> Option<mpsc::Receiver<Sighting>> {
        self.shared.sightings.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The bound addresses, one for each worker.
    pub fn local_addrs(&self) -> Vec<SocketAddr> {
        self.shared.threads.iter().map(MediaThread::local).collect()
    }

    /// How the ICE names of this peer's transports tell whose they are, in this process and in those before and after it.
    pub fn tag(&self, peer: PeerId) -> PeerTag {
        self.shared.ice_key.tag(peer.as_u128())
    }

    /// Since when the threads answer: from then on clients of the process before hear that their transports are gone.
    pub fn answers_since(&self) -> Instant {
        self.shared.since
    }

    /// Looks at the first frame of a stream that a client has opened to one of [`MediaConfig::tcp`]; waits for it for a short
    /// time.
    pub async fn greet<S: AsyncRead + Unpin>(&self, io: S) -> Result<Greeted<S>, StreamRefused> {
        stream::greet(Arc::clone(&self.shared.streams), io).await
    }

    /// Carries the datagrams of a client that comes through TURN until its stream ends. `client`: the address of its other end;
    /// `at`: seconds since 1970; `stranger` is dropped when the client has shown its credentials.
    pub async fn relay<S, H>(&self, io: S, client: SocketAddr, at: impl Fn() -> u64, stranger: H) -> StreamEnd
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let streams = Arc::clone(&self.shared.streams);
        let client = SocketAddr::new(client.ip().to_canonical(), client.port());
        let client = Client::new(self.relay_key(), RELAY_REALM.to_owned(), streams.media().to_vec(), client);
        stream::relay(streams, io, client, at, stranger).await
    }

    /// Credentials of a peer for [`Self::relay`], made `at` (seconds since 1970).
    pub fn relay_credentials(&self, at: u64, peer: u128) -> Credentials {
        self.relay_key().credentials(at, self.shared.ice_key.tag(peer).as_str())
    }

    fn relay_key(&self) -> RelayKey {
        RelayKey::derive(&self.shared.ice_key.0)
    }

    /// Counters of all workers together, and of streams.
    pub fn stats(&self) -> MediaStats {
        let of_threads = self.workers().into_iter().fold(MediaStats::default(), |sum, of| sum + of.media);
        MediaStats { streams: self.shared.streams.stats(), ..of_threads }
    }

    /// Counters of each worker, in the order of their ports.
    pub fn workers(&self) -> Vec<WorkerStats> {
        self.shared.threads.iter().map(MediaThread::stats).collect()
    }

    /// Stops the threads and waits until they have ended. Later calls are refused.
    pub fn shutdown(&self) {
        self.shared.threads.iter().for_each(MediaThread::stop);
    }

    /// Stops one of them, as if it had failed.
    #[cfg(test)]
    pub(super) fn stop_worker(&self, worker: usize) {
        self.shared.threads[worker].stop();
    }
}

fn workers(config: &MediaConfig) -> u8 {
    config.workers.clamp(1, WORKERS_MAX)
}

/// A socket for each worker.
fn bind(config: &MediaConfig) -> io::Result<Vec<MediaSocket>> {
    let bind = |worker: u8| {
        let port = if config.bind.port() == 0 { 0 } else { nth_port(config.bind.port(), worker)? };
        let address = SocketAddr::new(config.bind.ip(), port);
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{address}: {error}"));
        MediaSocket::bind(address).map_err(named)
    };
    (0..workers(config)).map(bind).collect()
}

/// What each worker's clients are told, each address for one worker alone.
fn prepare(sockets: Vec<MediaSocket>, config: &MediaConfig) -> io::Result<Vec<Prepared>> {
    let mut taken = HashSet::new();
    let mut all = Vec::with_capacity(sockets.len());
    for (worker, socket) in (0..).zip(sockets) {
        let announce: io::Result<Vec<_>> = config.announce.iter().map(|one| one.of_worker(worker)).collect();
        let local = socket.local_addr()?;
        let Candidates { told, left_out } = candidates(&announce?, local);
        // What is true of one is true of all.
        warn_of(if worker == 0 { &left_out } else { &[] }, local);
        if let Some(twice) = told.iter().find(|address| !taken.insert(**address)) {
            let why =
                format!("{twice} would be announced for two media workers: each has the next port of it");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        all.push(Prepared::new(socket, told)?);
    }
    Ok(all)
}

fn warn_of(left_out: &[Announced], local: SocketAddr) {
    for announced in left_out {
        tracing::warn!(
            %announced,
            bound = %local,
            "an announced media address is left out: the socket does not speak its IP version (an IPv4 and IPv6 \
             socket is one on [::])"
        );
    }
}
