//! What somebody without any credentials can start, and what it leaves behind.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::Request;
use sederunt_app::admission;
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_gateway::{GatewayConfig, StrangerLimits, router};
use sederunt_node::metrics::Kind;
use sederunt_store::{AppRow, ListQuery, MeetingRow, RoomKind, UserRow};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error as WsError;
use tower::ServiceExt;

use crate::world::{T0, World, until};

async fn room(w: &World, kind: RoomKind) -> MeetingId {
    let row = MeetingRow { kind, is_room: true, ..w.meeting_row() };
    w.store.create_meeting(row.clone()).await.unwrap();
    row.id
}

/// `POST /meet/token` from an address: status, `Retry-After` and body.
async fn enter(door: &Router, from: &str, body: Value) -> (u16, Option<String>, Value) {
    let from: SocketAddr = format!("{from}:1").parse().unwrap();
    let request = Request::post("/meet/token")
        .header("content-type", "application/json")
        .extension(ConnectInfo(from))
        .body(Body::from(body.to_string()))
        .unwrap();
    let (head, body) = door.clone().oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let after = head.headers.get("retry-after").map(|v| v.to_str().unwrap().to_owned());
    (head.status.as_u16(), after, serde_json::from_slice(&body).unwrap())
}

async fn members(w: &World, room: MeetingId) -> u64 {
    let query = ListQuery {
        search: None,
        name: None,
        created_from: None,
        created_to: None,
        active: None,
        terminated: None,
        ascending: true,
        offset: 0,
        limit: 10,
    };
    w.store.participants(room, query).await.unwrap().total
}

fn refusals(w: &World, kind: &'static str) -> u64 {
    w.node.metrics().refusals.get_or_create(&Kind { kind }).get()
}

#[tokio::test]
async fn visitors_leave_nothing_behind_before_they_join() {
    let w = World::new().await;
    let door = router(w.node.clone(), GatewayConfig::default());
    let room = room(&w, RoomKind::Open).await;
    let mut tokens = Vec::new();
    for _ in 0..20 {
        let (status, _, body) = enter(&door, "203.0.113.7", json!({ "room_id": room.pagecall() })).await;
        assert_eq!(status, 200);
        tokens.push(body["authToken"].as_str().unwrap().to_owned());
    }
    let mut waiting = Vec::new();
    for token in &tokens[..5] {
        waiting.push(w.connect(room, PeerId(w.node.mint_id()), token).await);
        assert!(waiting.last_mut().unwrap().is_alive().await);
    }
    assert_eq!(members(&w, room).await, 0, "neither asking nor waiting is being let in");

    let mut visitor = waiting.remove(0);
    visitor.join("Ada").await;
    assert_eq!(members(&w, room).await, 1);
    let ticket = admission::admit(&w.node, &tokens[0]).await.unwrap();
    assert_eq!((ticket.participant.name.as_str(), ticket.is_unrecorded), ("Guest", false));
    let session = w.store.active_session(room).await.unwrap().unwrap().id;
    let stay = w.store.stay(session, visitor.id.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((stay.stay.participant, stay.person.display_name.as_str()), (ticket.participant.id, "Ada"));
    // A second visit with the same token is the same member; another token another one.
    let mut again = w.connect(room, PeerId(w.node.mint_id()), &tokens[0]).await;
    again.join("Ada").await;
    assert_eq!(members(&w, room).await, 1);
    waiting.remove(0).join("Bob").await;
    assert_eq!(members(&w, room).await, 2);
}

#[tokio::test]
async fn a_visitors_token_opens_no_more_than_the_room_does() {
    let w = World::new().await;
    let room = room(&w, RoomKind::Open).await;
    let visitor =
        async || admission::sign(&w.node, &admission::find(&w.node, room, None).await.unwrap()).unwrap();
    let (token, unused) = (visitor().await, visitor().await);
    w.connect(room, PeerId(w.node.mint_id()), &token).await.join("Ada").await;
    let ada = admission::admit(&w.node, &token).await.unwrap().participant;
    let mut row = w.store.meeting(room).await.unwrap().unwrap();
    row.kind = RoomKind::Private;
    w.store.put_meeting(row).await.unwrap();
    assert_eq!(admission::admit(&w.node, &unused).await.unwrap_err().kind(), "NOT_INVITED");
    assert!(admission::admit(&w.node, &token).await.is_ok(), "who was let in is a member");
    w.store.change_participant(room, ada.id, |ada| ada.deleted_at = Some(T0)).await.unwrap();
    assert_eq!(admission::admit(&w.node, &token).await.unwrap_err().kind(), "PARTICIPANT_NOT_FOUND");
}

#[tokio::test]
async fn a_room_of_another_workspace_is_no_room() {
    let w = World::new().await;
    let other = AppRow { id: "app-2".into(), account: "acc".into(), name: "B".into(), created_at: T0 };
    w.store.create_app(other.clone(), Vec::new()).await.unwrap();
    let eve = UserRow {
        app: other.id,
        user_id: "u-eve".to_owned(),
        name: "eve".to_owned(),
        access_token: "at-eve".to_owned(),
        extra: json!({}),
        created_at: T0,
        updated_at: T0,
    };
    w.store.upsert_user(eve).await.unwrap();
    let door = router(w.node.clone(), GatewayConfig::default());
    let ended = room(&w, RoomKind::Open).await;
    w.node.command(ended, sederunt_core::input::Command::Terminate).await.unwrap();
    let inactive = MeetingRow { active: false, is_room: true, ..w.meeting_row() };
    w.store.create_meeting(inactive.clone()).await.unwrap();
    let asks = [
        MeetingId(w.node.mint_id()),
        room(&w, RoomKind::Open).await,
        room(&w, RoomKind::Public).await,
        room(&w, RoomKind::Private).await,
        ended,
        inactive.id,
    ];
    let mut answers = Vec::new();
    for room in asks {
        let body = json!({ "room_id": room.pagecall(), "access_token": "at-eve" });
        answers.push(enter(&door, "203.0.113.7", body).await);
        let body = json!({ "room_id": room.pagecall(), "access_token": "at-nobody" });
        assert_eq!(enter(&door, "203.0.113.7", body).await.0, 401, "a token of nobody learns nothing");
    }
    assert_eq!(answers[0].0, 404);
    assert_eq!(answers[0].2["code"], "ROOM_NOT_FOUND");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn one_address_cannot_ask_for_ever() {
    let w = World::new().await;
    let door = router(w.node.clone(), GatewayConfig::default());
    let lobby = || json!({ "room_id": "lobby" });
    let mut refused = None;
    for n in 0..2_000 {
        let (status, after, body) = enter(&door, "203.0.113.7", lobby()).await;
        if status == 429 {
            refused = Some((n, after, body));
            break;
        }
        assert_eq!(status, 404);
    }
    let (asked, after, body) = refused.expect("two thousand asks without an end");
    // Two more a second come back meanwhile.
    assert!((600..700).contains(&asked), "{asked}");
    assert_eq!((after.as_deref(), body["code"].as_str()), (Some("1"), Some("TOO_MANY_ENTRIES")));
    assert_eq!(refusals(&w, "TOO_MANY_ENTRIES"), 1);
    assert_eq!(enter(&door, "203.0.113.8", lobby()).await.0, 404, "another address is not touched");
}

async fn refused_with(url: &str) -> u16 {
    match tokio_tungstenite::connect_async(url).await {
        Err(WsError::Http(response)) => {
            assert!(response.headers().contains_key("retry-after"));
            response.status().as_u16()
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn sockets_that_do_not_join_are_few_per_address() {
    let w = World::with_limits(StrangerLimits { waiting_per_address: 2, ..StrangerLimits::default() }).await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    let bob = w.peer(meeting, "bob").await;
    let row = w.participant(meeting, "carol", "group_call_host").await;
    let token = w.token(&row).await;
    let url = w.url(meeting, &w.node.mint_id().to_string(), &token);
    assert_eq!(refused_with(&url).await, 429);
    assert_eq!(refusals(&w, "TOO_MANY_WAITING"), 1);
    alice.join("alice").await;
    let mut carol = w.connect(meeting, PeerId(w.node.mint_id()), &token).await;
    assert!(carol.is_alive().await);
    assert_eq!(refused_with(&url).await, 429);
    drop(bob);
    until("bob's place", || async { tokio_tungstenite::connect_async(&url).await.is_ok() }).await;
}

/// Whoever joins gives the place back, as the test above shows, and with it this end.
#[tokio::test(start_paused = true)]
async fn a_socket_that_does_not_join_is_sent_round_again() {
    let limits = StrangerLimits { waiting_max: Duration::from_secs(600), ..StrangerLimits::default() };
    let w = World::with_limits(limits).await;
    let meeting = w.meeting().await.id;
    let row = w.participant(meeting, "bob", "group_call_host").await;
    let token = w.token(&row).await;
    let start = tokio::time::Instant::now();
    let mut bob = w.connect(meeting, PeerId(w.node.mint_id()), &token).await;
    let (code, _) = bob.ended().await.expect("a reason");
    assert_eq!(code, 1013, "the client comes back by itself");
    assert!(start.elapsed() >= Duration::from_secs(599), "{:?}", start.elapsed());
}
