//! What ends, ends completely, and nothing else does.

use std::time::Duration;

use sederunt_sfu::{
    Answer, CallId, Command, Event, Fault, Input, Kind, PeerKey, ProducerKey, Scope, TransportKey,
};

use crate::media::decode;
use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);

/// Three clients; the first publishes and the others watch.
fn three() -> (World, ProducerKey) {
    let mut w = World::new(4);
    for _ in 0..3 {
        w.join();
    }
    w.connect();
    let video = w.produce(0, Kind::Video, &[]);
    w.consume(1, &[(video, "f")]);
    w.consume(2, &[(video, "f")]);
    w.run(SECOND);
    (w, video)
}

fn close_peer(w: &mut World, index: usize) {
    let call = w.send(index, Command::ClosePeer);
    assert_eq!(w.reply(call), None, "closing is not answered");
}

#[test]
fn a_subscriber_that_leaves_harms_nobody() {
    let (mut w, video) = three();
    close_peer(&mut w, 1);
    w.run(2 * SECOND);
    let seen = decode(w.clients[2].received(video));
    assert!(seen.missing == 0 && seen.frames > 50, "{seen:?}");
    assert!(w.clients[1].receiving.closed && w.clients[1].sending.closed, "the client is told");
    let stats = w.stats();
    assert_eq!((stats.transports, stats.producers, stats.consumers), (4, 1, 1));
}

#[test]
fn a_publisher_that_leaves_takes_its_tracks_with_it() {
    let (mut w, video) = three();
    close_peer(&mut w, 0);
    let before = w.clients[1].received(video).len();
    w.run(SECOND);
    assert!(w.clients[1].received(video).len() <= before + 6, "only what was under way");
    let transport = w.clients[2].receiving.transport;
    let wants = vec![(video, None)];
    let answer = w.call(2, Command::Consume { transport, wants });
    assert_eq!(answer, Ok(Answer::Offer { offer: None, mids: Vec::new() }));
    assert_eq!((w.stats().producers, w.stats().consumers), (0, 0));
    // The dead m-line can still be closed, and others added.
    w.close_consumers(1, &[video]);
    let other = w.produce(2, Kind::Video, &[]);
    w.consume(1, &[(other, "f")]);
    w.run(SECOND);
    assert!(decode(w.clients[1].received(other)).frames > 10);
}

#[test]
fn everybody_gone_leaves_nothing() {
    let (mut w, _) = three();
    for index in 0..3 {
        close_peer(&mut w, index);
    }
    w.run(SECOND);
    let stats = w.stats();
    assert_eq!((stats.transports, stats.producers, stats.consumers), (0, 0, 0));
    assert!(w.events.iter().all(|e| matches!(e, Event::TransportConnected { .. })), "{:?}", w.events);
}

#[test]
fn a_client_that_closes_its_connection_is_noticed() {
    let (mut w, _) = three();
    w.clients[0].sending.rtc.close().unwrap();
    w.clients[0].sending.touched = true;
    w.run(SECOND);
    let (peer, transport) = (w.clients[0].peer, w.clients[0].sending.transport);
    assert!(w.events.contains(&Event::TransportClosed { peer, transport }));
    assert_eq!(w.stats().producers, 0);
}

#[test]
fn a_client_that_vanishes_is_forgotten() {
    let (mut w, _) = three();
    let closed = |w: &World| w.events.iter().filter(|e| matches!(e, Event::TransportClosed { .. })).count();
    w.loss_up = 1_000;
    w.until(90 * SECOND, "all six transports expire", |w| closed(w) == 6);
    assert_eq!(w.stats().transports, 0);
}

#[test]
fn a_transport_that_never_comes_up_expires() {
    let mut w = World::new(5);
    w.loss_up = 1_000;
    w.join();
    w.until(70 * SECOND, "both transports expire", |w| w.stats().transports == 0);
    assert_eq!(w.stats().transports_failed, 2);
}

#[test]
fn a_new_transport_replaces_the_old_of_its_direction() {
    let (mut w, video) = three();
    w.reopen(1, true);
    assert_eq!((w.stats().transports, w.stats().consumers), (6, 1));
    w.connect();
    w.consume(1, &[(video, "f")]);
    w.run(SECOND);
    assert!(decode(w.clients[1].received(video)).frames > 10);
    w.reopen(0, false);
    assert_eq!((w.stats().producers, w.stats().consumers), (0, 0));
}

#[test]
fn a_muted_producer_is_silent_and_resumes_without_a_hole() {
    let mut w = World::new(6);
    let (a, b) = (w.join(), w.join());
    w.connect();
    let tracks = [w.produce(a, Kind::Audio, &[]), w.produce(a, Kind::Video, &[])];
    w.consume(b, &[(tracks[0], "f"), (tracks[1], "f")]);
    w.run(SECOND);
    let pause = |w: &mut World, paused| {
        for producer in tracks {
            assert_eq!(w.call(a, Command::PauseProducer { producer, paused }), Ok(Answer::Done));
        }
    };
    pause(&mut w, true);
    w.run(SECOND / 10);
    let before = tracks.map(|t| w.clients[b].received(t).len());
    w.run(5 * SECOND);
    assert_eq!(before, tracks.map(|t| w.clients[b].received(t).len()));
    pause(&mut w, false);
    w.run(2 * SECOND);
    let heard = w.clients[b].received(tracks[0]);
    assert!(heard.len() > before[0] + 80);
    assert!(heard.windows(2).all(|p| p[1].seq == p[0].seq + 1));
    let seen = decode(w.clients[b].received(tracks[1]));
    assert!(seen.missing == 0 && seen.frames > 45, "{seen:?}");
}

#[test]
fn a_closed_producer_keeps_its_m_line_inactive() {
    let (mut w, video) = three();
    let mid = w.clients[0].sources[0].mid;
    let offer = w.clients[0].sending.deactivate(mid);
    let transport = w.clients[0].sending.transport;
    let answer = w.answer(0, Command::CloseProducer { transport, producer: video, offer: Some(offer) });
    w.clients[0].sending.accept_answer(&answer);
    w.clients[0].sources.clear();
    let section = answer.split("m=").find(|s| s.contains(&format!("a=mid:{mid}"))).unwrap();
    assert!(section.starts_with("video 9 ") && section.contains("a=inactive"), "{section}");
    let bundle = answer.lines().find(|l| l.starts_with("a=group:BUNDLE")).unwrap();
    assert!(bundle.split(' ').any(|m| m == &*mid), "{bundle}");
    let next = w.produce(0, Kind::Video, &[]);
    w.consume(1, &[(next, "f")]);
    w.run(SECOND);
    assert!(decode(w.clients[1].received(next)).frames > 10);
    assert_eq!(w.call(0, Command::DropProducer { producer: next }), Ok(Answer::Done));
    assert_eq!(w.call(0, Command::DropProducer { producer: next }), Ok(Answer::Done));
    assert_eq!(w.stats().producers, 0);
}

#[test]
fn strangers_reach_nothing_of_others() {
    let (mut w, video) = three();
    let stranger = w.join_in(Scope(2));
    let transport = w.clients[stranger].receiving.transport;
    let answer = w.call(stranger, Command::Consume { transport, wants: vec![(video, None)] });
    assert_eq!(answer, Ok(Answer::Offer { offer: None, mids: Vec::new() }));
    let theirs = w.clients[1].receiving.transport;
    let command = Command::Consume { transport: theirs, wants: vec![(video, None)] };
    assert_eq!(w.call(stranger, command), Err(Fault::NoTransport));
    for command in
        [Command::DropProducer { producer: video }, Command::PauseProducer { producer: video, paused: true }]
    {
        assert_eq!(w.call(stranger, command), Ok(Answer::Done));
    }
    assert_eq!(w.call(1, Command::DropProducer { producer: video }), Ok(Answer::Done), "not the publisher");
    let before = w.clients[1].received(video).len();
    w.run(SECOND);
    assert!(w.clients[1].received(video).len() > before + 50, "still flows");
}

#[test]
fn nonsense_is_refused_and_harmless() {
    let (mut w, video) = three();
    let (sending, receiving) = (w.clients[1].sending.transport, w.clients[1].receiving.transport);
    let text = || "v=0\r\nnonsense".to_owned();
    let unknown = TransportKey(1 << 90);
    let producer = ProducerKey(1 << 90);
    let produce = |transport, offer| Command::Produce {
        transport,
        producer,
        kind: Kind::Audio,
        mid: None,
        paused: false,
        screen: false,
        offer,
    };
    let commands = [
        Command::Open { transport: unknown, consuming: true, offer: text() },
        Command::Open { transport: unknown, consuming: true, offer: "m=audio 9\n".repeat(10_000) },
        Command::Open { transport: sending, consuming: false, offer: text() },
        produce(receiving, text()),
        produce(sending, text()),
        Command::CloseProducer { transport: sending, producer, offer: Some(text()) },
        Command::Renegotiate { transport: receiving, answer: text() },
        Command::CloseConsumers { transport: receiving, mids: vec!["é".repeat(99)], offer: text() },
        Command::Consume { transport: receiving, wants: vec![(video, None); 1_000] },
        Command::SelectLayers { transport: unknown, layers: Vec::new() },
    ];
    for command in commands {
        let what = format!("{command:?}");
        let result = w.call(1, command);
        assert!(result.is_err(), "{:.200}: {result:?}", what);
    }
    let peer = PeerKey { scope: Scope(7), id: 7 };
    let command = Command::SelectLayers { transport: receiving, layers: Vec::new() };
    w.sfu.handle(w.now, Input::Call { call: CallId(u64::MAX), peer, command });
    w.poll_sfu();
    assert_eq!(w.reply(CallId(u64::MAX)), Some(Err(Fault::NoTransport)));
    let before = w.clients[1].received(video).len();
    w.run(SECOND);
    assert!(w.clients[1].received(video).len() > before + 50, "still flows");
    assert_eq!((w.stats().panics, w.stats().transports), (0, 6));
    assert_eq!(w.stats().limits_hit, 2);
}
