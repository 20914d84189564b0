//! Seeded lines in virtual time, with a model of the estimator: what holds for every line, whatever its rate, queue, round trip
//! and losses, and whoever sends over it. Rules that are broken on purpose are noticed here. A few lines with the real
//! estimator are in `tests/sfu/downlink.rs`; the model is meant to be as fallible as that one, not to be its equal.
//!
//! `SEED=<n>` runs one line and says what happened; `SEEDS=<n>` how many are run.

mod check;
mod estimator;
mod line;
mod scene;

use std::time::Duration;

use super::tuning::Tuning;
use check::{Sums, faults};
use scene::Scene;

/// Lines of a usual run of the tests: seconds.
const SEEDS: u64 = 1_000;
/// A rule that is broken is noticed within so many lines.
const SEEDS_BROKEN: u64 = 100;

fn env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

fn run(seed: u64, tuning: Tuning, sums: &mut Sums) -> Vec<String> {
    let mut scene = Scene::new(seed, tuning);
    scene.run();
    faults(&scene, sums)
}

/// Runs every fourth line, so that the tests use the cores there are.
fn quarter(rest: u64) {
    let mut sums = Sums::default();
    if let Some(seed) = env("SEED") {
        if rest == 0 {
            let mut scene = Scene::new(seed, Tuning::USED).telling();
            scene.run();
            assert_eq!(faults(&scene, &mut sums), Vec::<String>::new(), "line {seed}");
        }
        return;
    }
    let mut failed = Vec::new();
    for seed in (0..env("SEEDS").unwrap_or(SEEDS)).filter(|seed| seed % 4 == rest) {
        let found = run(seed, Tuning::USED, &mut sums);
        failed.extend(found.into_iter().map(|fault| format!("SEED={seed}: {fault}")));
    }
    failed.extend(sums.fault());
    assert!(failed.is_empty(), "{} faults\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn lines_0() {
    quarter(0);
}

#[test]
fn lines_1() {
    quarter(1);
}

#[test]
fn lines_2() {
    quarter(2);
}

#[test]
fn lines_3() {
    quarter(3);
}

/// Whether the same checks object to these rules.
fn is_noticed(tuning: Tuning) -> bool {
    let mut sums = Sums::default();
    let found = (0..SEEDS_BROKEN).map(|seed| run(seed, tuning, &mut sums).len()).sum::<usize>();
    found > 0 || sums.fault().is_some()
}

/// Steps down on good lines whose server is late.
fn downs_of_late(is_known: bool) -> u64 {
    let downs = |seed: u64| {
        let mut scene = Scene::new(seed, Tuning::USED).served_late(is_known);
        if env("SEED").is_some() {
            scene = scene.telling();
        }
        scene.run();
        let downs: u64 = scene.seconds.iter().map(|second| second.downs).sum();
        // Of what a second brings, frames that fall into it.
        let last: u64 = scene.seconds.iter().rev().take(10).map(|second| second.media_bytes * 8 / 10).sum();
        assert!(!is_known || last * 10 > scene.wanted_bps() * 8, "{seed}: {last} at the end");
        downs
    };
    let seeds = env("SEED").map_or(0..SEEDS_BROKEN, |seed| seed..seed + 1);
    seeds.map(downs).sum()
}

#[test]
fn a_server_that_is_late_takes_no_step_down_on_a_good_line() {
    assert_eq!(downs_of_late(true), 0);
    assert!(downs_of_late(false) > SEEDS_BROKEN, "it would, if it did not know");
}

#[test]
fn the_lines_that_show_what_is_broken_show_nothing_else() {
    assert!(!is_noticed(Tuning::USED));
}

#[test]
fn without_the_fast_drop_it_is_noticed() {
    let never = Duration::from_secs(600);
    assert!(is_noticed(Tuning { drop_loss_permille: u64::MAX, drop_after: never, ..Tuning::USED }));
}

#[test]
fn without_the_back_off_it_is_noticed() {
    let none = Duration::ZERO;
    assert!(is_noticed(Tuning { wait_first: none, wait_most: none, retry_most: none, ..Tuning::USED }));
}

#[test]
fn with_more_given_out_than_there_is_it_is_noticed() {
    assert!(is_noticed(Tuning { use_permille: 1_300, ..Tuning::USED }));
}

#[test]
fn with_nothing_tried_it_is_noticed() {
    let never = Duration::from_secs(600);
    assert!(is_noticed(Tuning {
        ample_permille: u64::MAX,
        try_most: Duration::ZERO,
        retry_most: never,
        ..Tuning::USED
    }));
}
