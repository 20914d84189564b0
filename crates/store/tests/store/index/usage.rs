//! Usage from the index is that from the ledger, by both rules, over any stretches, however the sessions got in.

use sederunt_core::time::UnixMs;
use sederunt_dice::Dice;
use sederunt_store::{Pace, PeopleMost, Store, Usage, UsageQuery, UsageRule};

use super::days::{APPS, DAY_MS, DAYS, fill};
use super::{open, settle, small};
use crate::common::at;

/// Minutes by which the midnights of zones are not those of UTC.
const OFFSETS: [i64; 5] = [0, 540, -180, 345, 15];
const MOST: PeopleMost = PeopleMost { stays: 1_000_000, people: 1_000_000 };

async fn both(store: &Store, q: &UsageQuery) -> (Usage, Usage) {
    let (store, q) = (store.clone(), q.clone());
    let ask = move || {
        let pace = Pace::default();
        (store.usage(&pace, &q).unwrap(), store.usage_sql(&pace, &q).unwrap())
    };
    tokio::task::spawn_blocking(ask).await.unwrap()
}

/// Edges at midnights of some zone; sometimes one stretch alone, sometimes one of no length.
fn edges(dice: &mut Dice) -> Vec<UnixMs> {
    let midnight = -at(0).0 % DAY_MS + dice.pick(&OFFSETS) * 60_000;
    let (first, days) = (dice.between(-3, DAYS), dice.between(0, 40));
    let every = *dice.pick(&[1, 7, 30]);
    (0..=days).step_by(every).map(|day| at(midnight + (first + day) * DAY_MS)).collect()
}

async fn compare(store: &Store, dice: &mut Dice, when: &str) {
    let (mut sessions, mut over_edges) = (0, 0);
    for round in 0..60 {
        let edges = edges(dice);
        for app in APPS {
            for rule in [UsageRule::Start, UsageRule::Split] {
                let now = at((DAYS + 40) * DAY_MS);
                let people = [None, Some(MOST), Some(PeopleMost { stays: 50, ..MOST })];
                let people = *dice.pick(&people);
                let q = UsageQuery { app: app.into(), edges: edges.clone(), rule, now, people };
                let (usage, sql) = both(store, &q).await;
                assert_eq!(usage, sql, "{when}, round {round}: {q:?}");
                sessions += usage.sum.sessions;
                over_edges += i64::from(usage.before_ms > 0 && usage.after_ms > 0);
            }
        }
    }
    assert!(sessions > 10_000 && over_edges > 20, "{when}: {sessions} sessions, {over_edges} over edges");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn usage_from_the_index_is_that_of_the_ledger() {
    let mut dice = Dice::from_env("SEDERUNT_USAGE_SEED");
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), small(1, 500));
    fill(&store, &mut dice).await;
    settle(&store).await;
    let stats = store.index_stats();
    assert!(stats.sealed > 5_000 && stats.in_memory > 100, "{stats:?}");
    compare(&store, &mut dice, "sealed").await;
    drop(store);
    // Nothing of what ends now is sealed.
    let store = open(dir.path(), small(1, 1_000_000));
    store.recover("node-b", at((DAYS + 30) * DAY_MS)).await.unwrap();
    compare(&store, &mut dice, "recovered").await;
}
