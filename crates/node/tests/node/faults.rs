//! When the disk or a client lets the room down.

use sederunt_core::effect::{CloseReason, Write};
use sederunt_core::fact::{Fact, FactKind, LeaveReason};
use sederunt_core::id::{MeetingId, PeerId, SessionId};
use sederunt_core::input::Command;
use sederunt_core::tally::Tally;
use sederunt_core::words::{Msg, Request, chat, entry};
use sederunt_node::{HEARTBEAT_EVERY_MS, NodeError, ToSocket};

use crate::world::{T0, World, until, within};

/// Begins a session behind the room's back: the room's own beginning breaks the rule of one LIVE session.
async fn begin_session(w: &World, meeting: MeetingId) -> SessionId {
    let session = SessionId(w.node.mint_id());
    let kind = FactKind::SessionStarted { title: "other".to_owned(), keep_alive_ms: 60_000, parent: None };
    let fact = Fact { at: w.node.now(), app: w.app.clone(), meeting, session, kind };
    let columns = Tally::start(&fact).unwrap().columns().clone();
    w.store
        .remember("node-1", vec![Write::Fact { fact, columns, stay: None, person: None, offset_ms: 0 }])
        .await
        .unwrap();
    session
}

#[tokio::test]
async fn what_the_store_refuses_is_not_told() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.client(meeting, "alice").await;
    let mut bob = w.client(meeting, "bob").await;
    let other = begin_session(&w, meeting).await;

    alice
        .attached
        .request("join".into(), Request::Entry(entry::Ask::JoinRoom { display_name: String::new() }))
        .await
        .unwrap();
    assert!(matches!(alice.next().await, Some(ToSocket::Close(CloseReason::ServerStopping))));
    assert!(matches!(bob.next().await, Some(ToSocket::Close(CloseReason::ServerStopping))));
    assert!(bob.next().await.is_none(), "nobody is told of the join");
    assert_eq!(w.stays(other).await.len(), 0);
    until("the failed room's end", || async { w.node.metrics().rooms.get() == 0 }).await;

    // The next room is read from the ledger, and goes on with what is there.
    let mut carol = w.client(meeting, "carol").await;
    carol.join().await;
    assert_eq!(w.sessions().await.total, 1);
    assert_eq!(w.stays(other).await.len(), 1);
}

#[tokio::test]
async fn a_command_hears_that_the_store_failed() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.client(meeting, "alice").await;
    begin_session(&w, meeting).await;
    // Both wait in the queue before the room looks: one batch, one transaction, one failure.
    let join = Request::Entry(entry::Ask::JoinRoom { display_name: String::new() });
    alice.attached.request("join".into(), join).await.unwrap();
    let nobody =
        Command::Kick { participants: Vec::new(), custom_ids: Vec::new(), reason: LeaveReason::Kicked };
    let kicked = w.node.command(meeting, nobody).await;
    assert!(matches!(kicked, Err(NodeError::RoomFailed(_))), "{kicked:?}");
    assert_eq!(alice.closed().await, Some(CloseReason::ServerStopping));
}

/// The stays of a room that failed end at the failure, not at its last fact, and without anybody coming for them.
#[tokio::test]
async fn a_failed_room_is_reloaded_by_the_heartbeat() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.client(meeting, "alice").await;
    // Alice joins in a session that only the ledger knows of, so her room fails.
    let other = begin_session(&w, meeting).await;
    alice
        .attached
        .request("join".into(), Request::Entry(entry::Ask::JoinRoom { display_name: String::new() }))
        .await
        .unwrap();
    assert_eq!(alice.closed().await, Some(CloseReason::ServerStopping));
    until("the failed room's end", || async { w.node.metrics().rooms.get() == 0 }).await;
    w.clock.advance(HEARTBEAT_EVERY_MS);
    until("the reload", || async { w.node.metrics().rooms.get() == 1 }).await;
    w.clock.advance(60_000);
    until("the end", || async { w.store.session(&w.app, other).await.unwrap().unwrap().ended_at.is_some() })
        .await;
    assert_eq!(w.store.session(&w.app, other).await.unwrap().unwrap().ended_at, Some(T0.plus_ms(60_000)));
}

#[tokio::test]
async fn a_socket_that_does_not_read_is_cut_and_the_others_are_unharmed() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.client(meeting, "alice").await;
    let mut bob = w.client(meeting, "bob").await;
    let sloth = w.participant(meeting, "sloth").await;
    let token = w.token(&sloth).await;
    let mut sloth = w.attach(&token, PeerId(w.node.mint_id()), 4).await;
    alice.join().await;
    bob.join().await;
    sloth.join().await;
    for n in 0..10 {
        let payload = format!("line {n}");
        alice.ask(Request::Chat(chat::Ask::Send { peers: None, payload_type: 0, payload })).await.unwrap();
    }
    assert_eq!(w.node.metrics().slow_consumers.get(), 1);
    let mut lines = 0;
    while let Some(word) = within("the end of the queue", sloth.next()).await {
        lines += u32::from(matches!(word, ToSocket::Tell { .. }));
    }
    assert_eq!(lines, 4, "what had been queued, and then the end");
    let last = |msg: &Msg| matches!(msg, Msg::Chat(chat::Tell::Sent(message)) if message.payload == "line 9");
    bob.push("the last line", last).await;
    let session = w.sessions().await.items[0].id;
    let stays = w.stays(session).await;
    let cut = stays.iter().find(|row| row.person.display_name == "sloth").unwrap();
    assert_eq!(cut.stay.away_since, Some(T0), "its grace runs");
}
