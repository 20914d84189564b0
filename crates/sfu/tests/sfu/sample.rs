//! What the engine says of the tracks it has seen.

use std::time::Duration;

use sederunt_sfu::limit::SAMPLE_EVERY;
use sederunt_sfu::{
    CandidateKind, Command, ConsumerSample, Event, Kind, ProducerKey, ProducerSample, Sample, SentReport,
};

use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);

/// The samples of one direction of a client, since they were taken last.
fn samples(w: &mut World, client: usize, consuming: bool) -> Vec<Sample> {
    let peer = w.clients[client].peer;
    let of = |event: &Event| matches!(event, Event::Sampled(s) if s.peer == peer && s.consuming == consuming);
    let (these, rest) = std::mem::take(&mut w.seen).into_iter().partition(of);
    w.seen = rest;
    let sample = |event| if let Event::Sampled(sample) = event { Some(*sample) } else { None };
    Vec::<Event>::into_iter(these).filter_map(sample).collect()
}

/// The samples of a track that it sends.
fn sent(samples: &[Sample], producer: ProducerKey) -> Vec<&ProducerSample> {
    samples.iter().flat_map(|s| &s.producers).filter(|p| p.producer == producer).collect()
}

/// The samples of a track that it gets.
fn got(samples: &[Sample], producer: ProducerKey) -> Vec<&ConsumerSample> {
    samples.iter().flat_map(|s| &s.consumers).filter(|c| c.producer == producer).collect()
}

/// Tracks that turned on or off, in order.
fn turned(w: &World, client: usize) -> Vec<(Kind, bool, bool)> {
    let peer = w.clients[client].peer;
    let turn = |event: &Event| match event {
        Event::TrackTurned { peer: of, kind, screen, on, .. } if *of == peer => Some((*kind, *screen, *on)),
        _ => None,
    };
    w.seen.iter().filter_map(turn).collect()
}

/// Somebody who sends sound and picture, and somebody who gets both.
fn call(seed: u64) -> (World, ProducerKey, ProducerKey) {
    let mut w = World::new(seed);
    let (a, b) = (w.join(), w.join());
    w.connect();
    let (audio, video) = (w.produce(a, Kind::Audio, &[]), w.produce(a, Kind::Video, &[]));
    w.consume(b, &[(audio, "f"), (video, "f")]);
    (w, audio, video)
}

#[test]
fn a_track_is_sampled_every_five_seconds_with_counters_that_rise() {
    let (mut w, audio, video) = call(1);
    w.run(60 * SECOND);
    let sending = samples(&mut w, 0, false);
    assert!((11..=13).contains(&sending.len()), "{}", sending.len());
    for pair in sending.windows(2) {
        let between = pair[1].at - pair[0].at;
        assert!(between >= SAMPLE_EVERY && between < SAMPLE_EVERY + SECOND / 10, "{between:?}");
        let (one, next) = (&pair[0].path, &pair[1].path);
        assert!(
            next.bytes_received > one.bytes_received && next.packets_received > one.packets_received + 500
        );
    }
    let path = &sending.last().unwrap().path;
    assert_eq!((path.remote, path.remote_kind), (w.clients[0].sending.address, CandidateKind::Host));
    assert_eq!(path.rtt, None, "the sender's round trip is its own to know");
    for (producer, packets) in [(audio, 50), (video, 60)] {
        let moments = sent(&sending, producer);
        assert!(moments.len() >= 11, "{}", moments.len());
        assert!(moments.iter().all(|m| m.ssrc.is_some() && m.ssrc == moments[0].ssrc), "one source");
        assert!(moments.iter().all(|m| m.lost == 0 && m.firs == 0 && m.jitter < Some(SECOND / 50)));
        let said: Vec<SentReport> = moments.iter().filter_map(|m| m.sent).collect();
        assert!(said.len() >= 8, "{}", said.len());
        assert!(said.windows(2).all(|p| p[1].packets > p[0].packets && p[1].bytes > p[0].bytes), "{said:?}");
        let (first, last) = (moments[0], moments[moments.len() - 1]);
        let (sent, seconds) = (last.expected - first.expected, 5 * (moments.len() as u64 - 1));
        assert!(sent.abs_diff(packets * seconds) <= packets, "{sent} in {seconds} s");
        assert!(said.last().unwrap().packets.abs_diff(last.expected) <= 6 * packets, "{last:?}");
    }
    let picture = sent(&sending, video);
    assert!(picture.windows(2).all(|p| p[1].frames > p[0].frames + 90), "20 frames a second");
    let last = picture.last().unwrap();
    assert_eq!((last.size, last.kind, last.screen), (Some((640, 90)), Kind::Video, false));
    assert!(last.plis > 0 && last.key_frames > 0, "{last:?}");
    assert_eq!(w.clients[0].sources[1].mid.to_string(), last.mid);

    let receiving = samples(&mut w, 1, true);
    for producer in [audio, video] {
        let moments = got(&receiving, producer);
        assert!(moments.len() >= 10, "{}", moments.len());
        assert!(moments.iter().all(|m| m.sender == w.clients[0].peer && m.ssrc == moments[0].ssrc));
        let said: Vec<_> = moments.iter().filter_map(|m| m.report).collect();
        assert!(said.len() >= 8 && said.windows(2).all(|p| p[1].expected > p[0].expected), "{said:?}");
        assert!(said.iter().all(|r| r.lost == 0 && r.jitter < SECOND / 50), "{said:?}");
    }
    // Ten milliseconds there and ten back, and what a step of this world adds.
    let rtts: Vec<Duration> = receiving.iter().filter_map(|s| s.path.rtt).collect();
    assert!(rtts.len() >= 8 && rtts.iter().all(|rtt| (20..60).contains(&rtt.as_millis())), "{rtts:?}");
}

#[test]
fn losses_are_counted_on_both_ways() {
    let (mut w, audio, _) = call(2);
    w.run(6 * SECOND);
    (w.loss_up, w.loss_down) = (200, 0);
    w.clients[0].repeats = false;
    w.run(20 * SECOND);
    let up = samples(&mut w, 0, false);
    let moments = sent(&up, audio);
    let (first, last) = (moments[0], moments[moments.len() - 1]);
    let (lost, of) = (last.lost - first.lost, last.expected - first.expected);
    assert!((of / 8..of / 3).contains(&lost), "{lost} of {of}");
    (w.loss_up, w.loss_down, w.deaf) = (0, 200, Some(1));
    w.run(20 * SECOND);
    let down = samples(&mut w, 1, true);
    let said: Vec<_> = got(&down, audio).iter().filter_map(|m| m.report).collect();
    let lost = said.last().unwrap().lost;
    assert!(lost > 50, "{said:?}");
}

#[test]
fn who_is_muted_is_not_sampled() {
    let (mut w, audio, video) = call(3);
    w.run(11 * SECOND);
    w.call(0, Command::PauseProducer { producer: audio, paused: true }).unwrap();
    w.call(0, Command::PauseProducer { producer: audio, paused: true }).unwrap();
    w.clients[0].sources[0].muted = true;
    samples(&mut w, 0, false);
    samples(&mut w, 1, true);
    w.run(11 * SECOND);
    let (up, down) = (samples(&mut w, 0, false), samples(&mut w, 1, true));
    assert_eq!((sent(&up, audio).len(), got(&down, audio).len()), (0, 0));
    assert!(sent(&up, video).len() >= 2 && got(&down, video).len() >= 2);
    w.call(0, Command::PauseProducer { producer: audio, paused: false }).unwrap();
    w.call(0, Command::DropProducer { producer: video }).unwrap();
    w.run(11 * SECOND);
    let up = samples(&mut w, 0, false);
    assert_eq!(sent(&up, video).len(), 0);
    let silent = sent(&up, audio);
    assert_eq!(silent.last().unwrap().sent, None, "nothing new is said: {silent:?}");
}

#[test]
fn turns_are_told_once_and_in_order() {
    let (mut w, audio, video) = call(3);
    let pause = |producer, paused| Command::PauseProducer { producer, paused };
    for command in [pause(audio, true), pause(audio, true), pause(audio, false), pause(video, true)] {
        w.call(0, command).unwrap();
    }
    w.call(0, Command::DropProducer { producer: video }).unwrap();
    w.send(0, Command::ClosePeer);
    let (sound, picture) = (Kind::Audio, Kind::Video);
    let expected = [
        (sound, false, true),
        (picture, false, true),
        (sound, false, false),
        (sound, false, true),
        (picture, false, false),
        (sound, false, false),
    ];
    assert_eq!(turned(&w, 0), expected);
    assert_eq!(turned(&w, 1), []);
}

#[test]
fn a_screen_is_told_as_one() {
    let mut w = World::new(4);
    let a = w.join();
    w.connect();
    let screen = w.produce_screen(a);
    w.run(6 * SECOND);
    let up = samples(&mut w, a, false);
    assert!(sent(&up, screen).iter().all(|m| m.screen && m.kind == Kind::Video));
    assert!(!sent(&up, screen).is_empty());
    assert_eq!(turned(&w, a), [(Kind::Video, true, true)]);
}

#[test]
fn of_layers_the_largest_that_flows_is_sampled() {
    let mut w = World::new(5);
    let a = w.join();
    w.connect();
    let video = w.produce(a, Kind::Video, &["q", "h", "f"]);
    w.run(11 * SECOND);
    let up = samples(&mut w, a, false);
    let last = (*sent(&up, video).last().unwrap()).clone();
    assert_eq!(last.size, Some((640, 90)));
    let largest = w.clients[a].sources.iter().position(|s| s.width() == 640).unwrap();
    w.clients[a].sources[largest].muted = true;
    w.run(11 * SECOND);
    let up = samples(&mut w, a, false);
    let next = sent(&up, video).last().copied().unwrap();
    assert_eq!(next.size, Some((320, 90)));
    assert_ne!(next.ssrc, last.ssrc);
}

#[test]
fn a_publisher_that_shows_nothing_is_sampled_with_no_frames() {
    let (mut w, _, video) = call(6);
    w.run(6 * SECOND);
    w.clients[0].sources[1].muted = true;
    w.run(SECOND);
    samples(&mut w, 0, false);
    w.run(11 * SECOND);
    let up = samples(&mut w, 0, false);
    let moments = sent(&up, video);
    assert!(moments.len() >= 2 && moments.windows(2).all(|p| p[1].frames == p[0].frames), "{moments:?}");
}

#[test]
fn who_is_not_connected_is_not_sampled() {
    let mut w = World::new(7);
    w.loss_up = 1_000;
    w.join();
    w.run(20 * SECOND);
    assert!(!w.seen.iter().any(|event| matches!(event, Event::Sampled(_))), "{:?}", w.seen);
}
