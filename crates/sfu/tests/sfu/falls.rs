//! A line that falls and is lifted again, at many moments: how soon the sound is whole, and how soon the line is used again.
//!
//! `FALLS=<n>` runs so many moments of each row and prints median, p95 and the worst; with `FALL=<i>` one of them, and what happened.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use sederunt_sfu::limit::PACKET_OVERHEAD_BYTES;

use crate::downlink::Scene;
use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(100);
const PUBLISHERS: usize = 4;
const BEFORE: Duration = Duration::from_secs(12);
const WATCHED: Duration = Duration::from_secs(40);
/// Moments that the tests look at, of each row.
const MOMENTS: u64 = 3;
/// Until two thirds of a line that was lifted are used, s: docs/benchmarks.md has what is usual.
const RISE_MOST: f64 = 26.0;
/// Sound missing from two seconds after a fall on, %.
const MISSING_MOST: f64 = 8.0;
/// Steps down in a minute on a line that stays as it is.
const DOWNS_MOST: u64 = 10;

/// A line.
#[derive(Debug, Clone, Copy)]
struct Row {
    full: u64,
    less: u64,
    queue: u64,
    rtt: u64,
}

/// What was seen of one fall.
#[derive(Debug, Default)]
struct Course {
    /// Until two thirds of the line were used again, s.
    rise: f64,
    /// Sound missing from two seconds after the fall to the lift, %; of the worst second of that; from the lift on.
    missing: f64,
    worst: f64,
    after: f64,
    /// Until half of the pictures came, and nearly all, s.
    half: f64,
    all: f64,
    /// Used of the line from 8 s after the fall on, %; steps down in that, a minute; packets waited at most, ms.
    used: f64,
    downs: f64,
    waited: f64,
}

struct Run {
    scene: Scene,
    began: Instant,
    downs: Vec<(Duration, u64)>,
    waits: Vec<(Duration, Duration)>,
    tells: bool,
}

impl Run {
    fn new(row: Row, n: u64, tells: bool) -> Self {
        fastrand::seed(n + 1);
        let mut w = World::new(n + 1);
        w.delay = Duration::from_millis(row.rtt / 2);
        let scene = Scene::over(w, row.full, Duration::from_millis(row.queue), PUBLISHERS);
        Self { began: scene.w.now, scene, downs: Vec::new(), waits: Vec::new(), tells }
    }

    fn now(&self) -> Duration {
        self.scene.w.now.saturating_duration_since(self.began)
    }

    fn run(&mut self, time: Duration) {
        let end = self.now() + time;
        while self.now() < end {
            let line = self.scene.w.lines.get_mut(&self.scene.viewer).unwrap();
            (line.waited, line.bytes) = (Duration::ZERO, 0);
            let dropped = line.dropped;
            let before = self.scene.w.stats();
            self.scene.w.run(STEP.min(end.saturating_sub(self.now())));
            let (now, stats) = (self.now(), self.scene.w.stats());
            self.downs.push((now, stats.steps_down));
            let line = self.scene.w.lines[&self.scene.viewer];
            self.waits.push((now, line.waited));
            if self.tells {
                println!(
                    "{:6.1} line {:4} E {:5} used {:5} all {:5} wait {:3} lost {:2} up {} down {} drop {}",
                    now.as_secs_f64(),
                    line.kbps,
                    stats.lines_estimate_bps / 1_000,
                    self.kbps(now.saturating_sub(STEP), now),
                    line.bytes / 100 * 8,
                    line.waited.as_millis(),
                    line.dropped - dropped,
                    stats.steps_up - before.steps_up,
                    stats.steps_down - before.steps_down,
                    stats.lines_dropped - before.lines_dropped,
                );
            }
        }
    }

    /// Media that came then, kbit/s on the wire.
    fn kbps(&self, from: Duration, to: Duration) -> u64 {
        let client = &self.scene.w.clients[self.scene.viewer];
        let (from, to) = (self.began + from, self.began + to);
        let all = self.scene.videos.iter().chain(&self.scene.voices);
        let bytes: usize = all
            .flat_map(|key| {
                let got = client.received(*key);
                let first = got.partition_point(|got| got.at < from);
                got[first..].iter().take_while(|got| got.at < to)
            })
            .map(|got| got.bytes + PACKET_OVERHEAD_BYTES as usize)
            .sum();
        (bytes as u64 * 8).checked_div(to.saturating_duration_since(from).as_millis() as u64).unwrap_or(0)
    }

    /// Of the sound that was sent then, the share that never came, %.
    fn missing(&self, from: Duration, to: Duration) -> f64 {
        let client = &self.scene.w.clients[self.scene.viewer];
        let (from, to) = (self.began + from, self.began + to);
        let (mut sent, mut missing) = (0, 0);
        for (n, key) in self.scene.voices.iter().enumerate() {
            let came: HashSet<u32> = client.received(*key).iter().map(|got| got.frame).collect();
            let source = self.scene.w.clients[n + 1].sources.iter().find(|source| !source.video).unwrap();
            let made = source.made.iter().enumerate().filter(|(_, at)| (from..to).contains(*at));
            for (frame, _) in made {
                sent += 1;
                missing += u32::from(!came.contains(&(frame as u32 + 1)));
            }
        }
        f64::from(missing) * 100.0 / f64::from(sent.max(1))
    }

    fn first(&self, from: Duration, to: Duration, is: impl Fn(Duration) -> bool) -> f64 {
        let mut at = from + SECOND;
        while at < to && !is(at) {
            at += STEP;
        }
        (at - from).as_secs_f64() - if at < to { 0.0 } else { -99.0 }
    }

    /// Pictures that came in the second before.
    fn frames(&self, to: Duration) -> usize {
        let client = &self.scene.w.clients[self.scene.viewer];
        let (from, to) = (self.began + to.saturating_sub(SECOND), self.began + to);
        let one = |key| {
            let got = client.received(key);
            let first = got.partition_point(|got| got.at < from);
            got[first..].iter().take_while(|got| got.at < to).filter(|got| got.marker).count()
        };
        self.scene.videos.iter().map(|key| one(*key)).sum()
    }
}

/// Falls at another moment of each two seconds, and is lifted at another moment of twelve, evenly spread.
fn course(row: Row, n: u64, of: u64, tells: bool) -> Course {
    let mut run = Run::new(row, n, tells);
    run.run(BEFORE + Duration::from_millis(n * 1_236 % 2_000));
    let fall = run.now();
    run.scene.set_line(row.less);
    run.run(Duration::from_secs(15) + Duration::from_secs(15) * n as u32 / of as u32);
    let lift = run.now();
    run.scene.set_line(row.full);
    run.run(WATCHED);
    let end = run.now();
    let enough = row.full * 2 / 3;
    let frames = (PUBLISHERS * crate::downlink::FPS) as f64;
    let settled = fall + SECOND * 8;
    let seconds =
        |from: Duration, to: Duration| (0..(to - from).as_secs() as u32).map(move |n| from + SECOND * n);
    let downs =
        |at: Duration| run.downs.iter().take_while(|(when, _)| *when <= at).last().map_or(0, |(_, n)| *n);
    let waits = run.waits.iter().filter(|(when, _)| (settled..lift).contains(when)).map(|(_, wait)| *wait);
    Course {
        rise: run.first(lift, end, |at| run.kbps(at - SECOND, at) >= enough),
        missing: run.missing(fall + SECOND * 2, lift),
        worst: seconds(fall + SECOND * 2, lift).map(|at| run.missing(at, at + SECOND)).fold(0.0, f64::max),
        after: run.missing(lift, end - SECOND),
        half: run.first(fall, lift, |at| run.frames(at) as f64 >= frames * 0.5),
        all: run.first(fall, lift, |at| run.frames(at) as f64 >= frames * 0.95),
        used: run.kbps(settled, lift) as f64 * 100.0 / row.less as f64,
        downs: (downs(lift) - downs(settled)) as f64 * 60.0 / (lift - settled).as_secs_f64(),
        waited: waits.max().unwrap_or_default().as_secs_f64() * 1_000.0,
    }
}

fn spread(mut all: Vec<f64>) -> String {
    all.sort_by(f64::total_cmp);
    let at = |permille: usize| all[(all.len() - 1) * permille / 1_000];
    format!("{:.1}/{:.1}/{:.1}", at(500), at(950), at(1_000))
}

/// Lines of the table, and of the test.
const ROWS: [Row; 6] = [
    Row { full: 3_000, less: 1_000, queue: 300, rtt: 20 },
    Row { full: 2_000, less: 500, queue: 300, rtt: 20 },
    Row { full: 5_000, less: 1_500, queue: 300, rtt: 20 },
    Row { full: 3_000, less: 1_000, queue: 100, rtt: 20 },
    Row { full: 3_000, less: 1_000, queue: 500, rtt: 100 },
    Row { full: 3_000, less: 1_000, queue: 300, rtt: 100 },
];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

fn table(row: Row, of: u64) {
    if let Some(n) = number("FALL") {
        println!("{row:?} {:?}", course(row, n, of, true));
        return;
    }
    let all: Vec<Course> = (0..of).map(|n| course(row, n, of, false)).collect();
    let of_all = |what: fn(&Course) -> f64| spread(all.iter().map(what).collect());
    println!(
        "{row:?}: rise {}, {} above 8 s; sound missing {}, worst second {}, {} above 1 %; after the lift {}; \
         half of the pictures {}, all {}; used {}; downs {}; waited {}",
        of_all(|c| c.rise),
        all.iter().filter(|c| c.rise > 8.0).count(),
        of_all(|c| c.missing),
        of_all(|c| c.worst),
        all.iter().filter(|c| c.worst > 1.0).count(),
        of_all(|c| c.after),
        of_all(|c| c.half),
        of_all(|c| c.all),
        of_all(|c| c.used),
        of_all(|c| c.downs),
        of_all(|c| c.waited),
    );
}

/// What holds at some moments of a row: the line is used again, and sound is whole.
fn holds(row: usize) {
    if let Some(of) = number("FALLS") {
        return table(ROWS[row], of);
    }
    for n in 0..MOMENTS {
        let seen = course(ROWS[row], n, MOMENTS, false);
        assert!(seen.rise <= RISE_MOST, "{n} of {:?}: {seen:?}", ROWS[row]);
        assert!(seen.missing <= MISSING_MOST, "{n} of {:?}: {seen:?}", ROWS[row]);
    }
}

#[test]
fn from_3_to_1_and_back() {
    holds(0);
}

#[test]
fn from_2_to_a_half_and_back() {
    holds(1);
}

#[test]
fn from_5_to_1_5_and_back() {
    holds(2);
}

#[test]
fn from_3_to_1_and_back_with_a_short_queue() {
    holds(3);
}

#[test]
fn from_3_to_1_and_back_with_a_long_queue_far_away() {
    holds(4);
}

#[test]
fn from_3_to_1_and_back_far_away() {
    holds(5);
}

/// What was seen of a line that stays as it is, in the minute after half a minute.
#[derive(Debug)]
struct Calm {
    pictures_per_second: f64,
    downs: u64,
    /// Of the sound, %.
    missing: f64,
}

/// Of a line of about so much.
fn calm(kbps: u64, n: u64, tells: bool) -> Calm {
    let kbps = kbps * (1_000 + n * 4) / 1_000;
    let mut run = Run::new(Row { full: kbps, less: kbps, queue: 300, rtt: 20 }, n, tells);
    run.run(Duration::from_secs(30));
    let (from, downs) = (run.now(), run.scene.w.stats().steps_down);
    run.run(Duration::from_secs(60));
    let to = run.now();
    let frames: usize = (1..=60).map(|n| run.frames(from + SECOND * n)).sum();
    Calm {
        pictures_per_second: frames as f64 / 60.0,
        downs: run.scene.w.stats().steps_down - downs,
        missing: run.missing(from, to - SECOND),
    }
}

/// Prints a row of the table.
fn table_of_calm(kbps: u64, of: u64) {
    let tells = number("FALL").is_some();
    let all: Vec<Calm> = (0..of).map(|n| calm(kbps, n, tells)).collect();
    println!(
        "{kbps} kbit/s: pictures {}, downs {}, sound missing {}",
        spread(all.iter().map(|seen| seen.pictures_per_second).collect()),
        spread(all.iter().map(|seen| seen.downs as f64).collect()),
        spread(all.iter().map(|seen| seen.missing).collect()),
    );
}

/// To look for more costs a line that has none little: pictures go on, and no sound is lost.
#[test]
fn lines_that_stay() {
    if let Some(of) = number("FALLS") {
        for kbps in [500, 600, 700, 1_000, 1_500, 2_000, 3_000] {
            table_of_calm(kbps, of);
        }
        return;
    }
    for (kbps, pictures_per_second) in [(500, 28.0), (700, 64.0), (1_500, 76.0)] {
        let seen = calm(kbps, 0, false);
        let is_calm = seen.downs <= DOWNS_MOST && seen.missing < 0.5;
        assert!(is_calm && seen.pictures_per_second >= pictures_per_second, "{kbps} kbit/s: {seen:?}");
    }
}
