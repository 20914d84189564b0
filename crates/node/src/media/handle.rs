//! The media thread as the rest of the shell sees it.

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use sederunt_core::id::PeerId;
use sederunt_core::media::{MediaCallId, MediaCmd, Ranking};
use sederunt_relay::{Client, Credentials, RelayKey};
use sederunt_sfu::{IceKey, PeerTag, SfuConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::{self, UnboundedSender};

use super::address::{Candidates, candidates};
use super::config::MediaConfig;
use super::messages::{Call, MediaNotice, RoomTag, Sighting, ToMedia};
use super::socket::MediaSocket;
use super::stats::MediaStats;
use super::stream::{self, Greeted, StreamEnd, StreamRefused, Streams};
use super::waker::Waker;
use super::worker::{Around, Tell, Worker};

/// Calls that may wait for the thread. It answers in well under a millisecond each; more waiting means that it hangs,
/// and then the room tells its client so.
const CALLS_WAITING_MAX: usize = 4_096;
/// The name under which credentials of the relay are good.
const RELAY_REALM: &str = "sederunt";
/// What was seen and not taken yet: of every transport that an engine can have, some seconds. Whoever keeps it may wait for
/// a disk, and the thread does not wait for him.
const SIGHTINGS_WAITING_MAX: usize = 4_096;

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

/// What the handles share with the thread.
#[derive(Debug)]
struct Shared {
    local: SocketAddr,
    since: Instant,
    ice_key: IceKey,
    calls: SyncSender<ToMedia>,
    waker: Arc<Waker>,
    streams: Arc<Streams>,
    stats: Arc<Mutex<MediaStats>>,
    sightings: Mutex<Option<mpsc::Receiver<Sighting>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Handle of the media thread; clones share it. The thread stops when the last clone is dropped or on `shutdown`.
#[derive(Debug, Clone)]
pub struct MediaHandle {
    shared: Arc<Shared>,
}

impl MediaHandle {
    /// Binds the socket and starts the thread. Errors are those of the socket, of making a DTLS key, and of starting
    /// a thread.
    pub fn spawn(config: MediaConfig, notices: UnboundedSender<MediaNotice>) -> io::Result<Self> {
        Self::start(MediaSocket::bind(config.bind)?, &config, notices)
    }

    /// The same with one system call per datagram instead of batches: the yardstick of the benchmark.
    #[doc(hidden)]
    pub fn spawn_without_batches(
        config: MediaConfig,
        notices: UnboundedSender<MediaNotice>,
    ) -> io::Result<Self> {
        let mut socket = MediaSocket::bind(config.bind)?;
        socket.without_batches();
        Self::start(socket, &config, notices)
    }

    fn start(
        socket: MediaSocket,
        config: &MediaConfig,
        notices: UnboundedSender<MediaNotice>,
    ) -> io::Result<Self> {
        let local = socket.local_addr()?;
        let (waker, woken) = Waker::pair()?;
        let waker = Arc::new(waker);
        let Candidates { told, left_out } = candidates(&config.announce, local);
        for announced in left_out {
            tracing::warn!(
                %announced,
                bound = %local,
                "an announced media address is left out: the socket does not speak its IP version (an IPv4 and IPv6 \
                 socket is one on [::])"
            );
        }
        let (streams, arrived) = Streams::new(config.ice_key, told.clone(), Arc::clone(&waker));
        let (calls, incoming) = sync_channel(CALLS_WAITING_MAX);
        let stats = Arc::new(Mutex::new(MediaStats::default()));
        let (seen, sightings) = mpsc::channel(SIGHTINGS_WAITING_MAX);
        let tell = Tell { notices, sightings: seen };
        let around = Around {
            waker: Arc::clone(&waker),
            woken,
            calls: incoming,
            arrived,
            streams: Arc::clone(&streams),
            tell,
            stats: Arc::clone(&stats),
        };
        let MediaConfig { ice_key, sample_every, .. } = *config;
        let sfu = SfuConfig { local_addrs: told, tcp_addrs: config.tcp.clone(), ice_key, sample_every };
        let worker = Worker::new(socket, sfu, around)?;
        let since = Instant::now();
        let thread = std::thread::Builder::new().name("media".to_owned()).spawn(move || worker.run())?;
        let thread = Mutex::new(Some(thread));
        let sightings = Mutex::new(Some(sightings));
        let shared = Shared { local, since, ice_key, calls, waker, streams, stats, sightings, thread };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Hands a call to the media thread; never blocks. The answer comes as [`MediaNotice::Done`].
    pub fn call(
        &self,
        room: RoomTag,
        call: MediaCallId,
        peer: PeerId,
        cmd: MediaCmd,
    ) -> Result<(), MediaOverload> {
        self.shared.send(ToMedia::Call(Call { room, call, peer, cmd }))
    }

    /// Tells the media thread who matters in a room; never blocks, and is not answered.
    pub fn rank(&self, room: RoomTag, ranking: Ranking) -> Result<(), MediaOverload> {
        self.shared.send(ToMedia::Rank(room, ranking))
    }

    /// What the thread sees; for one listener, the first that asks.
    pub fn take_sightings(&self) -> Option<mpsc::Receiver<Sighting>> {
        self.shared.sightings.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The bound address.
    pub fn local_addr(&self) -> SocketAddr {
        self.shared.local
    }

    /// How the ICE names of this peer's transports tell whose they are, in this process and in those before and after it.
    pub fn tag(&self, peer: PeerId) -> PeerTag {
        self.shared.ice_key.tag(peer.as_u128())
    }

    /// Since when the thread answers: from then on clients of the process before hear that their transports are gone.
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
        S: AsyncRead + AsyncWrite + Unpin,
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

    /// Counters.
    pub fn stats(&self) -> MediaStats {
        let of_thread = *self.shared.stats.lock().unwrap_or_else(PoisonError::into_inner);
        MediaStats { streams: self.shared.streams.stats(), ..of_thread }
    }

    /// Stops the thread and waits until it has ended. Later calls are refused.
    pub fn shutdown(&self) {
        self.shared.stop();
    }
}

impl Shared {
    fn send(&self, call: ToMedia) -> Result<(), MediaOverload> {
        self.calls.try_send(call).map_err(|error| match error {
            TrySendError::Full(_) => MediaOverload::Full,
            TrySendError::Disconnected(_) => MediaOverload::Stopped,
        })?;
        self.waker.wake();
        Ok(())
    }

    fn stop(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return };
        self.waker.close();
        let _ = thread.join();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::address::Announced;
    use sederunt_core::id::TransportId;
    use sederunt_core::media::{MediaAnswer, MediaFault};
    use sederunt_sfu::limit::SAMPLE_EVERY;
    use std::net::UdpSocket;
    use std::time::Duration;
    use str0m::change::SdpAnswer;
    use str0m::media::{Direction, MediaKind};
    use str0m::net::{Protocol, Receive};
    use str0m::{Candidate, Input, Output, Rtc};

    const LIMIT: Duration = Duration::from_secs(20);

    fn start() -> (MediaHandle, tokio::sync::mpsc::UnboundedReceiver<MediaNotice>) {
        start_announcing(Vec::new())
    }

    fn start_announcing(
        announce: Vec<Announced>,
    ) -> (MediaHandle, tokio::sync::mpsc::UnboundedReceiver<MediaNotice>) {
        let (sender, notices) = tokio::sync::mpsc::unbounded_channel();
        let bind = SocketAddr::from(([127, 0, 0, 1], 0));
        let config = MediaConfig {
            bind,
            announce,
            tcp: Vec::new(),
            ice_key: IceKey([7; 32]),
            sample_every: SAMPLE_EVERY,
        };
        (MediaHandle::spawn(config, sender).unwrap(), notices)
    }

    /// A browser's sending connection on a real socket.
    struct Browser {
        rtc: Rtc,
        socket: UdpSocket,
    }

    impl Browser {
        /// Asks for a connection; the answer must name this port.
        fn open(
            media: &MediaHandle,
            port: u16,
            notices: &mut tokio::sync::mpsc::UnboundedReceiver<MediaNotice>,
        ) -> Self {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            let mut rtc = Rtc::new(Instant::now());
            rtc.add_local_candidate(Candidate::host(socket.local_addr().unwrap(), "udp").unwrap());
            let mut api = rtc.sdp_api();
            api.add_media(MediaKind::Video, Direction::SendOnly, None, None, None);
            let (offer, pending) = api.apply().unwrap();
            let transport = TransportId::from_u128(7);
            let cmd = MediaCmd::Open { transport, consuming: false, offer: offer.to_sdp_string() };
            media.call(RoomTag(1), MediaCallId(5), PeerId::from_u128(9), cmd).unwrap();
            let Some(MediaNotice::Done { room: RoomTag(1), call: MediaCallId(5), result: Ok(answer) }) =
                notices.blocking_recv()
            else {
                panic!("the answer");
            };
            let MediaAnswer::Answer(answer) = answer else { panic!("{answer:?}") };
            assert!(answer.contains(&format!("127.0.0.1 {port} typ host")), "{answer}");
            assert_eq!(answer.matches("typ host").count(), 1, "{answer}");
            rtc.sdp_api().accept_answer(pending, SdpAnswer::from_sdp_string(&answer).unwrap()).unwrap();
            Self { rtc, socket }
        }

        /// Runs the connection until a notice comes.
        fn until_notice(
            &mut self,
            notices: &mut tokio::sync::mpsc::UnboundedReceiver<MediaNotice>,
        ) -> MediaNotice {
            let end = Instant::now() + LIMIT;
            let mut buffer = [0; 2_000];
            loop {
                if let Ok(notice) = notices.try_recv() {
                    return notice;
                }
                assert!(Instant::now() < end, "no notice within {LIMIT:?}");
                let wake = loop {
                    match self.rtc.poll_output().unwrap() {
                        Output::Transmit(t) => {
                            self.socket.send_to(&t.contents, t.destination).unwrap();
                        }
                        Output::Event(_) => {}
                        Output::Timeout(at) => break at,
                    }
                };
                let pause = wake.saturating_duration_since(Instant::now());
                let pause = pause.clamp(Duration::from_millis(1), Duration::from_millis(20));
                self.socket.set_read_timeout(Some(pause)).unwrap();
                let now = Instant::now();
                match self.socket.recv_from(&mut buffer) {
                    Ok((bytes, source)) => {
                        let local = self.socket.local_addr().unwrap();
                        let receive = Receive::new(Protocol::Udp, source, local, &buffer[..bytes]).unwrap();
                        self.rtc.handle_input(Input::Receive(now, receive)).unwrap();
                    }
                    Err(_) => self.rtc.handle_input(Input::Timeout(Instant::now())).unwrap(),
                }
            }
        }
    }

    #[test]
    fn a_browser_connects_over_a_real_socket_and_is_closed() {
        let (media, mut notices) = start();
        let mut browser = Browser::open(&media, media.local_addr().port(), &mut notices);
        let notice = browser.until_notice(&mut notices);
        let MediaNotice::Connected { room: RoomTag(1), peer, transport } = notice else {
            panic!("{notice:?}")
        };
        assert_eq!((peer, transport), (PeerId::from_u128(9), TransportId::from_u128(7)));
        assert!(media.stats().datagrams_received > 2);
        browser.rtc.close().unwrap();
        let notice = browser.until_notice(&mut notices);
        assert!(matches!(notice, MediaNotice::Closed { room: RoomTag(1), .. }), "{notice:?}");
        assert_eq!(media.stats().restarts, 0);
    }

    /// Carries datagrams between a port of its own and the server's, as a container's mapped port does. Ends with the
    /// test's process.
    fn map_port(mapped: UdpSocket, server: SocketAddr) {
        let inside = UdpSocket::bind("127.0.0.1:0").unwrap();
        inside.connect(server).unwrap();
        let client = Arc::new(Mutex::new(None));
        let (out, back) = ((mapped.try_clone().unwrap(), client.clone()), inside.try_clone().unwrap());
        std::thread::spawn(move || {
            let mut buffer = [0; 2_000];
            while let Ok((bytes, source)) = mapped.recv_from(&mut buffer) {
                *client.lock().unwrap() = Some(source);
                inside.send(&buffer[..bytes]).unwrap();
            }
        });
        std::thread::spawn(move || {
            let mut buffer = [0; 2_000];
            while let Ok(bytes) = back.recv(&mut buffer) {
                let client = out.1.lock().unwrap().unwrap();
                out.0.send_to(&buffer[..bytes], client).unwrap();
            }
        });
    }

    #[test]
    fn a_browser_connects_over_a_mapped_port() {
        let mapped = UdpSocket::bind("127.0.0.1:0").unwrap();
        let outside = mapped.local_addr().unwrap();
        let announce = vec![outside.to_string().parse().unwrap(), "2001:db8::1".parse().unwrap()];
        let (media, mut notices) = start_announcing(announce);
        assert_ne!(outside.port(), media.local_addr().port());
        map_port(mapped, media.local_addr());
        let mut browser = Browser::open(&media, outside.port(), &mut notices);
        let notice = browser.until_notice(&mut notices);
        assert!(matches!(notice, MediaNotice::Connected { .. }), "{notice:?}");
    }

    #[test]
    fn faults_come_back_and_closing_is_silent() {
        let (media, mut notices) = start();
        let (room, peer) = (RoomTag(3), PeerId::from_u128(1));
        media.call(room, MediaCallId(1), peer, MediaCmd::ClosePeer { away_ms: 0 }).unwrap();
        let transport = TransportId::from_u128(1);
        let answer = MediaCmd::Renegotiate { transport, answer: "v=0".to_owned() };
        media.call(room, MediaCallId(2), peer, answer).unwrap();
        let open = MediaCmd::Open { transport, consuming: true, offer: "no sdp".to_owned() };
        media.call(room, MediaCallId(3), peer, open).unwrap();
        let mut results = Vec::new();
        for _ in 0..2 {
            let Some(MediaNotice::Done { call, result, .. }) = notices.blocking_recv() else {
                panic!("an answer")
            };
            results.push((call.0, result.unwrap_err()));
        }
        assert_eq!(results[0], (2, MediaFault::NoTransport));
        assert!(matches!(&results[1], (3, MediaFault::InvalidDescription(_))), "{results:?}");
    }

    #[test]
    fn shutdown_ends_the_thread_and_refuses_calls() {
        let (media, mut notices) = start();
        media.shutdown();
        media.shutdown();
        let call =
            media.call(RoomTag(1), MediaCallId(1), PeerId::from_u128(1), MediaCmd::ClosePeer { away_ms: 0 });
        assert_eq!(call, Err(MediaOverload::Stopped));
        assert!(notices.blocking_recv().is_none(), "the thread let go of the channel");
    }
}
