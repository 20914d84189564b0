//! The wall clock is set, and clients fall asleep.

use sederunt_core::call::Disconnect;
use sederunt_core::effect::CloseReason;
use sederunt_core::fact::LeaveReason;
use sederunt_core::input::Command;
use sederunt_node::clock::{Clock as _, ManualClock};
use sederunt_node::{HEARTBEAT_EVERY_MS, QUIET_MS};

use crate::world::{T0, World, start, until, within};

const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn a_session_keeps_its_time_and_the_next_one_has_the_new_one() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.client(meeting, "alice").await;
    alice.join().await;
    w.clock.advance(10_000);
    w.clock.step(-2 * HOUR);
    let mut bob = w.client(meeting, "bob").await;
    bob.join().await;
    let row = async || w.sessions().await.items[0].clone();
    assert_eq!(row().await.consumed_ms(w.node.steady()), 10_000, "minutes do not fall");
    w.clock.advance(20_000);
    assert_eq!(row().await.consumed_ms(w.node.steady()), 50_000);
    alice.attached.disconnect(Disconnect::Clean).await;
    bob.attached.disconnect(Disconnect::Lost).await;
    until("the leave", || async { row().await.live_count == 1 }).await;
    w.clock.step(5 * HOUR);
    w.clock.advance(19_999);
    assert_eq!(row().await.live_count, 1, "the grace is as long as it is");
    w.clock.advance(1);
    until("the end of the grace", || async { row().await.live_count == 0 }).await;
    w.clock.step(-9 * HOUR);
    // Counted from the loss.
    w.clock.advance(39_999);
    assert_eq!(row().await.ended_at, None);
    w.clock.advance(1);
    until("the end", || async { row().await.ended_at.is_some() }).await;
    let ended = row().await;
    assert_eq!((ended.started_at, ended.ended_at), (T0, Some(T0.plus_ms(90_000))));
    assert_eq!(ended.consumed_ms(w.node.steady()), 50_000);

    let mut carol = w.client(meeting, "carol").await;
    carol.join().await;
    let started_at = w.sessions().await.items[0].started_at;
    assert_eq!((started_at, w.node.now()), (T0.plus_ms(90_000 - 6 * HOUR), started_at));
    assert_eq!(w.node.clock_steps().count, 3);
}

/// What the wall clock is off by is in the ledger before the next beat would be due.
#[test]
fn a_session_goes_on_after_a_restart_though_the_wall_clock_was_set_just_before() {
    let first = tokio::runtime::Runtime::new().unwrap();
    let (w, meeting, alice) = first.block_on(async {
        let w = World::new().await;
        let meeting = w.meeting().await.id;
        let mut alice = w.client(meeting, "alice").await;
        alice.join().await;
        w.clock.advance(HEARTBEAT_EVERY_MS);
        until("the heartbeat", || async { w.node.metrics().heartbeats.get() == 1 }).await;
        w.clock.advance(1_000);
        w.clock.step(HOUR);
        until("a heartbeat out of turn", || async { w.node.metrics().heartbeats.get() == 2 }).await;
        w.clock.advance(1_000);
        (w, meeting, alice)
    });
    first.shutdown_background();
    std::mem::forget(alice);

    // Thirty seconds after its last heartbeat; the wall clock goes on as it was set.
    let clock = ManualClock::new(T0.plus_ms(36_000 + HOUR));
    let second = tokio::runtime::Runtime::new().unwrap();
    second.block_on(async {
        let node = start(&w.store, &clock, &w.key, "node-2").await;
        let row = async || w.sessions().await.items[0].clone();
        let stay = w.stays(row().await.id).await[0].stay.clone();
        assert_eq!((stay.left_at, stay.reason), (Some(T0.plus_ms(6_000)), Some(LeaveReason::NodeLost)));
        assert_eq!(row().await.ended_at, None, "an hour is not a keep-alive of a minute");
        clock.advance(29_999);
        assert!(w.store.active_session(meeting).await.unwrap().is_some());
        clock.advance(1);
        until("the end", || async { row().await.ended_at.is_some() }).await;
        assert_eq!(row().await.ended_at, Some(T0.plus_ms(66_000)));
        node.stop().await;
    });
}

#[tokio::test]
async fn whoever_is_silent_at_a_stop_or_a_kick_was_there_until_last_heard() {
    let w = World::new().await;
    let (one, two) = (w.meeting().await.id, w.meeting().await.id);
    let mut asleep = w.client(one, "asleep").await;
    let mut awake = w.client(one, "awake").await;
    let mut kicked = w.client(two, "kicked").await;
    for client in [&mut asleep, &mut awake, &mut kicked] {
        client.join().await;
    }
    w.clock.advance(QUIET_MS + 1);
    awake.attached.hears();
    w.node.command(two, Command::KickAll).await.unwrap();
    assert_eq!(kicked.closed().await, None, "the door closes it");
    let heard_at = w.clock.steady();
    w.clock.advance(QUIET_MS - 1);
    within("the stop", w.node.stop()).await;
    assert_eq!(awake.closed().await, Some(CloseReason::ServerStopping));
    let rows = w.sessions().await.items;
    let mut left = Vec::new();
    for row in rows {
        left.extend(w.stays(row.id).await.iter().map(|row| (row.stay.peer, row.stay.left_at)));
    }
    let mut wanted = vec![
        (asleep.attached.peer, Some(T0)),
        (awake.attached.peer, Some(heard_at.plus_ms(QUIET_MS - 1))),
        (kicked.attached.peer, Some(T0)),
    ];
    left.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(left, wanted);
}
