//! A browser's sending connection on a real socket.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use sederunt_core::id::{PeerId, TransportId};
use sederunt_core::media::{MediaAnswer, MediaCallId, MediaCmd};
use sederunt_sfu::IceKey;
use sederunt_sfu::limit::SAMPLE_EVERY;
use str0m::change::SdpAnswer;
use str0m::media::{Direction, MediaKind};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Input, Output, Rtc};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::media::{MediaConfig, MediaHandle, MediaNotice, RoomTag};

const LIMIT: Duration = Duration::from_secs(20);
/// Whose the connections are.
pub(super) const PEER: PeerId = PeerId::from_u128(9);

/// On loopback, on any port.
pub(super) fn config(workers: u8) -> MediaConfig {
    MediaConfig {
        bind: SocketAddr::from(([127, 0, 0, 1], 0)),
        workers,
        announce: Vec::new(),
        tcp: Vec::new(),
        ice_key: IceKey([7; 32]),
        sample_every: SAMPLE_EVERY,
    }
}

pub(super) fn start_with(config: MediaConfig) -> (MediaHandle, UnboundedReceiver<MediaNotice>) {
    let (sender, notices) = tokio::sync::mpsc::unbounded_channel();
    (MediaHandle::spawn(config, sender).unwrap(), notices)
}

/// Waits for a condition.
pub(super) fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + LIMIT;
    while !holds() {
        assert!(Instant::now() < end, "not within {LIMIT:?}: {what}");
        std::thread::yield_now();
    }
}

/// The connection in a room.
pub(super) fn transport_of(room: RoomTag) -> TransportId {
    TransportId::from_u128(u128::from(room.0) + 6)
}

/// The connection.
pub(super) struct Browser {
    pub(super) rtc: Rtc,
    socket: UdpSocket,
    /// Get everything that is sent as well.
    pub(super) also: Vec<SocketAddr>,
}

impl Browser {
    /// Asks for a connection of [`PEER`]; the answer must name this port, and nothing else.
    pub(super) fn open(
        media: &MediaHandle,
        room: RoomTag,
        port: u16,
        notices: &mut UnboundedReceiver<MediaNotice>,
    ) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut rtc = Rtc::new(Instant::now());
        rtc.add_local_candidate(Candidate::host(socket.local_addr().unwrap(), "udp").unwrap());
        let mut api = rtc.sdp_api();
        api.add_media(MediaKind::Video, Direction::SendOnly, None, None, None);
        let (offer, pending) = api.apply().unwrap();
        let transport = transport_of(room);
        let cmd = MediaCmd::Open { transport, consuming: false, offer: offer.to_sdp_string() };
        media.call(room, MediaCallId(5), PEER, cmd).unwrap();
        let Some(MediaNotice::Done { room: of, call: MediaCallId(5), result: Ok(answer) }) =
            notices.blocking_recv()
        else {
            panic!("the answer");
        };
        assert_eq!(of, room);
        let MediaAnswer::Answer(answer) = answer else { panic!("{answer:?}") };
        assert!(answer.contains(&format!("127.0.0.1 {port} typ host")), "{answer}");
        assert_eq!(answer.matches("typ host").count(), 1, "{answer}");
        rtc.sdp_api().accept_answer(pending, SdpAnswer::from_sdp_string(&answer).unwrap()).unwrap();
        Self { rtc, socket, also: Vec::new() }
    }

    /// Runs the connection until a notice comes.
    pub(super) fn until_notice(&mut self, notices: &mut UnboundedReceiver<MediaNotice>) -> MediaNotice {
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
                        for to in self.also.iter().copied().chain([t.destination]) {
                            self.socket.send_to(&t.contents, to).unwrap();
                        }
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
