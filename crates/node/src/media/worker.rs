//! A media thread: one OS thread that owns one UDP socket and one [`Sfu`], apart from the async runtime, so that no
//! task can delay a packet.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsRawFd as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sederunt_core::id::TransportId;
use sederunt_core::media::{MediaCallId, MediaCmd, MediaFault};
use sederunt_sfu::{CallId, Event, Input, Output, PeerKey, Sfu, SfuConfig, Transmit, TransportKey, Via};
use tokio::sync::mpsc::{self, Sender, UnboundedSender};

use super::messages::{Call, MediaNotice, RoomTag, Sight, Sighting, ToMedia};
use super::socket::{MediaSocket, Sent, thread_cpu, wait};
use super::spread::Pace;
use super::stats::MediaStats;
use super::stream::{Arrived, Streams};
use super::translate;
use super::turns::Turns;
use super::waker::{Waker, Woken};

/// Batches received in one turn before what they caused is sent: bounds the delay of the first packet.
const BATCHES_PER_TURN: usize = 4;
/// Calls performed in one turn; each may cost a millisecond of SDP, and packets must not wait for all of them.
const CALLS_PER_TURN: usize = 16;
/// Datagrams of streams after which a turn takes no more of them: as many as come of the socket in one. A batch is what one
/// read brought, and not cut.
const STREAMED_PER_TURN: usize = 128;
/// How often the CPU clock is read, a system call too dear for every turn, and its pace is taken.
const CPU_EVERY: Duration = Duration::from_millis(100);

/// What the rest is told of its work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Published {
    pub(super) stats: MediaStats,
    /// Packets forwarded a second.
    pub(super) forwarded: Pace,
}

impl Published {
    /// Nothing yet.
    pub(super) fn new(now: Instant) -> Self {
        Self { stats: MediaStats::default(), forwarded: Pace::new(now) }
    }
}

/// Where it says what happens.
pub(super) struct Tell {
    pub(super) notices: UnboundedSender<MediaNotice>,
    pub(super) sightings: Sender<Sighting>,
}

/// What the thread shares with the rest.
pub(super) struct Around {
    pub(super) waker: Arc<Waker>,
    pub(super) woken: Woken,
    pub(super) calls: Receiver<ToMedia>,
    pub(super) arrived: mpsc::Receiver<Arrived>,
    pub(super) streams: Arc<Streams>,
    pub(super) tell: Tell,
    pub(super) published: Arc<Mutex<Published>>,
}

/// The thread's own state.
pub(super) struct Worker {
    socket: MediaSocket,
    local: SocketAddr,
    config: SfuConfig,
    sfu: Sfu,
    around: Around,
    stats: MediaStats,
    forwarded: Pace,
    cpu_read: Instant,
    next_call: u64,
    calls: HashMap<CallId, (RoomTag, MediaCallId)>,
    /// The transports the caller believes in, by peer and direction.
    transports: HashMap<(PeerKey, bool), TransportKey>,
    transmits: Vec<Transmit>,
    /// What goes to streams.
    streamed: Vec<Transmit>,
    timeout: Option<Instant>,
    turns: Turns,
}

impl Worker {
    pub(super) fn new(socket: MediaSocket, config: SfuConfig, around: Around) -> io::Result<Self> {
        let local = socket.local_addr()?;
        let now = Instant::now();
        Ok(Self {
            socket,
            local,
            sfu: Sfu::new(now, config.clone()).map_err(io::Error::other)?,
            config,
            around,
            stats: MediaStats::default(),
            forwarded: Pace::new(now),
            cpu_read: now,
            next_call: 0,
            calls: HashMap::new(),
            transports: HashMap::new(),
            transmits: Vec::new(),
            streamed: Vec::new(),
            timeout: None,
            turns: Turns::new(now),
        })
    }

    /// Runs until the handles are gone. A panic costs the transports, not the thread.
    pub(super) fn run(mut self) {
        loop {
            match catch_unwind(AssertUnwindSafe(|| self.turns())) {
                Ok(()) => return,
                Err(_) => {
                    tracing::error!(
                        worker = self.config.worker,
                        "the media engine panicked; all its transports are lost, clients open new ones"
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
        // Something may have waited since before a panic.
        let mut is_more = true;
        loop {
            if !is_more && let Some(rest) = self.turns.rest(Instant::now()) {
                std::thread::sleep(rest);
            }
            let due = self.timeout.map(|at| at.saturating_duration_since(Instant::now()));
            let timeout = if is_more { Some(Duration::ZERO) } else { due };
            let fds = [self.socket.as_raw_fd(), self.around.woken.fd()];
            let [readable, woken] = match wait(fds, timeout) {
                Ok(ready) => ready,
                Err(error) => {
                    tracing::error!(%error, "the media socket cannot be waited for");
                    return;
                }
            };
            if woken && !self.around.woken.clear(&self.around.waker) {
                return;
            }
            self.turns.begin(Instant::now());
            is_more = [self.take_calls(), self.take_arrivals()].contains(&true);
            if readable {
                self.receive();
            }
            self.sfu.handle(Instant::now(), Input::Timeout);
            self.emit();
            self.publish();
        }
    }

    /// True when calls may be left for the next turn.
    fn take_calls(&mut self) -> bool {
        for _ in 0..CALLS_PER_TURN {
            let Ok(told) = self.around.calls.try_recv() else { return false };
            self.next_call += 1;
            let id = CallId(self.next_call);
            let Call { room, call, peer, cmd } = match told {
                ToMedia::Call(call) => call,
                ToMedia::Rank(room, ranking) => {
                    let (peer, command) = translate::ranking(room, &ranking);
                    self.sfu.handle(Instant::now(), Input::Call { call: id, peer, command });
                    continue;
                }
            };
            #[cfg(test)]
            assert_ne!(room, RoomTag::BREAKS, "as the test wants");
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
                | MediaCmd::GiveUp { .. }
                | MediaCmd::SelectLayers { .. } => {
                    self.calls.insert(id, (room, call));
                }
            }
            let command = translate::command(cmd);
            self.sfu.handle(Instant::now(), Input::Call { call: id, peer, command });
        }
        true
    }

    /// Hands in what came of streams; true when more may wait.
    fn take_arrivals(&mut self) -> bool {
        let mut taken = 0;
        while taken < STREAMED_PER_TURN {
            let Ok(Arrived { came, via, source, datagrams }) = self.around.arrived.try_recv() else {
                return false;
            };
            taken += datagrams.len();
            let now = Instant::now();
            let waited = now.saturating_duration_since(came);
            for (destination, payload) in datagrams {
                self.stats.datagrams_received += 1;
                let destination = destination.unwrap_or(self.local);
                let payload = &payload;
                self.sfu.handle(now, Input::Datagram { via, source, destination, payload, waited });
            }
        }
        true
    }

    fn receive(&mut self) {
        for _ in 0..BATCHES_PER_TURN {
            let (sfu, stats, local) = (&mut self.sfu, &mut self.stats, self.local);
            let now = Instant::now();
            let result = self.socket.receive(|source, payload, waited| {
                stats.datagrams_received += 1;
                let via = Via::Udp;
                sfu.handle(now, Input::Datagram { via, source, destination: local, payload, waited });
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
                Output::Transmit(transmit) => match transmit.via {
                    Via::Udp => self.transmits.push(transmit),
                    Via::Tcp | Via::Relay => self.streamed.push(transmit),
                },
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
        if sent > 0 {
            let now = Instant::now();
            self.sfu.handle(now, Input::HandedOver(self.turns.lasts(now)));
        }
        if !self.streamed.is_empty() {
            self.stats.datagrams_sent += self.streamed.len() as u64;
            self.around.streams.send(Instant::now(), self.streamed.drain(..));
        }
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
        let _ = self.around.tell.notices.send(notice);
    }

    fn see(&mut self, peer: PeerKey, at: Instant, what: Sight) {
        let (room, peer) = translate::peer(peer);
        let sighting = Sighting { room, peer, at, what };
        self.stats.sightings_dropped += u64::from(self.around.tell.sightings.try_send(sighting).is_err());
    }

    fn publish(&mut self) {
        self.stats.sfu = self.sfu.stats();
        let now = Instant::now();
        if now.saturating_duration_since(self.cpu_read) >= CPU_EVERY {
            self.stats.cpu = thread_cpu();
            self.forwarded.see(now, self.stats.sfu.packets_forwarded);
            self.turns.see(self.forwarded.now(now));
            self.cpu_read = now;
        }
        let published = Published { stats: self.stats, forwarded: self.forwarded };
        *self.around.published.lock().unwrap_or_else(PoisonError::into_inner) = published;
    }

    /// After a panic: a new engine; every call under way fails, every transport is reported closed.
    fn start_anew(&mut self) -> io::Result<()> {
        self.stats.restarts += 1;
        let fresh = Sfu::new(Instant::now(), self.config.clone()).map_err(io::Error::other)?;
        let broken = std::mem::replace(&mut self.sfu, fresh);
        // Its destructor may trip over the state that made it panic.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(broken)));
        self.transmits.clear();
        self.streamed.clear();
        self.timeout = None;
        for (_, (room, call)) in self.calls.drain() {
            let result = Err(MediaFault::Internal("the media engine was started anew".to_owned()));
            let _ = self.around.tell.notices.send(MediaNotice::Done { room, call, result });
        }
        for ((peer, _), transport) in self.transports.drain() {
            let (room, peer) = translate::peer(peer);
            let transport = TransportId::from_u128(transport.0);
            let _ = self.around.tell.notices.send(MediaNotice::Closed { room, peer, transport });
        }
        Ok(())
    }
}
