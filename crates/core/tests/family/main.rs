//! Seeded histories of a meeting with its breakout rooms: the real engines, words between them that come late, people who make
//! rooms, move others, go, come back, vanish, are kicked, rooms that fail between what is durable and what is said, and processes that are killed. After every step nobody is in two rooms, no minute is
//! twice or lost, and sessions belong together; in the end everybody is where he belongs, and is told so.
//!
//! `SIM_SEED=<n>` runs one history and says what it did; `SIM_HISTORIES=<n>` how many are run (default 10 000).
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic and talk")]

mod check;
mod ledger;
mod people;
mod world;

use world::World;

const HISTORIES: u64 = 10_000;
const STEPS: u32 = 150;

fn run(seed: u64, verbose: bool) -> world::Counts {
    let mut world = World::new(seed, verbose);
    for _ in 0..STEPS {
        world.step();
    }
    world.settle();
    world.counts
}

#[test]
fn families() {
    if let Ok(seed) = std::env::var("SIM_SEED") {
        run(seed.parse().unwrap(), true);
        return;
    }
    let mut sum = world::Counts::default();
    let histories = std::env::var("SIM_HISTORIES").map_or(HISTORIES, |n| n.parse().unwrap());
    for seed in 0..histories {
        let result = std::panic::catch_unwind(|| run(seed, false));
        let Ok(counts) = result else { panic!("history {seed} failed: run it alone with SIM_SEED={seed}") };
        sum.add(&counts);
    }
    // The histories are worth something only if all of it happens in them.
    println!("{sum:?}");
    assert!(sum.ended > 1_500 && sum.turned_out > 50 && sum.failures > 2_500, "{sum:?}");
    assert!(sum.on_the_way > 200, "{sum:?}");
    assert!(
        sum.moves > 7_500
            && sum.kills > 2_500
            && sum.redirects > 1_000
            && sum.closed > 2_500
            && sum.kicked > 1_500,
        "{sum:?}"
    );
}
