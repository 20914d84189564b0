//! Cases P46, P49 and P51: what the list says while people come and go.

use std::collections::BTreeSet;

use axum::http::Method;
use sederunt_core::call::Disconnect;
use sederunt_core::id::{PeerId, StayId};
use sederunt_node::EntryError;
use sederunt_store::{Permission, RoomKind};
use serde_json::{Value, json};

use crate::kit_fixture::{A, M1, P};
use crate::pagecall_fixture::{BOB_ESCAPED, M2, Pagecall, R1, id, target};
use crate::world::{World, at, until};

async fn connected(w: &World, room: &str, key: &str) -> Vec<Value> {
    let body = w.send(Method::GET, &target(room, "is_connecting=true"), key, None).await.ok();
    body["sessions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn p46_a_blocked_member_is_out() {
    let f = Pagecall::new().await;
    let w = &f.world;
    let bob = w.store.participant(id(R1).into(), id(M2).into()).await.unwrap().unwrap();
    let mut tab = w.tab(&bob).await;
    assert_eq!(connected(w, R1, "KW").await.len(), 3);
    w.clock.advance(1_000);
    let path = format!("/v1/rooms/{R1}/members/{BOB_ESCAPED}");
    let member = w.send(Method::PUT, &path, "KW", Some(json!({ "is_blocked": true }))).await.ok();
    assert_eq!((&member["member"]["id"], &member["member"]["is_blocked"]), (&json!(M2), &json!(true)));
    assert!(tab.closed().await.is_some());
    let sessions = connected(w, R1, "KW").await;
    assert!(sessions.iter().all(|s| s["member_id"] != M2) && sessions.len() == 2, "{sessions:?}");
    let list = f.list(R1, &format!("user_id={BOB_ESCAPED}&limit=1")).await.ok();
    assert_eq!(list["sessions"][0]["disconnected_at"], "2023-01-01T02:00:01.000Z");
    let token = w.entry(&bob).await;
    assert!(matches!(w.waiting(&token, PeerId(w.node.mint_id())).await, Err(EntryError::Blocked)));

    let back = w.send(Method::PUT, &path, "KW", Some(json!({ "is_blocked": false }))).await.ok();
    assert_eq!(back["member"]["is_blocked"], json!(false));
    let _tab = w.tab(&bob).await;
}

#[tokio::test]
async fn p49_time_alone_does_not_count_towards_the_limit() {
    let w = World::at("2023-01-01T01:00:00.000Z").await;
    w.app(A, P, "Workspace").await;
    w.token("KW", None, Some(P)).await;
    for user in ["alice", "bob"] {
        w.send(Method::POST, "/v1/users", "KW", Some(json!({ "user_id": user }))).await.ok();
    }
    let body = json!({
        "name": "Short", "type": "private", "max_meeting_seconds": 60,
        "members": [{ "user_id": "alice", "type": "host" }, { "user_id": "bob", "type": "guest" }],
    });
    let room = w.send(Method::POST, "/v1/rooms", "KW", Some(body)).await.ok()["room"]["id"].clone();
    let room = room.as_str().unwrap();
    let member = async |user: &str| w.store.member_of_user(id(room).into(), user).await.unwrap().unwrap();
    let (alice, bob) = (member("alice").await, member("bob").await);
    let mut one = w.tab(&alice).await;
    w.clock.advance(600_000);
    let mut two = w.tab(&bob).await;
    let shown =
        async || w.send(Method::GET, &format!("/v1/rooms/{room}"), "KW", None).await.ok()["room"].clone();
    w.clock.advance(59_000);
    let before = shown().await;
    assert_eq!((&before["meeting_time"], &before["is_terminated"]), (&json!(59), &json!(false)));
    w.clock.advance(1_000);
    assert!(one.closed().await.is_some() && two.closed().await.is_some());
    let after = shown().await;
    assert_eq!((&after["meeting_time"], &after["is_terminated"]), (&json!(60), &json!(true)));
    assert_eq!(after["terminated_at"], "2023-01-01T01:11:00.000Z");
    assert_eq!(after["started_at"], "2023-01-01T01:00:00.000Z");
    let list = w.send(Method::GET, &target(room, ""), "KW", None).await.ok();
    for session in list["sessions"].as_array().unwrap() {
        assert_eq!(session["disconnected_at"], "2023-01-01T01:11:00.000Z");
    }
    let token = w.entry(&alice).await;
    assert!(matches!(w.waiting(&token, PeerId(w.node.mint_id())).await, Err(EntryError::Terminated)));
}

#[tokio::test]
async fn p51_one_ledger_row_at_both_doors() {
    let w = World::at("2023-01-01T01:00:00.000Z").await;
    w.app(A, P, "App").await;
    w.token("TA", Some((A, Permission::RealtimeAdmin)), None).await;
    w.token("KW", None, Some(P)).await;
    let m = w.meeting(P, M1.parse().unwrap(), "Weekly sync", RoomKind::Private).await;
    let (ann, ben) = (w.joined(&m, "ann").await, w.joined(&m, "ben").await);
    w.clock.set(at("2023-01-01T01:30:00.000Z"));
    w.leave(ann).await;
    w.leave(ben).await;
    w.clock.advance(60_000);
    until("the end", || async { w.store.active_session(m.id).await.unwrap().is_none() }).await;

    let base = format!("/accounts/{A}/realtime/kit/{P}/sessions");
    let kit = w.send(Method::GET, &base, "TA", None).await.ok();
    let session = &kit["data"]["sessions"][0];
    assert_eq!(kit["paging"]["total_count"], json!(1));
    assert_eq!(
        (&session["max_concurrent_participants"], &session["minutes_consumed"]),
        (&json!(2), &json!(60))
    );
    let path = format!("{base}/{}/participants", session["id"].as_str().unwrap());
    let peers = w.send(Method::GET, &path, "TA", None).await.ok()["data"]["participants"].clone();
    let pagecall = w.send(Method::GET, &target(M1, "sort_by=connected_at"), "KW", None).await.ok();
    let stays = pagecall["sessions"].as_array().unwrap();
    assert_eq!((peers.as_array().unwrap().len(), stays.len()), (2, 2));
    for (peer, stay) in peers.as_array().unwrap().iter().zip(stays) {
        assert_eq!((&peer["joined_at"], &peer["left_at"]), (&stay["connected_at"], &stay["disconnected_at"]));
        assert_eq!(peer["custom_participant_id"], stay["user_id"]);
        let uuid = peer["id"].as_str().unwrap().parse::<PeerId>().unwrap();
        assert_eq!(stay["connection_id"], uuid.pagecall());
        assert_ne!(stay["id"], stay["connection_id"], "a session has an id of its own");
    }
    // A vendor's own UUID has one spelling only.
    assert_eq!(stays[0]["room_id"], M1);
}

/// The official client keeps its peer id for the life of its page: each return is a session of its own all the same.
#[tokio::test]
async fn a_client_that_returns_by_itself_has_a_session_of_its_own_each_time() {
    let mut w = World::at("2023-01-01T01:00:00.000Z").await;
    w.app(A, P, "App").await;
    w.token("TA", Some((A, Permission::RealtimeAdmin)), None).await;
    w.token("KW", None, Some(P)).await;
    let m = w.meeting(P, M1.parse().unwrap(), "Weekly sync", RoomKind::Private).await;
    let ann = w.participant(&m, w.node.mint_id(), "ann").await;
    let token = w.entry(&ann).await;
    let peer: PeerId = "5e1f0000-0000-4000-8000-000000000001".parse().unwrap();
    // Twice in one session, and once in another, of another process.
    for visit in 1..=3 {
        let mut client = w.waiting(&token, peer).await.unwrap();
        client.join().await;
        let before = connected(&w, M1, "KW").await;
        client.disconnect(Disconnect::Lost).await;
        let mut back = w.waiting(&token, peer).await.unwrap();
        back.join().await;
        assert_eq!(
            connected(&w, M1, "KW").await,
            before,
            "a lost socket that is back in time is the same session"
        );
        w.clock.advance(1_000);
        back.disconnect(Disconnect::Clean).await;
        until("the leave", || async { connected(&w, M1, "KW").await.is_empty() }).await;
        if visit == 2 {
            w.clock.advance(60_000);
            until("the end", || async { w.store.active_session(m.id).await.unwrap().is_none() }).await;
            w = w.restarted().await;
        }
    }
    let list = w.send(Method::GET, &target(M1, "sort_by=connected_at"), "KW", None).await.ok();
    let field = |name: &str| list["sessions"].as_array().unwrap().iter().map(|s| text(&s[name])).collect();
    let (ids, connections): (Vec<String>, Vec<String>) = (field("id"), field("connection_id"));
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 3, "{ids:?}");
    assert!(ids.iter().all(|id| id.len() == 24), "as Pagecall spells its own: {ids:?}");
    assert_eq!(connections, [&*peer.to_string(), &ids[1], &*peer.to_string()]);

    // RealtimeKit names a peer within its session, the feed says both.
    let base = format!("/accounts/{A}/realtime/kit/{P}/sessions");
    let kit = w.send(Method::GET, &base, "TA", None).await.ok();
    let (mut peers, mut events) = (Vec::new(), BTreeSet::new());
    for session in kit["data"]["sessions"].as_array().unwrap().iter().rev() {
        let path = format!("{base}/{}/participants?include_peer_events=true", text(&session["id"]));
        let list = w.send(Method::GET, &path, "TA", None).await.ok();
        for row in list["data"]["participants"].as_array().unwrap() {
            peers.push(text(&row["id"]));
            events.extend(row["peer_events"].as_array().unwrap().iter().map(|event| text(&event["id"])));
        }
    }
    let second: StayId = ids[1].parse().unwrap();
    assert_eq!(peers, [peer.to_string(), second.to_string(), peer.to_string()]);
    assert_eq!(events.len(), 9, "no event of one session has the id of one of another");
    let pull = format!("/sederunt/v1/apps/{P}/events?events=peer.joined");
    let changes = w.send(Method::GET, &pull, "TA", None).await.ok()["events"].clone();
    let told = changes.as_array().unwrap().iter().map(|change| {
        let stay: StayId = text(&change["peer"]["stay_id"]).parse().unwrap();
        (text(&change["peer"]["id"]), stay.pagecall())
    });
    assert!(told.eq(peers.into_iter().zip(ids)), "{changes}");
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
