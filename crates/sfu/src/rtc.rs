//! The two kinds of WebRTC session, and the wall around the library: a panic inside closes one transport (P9).

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use str0m::bwe::Bitrate;
use str0m::config::DtlsCert;
use str0m::format::{Codec, FormatParams};
use str0m::media::{Frequency, Pt};
use str0m::net::TcpType;
use str0m::rtp::{Extension, ExtensionMap};
use str0m::{Candidate, IceCreds, Rtc};

use crate::config::SfuConfig;
use crate::dtls::crypto;
use crate::limit::{LINE_FIRST_BPS, LINE_LOOK_EVERY, LOSS_LOOK_EVERY};

/// Payload types of Chrome (PROTOCOL §6.4), as str0m's default for Opus, 111, is. A session takes those of its client's offer.
const PT_VP8: u8 = 96;
const PT_VP8_RTX: u8 = 97;

/// Receiver reports give publishers their round-trip time, which paces their retransmissions. str0m's default for
/// streams without RTX (all that the client sends) is 5 s.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// The library broke one of its own invariants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Panicked;

/// Runs a call into the library. After a panic the session must not be used again.
pub(crate) fn guard<T>(call: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| Panicked)
}

/// What a client does on a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It publishes.
    Sends,
    /// It receives.
    Receives,
    /// It receives, and tells of each packet when it came: what its line carries is estimated.
    ReceivesEstimated,
}

/// One certificate for all sessions: a key generation per join would cost more than the join (P7).
pub(crate) fn certificate() -> Option<DtlsCert> {
    str0m::crypto::from_feature_flags().dtls_provider.generate_certificate()
}

/// A session with our candidates, ready for the client's first offer.
///
/// On a sending transport VP8 comes without RTX, as the client offers it (PROTOCOL §9): lost packets are repeated on
/// the stream itself, and so is sound. On a receiving one we offer RTX; sound has none, in no browser, so there it is
/// redundancy that mends it. Both sides get transport-cc: publishers need it to raise their rate, and it tells what a
/// subscriber's line carries.
pub(crate) fn session(now: Instant, cert: &DtlsCert, name: IceCreds, role: Role, around: &SfuConfig) -> Rtc {
    let sample_every = around.sample_every;
    let consuming = role != Role::Sends;
    let look_every = match role {
        Role::Sends => sample_every,
        Role::Receives => sample_every.min(LOSS_LOOK_EVERY),
        Role::ReceivesEstimated => sample_every.min(LINE_LOOK_EVERY),
    };
    let estimate = (role == Role::ReceivesEstimated).then(|| Bitrate::bps(LINE_FIRST_BPS));
    let mut config = Rtc::builder()
        .set_crypto_provider(crypto())
        .set_rtp_mode(true)
        .set_ice_lite(true)
        .set_local_ice_credentials(name)
        .set_dtls_cert(cert.clone())
        .set_stats_interval(Some(look_every))
        .set_rtcp_report_interval_audio(REPORT_INTERVAL)
        .set_rtcp_report_interval_video(REPORT_INTERVAL)
        .set_extension_map(extensions(role))
        .enable_bwe(estimate)
        .clear_codecs()
        .enable_opus(true, consuming);
    config.codec_config().iter_mut().for_each(|opus| opus.set_fb_nack(!consuming));
    let rtx = consuming.then(|| Pt::from(PT_VP8_RTX));
    let vp8 = FormatParams::default();
    config.codec_config().add_config(PT_VP8.into(), rtx, Codec::Vp8, Frequency::NINETY_KHZ, None, vp8);
    let mut rtc = config.build(now);
    for candidate in candidates(around) {
        rtc.add_local_candidate(candidate);
    }
    rtc
}

/// What clients are told of us; those that are no address of anybody are left out.
fn candidates(around: &SfuConfig) -> impl Iterator<Item = Candidate> {
    let udp = around.local_addrs.iter().map(|address| Candidate::builder().udp().host(*address).build());
    let passive =
        |address: &SocketAddr| Candidate::builder().tcp().host(*address).tcptype(TcpType::Passive).build();
    udp.chain(around.tcp_addrs.iter().map(passive)).flatten()
}

/// Chrome's own numbers, so that they are the same in every m-line of a bundle (PROTOCOL §6.1); a session takes those of its
/// client's offer.
fn extensions(role: Role) -> ExtensionMap {
    let mut map = ExtensionMap::empty();
    map.set(1, Extension::AudioLevel);
    map.set(4, Extension::RtpMid);
    map.set(13, Extension::VideoOrientation);
    if role != Role::Receives {
        map.set(3, Extension::TransportSequenceNumber);
    }
    if role == Role::Sends {
        map.set(10, Extension::RtpStreamId);
        // Chrome probes the path with RTX padding of a simulcast dummy (PROTOCOL §6.1). Without this name str0m cannot
        // place those packets, reports them lost, and Chrome's estimate collapses.
        map.set(11, Extension::RepairedRtpStreamId);
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        CallId, Command, Event, IceKey, Input, Output, PeerKey, Scope, Sfu, SfuConfig, TransportKey,
    };

    const OFFER: &str = include_str!("../tests/fixtures/send-1-connect-offer.sdp");
    const FIREFOX_OFFER: &str = include_str!("../tests/fixtures/firefox-send-1-connect-offer.sdp");

    fn peer(id: u128) -> PeerKey {
        PeerKey { scope: Scope(1), id }
    }

    fn open(sfu: &mut Sfu, now: Instant, id: u128, offer: &str) {
        let command =
            Command::Open { transport: TransportKey(id), consuming: false, offer: offer.to_owned() };
        sfu.handle(now, Input::Call { call: CallId(0), peer: peer(id), command });
    }

    fn events(sfu: &mut Sfu) -> Vec<Event> {
        let mut all = Vec::new();
        loop {
            match sfu.poll() {
                Output::Event(event) => all.push(event),
                Output::Transmit(_) => {}
                Output::Timeout(_) => return all,
            }
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "time must begin somewhere")]
    fn pictures_are_told_by_the_numbers_of_their_session() {
        let now = Instant::now();
        let mut sfu = Sfu::new(now, SfuConfig::new(Vec::new(), IceKey([1; 32]))).unwrap();
        for (id, offer, vp8, rtx, opus) in [(1, OFFER, 96, 97, 111), (2, FIREFOX_OFFER, 120, 124, 109)] {
            open(&mut sfu, now, id, offer);
            let slot = sfu.transport_of(peer(id), TransportKey(id), false).unwrap();
            let is_picture = |bytes: &[u8]| sfu.transports[slot].is_picture(bytes);
            assert!([vp8, rtx, vp8 | 0x80].iter().all(|second| is_picture(&[0x90, *second])), "{id}");
            // Sound, a report, a check, and no packet at all.
            for other in [&[0x90, opus][..], &[0x80, 200], &[0, 1], &[22, vp8], &[0x90], &[]] {
                assert!(!is_picture(other), "{id}: {other:?}");
            }
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "time must begin somewhere")]
    fn a_panic_inside_costs_one_transport() {
        let now = Instant::now();
        let mut sfu = Sfu::new(now, SfuConfig::new(Vec::new(), IceKey([1; 32]))).unwrap();
        for id in [1, 2] {
            open(&mut sfu, now, id, OFFER);
        }
        assert_eq!(events(&mut sfu).len(), 2, "two answers");
        let slot = sfu.transport_of(peer(1), TransportKey(1), false).unwrap();
        let broken: Result<Result<(), _>, _> = guard(|| panic!("an invariant of the library"));
        assert!(sfu.survived(slot, broken).is_err());
        let closed = Event::TransportClosed { peer: peer(1), transport: TransportKey(1) };
        assert_eq!(events(&mut sfu), [closed]);
        assert_eq!((sfu.stats().panics, sfu.stats().transports), (1, 1));
        assert!(sfu.transport_of(peer(2), TransportKey(2), false).is_ok());
    }
}
