//! Sessions whose own time is not the process's steady clock: the wall clock was set before they began, or while they ran.

use crate::common::{NODE, Recorder, all, app_row, at, open, person};
use sederunt_core::id::{PeerId, SessionId};
use sederunt_core::time::{Reading, UnixMs};
use sederunt_store::{RoomStayQuery, SessionQuery, SessionSort, StayBatch, StayQuery, StaySort, Store};

const HOUR: i64 = 3_600_000;

/// The clocks of a process whose wall clock was set by `offset_ms`.
fn clocks(steady_ms: i64, offset_ms: i64) -> Reading {
    Reading { steady: at(steady_ms), offset_ms }
}

/// A session with two people in it since a minute at `now`, an instant of the steady clock, in its own time.
fn two_for_a_minute(meeting: u128, now: i64, offset_ms: i64) -> Recorder {
    let mut room = Recorder::new("p", meeting, meeting + 0x20);
    room.offset_ms = offset_ms;
    let began = at(now + offset_ms - 60_000);
    room.start(began, "m");
    for peer in 0..2 {
        room.join(began, 0xb0 + peer, 0xa0 + peer, person("x", None));
    }
    room
}

async fn assert_verified(store: &Store) {
    let store = store.clone();
    let report = tokio::task::spawn_blocking(move || store.verify(|_, _| {})).await.unwrap().unwrap();
    assert_eq!(report.difference_count, 0, "{:?}", report.differences);
}

#[tokio::test]
async fn every_list_computes_in_the_session_s_own_time() {
    let (_dir, store) = open();
    store.create_app(app_row("p"), Vec::new()).await.unwrap();
    let now = 10 * HOUR;
    // Each a second longer than the one before, however the wall clock stood when it began.
    for (n, offset_ms) in [0, -2 * HOUR, HOUR, -7].into_iter().enumerate() {
        let mut room = two_for_a_minute(0x31 + n as u128, now - 1000 * n as i64, offset_ms);
        room.save(&store).await;
    }
    for ascending in [true, false] {
        let q = SessionQuery { sort: SessionSort::MinutesConsumed, ascending, ..all("p", at(now)) };
        let page = store.sessions_sql(q).await.unwrap();
        let minutes: Vec<i64> = page.items.iter().map(|row| row.consumed_ms(at(now))).collect();
        let mut wanted = vec![120_000, 122_000, 124_000, 126_000];
        if !ascending {
            wanted.reverse();
        }
        assert_eq!(minutes, wanted);
    }
    let session = SessionId::from_u128(0x33 + 0x20);
    let row = store.session(&"p".into(), session).await.unwrap().unwrap();
    assert_eq!((row.offset_ms, row.own_time(at(now))), (HOUR, at(now + HOUR)));
    assert_eq!(store.together_ms(row.meeting, Some(at(now))).await.unwrap(), 62_000);
    let q = StayQuery {
        session,
        now: row.own_time(at(now)),
        search: None,
        sort: StaySort::Duration,
        ascending: true,
        offset: 0,
        limit: 10,
    };
    let lengths = |rows: &[sederunt_store::StayRow]| -> Vec<i64> {
        rows.iter().map(|row| row.duration_ms(at(now))).collect()
    };
    assert_eq!(lengths(&store.stays(q).await.unwrap().items), [62_000, 62_000]);
    let q = RoomStayQuery {
        meeting: row.meeting,
        user_id: None,
        connecting: None,
        sort: StaySort::JoinedAt,
        ascending: true,
        offset: 0,
        limit: Some(10),
    };
    assert_eq!(lengths(&store.room_stays(q.clone()).await.unwrap().items), [62_000, 62_000]);
    let mut stream = store.room_stays_each(RoomStayQuery { limit: None, ..q });
    assert_eq!(stream.recv().await.unwrap().unwrap(), StayBatch::Total(2));
    let Some(Ok(StayBatch::Rows(rows))) = stream.recv().await else { panic!("no rows") };
    assert_eq!(lengths(&rows), [62_000, 62_000]);
}

/// The wall clock is set by `set_ms` in the middle of a session, the process dies, and the next one starts ten seconds
/// after its last heartbeat.
async fn taken_over(set_ms: i64) {
    let (dir, store) = open();
    store.create_app(app_row("p"), Vec::new()).await.unwrap();
    let mut room = two_for_a_minute(0x31, 60_000, 0);
    room.save(&store).await;
    store.heartbeat(NODE, clocks(60_000, 0)).await.unwrap();
    store.heartbeat(NODE, clocks(90_000, set_ms)).await.unwrap();
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    // The steady clock of the next process begins with the wall clock.
    let now = at(100_000 + set_ms);
    let done = store.recover("node-b", now).await.unwrap();
    assert_eq!((done.stays_closed, done.sessions_ended, done.still_open.len()), (2, 0, 1), "set by {set_ms}");
    let session = SessionId::from_u128(0x51);
    let left = store.stay(session, PeerId::from_u128(0xb1)).await.unwrap().unwrap().stay.left_at;
    assert_eq!(left, Some(at(90_000)), "at the last heartbeat, in the session's own time");
    let open = store.open_session(room.meeting, "node-b", now).await.unwrap().unwrap();
    assert_eq!(open.tally.keep_alive_until(), Some(at(150_000)));
    assert_eq!(now.plus_ms(open.offset_ms), at(100_000), "its time goes on");
    // A process that writes nothing of the session, while the wall clock is set once more.
    let done = store.recover("node-c", at(120_000 + set_ms)).await.unwrap();
    assert_eq!((done.sessions_ended, done.still_open.len()), (0, 1));
    store.heartbeat("node-c", clocks(130_000 + set_ms, set_ms)).await.unwrap();
    let done = store.recover("node-d", at(149_999 + 2 * set_ms)).await.unwrap();
    assert_eq!((done.sessions_ended, done.still_open.len()), (0, 1), "a millisecond too early");
    let done = store.recover("node-e", at(150_000 + 2 * set_ms)).await.unwrap();
    assert_eq!((done.sessions_ended, done.still_open.len()), (1, 0));
    let ended = store.session(&"p".into(), session).await.unwrap().unwrap();
    assert_eq!((ended.ended_at, ended.consumed_ms(at(0))), (Some(at(150_000)), 180_000));
    assert_verified(&store).await;
}

#[tokio::test]
async fn a_session_s_time_goes_on_in_the_next_process() {
    for set_ms in [0, HOUR, -2 * HOUR, 150] {
        taken_over(set_ms).await;
    }
}

#[tokio::test]
async fn a_wall_clock_that_was_set_back_while_nobody_watched_takes_nothing_back() {
    let (dir, store) = open();
    store.create_app(app_row("p"), Vec::new()).await.unwrap();
    let mut room = two_for_a_minute(0x31, 60_000, 0);
    room.save(&store).await;
    store.heartbeat(NODE, at(90_000)).await.unwrap();
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    let now = at(-HOUR);
    let done = store.recover("node-b", now).await.unwrap();
    assert_eq!((done.stays_closed, done.still_open.len()), (2, 1));
    let open = store.open_session(room.meeting, "node-b", now).await.unwrap().unwrap();
    assert_eq!(now.plus_ms(open.offset_ms), at(90_000), "its time stands where it was last seen");
    let row = store.active_session(room.meeting).await.unwrap().unwrap();
    assert_eq!(row.consumed_ms(now), 180_000, "minutes do not fall");
    // The same process loads the room again later: it knows what has passed.
    let later = UnixMs(now.0 + 20_000);
    let open = store.open_session(room.meeting, "node-b", later).await.unwrap().unwrap();
    assert_eq!(later.plus_ms(open.offset_ms), at(110_000));
    assert_verified(&store).await;
}
