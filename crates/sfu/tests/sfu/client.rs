//! A browser: two str0m sessions, one that sends and one that receives.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sederunt_sfu::{PeerKey, ProducerKey, TransportKey};
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid, Simulcast, SimulcastLayer};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RawPacket;
use str0m::rtp::rtcp::Rtcp;
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc};

use crate::media::{Carried, Got, Source};

/// Time between video frames: 20 fps.
pub(crate) const FRAME: Duration = Duration::from_millis(50);
const FRAME_TICKS: u32 = 4_500;
const AUDIO_FRAME: Duration = Duration::from_millis(20);
const AUDIO_TICKS: u32 = 960;
const PT_OPUS: u8 = 111;
const PT_RED: u8 = 63;
const PT_VP8: u8 = 96;

/// A datagram on its way.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) payload: Vec<u8>,
}

/// One peer connection of the browser.
pub(crate) struct Leg {
    pub(crate) rtc: Rtc,
    pub(crate) address: SocketAddr,
    pub(crate) transport: TransportKey,
    pub(crate) connected: bool,
    pub(crate) closed: bool,
    pub(crate) timeout: Instant,
    pub(crate) touched: bool,
    pub(crate) pending: Option<SdpPendingOffer>,
    /// NACKed sequence numbers seen, on the sending leg.
    pub(crate) nacks: usize,
    pub(crate) twcc_reports: usize,
}

impl Leg {
    fn new(now: Instant, address: SocketAddr, transport: TransportKey, red: bool) -> Self {
        let mut config = Rtc::builder()
            .set_rtp_mode(true)
            .enable_raw_packets(true)
            .clear_codecs()
            .enable_opus(true, red)
            .enable_vp8(true);
        // As the client writes it into what it offers.
        config.codec_config().iter_mut().for_each(|codec| codec.set_fb_nack(true));
        let mut rtc = config.build(now);
        rtc.add_local_candidate(Candidate::host(address, "udp").unwrap());
        Self {
            rtc,
            address,
            transport,
            connected: false,
            closed: false,
            timeout: now,
            touched: true,
            pending: None,
            nacks: 0,
            twcc_reports: 0,
        }
    }

    /// The dummy m-lines of the first offer (PROTOCOL §6.1).
    pub(crate) fn first_offer(&mut self) -> String {
        let mut api = self.rtc.sdp_api();
        api.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
        api.add_media(MediaKind::Video, Direction::SendOnly, None, None, None);
        let (offer, pending) = api.apply().unwrap();
        self.pending = Some(pending);
        offer.to_sdp_string()
    }

    pub(crate) fn accept_answer(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).expect("an answer");
        let pending = self.pending.take().expect("an offer");
        self.rtc.sdp_api().accept_answer(pending, answer).expect("the browser takes the answer");
        self.touched = true;
    }

    fn dead(&self) -> bool {
        !self.rtc.is_alive()
    }

    /// Answers an offer of the server.
    pub(crate) fn answer(&mut self, offer: &str) -> String {
        let offer = SdpOffer::from_sdp_string(offer).expect("an offer");
        let answer = self.rtc.sdp_api().accept_offer(offer).expect("the browser takes the offer");
        self.touched = true;
        answer.to_sdp_string()
    }

    /// Stops m-lines and offers that.
    pub(crate) fn stop(&mut self, mids: &[Mid]) -> String {
        let mut api = self.rtc.sdp_api();
        mids.iter().for_each(|mid| api.stop_media(*mid));
        let (offer, pending) = api.apply().unwrap();
        self.pending = Some(pending);
        offer.to_sdp_string()
    }

    /// Adds a track with the given simulcast layers and offers that.
    pub(crate) fn publish(&mut self, kind: MediaKind, rids: &[&str]) -> (Mid, String) {
        let simulcast = (!rids.is_empty()).then(|| {
            let mut simulcast = Simulcast::new();
            rids.iter().for_each(|rid| simulcast.add_send_layer(SimulcastLayer::new(rid)));
            simulcast
        });
        let mut api = self.rtc.sdp_api();
        let mid = api.add_media(kind, Direction::SendOnly, None, None, simulcast);
        let (offer, pending) = api.apply().unwrap();
        self.pending = Some(pending);
        (mid, offer.to_sdp_string())
    }

    /// Sets a track inactive and offers that (PROTOCOL §6.3).
    pub(crate) fn deactivate(&mut self, mid: Mid) -> String {
        let mut api = self.rtc.sdp_api();
        api.set_direction(mid, Direction::Inactive);
        let (offer, pending) = api.apply().unwrap();
        self.pending = Some(pending);
        offer.to_sdp_string()
    }
}

/// A browser with its sources and what it received.
pub(crate) struct Client {
    pub(crate) peer: PeerKey,
    pub(crate) sending: Leg,
    pub(crate) receiving: Leg,
    pub(crate) sources: Vec<Source>,
    pub(crate) got: BTreeMap<Mid, Vec<Got>>,
    pub(crate) mids: BTreeMap<ProducerKey, Mid>,
    /// Sound that came with redundancy: what it carried, by the number of its packet.
    pub(crate) carried: BTreeMap<Mid, BTreeMap<u64, Vec<Carried>>>,
    /// Takes redundancy.
    red: bool,
    /// Sends again what it is asked for.
    pub(crate) repeats: bool,
    audio_mids: Vec<Mid>,
    pub(crate) next_frame: Instant,
    next_audio: Instant,
}

impl Client {
    pub(crate) fn new(now: Instant, peer: PeerKey, index: u16, place: u16, red: bool) -> Self {
        let address = |side: u16| SocketAddr::from(([10, 0, (place >> 8) as u8, place as u8], 5_000 + side));
        let key = |side: u128| TransportKey(u128::from(index) * 10 + side);
        Self {
            peer,
            sending: Leg::new(now, address(0), key(1), red),
            receiving: Leg::new(now, address(1), key(2), red),
            sources: Vec::new(),
            got: BTreeMap::new(),
            mids: BTreeMap::new(),
            carried: BTreeMap::new(),
            red,
            repeats: true,
            audio_mids: Vec::new(),
            next_frame: now,
            next_audio: now,
        }
    }

    /// A fresh peer connection at the same address; its sources or what it received are gone.
    pub(crate) fn renew(&mut self, now: Instant, consuming: bool) {
        let red = self.red;
        let former = self.leg(consuming);
        *former = Leg::new(now, former.address, TransportKey(former.transport.0 + 1_000_000), red);
        if consuming {
            self.got.clear();
            self.carried.clear();
            self.mids.clear();
        } else {
            self.sources.clear();
        }
    }

    /// The packets got of a producer.
    pub(crate) fn received(&self, producer: ProducerKey) -> &[Got] {
        self.mids.get(&producer).and_then(|mid| self.got.get(mid)).map_or(&[], Vec::as_slice)
    }

    /// What packets of a sound carried, by their numbers.
    pub(crate) fn carried(&self, producer: ProducerKey) -> BTreeMap<u64, Vec<Carried>> {
        self.mids.get(&producer).and_then(|mid| self.carried.get(mid)).cloned().unwrap_or_default()
    }

    /// Writes what the sources have to say now.
    pub(crate) fn produce(&mut self, now: Instant) {
        let video = self.next_frame <= now;
        let audio = self.next_audio <= now;
        self.next_frame += if video { FRAME } else { Duration::ZERO };
        self.next_audio += if audio { AUDIO_FRAME } else { Duration::ZERO };
        for source in &mut self.sources {
            if source.muted || !self.sending.connected || !(if source.video { video } else { audio }) {
                continue;
            }
            let (pt, ticks) = if source.video { (PT_VP8, FRAME_TICKS) } else { (PT_OPUS, AUDIO_TICKS) };
            let packets = source.frame(now, pt.into(), ticks);
            let mut api = self.sending.rtc.direct_api();
            let stream = api.stream_tx_by_mid(source.mid, source.rid).expect("a stream");
            packets.into_iter().for_each(|packet| stream.write_rtp(packet));
            self.sending.touched = true;
        }
    }

    /// Runs one leg when it is due; the datagrams it sends.
    pub(crate) fn run(&mut self, receiving: bool, now: Instant) -> Vec<Sent> {
        let leg = self.leg(receiving);
        if leg.dead() || (!leg.touched && leg.timeout > now) {
            return Vec::new();
        }
        leg.touched = false;
        leg.rtc.handle_input(Input::Timeout(now)).expect("time passes");
        self.drain(receiving, now)
    }

    /// One datagram for a leg; the datagrams it sends.
    pub(crate) fn receive(
        &mut self,
        receiving: bool,
        now: Instant,
        from: SocketAddr,
        payload: &[u8],
    ) -> Vec<Sent> {
        let leg = self.leg(receiving);
        let Ok(receive) = Receive::new(Protocol::Udp, from, leg.address, payload) else { return Vec::new() };
        leg.rtc.handle_input(Input::Receive(now, receive)).expect("the browser takes the datagram");
        leg.touched = true;
        self.drain(receiving, now)
    }

    fn leg(&mut self, receiving: bool) -> &mut Leg {
        if receiving { &mut self.receiving } else { &mut self.sending }
    }

    fn drain(&mut self, receiving: bool, now: Instant) -> Vec<Sent> {
        let mut sent = Vec::new();
        loop {
            let Ok(output) = self.leg(receiving).rtc.poll_output() else {
                // The handshake timed out, for example.
                self.leg(receiving).closed = true;
                return sent;
            };
            match output {
                Output::Timeout(at) => {
                    self.leg(receiving).timeout = at;
                    return sent;
                }
                Output::Transmit(t) => {
                    sent.push(Sent {
                        source: t.source,
                        destination: t.destination,
                        payload: t.contents.to_vec(),
                    });
                }
                Output::Event(event) => self.on_event(receiving, now, event),
            }
        }
    }

    fn on_event(&mut self, receiving: bool, now: Instant, event: Event) {
        match event {
            Event::Connected => self.leg(receiving).connected = true,
            Event::Closed => self.leg(receiving).closed = true,
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                self.leg(receiving).closed = true
            }
            Event::MediaAdded(added) if added.kind == MediaKind::Audio => self.audio_mids.push(added.mid),
            Event::RtpPacket(packet) if !packet.payload.is_empty() => {
                let mid = self.leg(receiving).rtc.direct_api().stream_rx(&packet.header.ssrc).unwrap().mid();
                let audio = self.audio_mids.contains(&mid);
                let got = if !audio {
                    Got::video(&packet)
                } else if packet.header.payload_type == PT_RED.into() {
                    let (got, carried) = Got::redundant(&packet, PT_OPUS);
                    self.carried.entry(mid).or_default().insert(got.seq, carried);
                    got
                } else {
                    assert_eq!(packet.header.payload_type, PT_OPUS.into());
                    Got::audio(&packet)
                };
                self.got.entry(mid).or_default().push(got);
            }
            Event::KeyframeRequest(request) => {
                for source in &mut self.sources {
                    if source.mid == request.mid && source.rid == request.rid {
                        source.need_key = true;
                        source.asked += 1;
                    }
                }
            }
            Event::RawPacket(raw) => {
                if let RawPacket::RtcpRx(rtcp) = *raw {
                    self.on_rtcp(receiving, now, &rtcp);
                }
            }
            _ => {}
        }
    }

    /// A publisher without RTX repeats lost packets on the stream itself, as libwebrtc does.
    fn on_rtcp(&mut self, receiving: bool, now: Instant, rtcp: &Rtcp) {
        if receiving {
            return;
        }
        self.sending.twcc_reports += usize::from(matches!(rtcp, Rtcp::Twcc(_)));
        let Rtcp::Nack(nack) = rtcp else { return };
        if !self.repeats {
            return;
        }
        let mut api = self.sending.rtc.direct_api();
        let Some(stream) = api.stream_tx(&nack.ssrc) else { return };
        let source = self.sources.iter().find(|s| s.mid == stream.mid() && s.rid == stream.rid()).unwrap();
        for entry in nack.reports.iter() {
            let later =
                (0..16).filter(|bit| entry.blp >> bit & 1 == 1).map(|bit| entry.pid.wrapping_add(bit + 1));
            for seq in std::iter::once(entry.pid).chain(later) {
                self.sending.nacks += 1;
                let pt = if source.video { PT_VP8 } else { PT_OPUS };
                if let Some(packet) = source.extended(seq).and_then(|seq| source.again(seq, now, pt.into())) {
                    stream.write_rtp(packet);
                }
            }
        }
        self.sending.touched = true;
    }
}
