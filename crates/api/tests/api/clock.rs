//! The wall clock is set while people are in: what both doors say is what has passed.

use axum::http::Method;
use sederunt_store::{Permission, RoomKind};
use serde_json::{Value, json};

use crate::kit_fixture::{A, M1, P, target};
use crate::world::{World, until};

const HOUR: i64 = 3_600_000;

async fn get(w: &World, path: &str, key: &str) -> Value {
    w.send(Method::GET, path, key, None).await.ok()
}

#[tokio::test]
async fn a_wall_clock_that_is_set_changes_no_length() {
    let w = World::at("2026-01-12T14:00:00.000Z").await;
    w.app(A, P, "Pilot").await;
    w.token("TA", Some((A, Permission::RealtimeAdmin)), None).await;
    w.token("KW", None, Some(P)).await;
    let m = w.meeting(P, M1.parse().unwrap(), "Weekly sync", RoomKind::Private).await;
    let other = w.meeting(P, w.node.mint_id().into(), "Other", RoomKind::Private).await;
    let (ann, ben) = (w.joined(&m, "ann").await, w.joined(&m, "ben").await);
    let session = w.store.active_session(m.id).await.unwrap().unwrap().id;
    for set_ms in [HOUR, -3 * HOUR] {
        w.clock.advance(30_000);
        w.clock.step(set_ms);
    }
    // A session of the corrected clock beside one of the old: sorted by what has passed in each.
    let cat = w.joined(&other, "cat").await;
    w.clock.advance(60_000);

    let list = get(&w, &target(A, P, "sort_by=minutesConsumed"), "TA").await;
    let shown: Vec<_> =
        list["data"]["sessions"].as_array().unwrap().iter().map(|s| &s["minutes_consumed"]).collect();
    assert_eq!(shown, [&json!(4), &json!(1)]);
    assert_eq!(list["data"]["sessions"][0]["started_at"], "2026-01-12T14:00:00.000Z");
    assert_eq!(list["data"]["sessions"][1]["started_at"], "2026-01-12T12:01:00.000Z");
    let kit = format!("/accounts/{A}/realtime/kit/{P}");
    let one = get(&w, &format!("{kit}/sessions/{session}"), "TA").await;
    assert_eq!(one["data"]["minutes_consumed"], json!(4));
    let active = get(&w, &format!("{kit}/meetings/{M1}/active-session"), "TA").await;
    assert_eq!(active["data"]["minutes_consumed"], json!(4));
    let people = get(&w, &format!("{kit}/sessions/{session}/participants?sort_by=duration"), "TA").await;
    let people = people["data"]["participants"].as_array().unwrap().clone();
    assert!(people.len() == 2 && people.iter().all(|p| p["duration"] == json!(2)), "{people:?}");
    let room = get(&w, &format!("/v1/rooms/{}", m.id.pagecall()), "KW").await;
    assert_eq!(room["room"]["meeting_time"], json!(120));
    for query in ["", "?limit=10", "?is_connecting=true"] {
        let stays = get(&w, &format!("/v1/rooms/{}/sessions{query}", m.id.pagecall()), "KW").await;
        let stays = stays["sessions"].as_array().unwrap().clone();
        assert!(stays.len() == 2 && stays.iter().all(|s| s["elapsed_time"] == json!(120)), "{stays:?}");
    }

    w.leave(ann).await;
    w.leave(ben).await;
    w.leave(cat).await;
    w.clock.step(2 * HOUR);
    w.clock.advance(59_999);
    let live = get(&w, &target(A, P, "status=LIVE"), "TA").await;
    assert_eq!(live["data"]["sessions"].as_array().unwrap().len(), 2, "the keep-alive is as long as it is");
    w.clock.advance(1);
    until("the end", || async {
        get(&w, &target(A, P, "status=LIVE"), "TA").await["data"]["sessions"] == json!([])
    })
    .await;
    let ended = get(&w, &format!("{kit}/sessions/{session}"), "TA").await;
    assert_eq!(ended["data"]["ended_at"], "2026-01-12T14:03:00.000Z");
    assert_eq!(ended["data"]["minutes_consumed"], json!(4));
}

/// The keep-alive is lowered to less than has passed: the session ends with the change.
#[tokio::test]
async fn a_lowered_keep_alive_ends_nothing_before_it_was_lowered() {
    let w = World::at("2026-01-12T14:00:00.000Z").await;
    w.app(A, P, "Pilot").await;
    w.token("TA", Some((A, Permission::RealtimeAdmin)), None).await;
    let m = w.meeting(P, M1.parse().unwrap(), "Weekly sync", RoomKind::Private).await;
    let kit = format!("/accounts/{A}/realtime/kit/{P}");
    let keep = async |secs: i64| {
        let body = json!({ "session_keep_alive_time_in_secs": secs });
        w.send(Method::PATCH, &format!("{kit}/meetings/{M1}"), "TA", Some(body)).await.ok()
    };
    keep(600).await;
    let ann = w.joined(&m, "ann").await;
    w.leave(ann).await;
    w.clock.advance(100_000);
    keep(60).await;
    until("the end", || async { w.store.active_session(m.id).await.unwrap().is_none() }).await;
    let list = get(&w, &target(A, P, ""), "TA").await;
    assert_eq!(list["data"]["sessions"][0]["ended_at"], "2026-01-12T14:01:40.000Z");
}
