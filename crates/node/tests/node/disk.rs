//! A ledger whose disk is full or does not answer: what must be durable waits or is refused, everybody else goes on.

use sederunt_app::admission;
use sederunt_core::call::Disconnect;
use sederunt_core::error::RoomError;
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::PeerId;
use sederunt_core::input::Command;
use sederunt_core::words::broadcast::{Broadcast, BroadcastTo};
use sederunt_core::words::{Msg, Request, broadcast, chat, entry, plugin};
use sederunt_node::{EntryError, NodeError, ToSocket};
use sederunt_store::{DiskTrouble, StoreError};

use crate::world::{Client, T0, World, until};

fn broadcast(text: &str) -> Request {
    let payload = text.as_bytes().to_vec();
    Request::Broadcast(Broadcast { kind: "k".to_owned(), payload, timestamp: 1, to: BroadcastTo::Room })
}

fn is_broadcast(msg: &Msg, text: &str) -> bool {
    matches!(msg, Msg::Broadcast(broadcast::Tell::Broadcast(broadcast)) if broadcast.payload == text.as_bytes())
}

fn chat(bytes: usize) -> Request {
    Request::Chat(chat::Ask::Send { peers: None, payload_type: 0, payload: "x".repeat(bytes) })
}

/// Asks without waiting for the answer.
async fn send(client: &Client, id: &str, request: Request) {
    client.attached.request(id.into(), request).await.unwrap();
}

/// Reads on until the request `id` is answered; pushes are kept.
async fn answer(client: &mut Client, id: &str) -> Result<(), RoomError> {
    loop {
        match client.next().await.expect("the room has let go") {
            ToSocket::Tell { re: Some(re), .. } if re.id == id => return Ok(()),
            ToSocket::Refuse { re, error } if re.id == id => return Err(error),
            ToSocket::Tell { re: None, msg, .. } => client.pushes.push(msg),
            other @ (ToSocket::Tell { .. } | ToSocket::Refuse { .. } | ToSocket::Close(_)) => {
                panic!("unexpected: {other:?}")
            }
        }
    }
}

#[tokio::test]
async fn a_disk_that_does_not_answer_holds_up_only_what_must_be_written() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.client(meeting, "alice").await;
    let mut bob = w.client(meeting, "bob").await;
    let mut carol = w.client(meeting, "carol").await;
    for client in [&mut alice, &mut bob, &mut carol] {
        client.join().await;
    }
    let carol_id = carol.attached.peer;
    let session = w.sessions().await.items[0].id;

    let release = w.store.hold_writer().unwrap();
    send(&alice, "line", chat(10)).await;
    // What was said waits; what needs no writing does not.
    bob.ask(broadcast("one")).await.unwrap();
    alice.push("a broadcast", |msg| is_broadcast(msg, "one")).await;
    assert!(
        !bob.pushes.iter().any(|msg| matches!(**msg, Msg::Chat(chat::Tell::Sent(_)))),
        "told before it was durable"
    );
    // The engine knows of the line already: lists that would show it wait, too.
    send(&bob, "all", Request::Chat(chat::Ask::All)).await;
    // A lost socket, now. It is recorded later, with its time.
    w.clock.advance(5_000);
    carol.attached.disconnect(Disconnect::Lost).await;
    until("the trouble", || async { w.store.disk_trouble() == Some(DiskTrouble::Stuck) }).await;
    bob.ask(broadcast("two")).await.unwrap();
    assert_eq!(w.node.metrics().rooms_stalled.get(), 1);
    assert!(matches!(w.node.takes_writes(), Err(EntryError::Busy(_))));
    assert!(matches!(w.node.has_room_for_more(), Err(EntryError::Busy(_))));
    // The API is told at once, and reads go on.
    let kick_all = w.node.command(meeting, Command::KickAll).await;
    assert!(matches!(kick_all, Err(NodeError::Store(StoreError::Unwritable(_)))), "{kick_all:?}");
    assert_eq!(w.sessions().await.items[0].live_count, 3);
    w.clock.advance(4_000);

    drop(release);
    answer(&mut alice, "line").await.unwrap();
    answer(&mut bob, "all").await.unwrap();
    until("the loss", || async { w.stays(session).await.iter().any(|row| row.stay.away_since.is_some()) })
        .await;
    let away = w.stays(session).await.into_iter().find(|row| row.stay.peer == carol_id).unwrap();
    assert_eq!(away.stay.away_since, Some(T0.plus_ms(5_000)), "when it was, not when it was written");
    assert_eq!(w.store.disk_trouble(), None);
    assert!(w.node.takes_writes().is_ok());
    // Carol could not come back meanwhile: her grace begins when she can. Her stay ends at the loss all the same.
    w.clock.advance(19_999);
    alice.ask(broadcast("three")).await.unwrap();
    assert_eq!(w.stays(session).await.iter().filter(|row| row.stay.left_at.is_some()).count(), 0);
    w.clock.advance(2);
    until("the end of the grace", || async {
        w.stays(session).await.iter().any(|row| {
            row.stay.reason == Some(LeaveReason::ConnectionLost)
                && row.stay.left_at == Some(T0.plus_ms(5_000))
        })
    })
    .await;
}

#[tokio::test]
async fn a_full_disk_throws_nobody_out() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let elsewhere = w.meeting().await.id;
    let mut alice = w.client(meeting, "alice").await;
    let mut bob = w.client(meeting, "bob").await;
    let mut far = w.client(elsewhere, "far").await;
    for client in [&mut alice, &mut bob, &mut far] {
        client.join().await;
    }
    let session = w.store.active_session(meeting).await.unwrap().unwrap().id;
    w.store.limit_growth(Some(0)).await.unwrap();
    send(&alice, "line", chat(16_000)).await;
    until("the refusal", || async { w.store.disk_failures() > 0 }).await;
    bob.ask(broadcast("one")).await.unwrap();
    alice.push("a broadcast", |msg| is_broadcast(msg, "one")).await;
    far.ask(broadcast("nobody is here")).await.unwrap();
    // A goodbye cannot be refused.
    w.clock.advance(1_000);
    let bob_id = bob.attached.peer;
    send(&bob, "bye", Request::Entry(entry::Ask::MediaLeave)).await;
    // Behind it in the queue: it has been taken by now.
    alice.ask(broadcast("still here")).await.unwrap();
    w.clock.advance(1_000);
    w.store.limit_growth(None).await.unwrap();
    answer(&mut alice, "line").await.unwrap();
    answer(&mut bob, "bye").await.unwrap();
    until("the leave", || async { w.stays(session).await.iter().any(|row| row.stay.left_at.is_some()) })
        .await;
    let left = w.stays(session).await.into_iter().find(|row| row.stay.peer == bob_id).unwrap();
    assert_eq!(left.stay.left_at, Some(T0.plus_ms(1_000)));
    assert_eq!(w.node.metrics().rooms_stalled.get(), 0);
    far.ask(chat(10)).await.unwrap();
    let store = w.store.clone();
    let report = tokio::task::spawn_blocking(move || store.verify(|_, _| {})).await.unwrap().unwrap();
    assert_eq!(report.difference_count, 0, "{:?}", report.differences);
}

/// Who waits for too long is told so, in words; who asks for entry is let go, to try again.
#[tokio::test]
async fn what_waits_for_too_long_is_refused_and_a_stop_does_not_wait() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.client(meeting, "alice").await;
    let mut bob = w.client(meeting, "bob").await;
    alice.join().await;
    let dave = w.participant(meeting, "dave").await;
    let token = w.token(&dave).await;
    let release = w.store.hold_writer().unwrap();
    // The first write is under way and stays so; the second waits behind it.
    send(&alice, "line", chat(10)).await;
    bob.ask(Request::Plugin(plugin::Ask::Get {
        at: sederunt_core::words::plugin::StoreAddress { plugin: "p".to_owned(), store: "s".to_owned() },
        keys: Vec::new(),
    }))
    .await
    .unwrap();
    send(&bob, "join", Request::Entry(entry::Ask::JoinRoom { display_name: String::new() })).await;
    let ticket = admission::admit(&w.node, &token).await.unwrap();
    let (outbox, _inbox) = tokio::sync::mpsc::channel(8);
    let attached =
        admission::attach(&w.node, ticket, PeerId(w.node.mint_id()), Default::default(), outbox).await;
    assert!(matches!(attached, Err(EntryError::Busy(_))), "{attached:?}");
    assert_eq!(answer(&mut bob, "join").await, Err(RoomError::Unwritable));
    let stop = tokio::spawn({
        let node = w.node.clone();
        async move { node.stop().await }
    });
    assert_eq!(alice.closed().await, Some(sederunt_core::effect::CloseReason::ServerStopping));
    drop(release);
    stop.await.unwrap();
}
