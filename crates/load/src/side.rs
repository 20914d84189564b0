//! One peer connection of a person: a str0m session on its carrier, behind a line if there is one.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::config::DtlsCert;
use str0m::media::{Direction, MediaKind, Mid, Simulcast, SimulcastLayer};
use str0m::net::{Protocol, Receive, TcpType};
use str0m::{Candidate, Event, Input, Output, Rtc};

use crate::carrier::Carrier;
use crate::kind::Kind;
use crate::link::Line;
use crate::signal::Trouble;
use crate::vp8::Layer;

/// Datagrams that are taken before others have their turn.
const BATCH: usize = 64;
/// Bytes of a datagram; longer ones are cut.
const DATAGRAM_BYTES: usize = 2_048;
/// Timers of a session that lie closer than this are one: a wake-up costs more than it is worth.
const STEP: Duration = Duration::from_millis(2);
/// As Chrome reports what it receives.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// Both directions of a person's line.
#[derive(Debug)]
pub(crate) struct Lines {
    pub(crate) up: Line,
    pub(crate) down: Line,
}

/// A datagram on a slow line.
#[derive(Debug)]
struct Slow {
    at: Instant,
    other_end: SocketAddr,
    bytes: Vec<u8>,
}

/// A peer connection.
pub(crate) struct Side {
    pub(crate) rtc: Rtc,
    carrier: Option<Carrier>,
    local: Option<SocketAddr>,
    pending: Option<SdpPendingOffer>,
    timeout: Instant,
    incoming: VecDeque<Slow>,
    outgoing: VecDeque<Slow>,
    /// ICE and DTLS are up.
    pub(crate) is_up: bool,
    /// It was, and is no more.
    pub(crate) is_over: bool,
    /// What happened.
    pub(crate) events: VecDeque<Event>,
    /// Datagrams received.
    pub(crate) received: u64,
}

fn bad(what: &'static str) -> impl Fn(str0m::RtcError) -> Trouble {
    move |e| Trouble::Bad(what, e.to_string())
}

fn no_socket(error: io::Error) -> Trouble {
    Trouble::Io("media", error.to_string())
}

impl Side {
    /// One without a carrier. `sending` = packets that were lost are repeated on the stream itself, as the client's
    /// published lines have no RTX (PROTOCOL §9), for which the requests must be seen.
    pub(crate) fn new(now: Instant, certificate: &DtlsCert, sending: bool) -> Self {
        let mut config = Rtc::builder()
            .set_rtp_mode(true)
            .enable_raw_packets(sending)
            .set_dtls_cert(certificate.clone())
            .set_rtcp_report_interval_audio(REPORT_EVERY)
            .set_rtcp_report_interval_video(REPORT_EVERY)
            .clear_codecs()
            .enable_opus(true, true)
            .enable_vp8(true);
        // As the client writes it into what it offers (PROTOCOL §6.2).
        config.codec_config().iter_mut().for_each(|codec| codec.set_fb_nack(true));
        Self {
            rtc: config.build(now),
            carrier: None,
            local: None,
            pending: None,
            timeout: now,
            incoming: VecDeque::new(),
            outgoing: VecDeque::new(),
            is_up: false,
            is_over: false,
            events: VecDeque::new(),
            received: 0,
        }
    }

    /// Gives it a carrier, and its candidate.
    pub(crate) fn carry(&mut self, carrier: Carrier) -> Result<(), Trouble> {
        let local = carrier.local().map_err(no_socket)?;
        let candidate = match carrier {
            Carrier::Udp(_) => Candidate::builder().udp().host(local).build(),
            Carrier::Tcp(_) => Candidate::builder().tcp().host(local).tcptype(TcpType::Active).build(),
            // The session need not know where the relay is.
            Carrier::Relay(_) => Candidate::builder().udp().relayed(local, local).build(),
        };
        let candidate = candidate.map_err(|e| Trouble::Bad("a candidate", e.to_string()))?;
        self.rtc.add_local_candidate(candidate);
        (self.carrier, self.local) = (Some(carrier), Some(local));
        Ok(())
    }

    /// Port of our own.
    pub(crate) fn port(&self) -> Option<u16> {
        self.local.map(|local| local.port())
    }

    /// The first offer: dummies, for ICE and DTLS alone (PROTOCOL §6.1).
    pub(crate) fn first_offer(&mut self) -> Result<String, Trouble> {
        let mut api = self.rtc.sdp_api();
        api.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
        api.add_media(MediaKind::Video, Direction::SendOnly, None, None, None);
        let applied = api.apply();
        self.offer_changes(applied)
    }

    /// An offer with one more track, a camera in three layers.
    pub(crate) fn publish(&mut self, kind: Kind) -> Result<(Mid, String), Trouble> {
        let layers = (kind == Kind::Camera).then(|| {
            let mut simulcast = Simulcast::new();
            let rids = Layer::CAMERA.into_iter().filter_map(Layer::rid);
            rids.for_each(|rid| simulcast.add_send_layer(SimulcastLayer::new(rid)));
            simulcast
        });
        let media = if kind == Kind::Voice { MediaKind::Audio } else { MediaKind::Video };
        let mut api = self.rtc.sdp_api();
        let mid = api.add_media(media, Direction::SendOnly, None, None, layers);
        let applied = api.apply();
        Ok((mid, self.offer_changes(applied)?))
    }

    /// An offer without these tracks (PROTOCOL §6.5).
    pub(crate) fn stop(&mut self, mids: &[Mid]) -> Result<String, Trouble> {
        let mut api = self.rtc.sdp_api();
        mids.iter().for_each(|mid| api.stop_media(*mid));
        let applied = api.apply();
        self.offer_changes(applied)
    }

    fn offer_changes(&mut self, applied: Option<(SdpOffer, SdpPendingOffer)>) -> Result<String, Trouble> {
        let nothing = || Trouble::Bad("an offer", "nothing changes".to_owned());
        let (offer, pending) = applied.ok_or_else(nothing)?;
        self.pending = Some(pending);
        Ok(offer.to_sdp_string())
    }

    /// Takes the server's answer to the last offer.
    pub(crate) fn accept_answer(&mut self, sdp: &str) -> Result<(), Trouble> {
        let unasked = || Trouble::Bad("an answer", "nothing was offered".to_owned());
        let answer = SdpAnswer::from_sdp_string(sdp).map_err(|e| Trouble::Bad("an answer", e.to_string()))?;
        let pending = self.pending.take().ok_or_else(unasked)?;
        self.rtc.sdp_api().accept_answer(pending, answer).map_err(bad("an answer"))
    }

    /// Answers the server's offer.
    pub(crate) fn answer(&mut self, sdp: &str) -> Result<String, Trouble> {
        let offer = SdpOffer::from_sdp_string(sdp).map_err(|e| Trouble::Bad("an offer", e.to_string()))?;
        let answer = self.rtc.sdp_api().accept_offer(offer).map_err(bad("an offer"))?;
        Ok(answer.to_sdp_string())
    }

    /// Until the carrier has something to do.
    pub(crate) async fn ready(&mut self) -> Result<(), Trouble> {
        match &mut self.carrier {
            Some(carrier) => carrier.ready().await.map_err(no_socket),
            None => std::future::pending().await,
        }
    }

    /// When [`Self::turn`] has something to do.
    pub(crate) fn due(&self) -> Instant {
        let slow = self.incoming.front().into_iter().chain(self.outgoing.front()).map(|slow| slow.at);
        let carrier = self.carrier.as_ref().and_then(Carrier::due);
        slow.chain(carrier).fold(self.timeout, Instant::min)
    }

    /// Takes what came.
    pub(crate) fn read(&mut self, now: Instant, lines: &mut Option<Lines>) -> Result<(), Trouble> {
        let mut buffer = [0; DATAGRAM_BYTES];
        for _ in 0..BATCH {
            let Some(carrier) = &mut self.carrier else { break };
            let Some((source, length)) = carrier.receive(&mut buffer).map_err(no_socket)? else { break };
            let datagram = buffer.get(..length).unwrap_or_default();
            self.received += 1;
            let Some(lines) = lines else {
                self.take(now, source, datagram)?;
                self.drain(now, &mut None)?;
                continue;
            };
            if let Some(at) = lines.down.pass(now, length) {
                self.incoming.push_back(Slow { at, other_end: source, bytes: datagram.to_vec() });
            }
        }
        Ok(())
    }

    /// Lets time pass: what slow lines let through, and what the session wants.
    pub(crate) fn turn(&mut self, now: Instant, lines: &mut Option<Lines>) -> Result<(), Trouble> {
        while let Some(slow) = self.incoming.pop_front_if(|slow| slow.at <= now) {
            self.take(now, slow.other_end, &slow.bytes)?;
            self.drain(now, lines)?;
        }
        while let Some(slow) = self.outgoing.pop_front_if(|slow| slow.at <= now) {
            self.put(slow.other_end, &slow.bytes)?;
        }
        self.carrier.iter_mut().for_each(|carrier| carrier.turn(now));
        if self.timeout <= now {
            self.flush(now, lines)?;
        }
        Ok(())
    }

    /// Sends what was written, or what follows from a change.
    pub(crate) fn flush(&mut self, now: Instant, lines: &mut Option<Lines>) -> Result<(), Trouble> {
        self.rtc.handle_input(Input::Timeout(now)).map_err(|_| Trouble::Media("broke down"))?;
        self.drain(now, lines)
    }

    fn take(&mut self, now: Instant, source: SocketAddr, datagram: &[u8]) -> Result<(), Trouble> {
        let (Some(local), Some(carrier)) = (self.local, &self.carrier) else { return Ok(()) };
        let protocol = if matches!(carrier, Carrier::Tcp(_)) { Protocol::Tcp } else { Protocol::Udp };
        // What is no datagram of ours is left out, and so is one that the session refuses.
        if let Ok(receive) = Receive::new(protocol, source, local, datagram) {
            let _ = self.rtc.handle_input(Input::Receive(now, receive));
        }
        Ok(())
    }

    fn drain(&mut self, now: Instant, lines: &mut Option<Lines>) -> Result<(), Trouble> {
        loop {
            match self.rtc.poll_output().map_err(|_| Trouble::Media("broke down"))? {
                Output::Timeout(at) => {
                    self.timeout = at.max(now + STEP);
                    self.is_over |= !self.rtc.is_alive();
                    return Ok(());
                }
                Output::Transmit(transmit) => {
                    let (to, bytes) = (transmit.destination, &transmit.contents[..]);
                    match lines.as_mut() {
                        None => self.put(to, bytes)?,
                        Some(lines) => {
                            if let Some(at) = lines.up.pass(now, bytes.len()) {
                                self.outgoing.push_back(Slow { at, other_end: to, bytes: bytes.to_vec() });
                            }
                        }
                    }
                }
                Output::Event(Event::Connected) => self.is_up = true,
                Output::Event(event) => self.events.push_back(event),
            }
        }
    }

    fn put(&mut self, to: SocketAddr, datagram: &[u8]) -> Result<(), Trouble> {
        let Some(carrier) = &mut self.carrier else { return Ok(()) };
        // What has no room is lost, as it would be on its way.
        carrier.send(to, datagram).map(|_| ()).map_err(no_socket)
    }
}

/// Where a server takes ICE-TCP, from its answer (RFC 6544 §4.5).
pub(crate) fn tcp_candidate(sdp: &str) -> Option<SocketAddr> {
    candidates(sdp, "tcp").find(|(_, line)| line.contains("tcptype passive")).map(|(address, _)| address)
}

/// Where it takes datagrams.
pub(crate) fn udp_candidates(sdp: &str) -> Vec<SocketAddr> {
    candidates(sdp, "udp").map(|(address, _)| address).collect()
}

/// Candidates of a protocol, with their lines.
fn candidates<'a>(sdp: &'a str, wanted: &'a str) -> impl Iterator<Item = (SocketAddr, &'a str)> {
    let lines = sdp.lines().filter_map(|line| line.trim().strip_prefix("a=candidate:"));
    lines.filter_map(move |line| {
        let words: Vec<&str> = line.split(' ').collect();
        let [_, _, protocol, _, ip, port, ..] = words[..] else { return None };
        let address = SocketAddr::new(ip.parse().ok()?, port.parse().ok()?);
        protocol.eq_ignore_ascii_case(wanted).then_some((address, line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_found() {
        let sdp = "v=0\r\na=candidate:1 1 udp 2130706175 127.0.0.1 9 typ host\r\n\
                   a=candidate:2 1 tcp 2105524479 127.0.0.1 8080 typ host tcptype passive\r\n";
        assert_eq!(tcp_candidate(sdp), Some(SocketAddr::from(([127, 0, 0, 1], 8080))));
        assert_eq!(udp_candidates(sdp), [SocketAddr::from(([127, 0, 0, 1], 9))]);
        assert_eq!(tcp_candidate("a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n"), None);
    }
}
