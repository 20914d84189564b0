//! The engine, its clients and the network between them; nothing here sleeps or is random without a seed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sederunt_sfu::limit::NET_HEADERS_BYTES;
use sederunt_sfu::{
    Answer, CallId, Command, Event, Fault, IceKey, Input, Kind, Output, PeerKey, ProducerKey, Scope, Sfu,
    SfuConfig, Stats, TransportKey, Via,
};
use str0m::media::{MediaKind, Mid, Rid};

use crate::client::{Client, Sent};
use crate::media::Source;

/// Its secret.
pub(crate) const KEY: IceKey = IceKey([7; 32]);
/// Address of the engine.
pub(crate) const SERVER: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(10, 9, 9, 9)), 40_000);
const DELAY: Duration = Duration::from_millis(10);

/// A line towards a client: a rate, and a queue in front of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    /// Kilobits a second, headers of IP and UDP included.
    pub(crate) kbps: u64,
    /// What waits longer is dropped.
    pub(crate) queue: Duration,
    free: Instant,
    pub(crate) dropped: u64,
    pub(crate) bytes: u64,
    /// The longest that a packet waited.
    pub(crate) waited: Duration,
}

impl Line {
    pub(crate) fn new(now: Instant, kbps: u64, queue: Duration) -> Self {
        Self { kbps, queue, free: now, dropped: 0, bytes: 0, waited: Duration::ZERO }
    }

    /// When a datagram that is sent now has passed; `None` = it is dropped.
    fn pass(&mut self, now: Instant, payload: usize) -> Option<Instant> {
        let wait = self.free.saturating_duration_since(now);
        if wait > self.queue {
            self.dropped += 1;
            return None;
        }
        self.waited = self.waited.max(wait);
        let bytes = payload as u64 + NET_HEADERS_BYTES;
        self.bytes += bytes;
        self.free = self.free.max(now) + Duration::from_micros(bytes * 8_000 / self.kbps);
        Some(self.free)
    }
}

/// A small linear congruential generator (Knuth's constants): the seed is the test.
pub(crate) struct Seed(pub u64);

impl Seed {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    pub(crate) fn chance(&mut self, permille: u64) -> bool {
        self.next() % 1000 < permille
    }
}

type InFlight = Reverse<(Instant, u64, bool)>;

/// Everything.
pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) sfu: Sfu,
    pub(crate) clients: Vec<Client>,
    pub(crate) events: Vec<Event>,
    /// What was seen of tracks.
    pub(crate) seen: Vec<Event>,
    /// Loss per mille from clients to the engine and back; media only starts to suffer when they are set.
    pub(crate) loss_up: u64,
    pub(crate) loss_down: u64,
    /// Only what goes to this client is lost.
    pub(crate) deaf: Option<usize>,
    /// Lines towards clients that are narrow.
    pub(crate) lines: BTreeMap<usize, Line>,
    /// New clients do not say that they can tell when packets came.
    pub(crate) mute_reports: bool,
    /// One step of time.
    pub(crate) step: Duration,
    /// From the engine to a client, and back: each.
    pub(crate) delay: Duration,
    /// The machine of the engine is busy: after every turn it has no processor for up to so long.
    pub(crate) away_most: Duration,
    away_until: Instant,
    /// What came meanwhile, and when.
    waiting: Vec<(Instant, Sent)>,
    /// How everything travels.
    pub(crate) way: Via,
    pub(crate) seed: Seed,
    /// The answer to each transport's first offer.
    pub(crate) answers: BTreeMap<TransportKey, String>,
    replies: BTreeMap<CallId, Result<Answer, Fault>>,
    flight: BinaryHeap<InFlight>,
    cargo: BTreeMap<u64, Sent>,
    routes: BTreeMap<SocketAddr, (usize, bool)>,
    sfu_timeout: Option<Instant>,
    next_id: u64,
    next_call: u64,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let now = Instant::now();
        Self {
            now,
            sfu: Sfu::new(now, SfuConfig::new(vec![SERVER], KEY)).unwrap(),
            clients: Vec::new(),
            events: Vec::new(),
            seen: Vec::new(),
            loss_up: 0,
            loss_down: 0,
            deaf: None,
            lines: BTreeMap::new(),
            mute_reports: false,
            step: Duration::from_millis(5),
            delay: DELAY,
            away_most: Duration::ZERO,
            away_until: now,
            waiting: Vec::new(),
            way: Via::Udp,
            seed: Seed(seed),
            answers: BTreeMap::new(),
            replies: BTreeMap::new(),
            flight: BinaryHeap::new(),
            cargo: BTreeMap::new(),
            routes: BTreeMap::new(),
            sfu_timeout: None,
            next_id: 0,
            next_call: 0,
        }
    }

    /// The process dies and starts again at its address; its clients know nothing of it.
    pub(crate) fn restart(&mut self, key: IceKey) {
        self.sfu = Sfu::new(self.now, SfuConfig::new(vec![SERVER], key)).unwrap();
        self.sfu_timeout = None;
    }

    pub(crate) fn stats(&self) -> Stats {
        self.sfu.stats()
    }

    /// A client with both transports open, not yet connected.
    pub(crate) fn join(&mut self) -> usize {
        self.join_in(Scope(1))
    }

    pub(crate) fn join_in(&mut self, scope: Scope) -> usize {
        self.add(scope, self.clients.len(), true)
    }

    /// A client that does not know redundancy.
    pub(crate) fn join_plain(&mut self) -> usize {
        self.add(Scope(1), self.clients.len(), false)
    }

    /// A client at the addresses of another.
    pub(crate) fn join_at(&mut self, former: usize) -> usize {
        self.add(Scope(1), former, true)
    }

    fn add(&mut self, scope: Scope, place: usize, red: bool) -> usize {
        let index = self.clients.len();
        let peer = PeerKey { scope, id: index as u128 + 1 };
        let client = Client::new(self.now, peer, index as u16 + 1, place as u16 + 1, red);
        self.routes.insert(client.sending.address, (index, false));
        self.routes.insert(client.receiving.address, (index, true));
        self.clients.push(client);
        self.open(index, false);
        self.open(index, true);
        index
    }

    /// A new peer connection instead of the one that the client had.
    pub(crate) fn reopen(&mut self, index: usize, consuming: bool) {
        self.clients[index].renew(self.now, consuming);
        self.open(index, consuming);
    }

    fn open(&mut self, index: usize, consuming: bool) {
        let client = &mut self.clients[index];
        let leg = if consuming { &mut client.receiving } else { &mut client.sending };
        let (transport, mut offer) = (leg.transport, leg.first_offer());
        if self.mute_reports {
            offer = offer.split_inclusive('\n').filter(|line| !line.contains("transport-wide-cc")).collect();
        }
        let answer = self.answer(index, Command::Open { transport, consuming, offer });
        self.answers.insert(transport, answer.clone());
        let client = &mut self.clients[index];
        let leg = if consuming { &mut client.receiving } else { &mut client.sending };
        leg.accept_answer(&answer);
    }

    /// Hands in a call without waiting for the reply.
    pub(crate) fn send(&mut self, index: usize, command: Command) -> CallId {
        self.next_call += 1;
        let call = CallId(self.next_call);
        let peer = self.clients[index].peer;
        self.sfu.handle(self.now, Input::Call { call, peer, command });
        self.poll_sfu();
        call
    }

    /// The reply to a call, if it has come.
    pub(crate) fn reply(&mut self, call: CallId) -> Option<Result<Answer, Fault>> {
        self.replies.remove(&call)
    }

    pub(crate) fn call(&mut self, index: usize, command: Command) -> Result<Answer, Fault> {
        let call = self.send(index, command);
        self.reply(call).expect("an immediate reply")
    }

    pub(crate) fn answer(&mut self, index: usize, command: Command) -> String {
        match self.call(index, command) {
            Ok(Answer::Answer(sdp)) => sdp,
            other => panic!("no answer: {other:?}"),
        }
    }

    /// Publishes a track.
    pub(crate) fn produce(&mut self, index: usize, kind: Kind, rids: &[&str]) -> ProducerKey {
        self.publish(index, kind, rids, false)
    }

    /// Publishes a screen.
    pub(crate) fn produce_screen(&mut self, index: usize) -> ProducerKey {
        self.publish(index, Kind::Video, &[], true)
    }

    /// Publishes the sound of a screen.
    pub(crate) fn produce_screen_sound(&mut self, index: usize) -> ProducerKey {
        self.publish(index, Kind::Audio, &[], true)
    }

    fn publish(&mut self, index: usize, kind: Kind, rids: &[&str], screen: bool) -> ProducerKey {
        let client = &mut self.clients[index];
        let media = if kind == Kind::Audio { MediaKind::Audio } else { MediaKind::Video };
        let (mid, offer) = client.sending.publish(media, rids);
        let producer = ProducerKey(u128::from(self.next_call) + 1_000);
        let transport = client.sending.transport;
        let mid_text = Some(mid.to_string());
        let command =
            Command::Produce { transport, producer, kind, mid: mid_text, paused: false, screen, offer };
        let answer = self.answer(index, command);
        let client = &mut self.clients[index];
        client.sending.accept_answer(&answer);
        let layers: Vec<Option<Rid>> =
            if rids.is_empty() { vec![None] } else { rids.iter().map(|r| Some(Rid::from(*r))).collect() };
        for (offset, rid) in layers.into_iter().enumerate() {
            client.sources.push(Source::new(mid, rid, kind == Kind::Video, offset as u64));
        }
        producer
    }

    /// Subscribes to tracks: our offer, the client's answer.
    pub(crate) fn consume(&mut self, index: usize, wants: &[(ProducerKey, &str)]) {
        let offer = self.ask(index, wants);
        if let Some(offer) = offer {
            self.renegotiate(index, &offer);
        }
    }

    /// The first half of it; the offer.
    pub(crate) fn ask(&mut self, index: usize, wants: &[(ProducerKey, &str)]) -> Option<String> {
        let transport = self.clients[index].receiving.transport;
        let wants = wants.iter().map(|(key, rid)| (*key, Some((*rid).to_owned()))).collect();
        let Ok(Answer::Offer { offer, mids }) = self.call(index, Command::Consume { transport, wants })
        else {
            panic!("no offer");
        };
        let named = mids.into_iter().map(|(key, mid)| (key, Mid::from(mid.as_str())));
        self.clients[index].mids.extend(named);
        offer
    }

    /// The second half.
    pub(crate) fn renegotiate(&mut self, index: usize, offer: &str) {
        let leg = &mut self.clients[index].receiving;
        let (transport, answer) = (leg.transport, leg.answer(offer));
        assert_eq!(self.call(index, Command::Renegotiate { transport, answer }), Ok(Answer::Done));
    }

    /// Ends subscriptions.
    pub(crate) fn close_consumers(&mut self, index: usize, producers: &[ProducerKey]) -> String {
        let client = &mut self.clients[index];
        let mids: Vec<Mid> = producers.iter().map(|key| client.mids[key]).collect();
        let (transport, offer) = (client.receiving.transport, client.receiving.stop(&mids));
        let mids = mids.iter().map(ToString::to_string).collect();
        let answer = self.answer(index, Command::CloseConsumers { transport, mids, offer });
        let client = &mut self.clients[index];
        client.receiving.accept_answer(&answer);
        producers.iter().for_each(|key| {
            client.mids.remove(key);
        });
        answer
    }

    /// Lets time pass until the condition holds; says what was missing when it does not within `limit`.
    pub(crate) fn until(&mut self, limit: Duration, what: &str, mut done: impl FnMut(&mut Self) -> bool) {
        let end = self.now + limit;
        while !done(self) {
            assert!(self.now < end, "not within {limit:?}: {what}; {:?}", self.stats());
            self.tick();
        }
    }

    pub(crate) fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.tick();
        }
    }

    /// All transports are up.
    pub(crate) fn connect(&mut self) {
        self.until(Duration::from_secs(10), "all connected", |w| {
            w.clients.iter().all(|c| c.sending.connected && c.receiving.connected)
        });
        self.run(Duration::from_millis(100));
    }

    /// The transports of one client are up.
    pub(crate) fn connect_only(&mut self, index: usize) {
        self.until(Duration::from_secs(10), "it is connected", |w| {
            let client = &w.clients[index];
            client.sending.connected && client.receiving.connected
        });
    }

    /// One step: all that arrives in it is one batch for the engine.
    pub(crate) fn tick(&mut self) {
        self.now += self.step;
        let now = self.now;
        for client in &mut self.clients {
            client.produce(now);
        }
        let mut to_clients = Vec::new();
        while let Some(Reverse((at, id, up))) = self.flight.peek().copied() {
            if at > now {
                break;
            }
            self.flight.pop();
            let sent = self.cargo.remove(&id).unwrap();
            if up { self.waiting.push((at, sent)) } else { to_clients.push((at, sent)) }
        }
        if self.away_until <= now {
            self.turn_of_sfu();
        }
        for (at, sent) in to_clients {
            if let Some(&(index, receiving)) = self.routes.get(&sent.destination) {
                let out = self.clients[index].receive(receiving, at, sent.source, &sent.payload);
                self.launch(out, true);
            }
        }
        for index in 0..self.clients.len() {
            for receiving in [false, true] {
                let out = self.clients[index].run(receiving, now);
                self.launch(out, true);
            }
        }
    }

    /// The engine takes what has come. What it says goes out when it has the processor again.
    fn turn_of_sfu(&mut self) {
        let now = self.now;
        for (at, sent) in std::mem::take(&mut self.waiting) {
            let (source, destination) = (sent.source, sent.destination);
            let (waited, payload) = (now.saturating_duration_since(at), &sent.payload);
            self.sfu.handle(now, Input::Datagram { via: self.way, source, destination, payload, waited });
        }
        if self.sfu_timeout.is_some_and(|at| at <= now) {
            self.sfu.handle(now, Input::Timeout);
        }
        let away = self.away_most.as_micros() as u64;
        let away = if away == 0 { 0 } else { self.seed.next() % away };
        self.away_until = now + Duration::from_micros(away);
        self.poll_sfu();
    }

    /// Everything the engine has to say.
    pub(crate) fn poll_sfu(&mut self) {
        let mut out = Vec::new();
        loop {
            match self.sfu.poll() {
                Output::Transmit(t) => {
                    assert_eq!(t.via, self.way, "a client is answered by the way it came");
                    out.push(Sent { source: t.source, destination: t.destination, payload: t.payload });
                }
                Output::Event(Event::Reply { call, result, .. }) => {
                    assert!(self.replies.insert(call, result).is_none(), "one reply per call");
                }
                Output::Event(event @ (Event::Sampled(_) | Event::TrackTurned { .. })) => {
                    self.seen.push(event)
                }
                Output::Event(event) => self.events.push(event),
                Output::Timeout(at) => {
                    self.sfu_timeout = at;
                    break;
                }
            }
        }
        let held = self.away_until.saturating_duration_since(self.now);
        if !held.is_zero() {
            self.sfu.handle(self.now, Input::HandedOver(held));
        }
        self.launch(out, false);
    }

    fn launch(&mut self, sent: Vec<Sent>, up: bool) {
        for sent in sent {
            let spared = !up
                && self
                    .deaf
                    .is_some_and(|deaf| self.routes.get(&sent.destination).is_none_or(|r| r.0 != deaf));
            if self.seed.chance(if up { self.loss_up } else { self.loss_down }) && !spared {
                continue;
            }
            let mut leaves = if up { self.now } else { self.now.max(self.away_until) };
            if !up
                && let Some((index, true)) = self.routes.get(&sent.destination)
                && let Some(line) = self.lines.get_mut(index)
            {
                let Some(at) = line.pass(leaves, sent.payload.len()) else { continue };
                leaves = at;
            }
            self.next_id += 1;
            self.flight.push(Reverse((leaves + self.delay, self.next_id, up)));
            self.cargo.insert(self.next_id, sent);
        }
    }
}
