//! One peer connection of a browser: a str0m session on a UDP socket and a thread of its own, that sends what it has
//! published and counts what it gets.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc};
use tokio::sync::oneshot;

const FRAME: Duration = Duration::from_millis(20);
const PT_OPUS: u8 = 111;
const PT_VP8: u8 = 96;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// What a connection has seen so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) connected: bool,
    /// Packets by m-line.
    pub(crate) packets: BTreeMap<String, u64>,
    /// Who sent datagrams.
    pub(crate) from: BTreeSet<SocketAddr>,
    /// Key frames that the other side asked for.
    pub(crate) keyframe_requests: u64,
}

/// A peer connection, as the test holds it.
pub(crate) struct Browser {
    jobs: Sender<Job>,
    seen: Arc<Mutex<Seen>>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        let (jobs, todo) = channel();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = seen.clone();
        std::thread::spawn(move || Connection::new(shared).run(&todo));
        Self { jobs, seen }
    }

    async fn ask<T: Send + 'static>(&self, job: impl FnOnce(&mut Connection) -> T + Send + 'static) -> T {
        let (done, answer) = oneshot::channel();
        let job = move |connection: &mut Connection| {
            let _ = done.send(job(connection));
        };
        assert!(self.jobs.send(Box::new(job)).is_ok(), "the connection's thread has died");
        answer.await.unwrap()
    }

    /// The dummy m-lines of the first offer (PROTOCOL §6.1).
    pub(crate) async fn first_offer(&self) -> String {
        self.ask(|c| {
            let mut api = c.rtc.sdp_api();
            api.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
            api.add_media(MediaKind::Video, Direction::SendOnly, None, None, None);
            let (offer, pending) = api.apply().unwrap();
            c.pending = Some(pending);
            offer.to_sdp_string()
        })
        .await
    }

    /// A track: its m-line and the offer.
    pub(crate) async fn publish(&self, kind: MediaKind) -> (String, String) {
        self.ask(move |c| {
            let mut api = c.rtc.sdp_api();
            let mid = api.add_media(kind, Direction::SendOnly, None, None, None);
            let (offer, pending) = api.apply().unwrap();
            c.pending = Some(pending);
            c.tracks.push(Track { mid, video: kind == MediaKind::Video, seq: 1, time: 1, key: true });
            (mid.to_string(), offer.to_sdp_string())
        })
        .await
    }

    pub(crate) async fn accept_answer(&self, sdp: String) {
        self.ask(move |c| {
            let answer = SdpAnswer::from_sdp_string(&sdp).unwrap();
            let pending = c.pending.take().unwrap();
            c.rtc.sdp_api().accept_answer(pending, answer).unwrap();
            c.negotiated = true;
        })
        .await;
    }

    pub(crate) async fn answer(&self, sdp: String) -> String {
        self.ask(move |c| {
            let offer = SdpOffer::from_sdp_string(&sdp).unwrap();
            c.rtc.sdp_api().accept_offer(offer).unwrap().to_sdp_string()
        })
        .await
    }

    /// Looks at what was seen.
    pub(crate) fn see<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.lock().unwrap())
    }
}

struct Track {
    mid: Mid,
    video: bool,
    seq: u64,
    time: u32,
    key: bool,
}

impl Track {
    /// The next frame, small enough for one packet: VP8 with a 15-bit picture id, or Opus.
    fn packet(&mut self, now: Instant) -> RtpWrite {
        let (pt, ticks) = if self.video { (PT_VP8, 1_800) } else { (PT_OPUS, 960) };
        self.seq += 1;
        self.time = self.time.wrapping_add(ticks);
        let mut payload = Vec::new();
        if self.video {
            let key = std::mem::take(&mut self.key);
            let [high, low] = ((self.seq & 0x7fff) as u16).to_be_bytes();
            payload.extend([0x90, 0x80, 0x80 | high, low, u8::from(!key)]);
        }
        payload.resize(200, 0x55);
        RtpWrite::new(pt.into(), self.seq.into(), self.time, now, payload).marker(self.video)
    }
}

struct Connection {
    rtc: Rtc,
    socket: UdpSocket,
    pending: Option<SdpPendingOffer>,
    tracks: Vec<Track>,
    negotiated: bool,
    next_frame: Instant,
    seen: Arc<Mutex<Seen>>,
}

impl Connection {
    fn new(seen: Arc<Mutex<Seen>>) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let now = Instant::now();
        let mut rtc = Rtc::builder()
            .set_rtp_mode(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .build(now);
        rtc.add_local_candidate(Candidate::host(socket.local_addr().unwrap(), "udp").unwrap());
        Self { rtc, socket, pending: None, tracks: Vec::new(), negotiated: false, next_frame: now, seen }
    }

    /// Until the test lets go of its end.
    fn run(mut self, todo: &Receiver<Job>) {
        let mut buffer = [0; 2_000];
        loop {
            loop {
                match todo.try_recv() {
                    Ok(job) => job(&mut self),
                    Err(std::sync::mpsc::TryRecvError::Empty) => break,
                    Err(std::sync::mpsc::TryRecvError::Disconnected) => return,
                }
            }
            self.send_frames();
            if !self.drain() {
                return;
            }
            let local = self.socket.local_addr().unwrap();
            let now = match self.socket.recv_from(&mut buffer) {
                Ok((bytes, source)) => {
                    let now = Instant::now();
                    self.seen.lock().unwrap().from.insert(source);
                    if let Ok(receive) = Receive::new(Protocol::Udp, source, local, &buffer[..bytes]) {
                        self.rtc.handle_input(Input::Receive(now, receive)).unwrap();
                    }
                    continue;
                }
                Err(_) => Instant::now(),
            };
            self.rtc.handle_input(Input::Timeout(now)).unwrap();
        }
    }

    fn send_frames(&mut self) {
        let now = Instant::now();
        let connected = self.seen.lock().unwrap().connected;
        if now < self.next_frame || !connected || self.pending.is_some() {
            return;
        }
        self.next_frame = now + FRAME;
        for track in &mut self.tracks {
            let packet = track.packet(now);
            if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(track.mid, None) {
                stream.write_rtp(packet);
            }
        }
    }

    /// Performs what the session wants; `false` = it is over.
    fn drain(&mut self) -> bool {
        loop {
            let Ok(output) = self.rtc.poll_output() else { return false };
            match output {
                Output::Transmit(t) => {
                    let _ = self.socket.send_to(&t.contents, t.destination);
                }
                Output::Timeout(at) => {
                    let pause = at.saturating_duration_since(Instant::now());
                    let pause = pause.clamp(Duration::from_millis(1), Duration::from_millis(5));
                    self.socket.set_read_timeout(Some(pause)).unwrap();
                    return self.rtc.is_alive();
                }
                Output::Event(event) => self.on_event(event),
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a browser looks at what it needs")]
    fn on_event(&mut self, event: Event) {
        let mut seen = self.seen.lock().unwrap();
        match event {
            Event::Connected => seen.connected = true,
            Event::RtpPacket(packet) if !packet.payload.is_empty() => {
                if let Some(stream) = self.rtc.direct_api().stream_rx(&packet.header.ssrc) {
                    *seen.packets.entry(stream.mid().to_string()).or_default() += 1;
                }
            }
            Event::KeyframeRequest(request) => {
                seen.keyframe_requests += 1;
                self.tracks.iter_mut().filter(|t| t.mid == request.mid).for_each(|t| t.key = true);
            }
            _ => {}
        }
    }
}
