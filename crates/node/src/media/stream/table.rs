//! Which streams there are, and the ways between their tasks and the media threads.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Instant;

use bytes::Bytes;
use sederunt_sfu::{Doorkeeper, IceKey, Transmit, Via};
use tokio::sync::mpsc;

use super::outbox::Outbox;
use crate::media::stats::StreamStats;
use crate::media::waker::Waker;

/// Ports of lent addresses. No socket of this machine's clients has such a one by itself, so that nobody on it is mistaken
/// for one who is relayed; and even who is, is told apart by his way.
const LENT_PORTS: RangeInclusive<u16> = 1_024..=32_767;

/// What came of a stream: all that one read brought.
#[derive(Debug)]
pub(in crate::media) struct Arrived {
    /// When it was read.
    pub(in crate::media) came: Instant,
    pub(in crate::media) via: Via,
    pub(in crate::media) source: SocketAddr,
    /// Each with the candidate that it is for, where the way tells.
    pub(in crate::media) datagrams: Vec<(Option<SocketAddr>, Bytes)>,
}

type Open = HashMap<(Via, SocketAddr), Arc<Outbox>>;

/// The way to the thread of a worker.
#[derive(Debug)]
pub(in crate::media) struct ToWorker {
    pub(in crate::media) arrivals: mpsc::Sender<Arrived>,
    pub(in crate::media) waker: Arc<Waker>,
    /// Candidates of its transports.
    pub(in crate::media) told: Vec<SocketAddr>,
}

/// The streams of all media threads: they come to one port, and a relayed client may have transports at several workers.
#[derive(Debug)]
pub(in crate::media) struct Streams {
    /// Threads that send do not wait for each other.
    open: RwLock<Open>,
    workers: Vec<ToWorker>,
    door: Doorkeeper,
    /// Candidates of media, and whose each is.
    media: Vec<SocketAddr>,
    owners: HashMap<SocketAddr, usize>,
    /// Addresses that were lent: no two one after the other.
    lent: AtomicU64,
    lost: AtomicU64,
    refused: AtomicU64,
    strayed: AtomicU64,
}

/// A stream that has its place until this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    streams: Arc<Streams>,
    via: Via,
    pub(super) address: SocketAddr,
    pub(super) outbox: Arc<Outbox>,
}

impl Streams {
    /// No streams yet, and the ways to the workers.
    pub(in crate::media) fn new(ice_key: IceKey, workers: Vec<ToWorker>) -> Self {
        let owned = workers.iter().enumerate().flat_map(|(n, way)| way.told.iter().map(move |at| (*at, n)));
        Self {
            open: RwLock::default(),
            door: Doorkeeper::new(ice_key),
            media: workers.iter().flat_map(|way| &way.told).copied().collect(),
            owners: owned.collect(),
            workers,
            lent: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            strayed: AtomicU64::new(0),
        }
    }

    fn open(&self) -> RwLockWriteGuard<'_, Open> {
        self.open.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which worker is to have the stream with this first frame; `None` = it is no client's of ours. One of a former process
    /// with more workers gets any: each can tell it that its transport is no more.
    pub(super) fn worker_of(&self, first: &[u8]) -> Option<usize> {
        let worker = usize::from(self.door.worker_of(first)?);
        Some(if worker < self.workers.len() { worker } else { 0 })
    }

    /// Whose candidate it is.
    pub(super) fn owner(&self, candidate: SocketAddr) -> Option<usize> {
        self.owners.get(&candidate).copied()
    }

    /// Hands datagrams to their streams; those of streams that are gone go nowhere.
    pub(in crate::media) fn send(&self, now: Instant, transmits: impl Iterator<Item = Transmit>) {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let (mut lost, mut news) = (0, Vec::new());
        for Transmit { via, source, destination, is_picture, payload } in transmits {
            let Some(outbox) = open.get(&(via, destination)) else {
                lost += 1;
                continue;
            };
            let added = outbox.push(now, source, payload, is_picture);
            lost += added.lost;
            if added.is_news {
                news.push(outbox);
            }
        }
        lost += news.into_iter().map(|outbox| outbox.tell()).sum::<u64>();
        self.lose(lost);
    }

    /// Candidates of media.
    pub(in crate::media) fn media(&self) -> &[SocketAddr] {
        &self.media
    }

    /// A place for a stream of a client at this address. An older one at the same address is one that its client has left.
    pub(super) fn enter(self: &Arc<Self>, via: Via, address: SocketAddr, outbox: Arc<Outbox>) -> Place {
        self.open().insert((via, address), Arc::clone(&outbox));
        Place { streams: Arc::clone(self), via, address, outbox }
    }

    /// A place for a relayed stream, at an address that no socket has: one of ours with a port below those that systems give
    /// to clients. `None` = all are taken, or media speaks no IPv4.
    pub(super) fn lend(self: &Arc<Self>, outbox: &Arc<Outbox>) -> Option<Place> {
        let own = self.media.iter().find(|address| address.is_ipv4())?.ip();
        let mut open = self.open();
        let count = usize::from(LENT_PORTS.end() - LENT_PORTS.start()) + 1;
        let address = (0..count).find_map(|_| {
            let turn = self.lent.fetch_add(1, Ordering::Relaxed) % count as u64;
            let port = LENT_PORTS.start() + u16::try_from(turn).ok()?;
            let address = SocketAddr::new(own, port);
            (!open.contains_key(&(Via::Relay, address))).then_some(address)
        })?;
        open.insert((Via::Relay, address), Arc::clone(outbox));
        Some(Place { streams: Arc::clone(self), via: Via::Relay, address, outbox: Arc::clone(outbox) })
    }

    pub(super) fn lose(&self, datagrams: u64) {
        self.lost.fetch_add(datagrams, Ordering::Relaxed);
    }

    pub(super) fn stray(&self, requests: u64) {
        self.strayed.fetch_add(requests, Ordering::Relaxed);
    }

    pub(super) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Counters and gauges.
    pub(in crate::media) fn stats(&self) -> StreamStats {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let count = |via| open.keys().filter(|(way, _)| *way == via).count() as u64;
        StreamStats {
            tcp: count(Via::Tcp),
            relayed: count(Via::Relay),
            refused: self.refused.load(Ordering::Relaxed),
            strayed: self.strayed.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
        }
    }
}

impl Place {
    /// Hands what was read to a worker, waiting for a place; false when that has stopped.
    pub(super) async fn arrive(&self, worker: usize, datagrams: Vec<(Option<SocketAddr>, Bytes)>) -> bool {
        let Some(way) = self.streams.workers.get(worker) else { return false };
        let came = Instant::now();
        let arrived = Arrived { came, via: self.via, source: self.address, datagrams };
        let is_taken = way.arrivals.send(arrived).await.is_ok();
        way.waker.wake();
        is_taken
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        let key = (self.via, self.address);
        if open.get(&key).is_some_and(|outbox| Arc::ptr_eq(outbox, &self.outbox)) {
            open.remove(&key);
        }
    }
}
