//! Queries at random: every filter, sort, order, page and search, alone and together.

use sederunt_core::time::UnixMs;
use sederunt_store::{SessionQuery, SessionSort, Status, Store};

use super::world::{Known, World};
use crate::common::words::TERMS;
use crate::common::{all, at};

/// Any query.
pub(crate) fn query(world: &mut World) -> SessionQuery {
    let some: Known = world.known[world.dice.index(world.known.len())].clone();
    let (now, last) = (world.now_ms(), world.known.len() as u64);
    let dice = &mut world.dice;
    let app = if dice.below(12) == 0 { *dice.pick(&["a", "b", "nowhere"]) } else { some.app };
    let instant = |d: &mut sederunt_dice::Dice| match d.below(3) {
        0 => at(some.started_ms + d.between(0, 2) - 1),
        1 => at(d.between(0, now / 10_000) * 10_000),
        _ => *d.pick(&[UnixMs(i64::MIN), UnixMs(0), at(now), UnixMs(i64::MAX)]),
    };
    let search = dice.maybe(2, |d| match d.below(8) {
        0 | 1 => part(d, &some.session.to_string()),
        2 => part(d, &some.meeting.to_string()),
        3 => some.session.to_string(),
        4 => part(d, &some.title),
        _ => (*d.pick(TERMS)).to_owned(),
    });
    SessionQuery {
        now: at(now + dice.between(0, 4) * 25_000),
        meeting: dice.maybe(5, |d| match d.below(5) {
            0 => "abcdef-ghijkl".to_owned(),
            1 => some.meeting.to_string().to_uppercase(),
            2 => some.session.to_string(),
            _ => some.meeting.to_string(),
        }),
        started_from: dice.maybe(4, instant),
        started_to: dice.maybe(4, instant),
        status: dice.maybe(3, |d| *d.pick(&[Status::Live, Status::Ended, Status::Ended])),
        peak_min: dice.maybe(5, |d| d.below(4)),
        peak_max: dice.maybe(5, |d| *d.pick(&[0, 1, 2, 3, 4, 5, u64::MAX])),
        search,
        sort: *dice.pick(&[SessionSort::CreatedAt, SessionSort::MinutesConsumed]),
        ascending: dice.below(2) == 0,
        offset: match dice.below(5) {
            0 => dice.below(30),
            1 => dice.below(last + 2),
            2 => *dice.pick(&[1, 25, 100, 1 << 40, u64::MAX]),
            _ => 0,
        },
        limit: *dice.pick(&[0, 1, 2, 7, 25, 25, 100]),
        ..all(app, UnixMs(0))
    }
}

/// A part of a text, in any case.
fn part(dice: &mut sederunt_dice::Dice, text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.is_empty() {
        return String::new();
    }
    let from = dice.index(chars.len());
    let len = 1 + dice.index(9.min(chars.len() - from));
    let part: String = chars[from..from + len].iter().collect();
    if dice.below(2) == 0 { part.to_uppercase() } else { part }
}

/// Asks both ways.
pub(crate) async fn same(store: &Store, q: &SessionQuery, seed: u64) {
    let answer = store.sessions(q.clone()).await.unwrap();
    let sql = store.sessions_sql(q.clone()).await.unwrap();
    if answer != sql {
        let ids = |page: &sederunt_store::Page<sederunt_store::SessionRow>| -> Vec<_> {
            page.items.iter().map(|s| (s.id, s.consumed_ms(q.now))).collect()
        };
        panic!(
            "SEDERUNT_DIFF_SEED={seed} {q:?}\nindex: {} {:?}\n    sql: {} {:?}\n{answer:?}\n{sql:?}",
            answer.total,
            ids(&answer),
            sql.total,
            ids(&sql)
        );
    }
}

/// Asks many both ways.
pub(crate) async fn many(store: &Store, world: &mut World, queries: usize) {
    for _ in 0..queries {
        let q = query(world);
        same(store, &q, world.dice.seed()).await;
    }
}
