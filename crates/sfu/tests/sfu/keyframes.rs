//! Pitfall P1: however many subscribers come at once, each starts, and the publisher is not flooded.

use std::time::Duration;

use sederunt_sfu::Kind;
use sederunt_sfu::limit::KEYFRAME_INTERVAL_MIN;

use crate::media::decode;
use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn thirty_subscribers_in_a_burst_all_start() {
    let mut w = World::new(8);
    let publisher = w.join();
    let watchers: Vec<usize> = (0..30).map(|_| w.join()).collect();
    w.connect();
    let video = w.produce(publisher, Kind::Video, &[]);
    w.run(SECOND);
    let begin = w.now;
    for watcher in &watchers {
        w.consume(*watcher, &[(video, "f")]);
        w.run(Duration::from_millis(20));
    }
    w.until(3 * SECOND, "every subscriber decodes", |w| {
        watchers.iter().all(|i| decode(w.clients[*i].received(video)).frames > 0)
    });
    let asked = w.clients[publisher].sources[0].asked as u32;
    let most = (w.now - begin).div_duration_f64(KEYFRAME_INTERVAL_MIN).ceil() as u32 + 1;
    assert!((1..=most).contains(&asked), "{asked} requests, at most {most}");
    let settled = asked;
    w.run(5 * SECOND);
    assert!(w.clients[publisher].sources[0].asked as u32 <= settled + 1, "nobody waits any more");
}

#[test]
fn lost_requests_are_repeated_until_the_subscriber_has_started() {
    for seed in 0..8 {
        let mut w = World::new(100 + seed);
        let (a, b) = (w.join(), w.join());
        w.connect();
        let video = w.produce(a, Kind::Video, &[]);
        w.run(SECOND);
        // Most of what the engine says to the publisher is lost, requests above all.
        (w.loss_down, w.deaf) = (600, Some(a));
        w.consume(b, &[(video, "f")]);
        w.until(10 * SECOND, "the subscriber decodes", |w| decode(w.clients[b].received(video)).frames > 5);
    }
}

#[test]
fn a_subscriber_may_come_before_the_first_packet_or_before_it_is_connected() {
    let mut w = World::new(9);
    let a = w.join();
    w.connect();
    let video = w.produce(a, Kind::Video, &["f", "h"]);
    w.clients[a].sources.iter_mut().for_each(|s| s.muted = true);
    let b = w.join();
    w.consume(b, &[(video, "h")]);
    w.run(3 * SECOND);
    w.clients[a].sources.iter_mut().for_each(|s| s.muted = false);
    w.until(SECOND, "the subscriber decodes", |w| decode(w.clients[b].received(video)).frames > 5);
}

#[test]
fn a_request_of_a_subscriber_reaches_the_publisher() {
    let mut w = World::new(10);
    let (a, b) = (w.join(), w.join());
    w.connect();
    let video = w.produce(a, Kind::Video, &[]);
    w.consume(b, &[(video, "f")]);
    w.run(2 * SECOND);
    let asked = w.clients[a].sources[0].asked;
    let mid = w.clients[b].mids[&video];
    let mut api = w.clients[b].receiving.rtc.direct_api();
    let stream = api.stream_rx_by_mid(mid, None).unwrap();
    stream.request_keyframe(str0m::media::KeyframeRequestKind::Pli);
    w.clients[b].receiving.touched = true;
    w.run(SECOND / 2);
    assert_eq!(w.clients[a].sources[0].asked, asked + 1);
    assert_eq!(w.stats().keyframes_asked, 1);
}
