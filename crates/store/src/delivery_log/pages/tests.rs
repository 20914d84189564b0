//! How much a call looks at, with bounds that a test can reach.

use sederunt_core::id::AppId;
use sederunt_core::time::Day;
use sederunt_dice::Dice;

use super::super::answer::State;
use super::super::day_file::DayFile;
use super::super::entry::{Delivered, Failed};
use super::super::retention::Item;
use super::super::rows::{STRETCH, rows};
use super::super::successes;
use super::*;

const DAY: Day = Day(20_786);

fn endpoint() -> Id {
    Id::from_u128(1)
}

fn success(key: Key, day: Day) -> Delivered {
    Delivered {
        app: AppId::from("a"),
        endpoint: endpoint(),
        key,
        attempt: 1,
        at: day.start(),
        latency_ms: 5,
        status: 200,
    }
}

fn failure(key: Key, day: Day) -> Failed {
    Failed {
        app: AppId::from("a"),
        endpoint: endpoint(),
        key,
        meeting: MeetingId::from_u128(3),
        attempt: 1,
        at: day.start(),
        latency_ms: 5,
        status: Some(500),
        phase: None,
        excerpt: Vec::new(),
    }
}

/// Writes into the file of a day.
fn put(shared: &Shared, day: Day, mut successes: Vec<Delivered>, failures: &[Failed]) {
    let mut file = DayFile::open(&shared.folder, day).unwrap();
    file.write(&rows(&mut successes), failures.iter().map(|failed| (failed, None)), false).unwrap();
    shared.folder.measure(Item { day, is_aside: false });
}

#[test]
fn a_stretch_is_folded_once_for_all_that_is_wanted_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let shared = Shared::open(dir.path());
    let two = [0, STRETCH].into_iter().flat_map(|start| (0..300).map(move |n| Key::first(start + n)));
    put(&shared, DAY, two.map(|key| success(key, DAY)).collect(), &[]);
    let keys: Vec<Key> =
        [50, STRETCH + 50].map(|at| (at..at + 80).map(Key::first)).into_iter().flatten().collect();
    let seqs = |page: &Page| page.deliveries.iter().map(|d| d.key.seq).collect::<Vec<_>>();
    let newest: Vec<u64> = (STRETCH + 50..STRETCH + 130).rev().collect();
    let oldest: Vec<u64> = (50..130).rev().collect();
    let call = |keys: &[Key], look_max| {
        read(&shared, endpoint(), None, |files| several(files, keys, ATTEMPTS_SHOWN, look_max)).unwrap()
    };
    let all = call(&keys, 301);
    assert_eq!((seqs(&all), all.next), ([newest.clone(), oldest.clone()].concat(), None));
    let first = call(&keys, 300);
    assert_eq!((seqs(&first), first.next), (newest, Some(Key::first(STRETCH + 50))));
    let rest: Vec<Key> = keys.into_iter().filter(|key| first.next.is_some_and(|next| *key < next)).collect();
    let second = call(&rest, 300);
    assert_eq!((seqs(&second), second.next), (oldest, None));
}

#[test]
fn failures_that_are_too_many_are_left_for_the_next_call() {
    let mut dice = Dice::from_env("FOLD_SEED");
    for _ in 0..20 {
        let dir = tempfile::tempdir().unwrap();
        let shared = Shared::open(dir.path());
        let mut any = || Key { seq: dice.below(30), part: dice.below(2) as u8, replay: dice.below(3) as u32 };
        for day in [DAY, Day(DAY.0 + 1)] {
            let failures: Vec<Failed> = (0..200).map(|_| failure(any(), day)).collect();
            put(&shared, day, (0..20).map(|_| success(any(), day)).collect(), &failures);
        }
        let fold = |before, most| {
            let range = Range { first: Key::first(2), before, from: UnixMs(i64::MIN), to: UnixMs(i64::MAX) };
            let fold = read(&shared, endpoint(), None, |files| {
                let fold = Fold::stretch(files, 0, range, most)?;
                let keys = fold.keys.iter().rev().map(|(key, of)| (*key, of.state, of.attempts));
                Ok((keys.collect::<Vec<_>>(), fold.floor, fold.looked))
            });
            fold.unwrap()
        };
        let (all, none, _) = fold(None, FOLD_MAX);
        assert!(none.is_none() && all.iter().any(|(_, state, _)| *state == State::Failed));
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let (keys, floor, looked) = fold(before, 100);
            assert!(!keys.is_empty() && looked <= 40 + 2 * (50 + 60), "{looked}");
            found.extend(keys);
            let Some(floor) = floor else { break };
            before = floor.next();
        }
        assert_eq!(found, all);
        let wanted: BTreeSet<Key> = all.iter().map(|(key, ..)| *key).step_by(3).collect();
        let some: Vec<_> = all.iter().filter(|(key, ..)| wanted.contains(key)).copied().collect();
        let of_only = read(&shared, endpoint(), None, |files| {
            let fold = Fold::only(files, 0, &wanted, FOLD_MAX)?;
            Ok(fold.keys.iter().rev().map(|(key, of)| (*key, of.state, of.attempts)).collect::<Vec<_>>())
        });
        assert_eq!(of_only.unwrap(), some);
    }
}

#[test]
fn of_successes_that_are_too_many_the_oldest_are_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let shared = Shared::open(dir.path());
    for replay in 0..3 {
        let keys = (0..10).map(|seq| Key { seq, part: 0, replay });
        put(&shared, DAY, keys.map(|key| success(key, DAY)).collect(), &[]);
    }
    let replays = |most| {
        let found = read(&shared, endpoint(), None, |files| {
            let mut replays = Vec::new();
            for file in files {
                file.here(successes::newest(file, (0, 9), most, |of| replays.push(of.key.replay)))?;
            }
            replays.dedup();
            Ok(replays)
        });
        found.unwrap()
    };
    assert_eq!(replays(FOLD_MAX), [2, 1, 0]);
    assert_eq!((replays(11), replays(10), replays(0)), (vec![2, 1], vec![2], vec![]));
}
