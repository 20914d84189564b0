//! The media thread: one OS thread that owns one UDP socket and one [`Sfu`], apart from the async runtime, so that no
//! task can delay a packet.

use std::collections::HashMap;
use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sederunt_core::id::TransportId;
use sederunt_core::media::{MediaCallId, MediaCmd, MediaFault};
use sederunt_sfu::{CallId, Event, Input, Output, PeerKey, Sfu, SfuConfig, Transmit, TransportKey};
use tokio::sync::mpsc::{Sender, UnboundedSender};

use super::address::{Candidates, candidates};
use super::config::MediaConfig;
use super::messages::{Call, MediaNotice, RoomTag, Sight, Sighting};
use super::socket::{MediaSocket, Sent, thread_cpu, wait};
use super::stats::MediaStats;
use super::translate;

/// Batches received in one turn before what they caused is sent: bounds the delay of the first packet.
const BATCHES_PER_TURN: usize = 4;
/// Calls performed in one turn; each may cost a millisecond of SDP, and packets must not wait for all of them.
const CALLS_PER_TURN: usize = 16;
/// How often the CPU clock is read: a system call too dear for every turn.
const CPU_EVERY: Duration = Duration::from_millis(100);

/// Where it says what happens.
pub(super) struct Tell {
    pub(super) notices: UnboundedSender<MediaNotice>,
    pub(super) sightings: Sender<Sighting>,
}

/// The thread's own state.
pub(super) struct Worker {
    socket: MediaSocket,
    local: SocketAddr,
    config: SfuConfig,
    sfu: Sfu,
    waker: UnixStream,
    incoming: Receiver<Call>,
    tell: Tell,
    shared_stats: Arc<Mutex<MediaStats>>,
    stats: MediaStats,
    cpu_read: Instant,
    next_call: u64,
    calls: HashMap<CallId, (RoomTag, MediaCallId)>,
    /// The transports the caller believes in, by peer and direction.
    transports: HashMap<(PeerKey, bool), TransportKey>,
    transmits: Vec<Transmit>,
    timeout: Option<Instant>,
}

impl Worker {
    pub(super) fn new(
        socket: MediaSocket,
        config: &MediaConfig,
        waker: UnixStream,
        incoming: Receiver<Call>,
        tell: Tell,
        shared_stats: Arc<Mutex<MediaStats>>,
    ) -> io::Result<Self> {
        let local = socket.local_addr()?;
        let Candidates { told, left_out } = candidates(&config.announce, local);
        for announced in left_out {
            tracing::warn!(
                %announced,
                bound = %local,
                "an announced media address is left out: the socket does not speak its IP version (an IPv4 and IPv6 \
                 socket is one on [::])"
            );
        }
        let MediaConfig { ice_key, sample_every, .. } = *config;
        let config = SfuConfig { local_addrs: told, ice_key, sample_every };
        let now = Instant::now();
        Ok(Self {
            socket,
            local,
            sfu: Sfu::new(now, config.clone()).map_err(io::Error::other)?,
            config,
            waker,
            incoming,
            tell,
            shared_stats,
            stats: MediaStats::default(),
            cpu_read: now,
            next_call: 0,
            calls: HashMap::new(),
            transports: HashMap::new(),
            transmits: Vec::new(),
            timeout: None,
        })
    }

    /// Runs until the handles are gone. A panic costs the transports, not the thread.
    pub(super) fn run(mut self) {
        loop {
            match catch_unwind(AssertUnwindSafe(|| self.turns())) {
                Ok(()) => return,
                Err(_) => {
                    tracing::error!(
                        "the media engine panicked; all transports are lost, clients open new ones"
                    );
                    if let Err(error) = self.start_anew() {
                        tracing::error!(%error, "the media engine cannot start anew");
                        return;
                    }
                }
            }
        }
    }

    fn turns(&mut self) {
        loop {
            let timeout = self.timeout.map(|at| at.saturating_duration_since(Instant::now()));
            let fds = [self.socket.as_raw_fd(), self.waker.as_raw_fd()];
            let [readable, woken] = match wait(fds, timeout) {
                Ok(ready) => ready,
                Err(error) => {
                    tracing::error!(%error, "the media socket cannot be waited for");
                    return;
                }
            };
            if woken && !self.clear_wake() {
                return;
            }
            let more_calls = self.take_calls();
            if readable {
                self.receive();
            }
            self.sfu.handle(Instant::now(), Input::Timeout);
            self.emit();
            if more_calls {
                self.timeout = Some(Instant::now());
            }
            self.publish();
        }
    }

    /// Empties the pipe; false when its other end is closed.
    fn clear_wake(&mut self) -> bool {
        let mut bytes = [0; 256];
        match self.waker.read(&mut bytes) {
            Ok(0) => false,
            Ok(_) => true,
            Err(error) => matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted),
        }
    }

    /// True when calls may be left for the next turn.
    fn take_calls(&mut self) -> bool {
        for _ in 0..CALLS_PER_TURN {
            let Ok(Call { room, call, peer, cmd }) = self.incoming.try_recv() else { return false };
            self.next_call += 1;
            let id = CallId(self.next_call);
            let peer = translate::peer_key(room, peer);
            match &cmd {
                MediaCmd::ClosePeer { .. } => {
                    self.transports.remove(&(peer, false));
                    self.transports.remove(&(peer, true));
                }
                MediaCmd::Open { transport, consuming, .. } => {
                    self.transports.insert((peer, *consuming), TransportKey(transport.as_u128()));
                    self.calls.insert(id, (room, call));
                }
                MediaCmd::Produce { .. }
                | MediaCmd::CloseProducer { .. }
                | MediaCmd::DropProducer { .. }
                | MediaCmd::PauseProducer { .. }
                | MediaCmd::Consume { .. }
                | MediaCmd::Renegotiate { .. }
                | MediaCmd::CloseConsumers { .. }
                | MediaCmd::SelectLayers { .. } => {
                    self.calls.insert(id, (room, call));
                }
            }
            let command = translate::command(cmd);
            self.sfu.handle(Instant::now(), Input::Call { call: id, peer, command });
        }
        true
    }

    fn receive(&mut self) {
        for _ in 0..BATCHES_PER_TURN {
            let (sfu, stats, local) = (&mut self.sfu, &mut self.stats, self.local);
            let now = Instant::now();
            let result = self.socket.receive(|source, payload| {
                stats.datagrams_received += 1;
                sfu.handle(now, Input::Datagram { source, destination: local, payload });
            });
            match result {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "the media socket cannot be read");
                    return;
                }
            }
        }
    }

    /// Everything the engine has to say: one drain for the whole turn (MEDIA §7 point 2), one batch for the kernel.
    fn emit(&mut self) {
        self.timeout = loop {
            match self.sfu.poll() {
                Output::Transmit(transmit) => self.transmits.push(transmit),
                Output::Event(event) => self.tell(event),
                Output::Timeout(at) => break at,
            }
        };
        let Sent { sent, dropped, refused, calls } = self.socket.send(&self.transmits);
        self.stats.datagrams_sent += sent;
        self.stats.datagrams_dropped += dropped;
        self.stats.datagrams_refused += refused;
        self.stats.send_calls += calls;
        self.transmits.clear();
    }

    fn tell(&mut self, event: Event) {
        let notice = match event {
            Event::Reply { call, result, .. } => {
                let Some((room, call)) = self.calls.remove(&call) else { return };
                let result = result.map(translate::answer).map_err(translate::fault);
                MediaNotice::Done { room, call, result }
            }
            Event::TransportConnected { peer, transport, consuming } => {
                self.see(peer, Instant::now(), Sight::Connected { consuming });
                let (room, peer) = translate::peer(peer);
                MediaNotice::Connected { room, peer, transport: TransportId::from_u128(transport.0) }
            }
            Event::CheckRefused { whose } => MediaNotice::Refused { whose },
            Event::TrackTurned { peer, at, kind, screen, on } => {
                return self.see(peer, at, Sight::Turned { kind, screen, on });
            }
            Event::Sampled(sample) => return self.see(sample.peer, sample.at, Sight::Moment(sample)),
            Event::TransportClosed { peer, transport } => {
                for consuming in [false, true] {
                    if self.transports.get(&(peer, consuming)) == Some(&transport) {
                        self.transports.remove(&(peer, consuming));
                    }
                }
                let (room, peer) = translate::peer(peer);
                MediaNotice::Closed { room, peer, transport: TransportId::from_u128(transport.0) }
            }
        };
        // Nobody listens any more: the process is stopping.
        let _ = self.tell.notices.send(notice);
    }

    fn see(&mut self, peer: PeerKey, at: Instant, what: Sight) {
        let (room, peer) = translate::peer(peer);
        let sighting = Sighting { room, peer, at, what };
        self.stats.sightings_dropped += u64::from(self.tell.sightings.try_send(sighting).is_err());
    }

    fn publish(&mut self) {
        if self.cpu_read.elapsed() >= CPU_EVERY {
            self.stats.cpu = thread_cpu();
            self.cpu_read = Instant::now();
        }
        self.stats.sfu = self.sfu.stats();
        *self.shared_stats.lock().unwrap_or_else(PoisonError::into_inner) = self.stats;
    }

    /// After a panic: a new engine; every call under way fails, every transport is reported closed.
    fn start_anew(&mut self) -> io::Result<()> {
        self.stats.restarts += 1;
        let fresh = Sfu::new(Instant::now(), self.config.clone()).map_err(io::Error::other)?;
        let broken = std::mem::replace(&mut self.sfu, fresh);
        // Its destructor may trip over the state that made it panic.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(broken)));
        self.transmits.clear();
        self.timeout = None;
        for (_, (room, call)) in self.calls.drain() {
            let result = Err(MediaFault::Internal("the media engine was started anew".to_owned()));
            let _ = self.tell.notices.send(MediaNotice::Done { room, call, result });
        }
        for ((peer, _), transport) in self.transports.drain() {
            let (room, peer) = translate::peer(peer);
            let transport = TransportId::from_u128(transport.0);
            let _ = self.tell.notices.send(MediaNotice::Closed { room, peer, transport });
        }
        Ok(())
    }
}
