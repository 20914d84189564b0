//! A media thread as the rest of the shell holds it.

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use sederunt_sfu::SfuConfig;
use tokio::sync::mpsc;

use super::messages::ToMedia;
use super::socket::MediaSocket;
use super::spread::Load;
use super::stats::WorkerStats;
use super::stream::{Arrived, Streams, ToWorker};
use super::waker::{Waker, Woken};
use super::worker::{Around, Published, Tell, Worker};

/// Calls that may wait for the thread. It answers in well under a millisecond each; more waiting means that it hangs,
/// and then the room tells its client so.
const CALLS_WAITING_MAX: usize = 4_096;
/// Batches of streams that may wait for the thread. A task whose batch finds no place waits, and so does its client.
const ARRIVALS_WAITING_MAX: usize = 1_024;

/// The media thread cannot take the call: its queue is full, or it has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MediaOverload {
    /// More calls wait than the queue holds.
    #[error("media is overloaded")]
    Full,
    /// The thread has stopped.
    #[error("media has stopped")]
    Stopped,
}

/// What a thread will own.
pub(super) struct Prepared {
    socket: MediaSocket,
    told: Vec<SocketAddr>,
    waker: Arc<Waker>,
    woken: Woken,
    arrivals: mpsc::Sender<Arrived>,
    arrived: mpsc::Receiver<Arrived>,
}

impl Prepared {
    /// For a socket, whose clients are told these candidates.
    pub(super) fn new(socket: MediaSocket, told: Vec<SocketAddr>) -> io::Result<Self> {
        let (waker, woken) = Waker::pair()?;
        let (arrivals, arrived) = mpsc::channel(ARRIVALS_WAITING_MAX);
        Ok(Self { socket, told, waker: Arc::new(waker), woken, arrivals, arrived })
    }

    /// What its clients are told.
    pub(super) fn told(&self) -> &[SocketAddr] {
        &self.told
    }

    /// The way of streams to it.
    pub(super) fn way(&self) -> ToWorker {
        ToWorker { arrivals: self.arrivals.clone(), waker: Arc::clone(&self.waker), told: self.told.clone() }
    }

    /// Starts it. Errors are those of making a DTLS key and of starting a thread.
    pub(super) fn start(self, sfu: SfuConfig, streams: Arc<Streams>, tell: Tell) -> io::Result<MediaThread> {
        let Self { socket, told: _, waker, woken, arrivals: _, arrived } = self;
        let local = socket.local_addr()?;
        let (calls, incoming) = sync_channel(CALLS_WAITING_MAX);
        let published = Arc::new(Mutex::new(Published::new(Instant::now())));
        let around = Around {
            waker: Arc::clone(&waker),
            woken,
            calls: incoming,
            arrived,
            streams,
            tell,
            published: Arc::clone(&published),
        };
        let worker = Worker::new(socket, sfu, around)?;
        let thread = std::thread::Builder::new().name("media".to_owned()).spawn(move || worker.run())?;
        Ok(MediaThread { local, calls, waker, published, thread: Mutex::new(Some(thread)) })
    }
}

/// A thread that runs, until this is dropped.
#[derive(Debug)]
pub(super) struct MediaThread {
    local: SocketAddr,
    calls: SyncSender<ToMedia>,
    waker: Arc<Waker>,
    published: Arc<Mutex<Published>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl MediaThread {
    /// The address of its socket.
    pub(super) fn local(&self) -> SocketAddr {
        self.local
    }

    /// Hands it what it is told; never blocks.
    pub(super) fn send(&self, what: ToMedia) -> Result<(), MediaOverload> {
        self.calls.try_send(what).map_err(|error| match error {
            TrySendError::Full(_) => MediaOverload::Full,
            TrySendError::Disconnected(_) => MediaOverload::Stopped,
        })?;
        self.waker.wake();
        Ok(())
    }

    /// Counters.
    pub(super) fn stats(&self) -> WorkerStats {
        WorkerStats { is_alive: self.is_alive(), media: self.published().stats }
    }

    /// What it has to do.
    pub(super) fn load(&self, now: Instant) -> Load {
        let Published { stats, forwarded } = *self.published();
        let forwarded = forwarded.now(now);
        Load { is_alive: self.is_alive(), forwarded, transports: stats.sfu.transports }
    }

    /// Ends it and waits until it has. Later calls are refused.
    pub(super) fn stop(&self) {
        let thread = self.thread().take();
        let Some(thread) = thread else { return };
        self.waker.close();
        let _ = thread.join();
    }

    fn is_alive(&self) -> bool {
        self.thread().as_ref().is_some_and(|thread| !thread.is_finished())
    }

    fn published(&self) -> MutexGuard<'_, Published> {
        self.published.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn thread(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for MediaThread {
    fn drop(&mut self) {
        self.stop();
    }
}
