//! Seeded histories of one endpoint in virtual time, against a model of the store, the log and the receiver: up, down for
//! a day, coming and going, silent, refusing now and then, refusing one event for ever; with the process killed before and
//! after what it keeps is durable, and with clocks that are set.
//!
//! `SEED=<n>` runs one history and says what it did; `SEEDS=<n>` how many are run.

mod check;
mod plan;
mod world;

use crate::broken::Broken;
use plan::Kind;
use world::World;

/// Histories of a usual run of the tests: seconds. `SEEDS=10000` takes minutes.
const SEEDS: u64 = 400;
/// A rule that is broken is noticed within so many histories.
const SEEDS_BROKEN: u64 = 400;

fn env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Runs every second history, so that the two tests use the cores there are.
fn half(rest: u64) {
    if let Some(seed) = env("SEED") {
        if rest == 0 {
            let mut world = World::new(seed, None, true);
            world.run();
            assert_eq!(world.fault(), None, "history {seed}");
        }
        return;
    }
    for seed in (0..env("SEEDS").unwrap_or(SEEDS)).filter(|seed| seed % 2 == rest) {
        let mut world = World::new(seed, None, false);
        world.run();
        assert_eq!(world.fault(), None, "history {seed} failed: run it alone with SEED={seed}");
    }
}

#[test]
fn histories_0() {
    half(0);
}

#[test]
fn histories_1() {
    half(1);
}

/// The histories are worth something only if they get into every corner.
#[test]
fn histories_reach_every_corner() {
    let mut seen = std::collections::BTreeMap::<&'static str, u64>::new();
    let mut kinds = std::collections::BTreeSet::new();
    for seed in 0..150 {
        let mut world = World::new(seed, None, false);
        world.run();
        kinds.insert(world.kind());
        for (what, times) in world.seen() {
            *seen.entry(what).or_default() += times;
        }
    }
    assert_eq!(kinds.len(), Kind::ALL.len(), "{kinds:?}");
    let all = [
        "killed before",
        "killed after",
        "stopped",
        "clock set",
        "down",
        "back",
        "given up",
        "enabled",
        "second probe",
        "alone",
        "behind",
        "walk",
        "overlap",
        "again after a kill",
        "refused",
        "used up",
        "retry after",
        "asked again",
    ];
    let missing: Vec<_> = all.iter().filter(|what| !seen.contains_key(*what)).collect();
    assert!(missing.is_empty(), "never seen: {missing:?}, seen: {seen:?}");
}

/// And only if they notice when a rule does not hold.
#[test]
fn every_broken_rule_is_noticed() {
    let mut unnoticed = Vec::new();
    for rule in Broken::ALL {
        let fault = (0..SEEDS_BROKEN).find_map(|seed| {
            let mut world = World::new(seed, Some(*rule), false);
            world.run();
            world.fault().map(|fault| format!("{rule:?}: history {seed}: {fault}"))
        });
        match fault {
            Some(fault) => println!("{fault}"),
            None => unnoticed.push(rule),
        }
    }
    assert!(unnoticed.is_empty(), "nobody noticed: {unnoticed:?}");
}
