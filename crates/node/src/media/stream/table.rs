//! Which streams there are, and the two ways between their tasks and the media thread.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use sederunt_sfu::{Doorkeeper, IceKey, Transmit, Via};
use tokio::sync::mpsc;

use super::outbox::Outbox;
use crate::media::stats::StreamStats;
use crate::media::waker::Waker;

/// Batches that may wait for the media thread. A task whose batch finds no place waits, and so does its client.
const ARRIVALS_WAITING_MAX: usize = 1_024;

/// Ports of lent addresses. No socket of this machine's clients has such a one by itself, so that nobody on it is mistaken
/// for one who is relayed; and even who is, is told apart by his way.
const LENT_PORTS: RangeInclusive<u16> = 1_024..=32_767;

/// What came of a stream: all that one read brought.
#[derive(Debug)]
pub(in crate::media) struct Arrived {
    pub(in crate::media) via: Via,
    pub(in crate::media) source: SocketAddr,
    /// Each with the candidate that it is for, where the way tells.
    pub(in crate::media) datagrams: Vec<(Option<SocketAddr>, Bytes)>,
}

type Open = HashMap<(Via, SocketAddr), Arc<Outbox>>;

/// The streams of a media thread.
#[derive(Debug)]
pub(in crate::media) struct Streams {
    open: Mutex<Open>,
    arrivals: mpsc::Sender<Arrived>,
    waker: Arc<Waker>,
    pub(super) door: Doorkeeper,
    /// Candidates of media.
    media: Vec<SocketAddr>,
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
    /// No streams yet; the media thread reads the other end.
    pub(in crate::media) fn new(
        ice_key: IceKey,
        media: Vec<SocketAddr>,
        waker: Arc<Waker>,
    ) -> (Arc<Self>, mpsc::Receiver<Arrived>) {
        let (arrivals, arrived) = mpsc::channel(ARRIVALS_WAITING_MAX);
        let streams = Self {
            open: Mutex::default(),
            arrivals,
            waker,
            door: Doorkeeper::new(ice_key),
            media,
            lent: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            strayed: AtomicU64::new(0),
        };
        (Arc::new(streams), arrived)
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands datagrams to their streams; those of streams that are gone go nowhere.
    pub(in crate::media) fn send(&self, now: Instant, transmits: impl Iterator<Item = Transmit>) {
        let open = self.open();
        let mut lost = 0;
        for Transmit { via, source, destination, payload } in transmits {
            lost += open.get(&(via, destination)).map_or(1, |outbox| outbox.push(now, source, payload));
        }
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
        let open = self.open();
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
    /// Hands what was read to the media thread, waiting for a place; false when that has stopped.
    pub(super) async fn arrive(&self, datagrams: Vec<(Option<SocketAddr>, Bytes)>) -> bool {
        let arrived = Arrived { via: self.via, source: self.address, datagrams };
        let is_taken = self.streams.arrivals.send(arrived).await.is_ok();
        self.streams.waker.wake();
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
