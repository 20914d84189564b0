//! The real binary, killed with SIGKILL again and again at random instants: under joins, leaves, reads, kicks and
//! returns of those who were kicked while it seals and merges and tells receivers of webhooks, while it imports, while it rebuilds the index, and while
//! somebody sets its wall clock. What was acknowledged is in the ledger, nothing is there that did not happen, who was
//! removed stays out, the lists say what an export says, and receivers were told exactly that. Families beside them play
//! waiting room, stage and breakout rooms, and go on after each kill from what they were told.
//!
//! `TORTURE_SEED=…` repeats a run, `TORTURE_KILLS=…` makes it longer: `cargo xtask torture --kills 1000`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::unwrap_in_result,
    reason = "a test panics when it fails"
)]
#![allow(clippy::print_stdout, reason = "what the load was is shown when the test fails")]

#[path = "../common/mod.rs"]
mod common;

mod check;
mod clock;
mod compare;
mod family;
mod hooks;
mod imports;
mod index;
mod large;
mod load;
mod removal;
mod removed;
mod truth;

use std::path::Path;
use std::time::{Duration, Instant};

use common::client::Pass;
use common::http::{Kit, passes_in};
use common::wall::Wall;
use common::{FirstRun, Server, stdout_of};
use sederunt_dice::Dice;

use clock::{Clock, SET_EVERY};
use family::Families;
use hooks::Hooks;
use imports::Imports;
use load::{Log, Scene};
use sederunt_core::id::Id;
use truth::Truth;

/// Kills of a run that says nothing else.
const KILLS: u64 = 55;
/// Every so many kills a round lasts longer than a heartbeat may take: a stay of that length must be counted.
const LONG_EVERY: u64 = 25;
/// Every so many kills, it is an import that is killed …
const IMPORT_EVERY: u64 = 5;
/// … or a rebuild of the index.
const REBUILD_EVERY: u64 = 11;
/// Every so many kills the ledger is verified, also before the end.
const VERIFY_EVERY: u64 = 50;
/// After so many kills the load moves to other rooms: one remembers a bounded number of removals, and a round lasts as long as the
/// families need to come back.
const MOVE_EVERY: u64 = 15;
const MEETINGS: usize = 4;
const PEOPLE: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_sigkill() {
    let kills = std::env::var("TORTURE_KILLS").map_or(KILLS, |n| n.parse().unwrap());
    let rng = Dice::from_env("TORTURE_SEED");
    let dir = tempfile::tempdir().unwrap();
    let (data, start) = (dir.path().join("data"), Instant::now());
    let mut clock = Clock::new(Wall::build(dir.path()));
    let server = clock.serve(&data, &mut rng.fork(u64::MAX));
    let first = FirstRun::read(&data);
    let meetings = MEETINGS * usize::try_from(kills.div_ceil(MOVE_EVERY)).unwrap();
    let kit = Kit::new(&server.bound.http, &first);
    let hooks = Hooks::open(&kit).await;
    let everybody = passes_in(&kit, meetings, PEOPLE, async |m| hooks.meeting(&kit, m).await).await;
    let families = Families::open(&kit).await;
    stop(server);
    let log = Log::default();
    let mut imports = Imports::new(dir.path(), &data, &first.app_id);
    for kill in 0..kills {
        let mut rng = rng.fork(kill);
        if kill % IMPORT_EVERY == IMPORT_EVERY - 1 {
            imports.round(&mut rng).await;
        } else if kill % REBUILD_EVERY == REBUILD_EVERY - 1 {
            index::killed_rebuild(&data, &mut rng).await;
        } else {
            let is_long = kill % LONG_EVERY == LONG_EVERY - 2;
            let load_ms = if is_long { rng.within(8_000..9_000) } else { rng.within(1..400) };
            let server = clock.serve(&data, &mut rng);
            let (metrics, players) = (server.bound.metrics.clone(), rng.fork(3));
            let scene = Scene::open(server, &first, &log);
            let is_set = kill % SET_EVERY == 0;
            let until = async {
                if is_set {
                    clock.set(&metrics, &mut rng).await;
                } else {
                    under_load(kill, &families, load_ms).await;
                }
            };
            hooks.is_out((kills / 4..kills / 2).contains(&kill));
            let rooms = usize::try_from(kill / MOVE_EVERY).unwrap();
            let people = everybody.chunks(MEETINGS * PEOPLE).nth(rooms).unwrap();
            scene.round(people, &families, &players, until).await;
            hooks.killed();
        }
        if kill % VERIFY_EVERY == VERIFY_EVERY - 1 {
            println!("{} kills, {:.0} s", kill + 1, start.elapsed().as_secs_f64());
            verify(&data);
        }
    }
    println!("{kills} kills, {:.0} s", start.elapsed().as_secs_f64());
    let server = clock.serve(&data, &mut rng.fork(u64::MAX));
    let kit = Kit::new(&server.bound.http, &first);
    removal::end_all(&kit, &everybody, &log).await;
    families.end(&kit).await;
    let truth = Truth::export(&data);
    let all = [rooms(&everybody), families.rooms(&truth)].concat();
    hooks.settle(&kit, &truth, &all).await;
    families.check(&truth, clock.offs(), &kit, kills).await;
    stop(server);
    imports.complete();
    verify(&data);

    let truth = Truth::export(&data);
    imports.check(&truth);
    hooks.check(&truth, &all, kills);
    let straight = clock.straightened(&truth, &rooms(&everybody), &log.lock().unwrap());
    check::stays(&straight, &everybody, &log.lock().unwrap(), kills);
    removed::check(&straight, &log.lock().unwrap());
    log.lock().unwrap().sealing.check(kills);
    lists_agree(&data, &mut rng.fork(kills), &first, &truth).await;
    println!("all checked, {:.0} s", start.elapsed().as_secs_f64());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_import_survives_sigkill() {
    let sessions = std::env::var("TORTURE_IMPORT").map_or(large::SESSIONS, |n| n.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    large::imports(dir.path(), sessions, &mut Dice::from_env("TORTURE_SEED").fork(1)).await;
}

/// The lists say what an export says, from the index and from SQL.
async fn lists_agree(data: &Path, rng: &mut Dice, first: &FirstRun, truth: &Truth) {
    let server = index::serve(data, rng, &[]);
    compare::lists(&server.bound.http, first, truth).await;
    index::has_answered(&server.bound.metrics).await;
    stop(server);
    verify(data);
    index::remove(data);
    let server = Server::start(data, &["--index-from-sessions", "1000000000"]);
    compare::lists(&server.bound.http, first, truth).await;
    stop(server);
    verify(data);
}

fn rooms(everybody: &[Pass]) -> Vec<Id> {
    everybody.iter().map(|pass| Id::parse(&pass.meeting).unwrap()).collect()
}

/// Until a kill. Before every second one, all families have come back and found what they knew.
async fn under_load(kill: u64, families: &Families, load_ms: u64) {
    if kill % 2 == 1 {
        families.are_back().await;
    }
    at_instant(Duration::from_millis(load_ms)).await;
}

/// The instant of a kill is drawn: nothing is waited for.
async fn at_instant(after: Duration) {
    let nothing = std::future::pending::<()>();
    assert!(tokio::time::timeout(after, nothing).await.is_err(), "nothing never comes");
}

/// SIGTERM, and a good end.
fn stop(server: Server) {
    server.terminate();
    assert!(server.ended().success());
}

/// The rows of the ledger are what its facts say, and the index holds what the rows say.
fn verify(data: &Path) {
    let verified = stdout_of(&["verify", "--data", data.to_str().unwrap()]);
    assert!(verified.ends_with("no differences\n"), "{verified}");
    let verified = stdout_of(&["index", "verify", "--data", data.to_str().unwrap()]);
    assert!(verified.ends_with("no differences\n"), "{verified}");
}
