//! The real binary, and somebody who sets the wall clock while people are in.

use std::path::PathBuf;
use std::time::Instant;

use crate::common::client::{Client, Pass};
use crate::common::http::{Kit, get, passes};
use crate::common::wall::Wall;
use crate::common::{DEADLINE, FirstRun, Server, stdout_of, text};
use sederunt_dice::Dice;
use serde_json::Value;

const HOUR: i64 = 3_600_000;
/// Whoever asks and whoever answers are not at the same instant.
const SLACK_MINUTES: f64 = 0.05;

struct Scene {
    dir: tempfile::TempDir,
    wall: Wall,
    server: Server,
    kit: Kit,
    passes: Vec<Pass>,
    rng: Dice,
}

impl Scene {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let wall = Wall::build(dir.path());
        let server = start(&dir, &wall);
        let kit = Kit::new(&server.bound.http, &FirstRun::read(&data(&dir)));
        let passes = passes(&kit, 1, 2).await;
        Self { dir, wall, server, kit, passes, rng: Dice::from_env("SEED") }
    }

    async fn joined(&mut self, who: usize) -> Client {
        let peer = self.rng.uuid();
        let mut client = Client::to(&self.server, &self.passes[who], &peer).await;
        client.join().await.unwrap();
        client
    }

    /// The newest session as the list shows it.
    async fn session(&self) -> Value {
        self.kit.get("/sessions?sort_by=minutesConsumed").await["data"]["sessions"][0].clone()
    }

    async fn minutes(&self) -> f64 {
        self.session().await["minutes_consumed"].as_f64().unwrap()
    }

    async fn beats(&self) -> f64 {
        metric(&self.server, "sederunt_heartbeats_total").await
    }

    async fn live(&self) -> u64 {
        self.session().await["live_participants"].as_u64().unwrap()
    }

    async fn participants(&self) -> Vec<Value> {
        let id = text(&self.session().await, "/id");
        let page = self.kit.get(&format!("/sessions/{id}/participants?sort_by=duration")).await;
        page["data"]["participants"].as_array().unwrap().clone()
    }

    async fn until_live(&self, wanted: u64) {
        let start = Instant::now();
        while self.live().await != wanted {
            assert!(start.elapsed() < DEADLINE, "{:?}\n{}", self.session().await, self.server.log());
        }
    }

    /// Waits until the server has noticed that its wall clock is off by what it is.
    async fn until_noticed(&self) {
        let wanted = self.wall.off_ms() as f64 / 1000.0;
        let start = Instant::now();
        loop {
            let shown = metric(&self.server, "sederunt_clock_offset_seconds").await;
            if (shown - wanted).abs() < 0.1 {
                return;
            }
            assert!(start.elapsed() < DEADLINE, "{shown} for {wanted}");
        }
    }
}

fn data(dir: &tempfile::TempDir) -> PathBuf {
    dir.path().join("data")
}

fn start(dir: &tempfile::TempDir, wall: &Wall) -> Server {
    Server::start_in(&data(dir), &["--reconnect-grace-secs", "1"], &wall.environment())
}

async fn metric(server: &Server, name: &str) -> f64 {
    let page = get(&server.bound.metrics, "/metrics").await.body;
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in\n{page}")).parse().unwrap()
}

fn ms(instant: &Value) -> i64 {
    instant.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// An hour that nobody was there is nobody's, and no minute that somebody was there is lost.
#[tokio::test]
async fn setting_the_wall_clock_bills_nothing_and_takes_nothing_back() {
    let mut scene = Scene::new().await;
    let began = Instant::now();
    let (mut ann, mut ben) = (scene.joined(0).await, scene.joined(1).await);
    let began_at = ms(&scene.session().await["started_at"]);
    let mut shown = scene.minutes().await;
    for by_ms in [HOUR, -2 * HOUR, 10 * 60_000, -600] {
        scene.wall.set(by_ms);
        let now = scene.minutes().await;
        assert!(now >= shown, "set by {by_ms}: minutes fell from {shown} to {now}");
        let most = 2.0 * began.elapsed().as_secs_f64() / 60.0 + 0.001;
        assert!(now <= most, "set by {by_ms}: {now} minutes are more than {most}");
        assert!(scene.participants().await.iter().all(|p| p["duration"].as_f64().unwrap() <= most / 2.0));
        scene.until_noticed().await;
        shown = now;
    }
    assert!(metric(&scene.server, "sederunt_clock_steps_total").await >= 4.0);
    scene.server.has_logged("the wall clock was set");

    ann.leave().await.unwrap();
    ben.leave().await.unwrap();
    let elapsed = began.elapsed().as_secs_f64() / 60.0;
    scene.until_live(0).await;
    for person in scene.participants().await {
        let length = ms(&person["left_at"]) - ms(&person["joined_at"]);
        let minutes = length as f64 / 60_000.0;
        assert!(minutes > 0.0 && (minutes - elapsed).abs() < SLACK_MINUTES, "{elapsed} minutes: {person}");
    }
    // Within the keep-alive it is the same session, in its own time; the next one has the new time.
    let _back = scene.joined(0).await;
    assert_eq!(ms(&scene.session().await["started_at"]), began_at);
    let path = format!("/meetings/{}/active-session/kick-all", scene.passes[0].meeting);
    scene.kit.try_post(&path, None).await.unwrap();
    let _again = scene.joined(1).await;
    let list = scene.kit.get("/sessions?status=LIVE").await;
    let late = ms(&list["data"]["sessions"][0]["started_at"]) - began_at - scene.wall.off_ms();
    assert!((0..i64::try_from(began.elapsed().as_millis()).unwrap() + 200).contains(&late), "{late}: {list}");
}

/// Somebody whose connection broke does not stay in the count because the wall clock went back.
#[tokio::test]
async fn the_grace_is_as_long_as_it_is() {
    let mut scene = Scene::new().await;
    let _ann = scene.joined(0).await;
    let ben = scene.joined(1).await;
    drop(ben);
    scene.wall.set(-10 * 60_000);
    scene.until_live(1).await;
    scene.wall.set(2 * HOUR);
    assert_eq!(scene.live().await, 1);
}

/// Killed a moment after the wall clock was set; the next process takes the session up in its own time.
#[tokio::test]
async fn a_session_goes_on_over_a_restart_with_another_wall_clock() {
    for by_ms in [HOUR, -2 * HOUR] {
        let mut scene = Scene::new().await;
        let began = Instant::now();
        let _ann = scene.joined(0).await;
        let session = scene.session().await;
        scene.wall.set(by_ms);
        scene.until_noticed().await;
        // A beat from now on knows of it: the one out of turn, or the next one.
        let (beats, wait) = (scene.beats().await, Instant::now());
        while scene.beats().await == beats {
            assert!(wait.elapsed() < DEADLINE, "no heartbeat");
        }
        let Scene { dir, wall, server, passes, rng, .. } = scene;
        server.kill();
        let server = start(&dir, &wall);
        let kit = Kit::new(&server.bound.http, &FirstRun::read(&data(&dir)));
        let mut scene = Scene { dir, wall, server, kit, passes, rng };
        let _back = scene.joined(0).await;
        let now = scene.session().await;
        assert_eq!(
            (&now["id"], &now["started_at"]),
            (&session["id"], &session["started_at"]),
            "set by {by_ms}"
        );
        let people = scene.participants().await;
        let elapsed_ms = i64::try_from(began.elapsed().as_millis()).unwrap();
        for person in &people {
            let after = ms(&person["joined_at"]) - ms(&session["started_at"]);
            assert!((0..=elapsed_ms + 200).contains(&after), "{after} of {elapsed_ms}: {person}");
        }
        assert_eq!(people.len(), 2);
        assert!(scene.minutes().await <= elapsed_ms as f64 / 60_000.0);
        let Scene { dir, server, .. } = scene;
        server.terminate();
        assert!(server.ended().success());
        let verified = stdout_of(&["verify", "--data", data(&dir).to_str().unwrap()]);
        assert!(verified.ends_with("no differences\n"), "{verified}");
    }
}
