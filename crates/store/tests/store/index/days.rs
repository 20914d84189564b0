//! O076: what the days of an app come to is what its session list comes to, over any range, however the sessions got in.

use std::collections::BTreeMap;

use sederunt_core::fact::{EndReason, LeaveReason};
use sederunt_core::id::Id;
use sederunt_core::time::{Day, UnixMs};
use sederunt_dice::Dice;
use sederunt_store::{DayQuery, DayRow, ImportOptions, Store};
use serde_json::{Value, json};

use super::{open, settle, small};
use crate::common::{NODE, Recorder, all, app_row, at, person};

/// Sessions of both apps together.
const SESSIONS: u64 = 10_000;
/// Of these, so many in a hundred are imported, and one in so many of the others goes on.
const IMPORTED: u64 = 70;
const LIVE_ONE_IN: u64 = 10;
/// Days on which they begin.
pub(super) const DAYS: i64 = 100;
pub(super) const DAY_MS: i64 = 86_400_000;
pub(super) const APPS: [&str; 2] = ["a", "b"];
/// Pages of the list.
const PAGE: u32 = 100;

/// An instant of the range; often near midnight.
fn instant(dice: &mut Dice) -> i64 {
    let midnight = dice.number(DAYS) * DAY_MS - at(0).0 % DAY_MS;
    midnight + if dice.chance(30) { dice.between(-2, 2) } else { dice.number(DAY_MS) }
}

fn record(dice: &mut Dice, app: &str, n: u64) -> Value {
    let id = |kind: u128, i: u64| Id::from_u128(kind << 64 | u128::from(n) << 8 | u128::from(i)).to_string();
    let time = |ms: i64| jiff::Timestamp::from_millisecond(at(ms).0).unwrap().to_string();
    let started = instant(dice);
    let mut end = started;
    let stays: Vec<_> = (0..=dice.below(3))
        .map(|i| {
            let joined = started + dice.number(60_000);
            let left = joined + dice.number(2 * DAY_MS);
            end = end.max(left);
            json!({ "peer": id(1, i), "participant": id(2, i), "joined_at": time(joined), "left_at": time(left) })
        })
        .collect();
    json!({
        "app": app,
        "meeting": { "id": id(if app == "a" { 3 } else { 4 }, 0) },
        "session": { "id": id(5, 0), "started_at": time(started), "ended_at": time(end) },
        "stays": stays,
    })
}

/// What a room writes of a session; maybe without its end.
fn recorded(dice: &mut Dice, app: &str, n: u64) -> Recorder {
    let (meeting, session) = (u128::from(n) << 8 | 6 << 64, u128::from(n) << 8 | 7 << 64);
    let mut room = Recorder::new(app, meeting, session);
    room.offset_ms = *dice.pick(&[0, 0, 3_600_000, -7_200_000]);
    let mut now = instant(dice);
    room.start(at(now), "Weekly");
    let goes_on = dice.one_in(LIVE_ONE_IN);
    let people = 1 + dice.below(3);
    let peer = |i: u64| u128::from(n) << 8 | u128::from(i);
    for i in 0..people {
        room.join(at(now), peer(i), peer(i), person("x", None));
        now += dice.number(600_000);
    }
    for i in 0..people {
        if goes_on && dice.chance(50) {
            continue;
        }
        room.away(at(now), peer(i));
        now += dice.number(10_000);
        if dice.chance(50) {
            room.back(at(now), peer(i));
            now += dice.number(DAY_MS);
        }
        room.leave(at(now), peer(i), LeaveReason::Left);
    }
    if !goes_on {
        room.end(at(now), EndReason::AllParticipantsLeft);
    }
    room
}

/// History of both apps: imports, and what rooms record, some of which go on.
pub(super) async fn fill(store: &Store, dice: &mut Dice) {
    for app in APPS {
        store.create_app(app_row(app), Vec::new()).await.unwrap();
    }
    let (mut lines, mut writes) = (String::new(), Vec::new());
    for n in 0..SESSIONS {
        let app = if dice.one_in(10) { "b" } else { "a" };
        if dice.chance(IMPORTED) {
            lines.push_str(&format!("{}\n", record(dice, app, n)));
        } else {
            // Groups of several rooms, some of which are in more than one of them.
            let facts = recorded(dice, app, n).take();
            let now = dice.index(facts.len() + 1);
            let mut facts = facts.into_iter();
            writes.extend(facts.by_ref().take(now));
            if dice.one_in(20) {
                store.remember(NODE, std::mem::take(&mut writes)).await.unwrap();
            }
            writes.extend(facts);
        }
    }
    store.remember(NODE, writes).await.unwrap();
    let store = store.clone();
    let import = move || store.import(lines.as_bytes(), &ImportOptions::default(), |_| {}).unwrap();
    let report = tokio::task::spawn_blocking(import).await.unwrap();
    assert!(report.rejected.is_empty() && report.imported > SESSIONS / 2, "{report:?}");
}

/// The days as the session list has them, page by page.
async fn listed(store: &Store, app: &str, range: (Day, Day), now: UnixMs) -> Vec<DayRow> {
    let mut days: BTreeMap<Day, DayRow> = BTreeMap::new();
    let mut q = all(app, now);
    (q.started_from, q.started_to, q.limit) = (Some(range.0.start()), Some(range.1.end()), PAGE);
    loop {
        let page = store.sessions(q.clone()).await.unwrap();
        for row in &page.items {
            let day = row.started_at.day();
            let sum = days.entry(day).or_insert(DayRow { day, sessions: 0, consumed_ms: 0 });
            sum.sessions += 1;
            sum.consumed_ms += row.consumed_ms(now);
        }
        q.offset += u64::from(PAGE);
        if q.offset >= page.total {
            return days.into_values().collect();
        }
    }
}

async fn compare(store: &Store, dice: &mut Dice, when: &str) {
    let first = at(-at(0).0 % DAY_MS).day();
    for round in 0..8 {
        let now = at(DAYS * DAY_MS + dice.number(DAY_MS));
        let (a, b) = (dice.between(-2, DAYS + 2), dice.between(-2, DAYS + 2));
        let range = if round == 0 { (-2, DAYS + 2) } else { (a.min(b), a.max(b)) };
        let range = (Day(first.0 + range.0), Day(first.0 + range.1));
        for app in APPS {
            let q = DayQuery { app: app.into(), first: range.0, last: range.1, now };
            let days = store.days(q).await.unwrap();
            assert_eq!(days, listed(store, app, range, now).await, "{when}: {app} {range:?}");
            assert!(round > 0 || days.len() > 50, "{when}: {app} has something on {} days", days.len());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o076_the_days_are_those_of_the_session_list() {
    let mut dice = Dice::from_env("SEDERUNT_DAYS_SEED");
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), small(1, 500));
    fill(&store, &mut dice).await;
    settle(&store).await;
    let before = store.index_stats().answers;
    compare(&store, &mut dice, "sealed").await;
    assert!(store.index_stats().answers > before, "the list came from the index");
    drop(store);
    let store = open(dir.path(), small(1, 500));
    let now = at((DAYS + 30) * DAY_MS);
    store.recover("node-b", now).await.unwrap();
    compare(&store, &mut dice, "recovered").await;
    let report = tokio::task::spawn_blocking({
        let store = store.clone();
        move || store.verify(|_, _| {}).unwrap()
    });
    assert_eq!(report.await.unwrap().differences, Vec::<String>::new());
}

#[tokio::test]
async fn an_unknown_app_has_no_days() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), small(1, 500));
    let q = DayQuery { app: "nobody".into(), first: Day(i64::MIN), last: Day(i64::MAX), now: at(0) };
    assert_eq!(store.days(q).await.unwrap(), []);
}
