//! Lost packets come again, in both directions.

use std::time::Duration;

use sederunt_sfu::Kind;

use crate::media::decode;
use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);

/// Frames decoded of 10 s at 20 fps, and numbers never received.
fn lossy(seed: u64, up: u64, down: u64) -> (World, usize, usize) {
    let mut w = World::new(seed);
    let (a, b) = (w.join(), w.join());
    w.connect();
    let video = w.produce(a, Kind::Video, &[]);
    w.consume(b, &[(video, "f")]);
    w.run(SECOND);
    (w.loss_up, w.loss_down) = (up, down);
    w.run(10 * SECOND);
    (w.loss_up, w.loss_down) = (0, 0);
    w.run(SECOND);
    let seen = decode(w.clients[b].received(video));
    (w, seen.frames, seen.missing)
}

#[test]
fn a_subscriber_gets_what_was_lost_on_its_way() {
    for seed in 0..3 {
        let (w, frames, missing) = lossy(seed, 0, 100);
        assert!(frames >= 228, "seed {seed}: {frames} of 240");
        assert!(missing <= 3, "seed {seed}: {missing}");
        assert_eq!(w.stats().panics, 0);
    }
}

#[test]
fn a_publisher_repeats_what_was_lost_on_its_way() {
    for seed in 10..13 {
        let (w, frames, missing) = lossy(seed, 50, 0);
        assert!(w.clients[0].sending.nacks > 10, "the publisher is asked for lost packets");
        assert!(frames >= 228, "seed {seed}: {frames} of 240");
        assert!(missing <= 3, "seed {seed}: {missing}");
    }
}

#[test]
fn both_ways_at_once() {
    let (_, frames, _) = lossy(20, 50, 50);
    assert!(frames >= 220, "{frames} of 240");
}
