//! Synthetic clients: a publisher and subscribers that decrypt, report and ask again like browsers do.

use std::net::{IpAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use str0m::change::{SdpAnswer, SdpOffer};
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc};

const PT_VP8: u8 = 96;
/// Frames a second of the publisher.
const FRAMES: u32 = 30;
const VP8_HZ: u32 = 90_000;

/// For the publisher to be connected.
const CONNECT_MAX: Duration = Duration::from_secs(20);
/// For everybody to get media.
pub(super) const JOIN_MAX: Duration = Duration::from_secs(30);

/// Whoever forwards what one publishes to the others, from the side of its signalling.
pub(super) trait Forwarder {
    /// Makes a session the publisher of one video; its track.
    fn publish(&mut self, rtc: &mut Rtc) -> Result<Mid>;

    /// The publisher is connected: waits until the forwarder knows it, too, if it must.
    fn connected(&mut self) -> Result<()>;

    /// Lets a further session get it.
    fn subscribe(&mut self, rtc: &mut Rtc) -> Result<()>;
}

/// Offers one more video, and takes the answer; its track.
pub(super) fn offer_video(rtc: &mut Rtc, ask: impl FnOnce(Mid, String) -> Result<String>) -> Result<Mid> {
    let mut api = rtc.sdp_api();
    let mid = api.add_media(MediaKind::Video, Direction::SendOnly, None, None, None);
    let (offer, pending) = api.apply().context("an offer")?;
    let answer = ask(mid, offer.to_sdp_string())?;
    rtc.sdp_api().accept_answer(pending, SdpAnswer::from_sdp_string(&answer)?)?;
    Ok(mid)
}

/// Answers an offer.
pub(super) fn answer(rtc: &mut Rtc, offer: &str) -> Result<String> {
    Ok(rtc.sdp_api().accept_offer(SdpOffer::from_sdp_string(offer)?)?.to_sdp_string())
}

/// What is sent to whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) subscribers: usize,
    pub(super) rate: u32,
    pub(super) bytes: usize,
}

impl Load {
    /// Above this rate this process could not decrypt what it gets without taking the machine from the media thread:
    /// subscribers only count, and send neither reports nor requests.
    const COUNTED_ONLY_ABOVE: usize = 15_000;

    pub(super) fn counted_only(self) -> bool {
        self.subscribers * self.rate as usize > Self::COUNTED_ONLY_ABOVE
    }
}

/// Is it RTP, and not RTCP (RFC 5761)?
fn is_media(datagram: &[u8]) -> bool {
    matches!(datagram, [128..=191, kind, ..] if !(64..=95).contains(&(kind & 0x7f)))
}

/// One str0m session on a socket of its own.
struct Client {
    rtc: Rtc,
    socket: UdpSocket,
    timeout: Instant,
    connected: bool,
    received: Arc<AtomicU64>,
    counted_only: bool,
    keyframe: bool,
}

impl Client {
    fn new(own: IpAddr, counted_only: bool) -> Result<Self> {
        let socket = UdpSocket::bind((own, 0))?;
        socket.set_nonblocking(true)?;
        let now = Instant::now();
        let mut rtc = Rtc::builder().set_rtp_mode(true).clear_codecs().enable_vp8(true).build(now);
        rtc.add_local_candidate(Candidate::host(socket.local_addr()?, "udp")?);
        let received = Arc::default();
        Ok(Self { rtc, socket, timeout: now, connected: false, received, counted_only, keyframe: true })
    }

    /// Reads what came, lets time pass, sends what there is to send.
    fn turn(&mut self) -> Result<()> {
        let mut buffer = [0; 2_000];
        let local = self.socket.local_addr()?;
        let mut touched = false;
        while let Ok((bytes, source)) = self.socket.recv_from(&mut buffer) {
            let datagram = buffer.get(..bytes).unwrap_or_default();
            if self.counted_only && is_media(datagram) {
                self.received.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            let receive = Receive::new(Protocol::Udp, source, local, datagram)?;
            self.rtc.handle_input(Input::Receive(Instant::now(), receive))?;
            self.drain()?;
            touched = true;
        }
        if touched || self.timeout <= Instant::now() {
            self.rtc.handle_input(Input::Timeout(Instant::now()))?;
            self.drain()?;
        }
        Ok(())
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "str0m's events are non-exhaustive")]
    fn drain(&mut self) -> Result<()> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(at) => {
                    self.timeout = at;
                    return Ok(());
                }
                Output::Transmit(t) => {
                    // A full buffer loses it, as a network would.
                    let _ = self.socket.send_to(&t.contents, t.destination);
                }
                Output::Event(event) => match event {
                    Event::Connected => self.connected = true,
                    Event::RtpPacket(_) => {
                        self.received.fetch_add(1, Ordering::Relaxed);
                    }
                    Event::KeyframeRequest(_) => self.keyframe = true,
                    _ => {}
                },
            }
        }
    }
}

/// Writes frames at the pace of a camera.
struct Camera {
    mid: Mid,
    load: Load,
    begin: Instant,
    frame: u32,
    seq: u64,
}

impl Camera {
    fn turn(&mut self, client: &mut Client) -> Result<()> {
        let due = (self.begin.elapsed().as_secs_f64() * f64::from(FRAMES)) as u32;
        while self.frame < due {
            self.frame += 1;
            // Whole packets per frame, the rest carried over: exact on average.
            let until = u64::from(self.frame) * u64::from(self.load.rate) / u64::from(FRAMES);
            let key = std::mem::take(&mut client.keyframe);
            let first = self.seq;
            let mut api = client.rtc.direct_api();
            let stream = api.stream_tx_by_mid(self.mid, None).context("a stream")?;
            while self.seq < until {
                let start = self.seq == first;
                let mut payload = vec![0x5a; self.load.bytes];
                let head =
                    [0x80 | if start { 0x10 } else { 0 }, 0xe0, 0x80, self.frame as u8, 0, 0, u8::from(!key)];
                payload.iter_mut().zip(head).for_each(|(byte, value)| *byte = value);
                self.seq += 1;
                let time = self.frame.wrapping_mul(VP8_HZ / FRAMES);
                let write = RtpWrite::new(PT_VP8.into(), self.seq.into(), time, Instant::now(), payload);
                stream.write_rtp(write.marker(self.seq == until));
            }
            client.rtc.handle_input(Input::Timeout(Instant::now()))?;
            client.drain()?;
        }
        Ok(())
    }
}

/// The clients, running.
pub(super) struct Clients {
    stop: Arc<AtomicBool>,
    received: Vec<Arc<AtomicU64>>,
    ports: Vec<u16>,
    thread: std::thread::JoinHandle<Result<()>>,
}

/// Joins everybody, at an address of ours, and starts the media.
pub(super) fn start(forwarder: &mut dyn Forwarder, own: IpAddr, load: Load) -> Result<Clients> {
    let mut publisher = Client::new(own, false)?;
    let mid = forwarder.publish(&mut publisher.rtc)?;
    let end = Instant::now() + CONNECT_MAX;
    while !publisher.connected {
        ensure!(Instant::now() < end, "the publisher was not connected within {CONNECT_MAX:?}");
        publisher.turn()?;
        std::thread::sleep(Duration::from_millis(1));
    }
    forwarder.connected()?;
    let mut subscribers = Vec::new();
    let mut ports = Vec::new();
    for _ in 0..load.subscribers {
        let mut client = Client::new(own, load.counted_only())?;
        forwarder.subscribe(&mut client.rtc)?;
        ports.push(client.socket.local_addr()?.port());
        subscribers.push(client);
    }
    let received = subscribers.iter().map(|c| Arc::clone(&c.received)).collect();
    let stop = Arc::new(AtomicBool::new(false));
    let ending = Arc::clone(&stop);
    let thread = std::thread::Builder::new().name("clients".to_owned()).spawn(move || {
        let mut camera = Camera { mid, load, begin: Instant::now(), frame: 0, seq: 0 };
        while !ending.load(Ordering::Relaxed) {
            publisher.turn()?;
            for client in &mut subscribers {
                client.turn()?;
            }
            camera.turn(&mut publisher)?;
            // Clients are not what is measured; a millisecond leaves the machine to the media thread.
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    })?;
    Ok(Clients { stop, received, ports, thread })
}

impl Clients {
    /// Packets that all subscribers got so far.
    pub(super) fn received(&self) -> u64 {
        self.received.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// The same, and what their sockets had no room for: whoever sent it has done all its work.
    pub(super) fn arrived(&self) -> Result<u64> {
        let table = std::fs::read_to_string("/proc/net/udp")?;
        Ok(self.received() + drops(&table, &self.ports))
    }

    /// Waits until every subscriber gets media.
    pub(super) fn until_all_receive(&self, limit: Duration) -> Result<()> {
        let end = Instant::now() + limit;
        loop {
            let without = self.received.iter().filter(|count| count.load(Ordering::Relaxed) == 0).count();
            if without == 0 {
                return Ok(());
            }
            ensure!(!self.thread.is_finished(), "the clients ended early");
            if Instant::now() > end {
                bail!("{without} of {} subscribers got nothing within {limit:?}", self.received.len());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(super) fn stop(self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow::anyhow!("the clients panicked"))?
    }
}

/// Datagrams that the sockets on these ports had no room for: the last column of the kernel's table.
fn drops(table: &str, ports: &[u16]) -> u64 {
    let of_line = |line: &str| {
        let mut words = line.split_whitespace();
        let (_, port) = words.nth(1)?.rsplit_once(':')?;
        let is_ours = ports.contains(&u16::from_str_radix(port, 16).ok()?);
        is_ours.then(|| words.last()?.parse::<u64>().ok()).flatten()
    };
    table.lines().skip(1).filter_map(of_line).sum()
}
