//! Cases O106 to O112: messages to everybody in a room.

use axum::http::Method;
use sederunt_core::call::Disconnect;
use sederunt_core::id::PeerId;
use sederunt_core::words::broadcast::{Broadcast, Tell};
use sederunt_core::words::{Msg, roster};
use serde_json::{Value, json};

use crate::pagecall_fixture::{M1, Pagecall, R1, R3, R9, id};
use crate::world::Client;

/// The broadcasts that a client got.
fn broadcasts(client: &Client) -> impl Iterator<Item = &Broadcast> {
    client.pushes.iter().filter_map(|msg| {
        let Msg::Broadcast(Tell::Broadcast(broadcast)) = &**msg else { return None };
        Some(broadcast)
    })
}

/// As the official client hands them to `participants.on('broadcastedMessage')`: type and payload.
fn heard(client: &Client) -> Vec<(String, Value)> {
    let told = |b: &Broadcast| (b.kind.clone(), serde_json::from_slice(&b.payload).unwrap());
    broadcasts(client).map(told).collect()
}

fn said(text: &str) -> (String, Value) {
    ("pagecall:message".to_owned(), json!({ "message": text }))
}

/// Everything that the room told a client until now.
async fn caught_up(client: &mut Client) -> Vec<(String, Value)> {
    client.ask(roster::Ask::StageState.into()).await.unwrap();
    heard(client)
}

impl Pagecall {
    async fn say(&self, room: &str, text: &str) {
        let body = json!({ "message": text });
        let path = format!("rooms/{room}/message");
        let answer = self.ok("roomsSendMessage", Method::POST, &path, Some(body.clone())).await;
        assert_eq!(answer, body, "the echo");
    }
}

#[tokio::test]
async fn o106_and_o107_a_message_reaches_who_is_connected() {
    let mut f = Pagecall::new().await;
    let seq = *f.world.store.durable().borrow();
    f.say(R1, "Five minutes left").await;
    for tab in &mut f.alice {
        assert_eq!(caught_up(tab).await, [said("Five minutes left")], "O106: each tab once");
        let now = f.world.node.now().0.cast_unsigned();
        assert!(broadcasts(tab).all(|broadcast| broadcast.timestamp == now));
    }
    f.say(R3, "Is anybody there?").await;
    let room = f.world.store.meeting(id(R3).into()).await.unwrap().unwrap();
    let mut late = f.world.joined(&room, "late").await;
    assert_eq!(caught_up(&mut late).await, [], "O107");
    let chat = f.world.store.active_session(id(R1).into()).await.unwrap().unwrap().id;
    assert!(f.world.store.chat(chat, 10).await.unwrap().is_empty(), "nothing is stored");
    // The join of R3 alone: its session, and the peer.
    assert_eq!(*f.world.store.durable().borrow() - seq, 2, "a message is no fact");

    for text in ["", "\"quoted\"\n한글 \u{0}"] {
        f.say(R1, text).await;
        assert_eq!(caught_up(&mut f.alice[0]).await.pop(), Some(said(text)), "G18: any text");
    }
}

#[tokio::test]
async fn o109_a_message_is_bounded_in_bytes() {
    let mut f = Pagecall::new().await;
    let fits = 16_384 - r#"{"message":""}"#.len();
    let path = format!("rooms/{R1}/message");
    let refused = async |text: String| {
        let body = json!({ "message": text });
        f.refused(Method::POST, &path, body, "INVALID_PARAMETER", Some("message")).await;
    };
    refused("a".repeat(fits + 1)).await;
    refused("한".repeat(fits / 3 + 1)).await;
    refused("\"".repeat(fits / 2 + 1)).await;
    f.refused(Method::POST, &path, json!({}), "INVALID_PARAMETER", Some("message")).await;
    f.refused(Method::POST, &path, json!({ "message": 5 }), "INVALID_PARAMETER", Some("message")).await;
    let longest = "a".repeat(fits);
    f.say(R1, &longest).await;
    assert_eq!(caught_up(&mut f.alice[0]).await, [said(&longest)], "O109");
}

#[tokio::test]
async fn o110_a_message_is_for_those_inside() {
    let mut f = Pagecall::with_users().await;
    let room = f.public_room().await;
    let monitor = json!({ "default_member_type": "monitor" });
    f.ok("UpdateUser", Method::PUT, "users/carol", Some(monitor)).await;
    let mut carol = f.enters(&room, "carol").await.unwrap();
    let member = f.world.store.participant(id(R1).into(), id(M1).into()).await.unwrap().unwrap();
    let token = f.world.entry(&member).await;
    let mut outside = f.world.waiting(&token, PeerId(f.world.node.mint_id())).await.unwrap();
    let away = f.world.entry(&member).await;
    let mut lost = f.world.waiting(&away, PeerId(f.world.node.mint_id())).await.unwrap();
    lost.join().await;
    let peer = lost.peer;
    lost.disconnect(Disconnect::Lost).await;

    f.say(R1, "one").await;
    f.say(&room, "two").await;
    assert_eq!(caught_up(&mut f.alice[0]).await, [said("one")]);
    assert_eq!(caught_up(&mut carol).await, [said("two")], "O110: the monitor hears it");
    outside.join().await;
    assert_eq!(caught_up(&mut outside).await, [], "O110: who is not let in yet does not");
    let mut back = f.world.waiting(&away, peer).await.unwrap();
    back.join().await;
    f.say(R1, "three").await;
    assert_eq!(caught_up(&mut back).await, [said("three")], "O110: nothing waits for who is away");
    assert_eq!(caught_up(&mut f.alice[0]).await, [said("one"), said("three")]);
}

#[tokio::test]
async fn o112_messages_come_in_order_and_a_room_that_is_over_hears_none() {
    let mut f = Pagecall::new().await;
    let texts: Vec<String> = (0..100).map(|n| format!("message {n}")).collect();
    for text in &texts {
        f.say(R1, text).await;
    }
    let wanted: Vec<_> = texts.iter().map(|text| said(text)).collect();
    assert_eq!(caught_up(&mut f.alice[0]).await, wanted, "O112");
    f.refused(
        Method::POST,
        &format!("rooms/{R9}/message"),
        json!({ "message": "x" }),
        "ROOM_NOT_FOUND",
        None,
    )
    .await;
    f.ok("updateRoom", Method::PUT, &format!("rooms/{R1}"), Some(json!({ "is_terminated": true }))).await;
    f.say(R1, "O112: well").await;
    f.say(R1, "O112: again, without a room").await;
    for tab in &mut f.alice {
        assert!(tab.closed().await.is_some());
        assert_eq!(heard(tab), wanted, "O112: nobody is told what came later");
    }
}
