//! Streams as their clients open them, up to the engine and back.

use std::net::SocketAddr;
use std::time::Duration;

use sederunt_core::id::{PeerId, TransportId};
use sederunt_core::media::{MediaAnswer, MediaCallId, MediaCmd};
use sederunt_sfu::IceKey;
use sederunt_sfu::limit::SAMPLE_EVERY;
use str0m::change::SdpOffer;
use str0m::ice::{StunMessage, TransId};
use str0m::media::{Direction, MediaKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{StreamEnd, StreamRefused, frame};
use crate::media::{MediaConfig, MediaHandle, MediaNotice, RoomTag};
use turn::Turn;

mod turn;

const CLIENT: ([u8; 4], u16) = ([198, 51, 100, 7], 50_000);
const PEER: PeerId = PeerId::from_u128(9);
/// Seconds since 1970.
const AT: u64 = 1_800_000_000;

fn start() -> (MediaHandle, UnboundedReceiver<MediaNotice>) {
    start_with(1)
}

fn start_with(workers: u8) -> (MediaHandle, UnboundedReceiver<MediaNotice>) {
    let (sender, notices) = tokio::sync::mpsc::unbounded_channel();
    let config = MediaConfig {
        bind: SocketAddr::from(([127, 0, 0, 1], 0)),
        workers,
        announce: Vec::new(),
        tcp: vec![SocketAddr::from(([127, 0, 0, 1], 8_443))],
        ice_key: IceKey([7; 32]),
        sample_every: SAMPLE_EVERY,
    };
    (MediaHandle::spawn(config, sender).unwrap(), notices)
}

fn offer() -> String {
    let mut rtc = str0m::Rtc::new(std::time::Instant::now());
    let mut api = rtc.sdp_api();
    api.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
    let (offer, _): (SdpOffer, _) = api.apply().unwrap();
    offer.to_sdp_string()
}

/// Opens a transport; its answer, with the client's own name as a line of it.
async fn open(media: &MediaHandle, notices: &mut UnboundedReceiver<MediaNotice>) -> String {
    open_in(RoomTag(1), media, notices).await
}

async fn open_in(room: RoomTag, media: &MediaHandle, notices: &mut UnboundedReceiver<MediaNotice>) -> String {
    let offer = offer();
    let theirs = line(&offer, "a=ice-ufrag:");
    let cmd = MediaCmd::Open { transport: TransportId::from_u128(7), consuming: false, offer };
    media.call(room, MediaCallId(5), PEER, cmd).unwrap();
    match notices.recv().await {
        Some(MediaNotice::Done { result: Ok(MediaAnswer::Answer(answer)), .. }) => {
            format!("{answer}theirs:{theirs}\n")
        }
        other => panic!("{other:?}"),
    }
}

fn line(sdp: &str, name: &str) -> String {
    sdp.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned()
}

/// A check of the client, in its frame.
fn check(answer: &str) -> Vec<u8> {
    framed(&bare_check(answer))
}

fn bare_check(answer: &str) -> Vec<u8> {
    let password = line(answer, "a=ice-pwd:");
    let name = format!("{}:{}", line(answer, "a=ice-ufrag:"), line(answer, "theirs:"));
    let mut bytes = [0; 512];
    let hmac = str0m::crypto::from_feature_flags().sha1_hmac_provider;
    let request = StunMessage::binding_request(&name, TransId::new(), true, 7, 1_000, true);
    let length =
        request.to_bytes(Some(password.as_bytes()), &mut bytes, |key, parts| hmac.sha1_hmac(key, parts));
    bytes[..length.unwrap()].to_vec()
}

fn framed(payload: &[u8]) -> Vec<u8> {
    let mut frames = Vec::new();
    frame::put(&mut frames, payload);
    frames
}

/// The next frame that comes.
async fn read(io: &mut DuplexStream) -> Vec<u8> {
    let length = io.read_u16().await.unwrap();
    let mut frame = vec![0; usize::from(length)];
    io.read_exact(&mut frame).await.unwrap();
    frame
}

#[tokio::test]
async fn a_check_on_a_stream_is_answered_on_it() {
    let (media, mut notices) = start();
    let answer = open(&media, &mut notices).await;
    assert!(answer.contains("127.0.0.1 8443 typ host tcptype passive"), "{answer}");
    let (ours, mut theirs) = duplex(4_096);
    // In two pieces, as a network may cut it.
    let frames = check(&answer);
    let (one, rest) = frames.split_at(50);
    theirs.write_all(one).await.unwrap();
    let greeting = tokio::spawn({
        let media = media.clone();
        async move { media.greet(ours).await }
    });
    theirs.write_all(rest).await.unwrap();
    let carried = tokio::spawn(greeting.await.unwrap().unwrap().carry(CLIENT.into()));
    let reply = read(&mut theirs).await;
    let reply = StunMessage::parse(&reply).unwrap();
    assert!(reply.is_successful_binding_response(), "{reply:?}");
    assert_eq!(reply.mapped_address(), Some(CLIENT.into()));
    assert_eq!(media.stats().streams.tcp, 1);

    drop(theirs);
    assert!(matches!(carried.await.unwrap(), StreamEnd::Closed));
    assert_eq!((media.stats().streams.tcp, media.stats().streams.refused), (0, 0));
}

#[tokio::test]
async fn what_is_no_frame_ends_the_stream_alone() {
    let (media, mut notices) = start();
    let answer = open(&media, &mut notices).await;
    let (ours, mut theirs) = duplex(4_096);
    theirs.write_all(&check(&answer)).await.unwrap();
    let carried = tokio::spawn(media.greet(ours).await.unwrap().carry(CLIENT.into()));
    read(&mut theirs).await;
    theirs.write_all(&framed(b"garbage is left to the engine")).await.unwrap();
    theirs.write_all(&check(&answer)).await.unwrap();
    read(&mut theirs).await;
    theirs.write_all(b"GET / HTTP/1.1").await.unwrap();
    assert!(matches!(carried.await.unwrap(), StreamEnd::NoFrames));
    assert_eq!(media.stats().sfu.transports, 1);
}

#[tokio::test(start_paused = true)]
async fn strangers_get_no_answer_and_no_place() {
    let (media, mut notices) = start();
    let answer = open(&media, &mut notices).await;
    let guessed = answer.replace("a=ice-pwd:", "a=ice-pwd:00");
    let requests = [check(&guessed), framed(&[0, 1, 0, 0]), framed(&[22; 100])];
    for request in requests {
        let (ours, mut theirs) = duplex(4_096);
        theirs.write_all(&request).await.unwrap();
        assert!(matches!(media.greet(ours).await, Err(StreamRefused::Stranger)), "{request:?}");
        assert_eq!(theirs.read(&mut [0; 64]).await.unwrap(), 0, "no answer");
    }
    // One that says nothing, one that never ends its frame, one that ends before.
    let (silent, _kept) = duplex(4_096);
    assert!(matches!(media.greet(silent).await, Err(StreamRefused::NoFrame)));
    let (slow, mut theirs) = duplex(4_096);
    theirs.write_all(&check(&answer)[..90]).await.unwrap();
    assert!(matches!(media.greet(slow).await, Err(StreamRefused::NoFrame)));
    let (gone, theirs) = duplex(4_096);
    drop(theirs);
    assert!(matches!(media.greet(gone).await, Err(StreamRefused::NoFrame)));
    assert_eq!((media.stats().streams.tcp, media.stats().streams.refused), (0, 6));
}

#[tokio::test]
async fn a_client_that_has_left_without_a_word_is_found_out() {
    let (media, mut notices) = start();
    let answer = open(&media, &mut notices).await;
    let (ours, mut theirs) = duplex(4_096);
    theirs.write_all(&check(&answer)).await.unwrap();
    let greeted = media.greet(ours).await.unwrap();
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    assert!(matches!(greeted.carry(CLIENT.into()).await, StreamEnd::Silent));
    assert!(start.elapsed() >= Duration::from_secs(30));
}

#[tokio::test]
async fn streams_end_with_the_media_thread() {
    let (media, mut notices) = start();
    let answer = open(&media, &mut notices).await;
    let (ours, mut theirs) = duplex(4_096);
    theirs.write_all(&check(&answer)).await.unwrap();
    let carried = tokio::spawn(media.greet(ours).await.unwrap().carry(CLIENT.into()));
    read(&mut theirs).await;
    media.shutdown();
    theirs.write_all(&check(&answer)).await.unwrap();
    assert!(matches!(carried.await.unwrap(), StreamEnd::Stopped));
}

#[tokio::test]
async fn a_stream_goes_to_the_worker_of_its_transport() {
    let (media, mut notices) = start_with(3);
    for (worker, port) in (0_u16..3).zip(50_000..) {
        let answer = open_in(RoomTag(3 + u64::from(worker)), &media, &mut notices).await;
        let (ours, mut theirs) = duplex(4_096);
        theirs.write_all(&check(&answer)).await.unwrap();
        let client = SocketAddr::from((CLIENT.0, port));
        let greeted = media.greet(ours).await.unwrap();
        let carried = tokio::spawn(greeted.carry(client));
        let reply = read(&mut theirs).await;
        let reply = StunMessage::parse(&reply).unwrap();
        assert_eq!((reply.is_successful_binding_response(), reply.mapped_address()), (true, Some(client)));
        drop(theirs);
        assert!(matches!(carried.await.unwrap(), StreamEnd::Closed));
    }
    let stats = media.stats();
    assert_eq!((stats.sfu.stun_elsewhere, stats.sfu.stun_refused, stats.sfu.stun_forbidden), (0, 0, 0));
}

#[tokio::test]
async fn a_stream_to_a_worker_that_is_no_more_hears_that_its_transport_is_gone() {
    let (media, mut notices) = start_with(3);
    let answer = open_in(RoomTag(5), &media, &mut notices).await;
    media.shutdown();
    let (media, mut notices) = start_with(2);
    let (ours, mut theirs) = duplex(4_096);
    theirs.write_all(&check(&answer)).await.unwrap();
    let carried = tokio::spawn(media.greet(ours).await.unwrap().carry(CLIENT.into()));
    let reply = read(&mut theirs).await;
    assert_eq!(StunMessage::parse(&reply).unwrap().error_code(), Some((403, "Forbidden")));
    let notice = notices.recv().await;
    assert!(matches!(notice, Some(MediaNotice::Refused { whose }) if whose == media.tag(PEER)), "{notice:?}");
    drop(theirs);
    carried.await.unwrap();
}

#[tokio::test]
async fn one_relayed_client_reaches_two_workers_by_their_candidates_and_nobody_else() {
    let (media, mut notices) = start_with(2);
    let (ours, theirs) = duplex(16_384);
    let relaying = tokio::spawn({
        let media = media.clone();
        async move { media.relay(ours, CLIENT.into(), || AT, ()).await }
    });
    let mut turn = Turn::lent(theirs, &media.relay_credentials(AT, PEER.as_u128())).await;
    assert_eq!(media.stats().streams.relayed, 1);
    let candidates = media.local_addrs();
    // Not a candidate of any worker.
    let stranger = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    turn.send(stranger.local_addr().unwrap(), b"stray").await;
    for (room, own, other) in [(RoomTag(2), 0, 1), (RoomTag(3), 1, 0)] {
        let answer = open_in(room, &media, &mut notices).await;
        // One that goes astray is nobody's, and kills nothing.
        turn.send(candidates[other], &bare_check(&answer)).await;
        turn.send(candidates[own], &bare_check(&answer)).await;
        let reply = turn.receive(candidates[own]).await;
        assert!(StunMessage::parse(&reply).unwrap().is_successful_binding_response());
    }
    drop(turn);
    assert!(matches!(relaying.await.unwrap(), StreamEnd::Closed));
    while media.stats().sfu.stun_elsewhere < 2 {
        tokio::task::yield_now().await;
    }
    let stats = media.stats();
    assert_eq!((stats.streams.relayed, stats.streams.strayed, stats.streams.lost), (0, 1, 0));
    assert_eq!((stats.sfu.stun_forbidden, stats.sfu.stun_refused), (0, 0));
}
