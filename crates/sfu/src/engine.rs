//! The engine: inputs in, outputs out, timers, and the life of transports.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use slotmap::SlotMap;
use str0m::config::DtlsCert;
use str0m::net::{Receive, Transmit as RtcTransmit};
use str0m::{Event as RtcEvent, IceConnectionState, Input as RtcInput, Output as RtcOutput, Rtc};

use crate::command::{Answer, Command, Fault, Kind};
use crate::config::{NoCertificate, SfuConfig};
use crate::demux::{Demux, Owner};
use crate::downlink::Seen;
use crate::ice::{Names, PeerTag, Stale};
use crate::id::{
    CallId, ConsumerSlot, PeerKey, ProducerKey, ProducerSlot, Scope, TransportKey, TransportSlot,
};
use crate::late::Longest;
use crate::room::Room;
use crate::rtc::{certificate, guard};
use crate::sample::Sample;
use crate::stats::Stats;
use crate::timer::{Timer, Timers};
use crate::track::{Consumer, Producer};
use crate::transport::{Link, Told, Transport};
use crate::via::Via;

/// What goes in.
#[derive(Debug)]
pub enum Input<'a> {
    /// A datagram.
    Datagram {
        /// How it came.
        via: Via,
        /// Who sent it.
        source: SocketAddr,
        /// Where it arrived. One that is not among `local_addrs` (over TCP: `tcp_addrs`), because it is unspecified or
        /// translated, is taken for the most similar of them.
        destination: SocketAddr,
        /// Its bytes.
        payload: &'a [u8],
        /// How long it has waited for us since it came: what a report says of a line is that much too late.
        waited: Duration,
    },
    /// A command; answered with [`Event::Reply`] unless it is [`Command::ClosePeer`].
    Call {
        /// Echoed in the reply.
        call: CallId,
        /// On whose behalf.
        peer: PeerKey,
        /// What.
        command: Command,
    },
    /// A timeout of [`Output::Timeout`] is due. Harmless at any other time.
    Timeout,
    /// All that was polled has gone out, so long after the first of it was made.
    HandedOver(Duration),
}

/// A datagram to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transmit {
    /// How it goes.
    pub via: Via,
    /// The candidate it comes from.
    pub source: SocketAddr,
    /// Where to.
    pub destination: SocketAddr,
    /// It carries a part of a picture, which may be lost when a stream has no room for all. False over UDP, where nothing waits.
    pub is_picture: bool,
    /// Its bytes.
    pub payload: Vec<u8>,
}

/// Something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A call was answered. Exactly one per call, except for [`Command::ClosePeer`].
    Reply {
        /// On whose behalf.
        peer: PeerKey,
        /// The call.
        call: CallId,
        /// The result.
        result: Result<Answer, Fault>,
    },
    /// ICE and DTLS are up.
    TransportConnected {
        /// Whose.
        peer: PeerKey,
        /// Which.
        transport: TransportKey,
        /// The client receives on it.
        consuming: bool,
    },
    /// A transport ended by itself, with everything on it: the client closed it, ICE was away too long, or it failed.
    TransportClosed {
        /// Whose.
        peer: PeerKey,
        /// Which.
        transport: TransportKey,
    },
    /// A client was told that its transport is no more; it knows from now on.
    CheckRefused {
        /// Whose it was.
        whose: PeerTag,
    },
    /// A track is heard or seen from now on, or not any more: published, muted, unmuted, ended.
    TrackTurned {
        /// Whose.
        peer: PeerKey,
        /// When.
        at: Instant,
        /// Audio or video.
        kind: Kind,
        /// Of a screen.
        screen: bool,
        /// From now on, or not any more.
        on: bool,
    },
    /// A moment of a transport that is up.
    Sampled(Box<Sample>),
}

/// What comes out.
#[derive(Debug)]
pub enum Output {
    /// Send this.
    Transmit(Transmit),
    /// Tell this.
    Event(Event),
    /// Nothing more until an input comes, or this instant.
    Timeout(Option<Instant>),
}

/// The transports of a peer.
#[derive(Debug, Default)]
pub(crate) struct Peer {
    pub(crate) sending: Option<TransportSlot>,
    pub(crate) receiving: Option<TransportSlot>,
}

/// The forwarding engine. See the crate documentation for how to drive it.
pub struct Sfu {
    pub(crate) config: SfuConfig,
    pub(crate) cert: DtlsCert,
    pub(crate) names: Names,
    pub(crate) now: Instant,
    /// Where the grid of paced sessions begins.
    pub(crate) epoch: Instant,
    pub(crate) transports: SlotMap<TransportSlot, Transport>,
    pub(crate) transport_keys: HashMap<TransportKey, TransportSlot>,
    pub(crate) peers: HashMap<PeerKey, Peer>,
    /// Those with people who receive, or with tracks.
    pub(crate) rooms: HashMap<Scope, Room>,
    pub(crate) producers: SlotMap<ProducerSlot, Producer>,
    pub(crate) producer_keys: HashMap<ProducerKey, ProducerSlot>,
    pub(crate) consumers: SlotMap<ConsumerSlot, Consumer>,
    pub(crate) demux: Demux,
    pub(crate) timers: Timers,
    /// How long what was made waited until it went out.
    pub(crate) late: Longest,
    pub(crate) dirty: Vec<TransportSlot>,
    pub(crate) out: VecDeque<Output>,
    pub(crate) stats: Stats,
}

impl Sfu {
    /// An engine without peers. Makes one key pair, which all its sessions share.
    pub fn new(now: Instant, config: SfuConfig) -> Result<Self, NoCertificate> {
        Ok(Self {
            names: Names::new(config.ice_key, config.worker, config.workers),
            config,
            cert: certificate().ok_or(NoCertificate)?,
            now,
            epoch: now,
            transports: SlotMap::with_key(),
            transport_keys: HashMap::new(),
            peers: HashMap::new(),
            rooms: HashMap::new(),
            producers: SlotMap::with_key(),
            producer_keys: HashMap::new(),
            consumers: SlotMap::with_key(),
            demux: Demux::default(),
            timers: Timers::default(),
            late: Longest::default(),
            dirty: Vec::new(),
            out: VecDeque::new(),
            stats: Stats::default(),
        })
    }

    /// Takes one input. Many may be handed in before the next [`Sfu::poll`]; that is what makes batches cheap.
    /// Time that goes backwards is taken for the latest instant seen.
    pub fn handle(&mut self, now: Instant, input: Input<'_>) {
        self.now = self.now.max(now);
        match input {
            Input::Datagram { via, source, destination, payload, waited } => {
                self.on_datagram(via, source, destination, payload, waited)
            }
            Input::Call { call, peer, command } => self.on_call(call, peer, command),
            Input::Timeout => self.on_timeout(),
            Input::HandedOver(after) => self.late.add(self.now, after),
        }
    }

    /// The next output; to be called until it is [`Output::Timeout`].
    pub fn poll(&mut self) -> Output {
        loop {
            if let Some(output) = self.out.pop_front() {
                self.stats.datagrams_sent += u64::from(matches!(output, Output::Transmit(_)));
                return output;
            }
            let Some(slot) = self.dirty.pop() else { return Output::Timeout(self.timers.next()) };
            self.flush(slot);
        }
    }

    /// Counters and gauges.
    pub fn stats(&self) -> Stats {
        Stats {
            transports: self.transports.len() as u64,
            producers: self.producers.len() as u64,
            consumers: self.consumers.len() as u64,
            ..self.stats
        }
    }

    fn on_datagram(
        &mut self,
        via: Via,
        source: SocketAddr,
        destination: SocketAddr,
        payload: &[u8],
        waited: Duration,
    ) {
        self.stats.datagrams_received += 1;
        let (slot, stun) = match self.demux.owner((via, source), payload) {
            Owner::Stun(slot) => (slot, true),
            Owner::Peer(slot) => (slot, false),
            Owner::ForeignStun => return self.on_foreign_stun(via, source, destination, payload),
            Owner::Unknown => {
                self.stats.datagrams_unknown += 1;
                return;
            }
        };
        let destination = self.local_for(via, source, destination);
        let now = self.now;
        let Some(transport) = self.transports.get_mut(slot) else { return };
        transport.datagrams_in += 1;
        if let Some(downlink) = transport.downlink.as_mut().filter(|_| is_report(payload)) {
            downlink.report_waited(waited);
        }
        let Ok(receive) = Receive::new(via.protocol(), source, destination, payload) else {
            self.stats.datagrams_unknown += 1;
            return;
        };
        let input = RtcInput::Receive(now, receive);
        if stun {
            // Checks the integrity, so that a source address cannot be claimed without our ICE password.
            match guard(|| transport.rtc.accepts(&input)) {
                Ok(true) => self.demux.learn(slot, (via, source)),
                Ok(false) => {
                    self.stats.stun_refused += 1;
                    return;
                }
                Err(_) => return self.panicked(slot),
            }
        }
        match guard(|| transport.rtc.handle_input(input)) {
            // One packet in, all outputs out: str0m keeps one received packet at a time.
            Ok(Ok(())) => self.drain(slot, Told::Input),
            // Anybody can forge the source of a datagram that breaks DTLS: the datagram is bad, not the session.
            Ok(Err(_)) => {
                self.stats.datagrams_refused += 1;
                self.drain(slot, Told::Input);
            }
            Err(_) => self.panicked(slot),
        }
    }

    /// STUN for no transport: whoever had one is told that it is gone, strangers hear nothing.
    fn on_foreign_stun(&mut self, via: Via, source: SocketAddr, destination: SocketAddr, payload: &[u8]) {
        match self.names.stale(self.now, source, payload) {
            Stale::Refuse(whose, payload) => {
                self.stats.stun_forbidden += 1;
                self.out.push_back(Output::Event(Event::CheckRefused { whose }));
                let from = self.local_for(via, source, destination);
                let (destination, is_picture) = (source, false);
                let transmit = Transmit { via, source: from, destination, is_picture, payload };
                self.out.push_back(Output::Transmit(transmit));
            }
            Stale::Limited => self.stats.stun_unanswered += 1,
            Stale::Elsewhere => self.stats.stun_elsewhere += 1,
            Stale::Stranger => self.stats.stun_refused += 1,
        }
    }

    /// The candidate that stands for the address a datagram arrived at.
    fn local_for(&self, via: Via, source: SocketAddr, destination: SocketAddr) -> SocketAddr {
        let all = match via {
            Via::Udp | Via::Relay => &self.config.local_addrs,
            Via::Tcp => &self.config.tcp_addrs,
        };
        if all.contains(&destination) {
            return destination;
        }
        let family = |a: &&SocketAddr| a.is_ipv4() == source.is_ipv4();
        let like = |a: &&SocketAddr| family(a) && a.ip().is_loopback() == source.ip().is_loopback();
        let found = all.iter().find(like).or_else(|| all.iter().find(family)).or_else(|| all.first());
        found.copied().unwrap_or(destination)
    }

    fn on_timeout(&mut self) {
        while let Some((at, timer)) = self.timers.pop(self.now) {
            match timer {
                Timer::Transport(slot) => {
                    if self.transports.get_mut(slot).is_some_and(|t| t.scheduled.fired(at)) {
                        self.transport_due(slot);
                    }
                }
                Timer::Producer(slot) => {
                    if self.producers.get_mut(slot).is_some_and(|p| p.scheduled.fired(at)) {
                        self.producer_due(slot);
                    }
                }
            }
        }
    }

    fn transport_due(&mut self, slot: TransportSlot) {
        let Some(transport) = self.transports.get(slot) else { return };
        // A client that never answered, and asks for something else: whether it has applied our offer nobody knows, and no other
        // would fit.
        if [transport.expires(), transport.offer_expires()].into_iter().flatten().any(|at| at <= self.now) {
            return self.fail(slot);
        }
        let transport_leaves = transport.leaves();
        if transport_leaves.is_some_and(|at| at <= self.now) {
            self.leave_layers(slot);
        }
        // What woke us may have been put off since: then there is nothing to look for.
        if self.transports.get(slot).is_some_and(|transport| self.now < transport.rtc_timeout) {
            return self.schedule(slot);
        }
        self.touch(slot);
    }

    /// The transport will be flushed by the next [`Sfu::poll`].
    pub(crate) fn touch(&mut self, slot: TransportSlot) {
        if let Some(transport) = self.transports.get_mut(slot)
            && !transport.dirty
        {
            transport.dirty = true;
            self.dirty.push(slot);
        }
    }

    /// Arms the transport's timer.
    pub(crate) fn schedule(&mut self, slot: TransportSlot) {
        if let Some(transport) = self.transports.get_mut(slot) {
            let at = transport.deadline();
            self.timers.wake(&mut transport.scheduled, at, Timer::Transport(slot));
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "str0m's events are non-exhaustive; the rest is not for us"
    )]
    pub(crate) fn on_rtc_event(&mut self, slot: TransportSlot, event: RtcEvent) {
        match event {
            RtcEvent::RtpPacket(packet) => self.on_packet(slot, packet),
            RtcEvent::KeyframeRequest(request) => self.on_keyframe_request(slot, request.mid),
            RtcEvent::Connected => {
                self.set_link(slot, Link::Up);
                if let Some(t) = self.transports.get(slot) {
                    let (peer, transport, consuming) = (t.peer, t.key, t.consuming);
                    let event = Event::TransportConnected { peer, transport, consuming };
                    self.out.push_back(Output::Event(event));
                }
            }
            RtcEvent::IceConnectionStateChange(state) => self.on_ice(slot, state),
            RtcEvent::Closed => {
                // The remaining outputs (our own close) are drained before the session is dropped.
            }
            other => self.on_stats(slot, &other),
        }
    }

    fn on_ice(&mut self, slot: TransportSlot, state: IceConnectionState) {
        let Some(transport) = self.transports.get(slot) else { return };
        let up = matches!(state, IceConnectionState::Connected | IceConnectionState::Completed);
        match (transport.link, state) {
            (Link::Up, IceConnectionState::Disconnected) => self.set_link(slot, Link::Lost(self.now)),
            (Link::Lost(_), _) if up => self.set_link(slot, Link::Up),
            (Link::Up | Link::Lost(_) | Link::Connecting(_), _) => {}
        }
    }

    fn set_link(&mut self, slot: TransportSlot, link: Link) {
        let Some(transport) = self.transports.get_mut(slot) else { return };
        transport.link = link;
        let consumers = transport.consumers.clone();
        for (_, consumer) in consumers {
            self.restart(consumer);
        }
        self.schedule(slot);
    }

    pub(crate) fn panicked(&mut self, slot: TransportSlot) {
        self.stats.panics += 1;
        if let Some(transport) = self.take(slot) {
            let (peer, key) = (transport.peer, transport.key);
            // Its destructor may trip over the same broken state.
            let _ = guard(|| drop(transport));
            self.out.push_back(Output::Event(Event::TransportClosed { peer, transport: key }));
        }
    }

    /// Closes a transport that ended by itself, and says so.
    pub(crate) fn fail(&mut self, slot: TransportSlot) {
        self.stats.transports_failed += 1;
        if let Some((peer, transport)) = self.close(slot) {
            self.out.push_back(Output::Event(Event::TransportClosed { peer, transport }));
        }
    }

    /// Closes a transport with everything on it; the client hears of it while the path is up.
    pub(crate) fn close(&mut self, slot: TransportSlot) -> Option<(PeerKey, TransportKey)> {
        let transport = self.transports.get_mut(slot)?;
        if transport.link == Link::Up {
            let last_words = guard(|| last_words(&mut transport.rtc));
            last_words.into_iter().flatten().for_each(|transmit| self.send(slot, transmit));
        }
        let transport = self.take(slot)?;
        let named = (transport.peer, transport.key);
        let _ = guard(|| drop(transport));
        Some(named)
    }

    /// Takes a transport out of every table.
    fn take(&mut self, slot: TransportSlot) -> Option<Transport> {
        let mut transport = self.transports.remove(slot)?;
        self.demux.remove(slot);
        self.transport_keys.remove(&transport.key);
        self.stats.red_subscribers -= u64::from(transport.protection.depth() > 0);
        if let Some(downlink) = &mut transport.downlink {
            downlink.report(&mut self.stats, Seen::default());
        }
        if let Some(peer) = self.peers.get_mut(&transport.peer) {
            let side = if transport.consuming { &mut peer.receiving } else { &mut peer.sending };
            let was_in_use = side.take_if(|known| *known == slot).is_some();
            if peer.sending.is_none() && peer.receiving.is_none() {
                self.peers.remove(&transport.peer);
            }
            if was_in_use && transport.consuming {
                self.person_went(transport.peer.scope);
            }
        }
        for (_, producer) in std::mem::take(&mut transport.producers) {
            self.drop_producer(producer);
        }
        for (_, consumer) in std::mem::take(&mut transport.consumers) {
            self.drop_consumer(consumer);
        }
        for (call, _) in transport.queue.drain(..) {
            self.reply(transport.peer, call, Err(Fault::NoTransport));
        }
        Some(transport)
    }

    /// Answers a call.
    pub(crate) fn reply(&mut self, peer: PeerKey, call: CallId, result: Result<Answer, Fault>) {
        self.stats.limits_hit += u64::from(matches!(result, Err(Fault::Limit(_))));
        self.out.push_back(Output::Event(Event::Reply { peer, call, result }));
    }
}

/// What a session has to say when it is closed.
fn last_words(rtc: &mut Rtc) -> Vec<RtcTransmit> {
    let mut datagrams = Vec::new();
    if rtc.is_alive() && rtc.close().is_ok() {
        while let Ok(output) = rtc.poll_output() {
            match output {
                RtcOutput::Transmit(transmit) => datagrams.push(transmit),
                RtcOutput::Event(_) => {}
                RtcOutput::Timeout(_) => break,
            }
        }
    }
    datagrams
}

/// Whether a datagram is a report (RFC 5761 §4): its header is in the clear.
fn is_report(payload: &[u8]) -> bool {
    matches!(payload, [128..=191, 192..=223, ..])
}
