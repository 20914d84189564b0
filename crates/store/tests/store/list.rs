//! The session list against a naive evaluation in memory, with random sessions and random queries.
//! `LIST_SEED=… cargo nextest run -p sederunt-store list` repeats a failure.

use crate::common::words::{TERMS, TITLES};
use crate::common::{Recorder, T0, all, app_row, at, open, person};
use sederunt_core::fact::{EndReason, LeaveReason};
use sederunt_core::id::Id;
use sederunt_core::tally::SessionColumns;
use sederunt_core::time::UnixMs;
use sederunt_dice::Dice;
use sederunt_store::{SessionQuery, SessionSort, Status, Store};
use unicode_normalization::UnicodeNormalization;

const SESSIONS: usize = 300;
const QUERIES: usize = 1_500;
#[tokio::test]
async fn every_query_answers_as_the_naive_one() {
    let (_dir, store) = open();
    let mut dice = Dice::from_env("LIST_SEED");
    for app in ["p", "q"] {
        store.create_app(app_row(app), Vec::new()).await.unwrap();
    }
    let mut sessions = Vec::new();
    for n in 0..SESSIONS {
        let mut room = session(&mut dice, n);
        room.save(&store).await;
        sessions.push(room.tally.unwrap().columns().clone());
    }
    for _ in 0..QUERIES {
        let q = query(&mut dice, &sessions);
        check(&store, &sessions, &q, dice.seed()).await;
    }
}

/// A session with up to five stays, on a coarse clock so that ties are common.
fn session(dice: &mut Dice, n: usize) -> Recorder {
    let app = if dice.below(4) == 0 { "q" } else { "p" };
    let start = dice.between(0, 20) * 10_000;
    // Either kind of id; meetings have up to one LIVE session, so LIVE ones get a meeting of their own.
    let id = if dice.below(2) == 0 {
        Id::mint(u64::try_from(T0 + start).unwrap(), dice.below(1 << 48)).as_u128()
    } else {
        (u128::from(dice.roll()) << 64) | u128::from(dice.roll())
    };
    let live = dice.below(3) == 0;
    let meeting = if live {
        0x1000 + n as u128
    } else {
        0xa1_b2 + u128::from(dice.below(20)) + u128::from(app == "q") * 64
    };
    let mut room = Recorder::new(app, meeting, id);
    room.start(at(start), dice.pick::<&str>(TITLES));
    let stays = 1 + dice.below(5);
    let mut now = start;
    for peer in 0..u128::from(stays) {
        now += dice.between(0, 2) * 10_000;
        room.join(at(now), 0xb0 + peer, 0xa0 + peer, person("x", None));
    }
    for peer in 0..u128::from(stays) {
        now += dice.between(0, 2) * 10_000;
        match dice.below(4) {
            0 if live => {}
            1 if live => room.away(at(now), 0xb0 + peer),
            _ => room.leave(at(now), 0xb0 + peer, LeaveReason::Left),
        }
    }
    if !live {
        room.end(at(now + 60_000), EndReason::AllParticipantsLeft);
    }
    room
}

fn query(dice: &mut Dice, sessions: &[SessionColumns]) -> SessionQuery {
    let app = *dice.pick(&["p", "p", "p", "q", "nowhere"]);
    let some = dice.pick(sessions).clone();
    SessionQuery {
        now: at(300_000 + dice.between(0, 100_000)),
        meeting: dice.maybe(5, |d| match d.below(4) {
            0 => "abcdef-ghijkl".to_owned(),
            1 => some.meeting.to_string().to_uppercase(),
            _ => some.meeting.to_string(),
        }),
        started_from: dice.maybe(4, |d| at(d.between(0, 20) * 10_000)),
        started_to: dice.maybe(4, |d| at(d.between(0, 20) * 10_000)),
        status: dice.maybe(3, |d| *d.pick(&[Status::Live, Status::Ended])),
        peak_min: dice.maybe(5, |d| d.below(4)),
        peak_max: dice.maybe(5, |d| d.below(6)),
        search: dice.maybe(2, |d| match d.below(4) {
            0 => {
                let text = some.session.to_string();
                let from = usize::try_from(d.below(30)).unwrap();
                let to = from + 1 + usize::try_from(d.below(6)).unwrap();
                text[from..to].to_uppercase()
            }
            1 => some.meeting.to_string()[30..].to_owned(),
            _ => (*d.pick(TERMS)).to_owned(),
        }),
        sort: *dice.pick(&[SessionSort::CreatedAt, SessionSort::MinutesConsumed]),
        ascending: dice.below(2) == 0,
        offset: dice.maybe(2, |d| d.below(60)).unwrap_or(0),
        limit: u32::try_from(dice.below(40)).unwrap(),
        ..all(app, UnixMs(0))
    }
}

async fn check(store: &Store, sessions: &[SessionColumns], q: &SessionQuery, seed: u64) {
    let mut expected: Vec<_> = sessions.iter().filter(|s| matches(s, q)).collect();
    expected.sort_by_key(|s| {
        let key = match q.sort {
            SessionSort::CreatedAt => s.started_at.0,
            SessionSort::MinutesConsumed => s.consumed_ms(q.now),
        };
        (key, s.session)
    });
    if !q.ascending {
        expected.reverse();
    }
    let page = store.sessions(q.clone()).await.unwrap();
    let ids: Vec<_> = page.items.iter().map(|s| s.id).collect();
    let skip = usize::try_from(q.offset).unwrap();
    let want: Vec<_> = expected.iter().skip(skip).take(q.limit as usize).map(|s| s.session).collect();
    assert_eq!(ids, want, "LIST_SEED={seed} {q:?}");
    assert_eq!(page.total, expected.len() as u64, "LIST_SEED={seed} {q:?}");
    for row in &page.items {
        let columns = sessions.iter().find(|s| s.session == row.id).unwrap();
        assert_eq!(row.consumed_ms(q.now), columns.consumed_ms(q.now));
        assert_eq!((&*row.title, row.peak, row.ended_at), (&*columns.title, columns.peak, columns.ended_at));
    }
}

fn matches(s: &SessionColumns, q: &SessionQuery) -> bool {
    let meeting = |text: &String| text.eq_ignore_ascii_case(&s.meeting.to_string());
    let status = |status| (status == Status::Live) == s.ended_at.is_none();
    s.app == q.app
        && q.meeting.as_ref().is_none_or(meeting)
        && q.started_from.is_none_or(|t| s.started_at >= t)
        && q.started_to.is_none_or(|t| s.started_at <= t)
        && q.status.is_none_or(status)
        && q.peak_min.is_none_or(|n| u64::from(s.peak) >= n)
        && q.peak_max.is_none_or(|n| u64::from(s.peak) <= n)
        && q.search.as_deref().is_none_or(|term| {
            [s.title.clone(), s.session.to_string(), s.meeting.to_string()]
                .iter()
                .any(|text| lower(text).contains(&lower(term)))
        })
}

/// Folding by another way than the store's: lower case of the composed form. Equal for the titles above.
fn lower(text: &str) -> String {
    text.nfc().collect::<String>().replace(['Σ', 'ς'], "σ").to_lowercase().replace('ς', "σ")
}

#[tokio::test]
async fn totals_agree_with_pages_while_rooms_write() {
    let (_dir, store) = open();
    store.create_app(app_row("p"), Vec::new()).await.unwrap();
    let writers: Vec<_> = (0..16_u128)
        .map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                for n in 0..20_i64 {
                    let id = (task << 32) + u128::try_from(n).unwrap();
                    let mut room = Recorder::new("p", 0x100 + task, id);
                    room.start(at(n * 1000), "t");
                    room.join(at(n * 1000), id, 0xa1, person("x", None));
                    room.save(&store).await;
                    room.leave(at(n * 1000 + 500), id, LeaveReason::Left);
                    room.end(at(n * 1000 + 600), EndReason::AllParticipantsLeft);
                    room.save(&store).await;
                }
            })
        })
        .collect();
    let mut seen = 0;
    while seen < 16 * 20 {
        for status in [None, Some(Status::Live), Some(Status::Ended)] {
            for sort in [SessionSort::CreatedAt, SessionSort::MinutesConsumed] {
                let q = SessionQuery { status, sort, limit: 1_000, ..all("p", at(1_000_000)) };
                let page = store.sessions(q).await.unwrap();
                assert_eq!(page.items.len() as u64, page.total, "{status:?} {sort:?}");
                if status.is_none() {
                    assert!(page.total >= seen, "nothing disappears");
                    seen = page.total;
                }
            }
        }
        let failed = writers.iter().any(tokio::task::JoinHandle::is_finished) && seen == 0;
        assert!(!failed, "writers ended without a session");
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let report = tokio::task::spawn_blocking(move || store.verify(|_, _| {})).await.unwrap().unwrap();
    assert_eq!((report.difference_count, report.facts), (0, 16 * 20 * 4), "{report:?}");
}
