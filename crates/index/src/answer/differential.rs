//! Random histories and random queries, answered by the index and by filtering and sorting plain rows.

mod oracle;
mod world;

use world::{Rng, World};

/// Histories; each is asked [`QUERIES`] questions.
const HISTORIES: u64 = 500;
const QUERIES: u64 = 100;

fn run(first_seed: u64, size: usize) {
    let (mut matches, mut pages) = (0, 0);
    for seed in first_seed..first_seed + HISTORIES {
        let mut world = World::new(Rng(seed), size);
        for nth in 0..QUERIES {
            if nth % 5 == 0 {
                world.go_on();
            }
            let (q, ways) = world.question();
            let expected = oracle::answer(&world.rows, &q);
            let snapshot = world.index.snapshot();
            let answer = snapshot.answer_within(&q, ways).owned();
            assert_eq!(answer, expected, "seed {seed}, question {nth}: {q:?} {ways:?}");
            let cheap = snapshot.is_cheap(&q);
            assert!(!cheap || q.search.is_none(), "seed {seed}, question {nth}: {q:?}");
            matches += answer.total;
            pages += u64::from(!answer.rows.is_empty());
        }
        world.check();
    }
    // The questions are such that there is something to find.
    assert!(matches > HISTORIES * QUERIES && pages > HISTORIES * QUERIES / 4, "{matches} {pages}");
}

#[test]
fn small_histories_answer_like_plain_rows() {
    run(0x5ede_0000, 60);
}

#[test]
fn larger_histories_answer_like_plain_rows() {
    run(0x5ede_8000, 250);
}

#[test]
fn a_snapshot_does_not_see_later_changes() {
    for seed in 0..40 {
        let mut world = World::new(Rng(seed), 100);
        let (before, rows) = (world.index.snapshot(), world.rows.clone());
        for _ in 0..10 {
            world.go_on();
            let (q, ways) = world.question();
            assert_eq!(
                before.answer_within(&q, ways).owned(),
                oracle::answer(&rows, &q),
                "seed {seed}: {q:?}"
            );
        }
    }
}
