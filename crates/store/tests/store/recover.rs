//! What a crash leaves open (DECISIONS §5, SEMANTICS §1 rule 5).

use crate::common::{NODE, Recorder, app_row, at, open, person};
use sederunt_core::fact::{LeaveReason, Role};
use sederunt_core::id::{PeerId, SessionId};
use sederunt_core::tally::Stay;
use sederunt_core::time::UnixMs;
use sederunt_store::{Recovered, Store};

async fn app() -> (tempfile::TempDir, Store) {
    let (dir, store) = open();
    store.create_app(app_row("p"), Vec::new()).await.unwrap();
    (dir, store)
}

async fn stay(store: &Store, session: u128, peer: u128) -> Stay {
    let found = store.stay(SessionId::from_u128(session), PeerId::from_u128(peer)).await.unwrap();
    found.unwrap().stay
}

async fn assert_verified(store: &Store) {
    let store = store.clone();
    let report = tokio::task::spawn_blocking(move || store.verify(|_, _| {})).await.unwrap().unwrap();
    assert_eq!(report.difference_count, 0, "{:?}", report.differences);
}

#[tokio::test]
async fn killed_with_three_inside_and_started_five_minutes_later() {
    let (dir, store) = app().await;
    let mut room = Recorder::new("p", 0x31, 0x51);
    room.start(at(0), "m");
    for peer in 0..3 {
        room.join(at(0), 0xb0 + peer, 0xa0 + peer, person("x", None));
    }
    room.save(&store).await;
    store.heartbeat(NODE, at(10_000)).await.unwrap();
    store.heartbeat(NODE, at(15_000)).await.unwrap();
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    let done = store.recover("node-b", at(315_000)).await.unwrap();
    let returning = (0..3).map(|peer| (room.meeting, PeerId::from_u128(0xb0 + peer))).collect();
    assert_eq!(done, Recovered { stays_closed: 3, sessions_ended: 1, still_open: vec![], returning });
    let row = store.session(&"p".into(), SessionId::from_u128(0x51)).await.unwrap().unwrap();
    assert_eq!((row.ended_at, row.live_count), (Some(at(75_000)), 0), "keep-alive counts from the crash");
    assert_eq!(row.consumed_ms(at(999_000)), 45_000, "not a minute of the outage");
    let left = stay(&store, 0x51, 0xb1).await;
    assert_eq!((left.left_at, left.reason), (Some(at(15_000)), Some(LeaveReason::NodeLost)));
    assert_verified(&store).await;
    let again = store.recover("node-c", at(400_000)).await.unwrap();
    assert_eq!(again, Recovered::default(), "nothing is left to do");
}

#[tokio::test]
async fn stays_are_never_shorter_than_nothing_and_a_loss_counts_from_the_loss() {
    let (_dir, store) = app().await;
    store.heartbeat(NODE, at(5_000)).await.unwrap();
    let mut room = Recorder::new("p", 0x31, 0x51);
    room.start(at(1_000), "m");
    room.join(at(1_000), 0xb1, 0xa1, person("early", None));
    room.join(at(2_000), 0xb2, 0xa2, person("lost", None));
    room.away(at(3_000), 0xb2);
    room.save(&store).await;
    let mut other = Recorder::new("p", 0x32, 0x52);
    other.start(at(9_000), "n");
    other.join_as(at(9_000), 0xb3, 0xa3, Role::Monitor, person("after the beat", None));
    store.remember("never-beat", other.take()).await.unwrap();
    let done = store.recover("node-b", at(20_000)).await.unwrap();
    assert_eq!((done.stays_closed, done.sessions_ended, done.still_open.len()), (3, 0, 2));
    assert_eq!(stay(&store, 0x51, 0xb1).await.left_at, Some(at(5_000)));
    let lost = stay(&store, 0x51, 0xb2).await;
    assert_eq!((lost.left_at, lost.away_since), (Some(at(3_000)), None));
    assert_eq!(stay(&store, 0x52, 0xb3).await.left_at, Some(at(9_000)), "not before it joined");
    assert_verified(&store).await;
    // The rooms go on where they were.
    let open = store.open_session(room.meeting, NODE, at(0)).await.unwrap().unwrap();
    assert_eq!(open.tally.keep_alive_until(), Some(at(65_000)));
}

#[tokio::test]
async fn who_may_come_back_is_named_by_every_id_it_has_had() {
    let (_dir, store) = app().await;
    let mut room = Recorder::new("p", 0x31, 0x51);
    room.start(at(0), "m");
    room.join(at(0), 0xb1, 0xa1, person("in since the start", None));
    room.join(at(0), 0xb2, 0xa2, person("left", None));
    room.join(at(0), 0xb3, 0xa3, person("stopped long ago", None));
    room.join(at(0), 0xb4, 0xa4, person("came back after a grace", None));
    room.leave(at(1_000), 0xb2, LeaveReason::Left);
    room.leave(at(1_000), 0xb3, LeaveReason::ServerStopped);
    room.leave(at(2_000), 0xb4, LeaveReason::ConnectionLost);
    room.join(at(30_000), 0xc4, 0xa4, person("came back after a grace", None));
    room.join(at(40_000), 0xb5, 0xa5, person("stopped just now", None));
    room.leave(at(50_000), 0xb5, LeaveReason::ServerStopped);
    room.save(&store).await;
    let mut other = Recorder::new("p", 0x32, 0x52);
    other.start(at(0), "n");
    other.join(at(0), 0xb1, 0xa6, person("the same peer id in another meeting", None));
    other.leave(at(100), 0xb1, LeaveReason::Left);
    other.save(&store).await;
    store.heartbeat(NODE, at(60_000)).await.unwrap();
    let done = store.recover("node-b", at(62_000)).await.unwrap();
    let named: Vec<_> = [0xb1, 0xb4, 0xb5, 0xc4].map(|peer| (room.meeting, PeerId::from_u128(peer))).into();
    assert_eq!(done.returning, named);
    let again = store.recover("node-c", at(63_000)).await.unwrap();
    assert_eq!(
        again.returning,
        [(room.meeting, PeerId::from_u128(0xb5))],
        "a stop is told from the ledger alone"
    );
}

#[tokio::test]
async fn a_node_of_the_same_name_is_another_process() {
    let (_dir, store) = app().await;
    let mut room = Recorder::new("p", 0x31, 0x51);
    room.start(at(0), "m");
    room.join(at(0), 0xb1, 0xa1, person("x", None));
    room.save(&store).await;
    store.heartbeat(NODE, at(4_000)).await.unwrap();
    // The clock of the machine was set back meanwhile: the beat that is later stays.
    store.heartbeat(NODE, at(-50_000)).await.unwrap();
    let done = store.recover(NODE, at(10_000)).await.unwrap();
    assert_eq!(done.stays_closed, 1);
    assert_eq!(stay(&store, 0x51, 0xb1).await.left_at, Some(at(4_000)));
}

#[tokio::test]
async fn end_expired_leaves_open_stays_alone() {
    let (_dir, store) = app().await;
    let mut live = Recorder::new("p", 0x31, 0x51);
    live.start(at(0), "m");
    live.join(at(0), 0xb1, 0xa1, person("x", None));
    live.save(&store).await;
    let mut left = Recorder::new("p", 0x32, 0x52);
    left.start(at(0), "m");
    left.join(at(0), 0xb1, 0xa2, person("x", None));
    left.leave(at(1_000), 0xb1, LeaveReason::Left);
    left.save(&store).await;
    assert_eq!(store.end_expired(NODE, at(60_999)).await.unwrap().sessions_ended, 0);
    assert_eq!(store.end_expired(NODE, at(61_000)).await.unwrap().sessions_ended, 1);
    let row = store.session(&"p".into(), SessionId::from_u128(0x52)).await.unwrap().unwrap();
    assert_eq!(row.ended_at, Some(at(61_000)));
    assert_eq!(stay(&store, 0x51, 0xb1).await.left_at, None::<UnixMs>);
    assert_verified(&store).await;
}
