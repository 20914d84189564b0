//! The session descriptions of the official client, as recorded in Chromium and Firefox.

use sederunt_sfu::{Answer, Command, Fault, Kind, ProducerKey, TransportKey};

use crate::world::World;

const RECV_CONNECT: &str = include_str!("../fixtures/recv-1-connect-offer.sdp");
const RECV_ANSWER: &str = include_str!("../fixtures/recv-4-renegotiate-answer.sdp");
const RECV_CLOSE: &str = include_str!("../fixtures/recv-5-closeConsumer-offer.sdp");
const SEND_CONNECT: &str = include_str!("../fixtures/send-1-connect-offer.sdp");
const SEND_AUDIO: &str = include_str!("../fixtures/send-3-produce-audio-offer.sdp");
const SEND_VIDEO: &str = include_str!("../fixtures/send-5-produce-video-offer.sdp");
const SEND_REJOIN: &str = include_str!("../fixtures/send-7-rejoin-produce-audio-offer.sdp");

const FIREFOX_SEND_CONNECT: &str = include_str!("../fixtures/firefox-send-1-connect-offer.sdp");
const FIREFOX_SEND_AUDIO: &str = include_str!("../fixtures/firefox-send-3-produce-audio-offer.sdp");
const FIREFOX_SEND_VIDEO: &str = include_str!("../fixtures/firefox-send-5-produce-video-offer.sdp");
const FIREFOX_RECV_CONNECT: &str = include_str!("../fixtures/firefox-recv-1-connect-offer.sdp");
const FIREFOX_RECV_ANSWER: &str = include_str!("../fixtures/firefox-recv-4-renegotiate-answer.sdp");

/// The m-sections of a description.
fn sections(sdp: &str) -> Vec<&str> {
    sdp.split("m=").skip(1).collect()
}

fn bundle(sdp: &str) -> Vec<&str> {
    let line = sdp.lines().find_map(|l| l.strip_prefix("a=group:BUNDLE ")).expect("a bundle");
    line.split(' ').collect()
}

/// Every extension has one number in the whole description, or Chrome refuses it.
fn assert_one_number_per_extension(sdp: &str) {
    let mut known = std::collections::BTreeMap::new();
    for line in sdp.lines().filter_map(|l| l.strip_prefix("a=extmap:")) {
        let (id, uri) = line.split_once(' ').unwrap();
        assert_eq!(*known.entry(id).or_insert(uri), uri, "id {id} has two meanings");
    }
    let uris: std::collections::BTreeSet<_> = known.values().collect();
    assert_eq!(uris.len(), known.len(), "an extension has two ids: {known:?}");
}

fn open(w: &mut World, transport: TransportKey, consuming: bool, offer: &str) -> String {
    w.answer(0, Command::Open { transport, consuming, offer: offer.to_owned() })
}

fn produce(producer: u128, kind: Kind, mid: Option<&str>, offer: &str) -> Command {
    Command::Produce {
        transport: TransportKey(77),
        producer: ProducerKey(producer),
        kind,
        mid: mid.map(str::to_owned),
        paused: false,
        screen: false,
        offer: offer.to_owned(),
    }
}

#[test]
fn sending_connect_then_audio_then_simulcast_video() {
    let mut w = World::new(15);
    w.join();
    let answer = open(&mut w, TransportKey(77), false, SEND_CONNECT);
    assert!(answer.contains("a=ice-lite"));
    assert!(answer.contains(" 10.9.9.9 40000 typ host"), "our candidate is in the first answer:\n{answer}");
    assert!(answer.contains("a=setup:passive"));
    assert!(sections(&answer).iter().all(|s| s.contains("a=recvonly")));
    assert_one_number_per_extension(&answer);

    let answer = w.answer(0, produce(1, Kind::Audio, Some("2"), SEND_AUDIO));
    let audio = sections(&answer)[2];
    assert!(audio.starts_with("audio 9 UDP/TLS/RTP/SAVPF 111"), "{audio}");
    assert!(audio.contains("transport-cc") && audio.contains("a=recvonly"), "{audio}");
    assert!(audio.contains("a=rtcp-fb:111 nack\r"), "what is lost may be asked for: {audio}");
    assert!(!sections(&answer)[0].contains("a=rtcp-fb:111 nack\r"), "not where it is not offered: {answer}");

    let answer = w.answer(0, produce(2, Kind::Video, None, SEND_VIDEO));
    let video = sections(&answer)[3];
    assert!(video.starts_with("video 9 UDP/TLS/RTP/SAVPF 96\r"), "VP8 alone, as offered: {video}");
    for line in ["a=rid:f recv", "a=rid:h recv", "a=simulcast:recv f;h", "a=rtcp-fb:96 nack pli"] {
        assert!(video.contains(line), "{line} in {video}");
    }
    assert!(video.contains("rtp-stream-id") && video.contains("sdes:mid"), "{video}");
    assert_eq!(bundle(&answer), ["0", "1", "2", "3"]);
    assert_one_number_per_extension(&answer);
    assert_eq!(w.stats().producers, 2);
}

/// Firefox offers a new m-line of the bundle with port 0, which does not stop it, and numbers everything in its own way.
#[test]
fn firefox_sends_audio_and_simulcast_video() {
    let mut w = World::new(21);
    w.join();
    let answer = open(&mut w, TransportKey(77), false, FIREFOX_SEND_CONNECT);
    assert_one_number_per_extension(&answer);
    let answer = w.answer(0, produce(1, Kind::Audio, Some("2"), FIREFOX_SEND_AUDIO));
    let audio = sections(&answer)[2];
    assert!(audio.starts_with("audio 9 UDP/TLS/RTP/SAVPF 109\r") && audio.contains("a=recvonly"), "{audio}");
    let answer = w.answer(0, produce(2, Kind::Video, None, FIREFOX_SEND_VIDEO));
    let video = sections(&answer)[3];
    assert!(video.starts_with("video 9 UDP/TLS/RTP/SAVPF 120\r"), "VP8 alone, as offered: {video}");
    for line in
        ["a=rid:f recv", "a=rid:h recv", "a=simulcast:recv f;h", "a=rtcp-fb:120 nack pli", "a=extmap:9 urn"]
    {
        assert!(video.contains(line), "{line} in {video}");
    }
    assert_eq!(bundle(&answer), ["0", "1", "2", "3"]);
    assert_one_number_per_extension(&answer);
    assert_eq!(w.stats().producers, 2);
}

#[test]
fn firefox_hears_by_its_own_numbers_and_without_redundancy() {
    let mut w = World::new(22);
    let (_, publisher) = (w.join(), w.join());
    let audio = w.produce(publisher, Kind::Audio, &[]);
    let transport = TransportKey(88);
    open(&mut w, transport, true, FIREFOX_RECV_CONNECT);
    let Ok(Answer::Offer { offer: Some(offer), mids }) =
        w.call(0, Command::Consume { transport, wants: vec![(audio, None)] })
    else {
        panic!("no offer");
    };
    let [(_, mid)] = &mids[..] else { panic!("{mids:?}") };
    assert!(sections(&offer)[2].starts_with("audio 9 UDP/TLS/RTP/SAVPF 109\r"), "{offer}");
    assert_one_number_per_extension(&offer);
    // The recording answered an offer whose new m-line was called ipV.
    let answer = FIREFOX_RECV_ANSWER.replace("ipV\r", &format!("{mid}\r"));
    assert_eq!(w.call(0, Command::Renegotiate { transport, answer }), Ok(Answer::Done));
    assert_eq!(w.stats().consumers, 1);
}

#[test]
fn transport_wide_feedback_is_accepted_where_it_is_offered() {
    let mut w = World::new(16);
    w.join();
    let answer = open(&mut w, TransportKey(77), false, SEND_CONNECT);
    for section in sections(&answer) {
        assert!(section.contains("a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc"));
        assert!(section.contains("transport-cc\r"), "{section}");
    }
    // Without it Chrome's probes (RTX padding of the simulcast dummy) would be reported lost.
    assert!(
        sections(&answer)[1].contains("a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id")
    );
}

#[test]
fn candidates_hidden_behind_mdns_names_do_not_spoil_an_offer() {
    let mut w = World::new(20);
    w.join();
    open(&mut w, TransportKey(77), false, SEND_CONNECT);
    let hidden = SEND_AUDIO.replace("192.0.2.2 33109", "7c5e6a1d-0f7e-4a53-9d6c-2b1d8f1e4c55.local 33109");
    assert_ne!(hidden, SEND_AUDIO);
    w.answer(0, produce(1, Kind::Audio, Some("2"), &hidden));
}

#[test]
fn a_rejoin_keeps_the_dead_m_lines_inactive_on_port_9() {
    let mut w = World::new(17);
    w.join();
    open(&mut w, TransportKey(77), false, SEND_CONNECT);
    w.answer(0, produce(1, Kind::Audio, Some("2"), SEND_AUDIO));
    w.answer(0, produce(2, Kind::Video, Some("3"), SEND_VIDEO));
    for producer in [1, 2] {
        let command = Command::DropProducer { producer: ProducerKey(producer) };
        assert_eq!(w.call(0, command), Ok(Answer::Done));
    }
    let answer = w.answer(0, produce(3, Kind::Audio, Some("4"), SEND_REJOIN));
    for section in &sections(&answer)[2..4] {
        let port = section.split(' ').nth(1);
        assert!(port == Some("9") && section.contains("a=inactive"), "{section}");
    }
    assert_eq!(bundle(&answer), ["0", "1", "2", "3", "4"]);
    assert_eq!(w.stats().producers, 1);
}

#[test]
fn a_track_is_found_by_its_mid_or_as_the_last_that_sends() {
    let mut w = World::new(18);
    w.join();
    open(&mut w, TransportKey(77), false, SEND_CONNECT);
    for (mid, kind) in [("9", Kind::Audio), ("2", Kind::Video)] {
        let refused = w.call(0, produce(1, kind, Some(mid), SEND_AUDIO));
        assert!(matches!(refused, Err(Fault::InvalidDescription(_))), "{refused:?}");
    }
    w.answer(0, produce(1, Kind::Audio, None, SEND_AUDIO));
    let twice = w.call(0, produce(1, Kind::Audio, None, SEND_AUDIO));
    assert!(matches!(twice, Err(Fault::Internal(_))), "{twice:?}");
}

#[test]
fn receiving_connect_consume_close_and_consume_again() {
    let mut w = World::new(19);
    let (_, publisher) = (w.join(), w.join());
    let video = w.produce(publisher, Kind::Video, &["f", "h"]);
    let audio = w.produce(publisher, Kind::Audio, &[]);
    let transport = TransportKey(88);
    open(&mut w, transport, true, RECV_CONNECT);

    let wants = vec![(video, Some("f".to_owned())), (audio, Some("f".to_owned()))];
    let Ok(Answer::Offer { offer: Some(offer), mids }) =
        w.call(0, Command::Consume { transport, wants: wants.clone() })
    else {
        panic!("no offer");
    };
    let [(_, video_mid), (_, audio_mid)] = &mids[..] else { panic!("{mids:?}") };
    assert_eq!(bundle(&offer), ["0", "1", video_mid, audio_mid]);
    let lines = sections(&offer);
    assert!(lines[2].starts_with("video 9 UDP/TLS/RTP/SAVPF 96 97\r"), "{}", lines[2]);
    assert!(lines[2].contains("a=sendonly") && lines[2].contains("a=fmtp:97 apt=96"), "{}", lines[2]);
    assert!(lines[2].contains("a=ssrc-group:FID"), "{}", lines[2]);
    assert!(lines[3].starts_with("audio 9 UDP/TLS/RTP/SAVPF 63 111\r"), "{}", lines[3]);
    assert!(lines[3].contains("a=fmtp:63 111/111\r"), "{}", lines[3]);
    assert!(lines[3].contains("useinbandfec=1"), "{}", lines[3]);
    assert_one_number_per_extension(&offer);

    // The recording answered an offer whose new m-lines were called 2 (video) and 3 (audio).
    let ours = |sdp: &str| {
        sdp.replace("a=mid:2\r", &format!("a=mid:{video_mid}\r"))
            .replace("a=mid:3\r", &format!("a=mid:{audio_mid}\r"))
            .replace("BUNDLE 0 1 2 3\r", &format!("BUNDLE 0 1 {video_mid} {audio_mid}\r"))
            // With the line's end: a name of ours can begin with a 3, too.
            .replace("BUNDLE 0 1 3\r", &format!("BUNDLE 0 1 {audio_mid}\r"))
    };
    let answer = ours(RECV_ANSWER);
    assert_eq!(w.call(0, Command::Renegotiate { transport, answer }), Ok(Answer::Done));
    assert_eq!(w.stats().consumers, 2);

    let mids = vec![video_mid.clone()];
    let closed = w.answer(0, Command::CloseConsumers { transport, mids, offer: ours(RECV_CLOSE) });
    assert_eq!(bundle(&closed), ["0", "1", audio_mid]);
    assert!(sections(&closed)[2].starts_with("video 0 "), "{}", sections(&closed)[2]);
    assert_eq!(w.stats().consumers, 1);

    let Ok(Answer::Offer { offer: Some(again), mids }) = w.call(0, Command::Consume { transport, wants })
    else {
        panic!("no offer");
    };
    let new = mids.iter().find(|(key, _)| *key == video).map(|(_, mid)| mid.as_str()).unwrap();
    assert_ne!(new, video_mid);
    assert_eq!(bundle(&again), ["0", "1", new, audio_mid], "it takes the place of the stopped one");
    let lines = sections(&again);
    assert_eq!(lines.len(), 4);
    assert!(lines[2].starts_with("video 9 ") && lines[2].contains("a=sendonly"), "{}", lines[2]);
    assert_one_number_per_extension(&again);
}
