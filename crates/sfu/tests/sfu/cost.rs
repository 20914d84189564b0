//! Rooms on wide lines, with and without estimates of what those carry: scenes to count instructions by (docs/benchmarks.md, "What
//! sharing costs").

use std::hint::black_box;
use std::time::Duration;

use sederunt_sfu::{Kind, ProducerKey};

use crate::media::Shape;
use crate::world::{Line, World};

const SECOND: Duration = Duration::from_secs(1);
const WIDE_KBPS: u64 = 100_000;
const QUEUE: Duration = Duration::from_millis(300);
/// Of one packet, as the smallest layer is.
const FRAME_BYTES: usize = 500;
const VOICE_BYTES: usize = 80;

/// So many publish sound and a picture, and so many others take all of it.
fn room(seed: u64, publishers: usize, viewers: usize, is_estimated: bool) -> World {
    let mut w = World::new(seed);
    w.step = Duration::from_millis(1);
    w.mute_reports = !is_estimated;
    let people: Vec<usize> = (0..publishers).map(|_| w.join()).collect();
    let watching: Vec<usize> = (0..viewers).map(|_| w.join()).collect();
    w.connect();
    let mut all: Vec<ProducerKey> = Vec::new();
    for (n, person) in people.into_iter().enumerate() {
        w.clients[person].next_frame += Duration::from_millis(n as u64 * 13 % 50);
        all.push(w.produce(person, Kind::Video, &["q"]));
        all.push(w.produce(person, Kind::Audio, &[]));
        for source in &mut w.clients[person].sources {
            let bytes = if source.video { FRAME_BYTES } else { VOICE_BYTES };
            source.shape = Some(Shape { bytes, key_every: 0, key_phase: 0 });
        }
    }
    w.run(SECOND / 2);
    let wants: Vec<_> = all.iter().map(|key| (*key, "q")).collect();
    for viewer in watching {
        w.lines.insert(viewer, Line::new(w.now, WIDE_KBPS, QUEUE));
        w.consume(viewer, &wants);
    }
    w.run(2 * SECOND);
    w
}

/// What is counted: a steady room for a while. Packets that were forwarded.
#[inline(never)]
fn counted(w: &mut World, time: Duration) -> u64 {
    let before = w.stats().packets_forwarded;
    w.run(black_box(time));
    w.stats().packets_forwarded - before
}

/// Sound 50 times and a picture 20 times a second, of everybody to everybody, is the least of all that is forwarded.
fn all_is_forwarded(publishers: usize, viewers: usize, is_estimated: bool) {
    let mut w = room(1, publishers, viewers, is_estimated);
    let forwarded = counted(&mut w, SECOND);
    let sent = (publishers * viewers * 70) as u64;
    assert!(forwarded > sent * 97 / 100, "{forwarded} of {sent}");
    let stats = w.stats();
    let lines = if is_estimated { viewers as u64 } else { 0 };
    assert_eq!((stats.lines_estimated, stats.lines_short, stats.steps_down), (lines, 0, 0));
}

#[test]
fn twenty_who_publish_on_lines_that_are_estimated() {
    all_is_forwarded(20, 3, true);
}

#[test]
fn twenty_who_publish_on_lines_that_are_not() {
    all_is_forwarded(20, 3, false);
}

#[test]
fn one_who_publishes_on_lines_that_are_estimated() {
    all_is_forwarded(1, 20, true);
}

#[test]
fn one_who_publishes_on_lines_that_are_not() {
    all_is_forwarded(1, 20, false);
}
