//! Seeded histories of a meeting with its breakout rooms: the real engines, words between them that come late, people who make
//! rooms, move others, go, come back, vanish, and processes that are killed. After every step nobody is in two rooms, no minute is
//! twice or lost, and sessions belong together; in the end everybody is where he belongs, and is told so.
//!
//! `SIM_SEED=<n>` runs one history and says what it did.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic and talk")]

mod check;
mod people;
mod world;

use world::World;

const HISTORIES: u64 = 2_000;
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
    for seed in 0..HISTORIES {
        let result = std::panic::catch_unwind(|| run(seed, false));
        let Ok(counts) = result else { panic!("history {seed} failed: run it alone with SIM_SEED={seed}") };
        sum.add(&counts);
    }
    // The histories are worth something only if all of it happens in them.
    println!("{sum:?}");
    assert!(sum.moves > 1_500 && sum.kills > 500 && sum.redirects > 200 && sum.closed > 500, "{sum:?}");
}
