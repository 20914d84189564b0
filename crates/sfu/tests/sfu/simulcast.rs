//! Simulcast is received, one layer is forwarded, and switches are seamless.

use std::time::Duration;

use sederunt_sfu::{Answer, Command, Kind, ProducerKey};

use crate::media::decode;
use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);

fn select(w: &mut World, client: usize, producer: ProducerKey, rid: &str) {
    let transport = w.clients[client].receiving.transport;
    let command = Command::SelectLayers { transport, layers: vec![(producer, rid.to_owned())] };
    assert_eq!(w.call(client, command), Ok(Answer::Done));
}

/// A publisher with these layers and one subscriber that prefers `rid`.
fn pair(rids: &[&str], rid: &str) -> (World, usize, usize, ProducerKey) {
    let mut w = World::new(2);
    let (a, b) = (w.join(), w.join());
    w.connect();
    let video = w.produce(a, Kind::Video, rids);
    w.run(SECOND);
    w.consume(b, &[(video, rid)]);
    w.run(2 * SECOND);
    (w, a, b, video)
}

#[test]
fn layers_switch_at_key_frames_without_a_break() {
    let (mut w, _, b, video) = pair(&["f", "h", "q"], "f");
    for rid in ["h", "q", "f"] {
        select(&mut w, b, video, rid);
        w.run(2 * SECOND);
    }
    let got = w.clients[b].received(video);
    let seen = decode(got);
    assert_eq!(seen.layers, ['f', 'h', 'q', 'f']);
    assert_eq!(seen.missing, 0);
    assert!(seen.frames >= 150, "{seen:?}");
    for pair in got.windows(2).filter(|p| p[0].layer != p[1].layer) {
        assert!(pair[1].key && pair[1].start, "{pair:?}");
    }
    assert_eq!(w.stats().switches, 4);
}

#[test]
fn a_layer_that_does_not_exist_falls_back_asciibetically() {
    let (mut w, _, b, video) = pair(&["f", "h"], "f");
    select(&mut w, b, video, "q");
    w.run(SECOND);
    select(&mut w, b, video, "h");
    w.run(SECOND);
    assert_eq!(decode(w.clients[b].received(video)).layers, ['f', 'h']);
}

#[test]
fn a_layer_that_falls_silent_is_replaced_and_comes_back() {
    let (mut w, a, b, video) = pair(&["f", "h"], "f");
    let mute = |w: &mut World, muted| {
        for source in w.clients[a].sources.iter_mut().filter(|s| s.rid.as_deref() == Some("f")) {
            source.muted = muted;
        }
    };
    mute(&mut w, true);
    w.run(3 * SECOND);
    assert_eq!(decode(w.clients[b].received(video)).layers, ['f', 'h']);
    mute(&mut w, false);
    w.run(2 * SECOND);
    let seen = decode(w.clients[b].received(video));
    assert_eq!(seen.layers, ['f', 'h', 'f']);
    assert_eq!(seen.missing, 0);
}

#[test]
fn padding_does_not_keep_a_stopped_layer_alive() {
    let (mut w, a, b, video) = pair(&["f", "h"], "f");
    for source in w.clients[a].sources.iter_mut().filter(|s| s.rid.as_deref() == Some("f")) {
        source.padding_only = true;
    }
    w.run(3 * SECOND);
    let seen = decode(w.clients[b].received(video));
    assert_eq!(seen.layers, ['f', 'h']);
    let got = w.clients[b].received(video);
    assert!(got.iter().rev().take(30).all(|p| p.layer == 'h'), "the other layer flows");
}

#[test]
fn layers_that_start_later_are_taken_when_they_come() {
    let mut w = World::new(3);
    let (a, b) = (w.join(), w.join());
    w.connect();
    let video = w.produce(a, Kind::Video, &["f", "h"]);
    let high = w.clients[a].sources.iter().position(|s| s.rid.as_deref() == Some("f")).unwrap();
    w.clients[a].sources[high].muted = true;
    w.consume(b, &[(video, "f")]);
    w.run(2 * SECOND);
    assert_eq!(decode(w.clients[b].received(video)).layers, ['h'], "browsers start with the low layer");
    w.clients[a].sources[high].muted = false;
    w.run(2 * SECOND);
    assert_eq!(decode(w.clients[b].received(video)).layers, ['h', 'f']);
}
