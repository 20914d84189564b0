//! Cases R120 to R127: what the list says while people come and go.

use axum::http::Method;
use sederunt_core::call::Disconnect;
use sederunt_core::id::PeerId;
use sederunt_node::HEARTBEAT_EVERY_MS;
use sederunt_node::clock::ManualClock;
use sederunt_store::{Permission, RoomKind};
use serde_json::{Value, json};

use crate::kit_fixture::{A, M1, P, target};
use crate::world::{Client, World, at, start, until};

const T0: &str = "2026-01-12T14:00:00.000Z";

async fn world() -> World {
    let w = World::at(T0).await;
    w.app(A, P, "Pilot").await;
    w.token("TA", Some((A, Permission::RealtimeAdmin)), None).await;
    w
}

async fn sessions(w: &World) -> Vec<Value> {
    let body = w.send(Method::GET, &target(A, P, ""), "TA", None).await.ok();
    body["data"]["sessions"].as_array().unwrap().clone()
}

async fn meeting(w: &World) -> sederunt_store::MeetingRow {
    w.meeting(P, M1.parse().unwrap(), "Weekly sync", RoomKind::Private).await
}

#[tokio::test]
async fn r120_fifty_joins_at_once_are_one_session() {
    let w = world().await;
    let m = meeting(&w).await;
    assert!(sessions(&w).await.is_empty());
    let mut waiting = Vec::new();
    for i in 0..50 {
        let participant = w.participant(&m, w.node.mint_id(), &format!("p{i}")).await;
        let token = w.entry(&participant).await;
        waiting.push(w.waiting(&token, PeerId(w.node.mint_id())).await.unwrap());
    }
    futures_util::future::join_all(waiting.iter_mut().map(Client::join)).await;
    let listed = sessions(&w).await;
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0]["status"], &listed[0]["live_participants"]), (&json!("LIVE"), &json!(50)));
    assert_eq!(listed[0]["started_at"], T0);
}

#[tokio::test]
async fn r121_a_connection_that_does_not_enter_is_no_session() {
    let w = world().await;
    let m = meeting(&w).await;
    let participant = w.participant(&m, w.node.mint_id(), "ann").await;
    let token = w.entry(&participant).await;
    let _waiting = w.waiting(&token, PeerId(w.node.mint_id())).await.unwrap();
    w.clock.advance(120_000);
    assert!(sessions(&w).await.is_empty());
}

#[tokio::test]
async fn r122_and_r123_keep_alive() {
    let w = world().await;
    let m = meeting(&w).await;
    let ann = w.joined(&m, "ann").await;
    let first = sessions(&w).await[0]["id"].clone();
    w.clock.advance(10_000);
    w.leave(ann).await;
    w.clock.advance(59_000);
    let ben = w.joined(&m, "ben").await;
    let listed = sessions(&w).await;
    assert_eq!((listed.len(), &listed[0]["id"]), (1, &first), "R122");
    assert_eq!((&listed[0]["status"], &listed[0]["live_participants"]), (&json!("LIVE"), &json!(1)), "R122");

    w.clock.set(at("2026-01-12T14:02:00.000Z"));
    w.leave(ben).await;
    w.clock.advance(61_000);
    until("the end", || async { sessions(&w).await[0]["status"] == "ENDED" }).await;
    assert_eq!(sessions(&w).await[0]["ended_at"], "2026-01-12T14:03:00.000Z", "R123");
    let _cat = w.joined(&m, "cat").await;
    let listed = sessions(&w).await;
    assert_eq!((listed.len(), &listed[1]["id"]), (2, &first), "R123");
}

#[tokio::test]
async fn r124_kick_all_ends_at_once() {
    let w = world().await;
    let m = meeting(&w).await;
    let (mut ann, mut ben) = (w.joined(&m, "ann").await, w.joined(&m, "ben").await);
    w.clock.advance(5_000);
    let path = format!("/accounts/{A}/realtime/kit/{P}/meetings/{M1}/active-session");
    let body = w.send(Method::POST, &format!("{path}/kick-all"), "TA", None).await.ok();
    assert_eq!(body["data"], json!({ "action": "kick_all", "kicked_participants_count": 2 }));
    assert!(ann.closed().await.is_some() && ben.closed().await.is_some());
    let listed = sessions(&w).await;
    assert_eq!((&listed[0]["status"], &listed[0]["live_participants"]), (&json!("ENDED"), &json!(0)));
    assert_eq!(listed[0]["ended_at"], "2026-01-12T14:00:05.000Z");
    let none = w.send(Method::GET, &path, "TA", None).await;
    let message = format!("No active session found for meeting_id {M1}");
    assert_eq!((none.status.as_u16(), &none.json()["error"]["message"]), (404, &json!(message)));
    let again = w.send(Method::POST, &format!("{path}/kick-all"), "TA", None).await;
    assert_eq!((again.status.as_u16(), &again.json()["error"]["message"]), (404, &json!(message)));
}

#[tokio::test]
async fn muting_says_who_is_muted_as_kicking_says_who_is_gone() {
    let w = world().await;
    let m = meeting(&w).await;
    let path = format!("/accounts/{A}/realtime/kit/{P}/meetings/{M1}/active-session");
    let mute = |verb: &str, body: Value| {
        let target = format!("{path}/{verb}");
        let w = &w;
        async move { w.send(Method::POST, &target, "TA", Some(body)).await }
    };
    let (one, all) = (json!({ "participant_ids": [] }), json!({ "allow_unmute": true }));
    let message = format!("No active session found for meeting_id {M1}");
    for (verb, body) in [("mute", one), ("mute-all", all.clone())] {
        let none = mute(verb, body).await;
        assert_eq!(
            (none.status.as_u16(), &none.json()["error"]["message"]),
            (404, &json!(message)),
            "{verb}"
        );
    }
    let (ann, ben) = (w.participant(&m, w.node.mint_id(), "ann").await, w.joined(&m, "ben").await);
    let (first, second) = (w.tab(&ann).await, w.tab(&ann).await);
    let cat = w.participant(&m, w.node.mint_id(), "cat").await;

    let body = json!({
        "participant_ids": [ann.id.to_string(), cat.id.to_string(), "nonsense"],
        "custom_participant_ids": ["ann", "nobody"],
    });
    let muted = mute("mute", body).await.ok();
    let shown = json!([{
        "id": ann.id.to_string(), "name": "ann", "created_at": T0, "updated_at": T0,
    }]);
    assert_eq!(
        muted["data"],
        json!({ "action": "mute", "participants": shown }),
        "once, and nobody who is not in"
    );
    let muted = mute("mute-all", all).await.ok();
    assert_eq!(muted["data"], json!({ "action": "mute_all", "muted_participants_count": 2 }));
    assert_eq!(sessions(&w).await[0]["live_participants"], json!(3), "nobody is out");

    let whom = "BAD_REQUEST: \"participant_ids\" or \"custom_participant_ids\" is required";
    let unmute = "BAD_REQUEST: \"allow_unmute\" must be true: keeping people muted is not built";
    for (verb, body, message) in [
        ("mute", json!({}), whom),
        ("mute-all", json!({}), "BAD_REQUEST: \"allow_unmute\" is required"),
        ("mute-all", json!({ "allow_unmute": false }), unmute),
    ] {
        let refused = mute(verb, body).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["error"]["message"]), (400, &json!(message)));
    }
    drop((ben, first, second));
}

#[tokio::test]
async fn a_poll_needs_a_session_and_two_answers() {
    let w = world().await;
    let m = meeting(&w).await;
    let path = format!("/client/v4/accounts/{A}/realtime/kit/{P}/meetings/{M1}/active-session/poll");
    let ask = |body: Value| w.send(Method::POST, &path, "TA", Some(body));
    let good = json!({ "question": "Tea?", "options": ["yes", "no"], "anonymous": true });
    assert_eq!(ask(good.clone()).await.status, 404, "nobody is there");
    let participant = w.participant(&m, w.node.mint_id(), "ann").await;
    let token = w.entry(&participant).await;
    w.waiting(&token, PeerId(w.node.mint_id())).await.unwrap().join().await;
    let made = ask(good).await;
    assert_eq!(made.status, 201);
    let made = made.json();
    let poll = &made["data"]["poll"];
    assert_eq!(made["data"]["action"], "create_poll");
    assert_eq!(
        (&poll["question"], &poll["anonymous"], &poll["hide_votes"]),
        (&json!("Tea?"), &json!(true), &json!(false))
    );
    let option = |text: &str| json!({ "text": text, "count": 0, "votes": [] });
    assert_eq!(poll["options"], json!([option("yes"), option("no")]));
    for (body, field) in [
        (json!({ "question": " ", "options": ["yes", "no"] }), "question"),
        (json!({ "question": "Tea?", "options": ["yes"] }), "options"),
        (json!({ "question": "Tea?", "options": ["yes", ""] }), "options"),
        (json!({ "question": "Tea?", "options": vec!["x"; 21] }), "options"),
        (json!({ "question": "x".repeat(513), "options": ["yes", "no"] }), "question"),
    ] {
        let refused = ask(body).await;
        assert_eq!(refused.status, 400);
        assert!(refused.text.contains(field), "{refused:?}");
    }
}

#[tokio::test]
async fn r125_two_tabs_count_twice() {
    let w = world().await;
    let m = meeting(&w).await;
    let ann = w.participant(&m, w.node.mint_id(), "ann").await;
    let (one, two) = (w.tab(&ann).await, w.tab(&ann).await);
    w.clock.advance(600_000);
    w.leave(one).await;
    w.leave(two).await;
    let listed = sessions(&w).await;
    let counted = (&listed[0]["max_concurrent_participants"], &listed[0]["minutes_consumed"]);
    assert_eq!(counted, (&json!(2), &json!(20)));
}

/// Three people, two heartbeats, and the process is gone with its runtime.
async fn before_the_crash() -> (World, Vec<Client>) {
    let w = world().await;
    let m = meeting(&w).await;
    let mut inside = Vec::new();
    for name in ["ann", "ben", "cat"] {
        inside.push(w.joined(&m, name).await);
    }
    for beat in 1..=2 {
        w.clock.advance(HEARTBEAT_EVERY_MS);
        until("the heartbeat", || async { w.node.metrics().heartbeats.get() == beat }).await;
    }
    w.clock.advance(HEARTBEAT_EVERY_MS - 1);
    (w, inside)
}

async fn after_the_crash(w: World) -> World {
    let clock = ManualClock::new(at("2026-01-12T14:05:14.999Z"));
    let node = start(&w.store, &clock, &w.key, "node-2").await;
    w.with_node(node, clock)
}

#[test]
fn r127_a_crash_costs_five_seconds_and_no_minute_is_invented() {
    let first = tokio::runtime::Runtime::new().unwrap();
    let (w, inside) = first.block_on(before_the_crash());
    first.shutdown_background();
    std::mem::forget(inside);

    let second = tokio::runtime::Runtime::new().unwrap();
    second.block_on(async {
        let w = after_the_crash(w).await;
        let listed = sessions(&w).await;
        assert_eq!(listed.len(), 1);
        assert_eq!((&listed[0]["status"], &listed[0]["live_participants"]), (&json!("ENDED"), &json!(0)));
        // The last heartbeat was 4.999 s before the crash.
        assert_eq!(listed[0]["ended_at"], "2026-01-12T14:01:10.000Z");
        assert_eq!(listed[0]["minutes_consumed"], json!(0.5));
        let session = listed[0]["id"].as_str().unwrap();
        let path = format!("/accounts/{A}/realtime/kit/{P}/sessions/{session}/participants");
        let body = w.send(Method::GET, &path, "TA", None).await.ok();
        for peer in body["data"]["participants"].as_array().unwrap() {
            assert_eq!(peer["left_at"], "2026-01-12T14:00:10.000Z");
        }
        w.node.stop().await;
    });
}

#[tokio::test]
async fn a_lost_socket_does_not_count_after_its_loss() {
    let w = world().await;
    let m = meeting(&w).await;
    let ann = w.joined(&m, "ann").await;
    w.clock.advance(60_000);
    let session = w.store.active_session(m.id).await.unwrap().unwrap().id;
    let peer = lose(ann).await;
    until("the loss", || async {
        w.store.stay(session, peer).await.unwrap().unwrap().stay.away_since.is_some()
    })
    .await;
    w.clock.advance(10_000);
    let listed = sessions(&w).await;
    assert_eq!((&listed[0]["live_participants"], &listed[0]["minutes_consumed"]), (&json!(1), &json!(1)));
    w.clock.advance(10_000);
    w.until_left(session, peer).await;
    assert_eq!(sessions(&w).await[0]["live_participants"], json!(0));
}

async fn lose(client: Client) -> PeerId {
    let peer = client.peer;
    client.disconnect(Disconnect::Lost).await;
    peer
}
