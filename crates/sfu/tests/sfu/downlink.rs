//! A subscriber whose line is smaller than what the others send: real sessions with their real estimator, over a narrow line,
//! in virtual time. The same rules over thousands of lines, with a model of the estimator, are in `src/allocate/sim.rs`.

use std::time::{Duration, Instant};

use sederunt_sfu::{Command, Kind, ProducerKey};

use crate::media::{Shape, Source, decode};
use crate::world::{Line, World};

const SECOND: Duration = Duration::from_secs(1);
const QUEUE: Duration = Duration::from_millis(300);
const PUBLISHERS: usize = 4;
/// Layers and their kilobits a second of payload.
const LAYERS: [(&str, usize); 3] = [("f", 900), ("h", 280), ("q", 90)];
pub(crate) const FPS: usize = 20;
const KEY_EVERY: u32 = 40;
/// Of Opus with 32 kbit/s.
const VOICE_BYTES: usize = 80;
/// How loud the first is, and by how much everybody else is fainter than the one before, dB.
const LOUDEST: i8 = -20;
const FAINTER: i8 = 5;

/// Four people with picture and sound, and one who watches them all.
pub(crate) struct Scene {
    pub(crate) w: World,
    pub(crate) viewer: usize,
    pub(crate) videos: Vec<ProducerKey>,
    pub(crate) voices: Vec<ProducerKey>,
}

/// What a viewer got in a while.
#[derive(Debug)]
struct Seen {
    /// Pictures a second, of all together.
    fps: f64,
    /// Share of the sound that never came.
    missing: f64,
    /// What went over the line.
    kbps: u64,
    /// The longest wait in front of it.
    waited: Duration,
    /// Share of each voice that never came, the loudest first.
    voices: Vec<f64>,
}

impl Scene {
    fn new(seed: u64, kbps: u64) -> Self {
        Self::of(seed, kbps, PUBLISHERS)
    }

    fn of(seed: u64, kbps: u64, publishers: usize) -> Self {
        Self::over(World::new(seed), kbps, QUEUE, publishers)
    }

    /// In a world, over a line with a queue.
    pub(crate) fn over(mut w: World, kbps: u64, queue: Duration, publishers: usize) -> Self {
        w.step = Duration::from_millis(1);
        let viewer = w.join();
        let people: Vec<usize> = (0..publishers).map(|_| w.join()).collect();
        w.connect();
        let rids = LAYERS.map(|(rid, _)| rid);
        let (mut videos, mut voices) = (Vec::new(), Vec::new());
        for (n, person) in people.into_iter().enumerate() {
            w.clients[person].next_frame += Duration::from_millis(n as u64 * 13);
            videos.push(w.produce(person, Kind::Video, &rids));
            voices.push(w.produce(person, Kind::Audio, &[]));
            for source in &mut w.clients[person].sources {
                let kbps =
                    LAYERS.iter().find(|(rid, _)| source.rid.as_deref() == Some(*rid)).map(|(_, kbps)| *kbps);
                source.shape = Some(match kbps {
                    // A key frame in forty is five frames long: 1.1 frames on the average.
                    Some(kbps) => Shape {
                        bytes: kbps * 1_000 * 10 / 8 / 11 / FPS,
                        key_every: KEY_EVERY,
                        key_phase: (n as u32) * 9,
                    },
                    None => Shape { bytes: VOICE_BYTES, key_every: 0, key_phase: 0 },
                });
                source.level = (!source.video).then_some(LOUDEST - n as i8 * FAINTER);
            }
        }
        w.run(SECOND);
        w.lines.insert(viewer, Line::new(w.now, kbps, queue));
        let all: Vec<_> = videos.iter().chain(&voices).map(|key| (*key, "f")).collect();
        w.consume(viewer, &all);
        Self { w, viewer, videos, voices }
    }

    pub(crate) fn set_line(&mut self, kbps: u64) {
        let line = self.w.lines.get_mut(&self.viewer).unwrap();
        line.kbps = kbps;
    }

    fn frames(&self) -> usize {
        let client = &self.w.clients[self.viewer];
        self.videos.iter().map(|key| decode(client.received(*key)).frames).sum()
    }

    /// What came of each voice, and what was sent of it.
    fn sound(&self) -> Vec<(usize, usize)> {
        let client = &self.w.clients[self.viewer];
        let sources = self.w.clients.iter().flat_map(|client| &client.sources);
        let sent = sources.filter(|source| !source.video).map(|source| source.frames as usize);
        self.voices.iter().map(|key| client.received(*key).len()).zip(sent).collect()
    }

    /// How long packets of pictures were on their way that came since then: one in a hundred took longer.
    fn delay(&self, since: Instant) -> Duration {
        let client = &self.w.clients[self.viewer];
        let mut all = Vec::new();
        for (n, key) in self.videos.iter().enumerate() {
            let sources = &self.w.clients[n + 1].sources;
            for got in client.received(*key).iter().filter(|got| got.at >= since) {
                let of =
                    |source: &&Source| source.rid.as_deref().is_some_and(|rid| rid.starts_with(got.layer));
                let made = sources.iter().find(of).unwrap().made[got.frame as usize - 1];
                all.push(got.at.saturating_duration_since(made));
            }
        }
        all.sort();
        all[all.len() * 99 / 100]
    }

    /// Lets time go by; what came meanwhile.
    fn watch(&mut self, time: Duration) -> Seen {
        let (frames, before) = (self.frames(), self.sound());
        let line = self.w.lines.get_mut(&self.viewer).unwrap();
        (line.bytes, line.waited) = (0, Duration::ZERO);
        self.w.run(time);
        let missing = |got: usize, sent: usize| 1.0 - got as f64 / sent as f64;
        let during = self.sound().into_iter().zip(before);
        let during: Vec<_> = during.map(|(now, before)| (now.0 - before.0, now.1 - before.1)).collect();
        let line = self.w.lines[&self.viewer];
        Seen {
            fps: (self.frames() - frames) as f64 / time.as_secs_f64(),
            missing: missing(during.iter().map(|v| v.0).sum(), during.iter().map(|v| v.1).sum()),
            kbps: line.bytes * 8 / 1_000 / time.as_secs(),
            waited: line.waited,
            voices: during.into_iter().map(|(got, sent)| missing(got, sent)).collect(),
        }
    }
}

/// Pictures a second that are sent.
const SENT_FPS: f64 = (PUBLISHERS * FPS) as f64;
/// The server has no processor for up to so long after each turn.
const AWAY: Duration = Duration::from_millis(120);
const SETTLE: Duration = Duration::from_secs(12);
/// Two seconds each: a wait after steps that did not hold, and some steps up.
const LIFT_WATCHES_MAX: u32 = 15;

/// Most pictures, hardly any sound lost, no full queue, and the line is not left empty. Sessions draw numbers of their own, so no two
/// runs are alike: the bounds are wide, docs/benchmarks.md has what is usual.
fn well(scene: &mut Scene, kbps: u64) {
    let seen = scene.watch(10 * SECOND);
    assert!(seen.fps > SENT_FPS * 0.85, "{kbps} kbit/s: {seen:?}");
    assert!(seen.missing < 0.03, "{kbps} kbit/s: {seen:?}");
    assert!(seen.kbps * 2 > kbps && seen.kbps <= kbps, "{kbps} kbit/s: {seen:?}");
    assert!(seen.waited < QUEUE, "{kbps} kbit/s: {seen:?}");
}

#[test]
fn a_narrow_line_shows_all_pictures_and_loses_no_sound() {
    for (seed, kbps) in [(1, 3_000), (2, 3_000), (3, 1_000), (4, 1_000)] {
        let mut scene = Scene::new(seed, kbps);
        scene.w.run(SETTLE);
        well(&mut scene, kbps);
        assert!(scene.w.stats().lines_short > 0);
    }
}

#[test]
fn a_line_that_carries_little_more_than_the_sound_shows_somebody() {
    let mut scene = Scene::new(5, 500);
    scene.w.run(SETTLE);
    let seen = scene.watch(10 * SECOND);
    assert!(seen.fps > FPS as f64 * 0.7 && seen.missing < 0.03, "{seen:?}");
    assert!(scene.w.stats().pictures_paused > 0);
}

#[test]
fn where_not_all_voices_fit_the_loudest_is_whole() {
    for kbps in [250, 200, 150, 130] {
        let mut scene = Scene::new(12, kbps);
        scene.w.run(SETTLE);
        let seen = scene.watch(10 * SECOND);
        assert!(seen.voices[0] < 0.03, "{kbps} kbit/s: {seen:?}");
    }
}

#[test]
fn a_wide_line_gets_everything_that_is_asked_for() {
    let mut scene = Scene::new(6, 20_000);
    scene.w.run(6 * SECOND);
    let seen = scene.watch(4 * SECOND);
    assert!(seen.fps > SENT_FPS * 0.97 && seen.kbps > 3_800, "{seen:?}");
    let stats = scene.w.stats();
    assert_eq!((stats.lines_estimated, stats.lines_short, stats.pictures_paused), (1, 0, 0));
}

#[test]
fn a_room_of_twenty_is_seen_whole_after_two_seconds_of_a_wide_line() {
    let mut scene = Scene::of(10, 100_000, 19);
    scene.w.run(2 * SECOND);
    let seen = scene.watch(2 * SECOND);
    assert!(seen.fps > 19.0 * FPS as f64 * 0.97 && seen.kbps > 17_500, "{seen:?}");
    let stats = scene.w.stats();
    assert_eq!((stats.lines_short, stats.pictures_paused, stats.steps_down), (0, 0, 0));
}

#[test]
fn a_server_that_is_late_is_no_reason_to_send_less() {
    let mut scene = Scene::new(11, 20_000);
    scene.w.run(6 * SECOND);
    scene.w.away_most = AWAY;
    let since = scene.w.now;
    let seen = scene.watch(20 * SECOND);
    assert!(seen.fps > SENT_FPS * 0.9, "{seen:?}");
    let stats = scene.w.stats();
    assert_eq!((stats.lines_short, stats.steps_down, stats.lines_dropped), (0, 0, 0));
    // Late twice, when it takes what comes and when it sends, and the way to it and from it.
    let delay = scene.delay(since);
    assert!(delay < AWAY * 2 + SECOND / 10, "{delay:?}");
}

/// The line falls to a third, and is lifted again: whether it was used again.
fn falls_and_rises(seed: u64) -> bool {
    let mut scene = Scene::new(seed, 3_000);
    scene.w.run(SETTLE);
    scene.set_line(1_000);
    scene.w.run(3 * SECOND);
    let soon = scene.watch(5 * SECOND);
    assert!(soon.missing < 0.08 && soon.fps > SENT_FPS * 0.4, "{seed}: {soon:?}");
    scene.w.run(SETTLE);
    well(&mut scene, 1_000);
    scene.set_line(3_000);
    let mut grown = scene.watch(2 * SECOND);
    for _ in 0..LIFT_WATCHES_MAX {
        if grown.kbps > 2_000 {
            break;
        }
        grown = scene.watch(2 * SECOND);
    }
    grown.kbps > 2_000 && grown.fps > SENT_FPS * 0.8
}

/// How soon, and after how many other falls: `falls.rs`.
#[test]
fn a_line_that_shrinks_is_well_again_soon_and_grows_again() {
    for seed in 7..10 {
        assert!(falls_and_rises(seed), "{seed}");
    }
}

#[test]
fn who_speaks_is_seen_best() {
    let mut scene = Scene::new(8, 1_000);
    let third = scene.w.clients[3].peer;
    let rank = Command::Rank { pinned: None, speakers: vec![third.id] };
    scene.w.send(3, rank);
    scene.w.run(SETTLE);
    let since = scene.w.now;
    scene.w.run(SETTLE);
    // A step that does not hold may come at any time, so what counts is the most of it.
    let better = |key: &ProducerKey| {
        let got = scene.w.clients[scene.viewer].received(*key).iter().filter(|got| got.at >= since);
        let (better, all) =
            got.fold((0, 0), |(better, all), got| (better + usize::from(got.layer != 'q'), all + 1));
        better as f64 / f64::from(all)
    };
    let shares: Vec<_> = scene.videos.iter().map(better).collect();
    assert!(shares[2] > 0.3, "{shares:?}");
    assert!([0, 1, 3].iter().all(|other| shares[*other] < 0.1), "{shares:?}");
}

#[test]
fn who_cannot_tell_what_arrives_gets_what_it_asks_for() {
    let mut w = World::new(9);
    w.mute_reports = true;
    let (a, b) = (w.join(), w.join());
    w.connect();
    let video = w.produce(a, Kind::Video, &["f", "h", "q"]);
    w.consume(b, &[(video, "f")]);
    w.run(6 * SECOND);
    let seen = decode(w.clients[b].received(video));
    assert_eq!(seen.layers, ['f']);
    assert!(seen.frames > 100, "{seen:?}");
    assert_eq!(w.stats().lines_estimated, 0);
}
