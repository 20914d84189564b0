//! Rooms come, go, and tell nothing that is not in the ledger.

use std::task::Poll;

use sederunt_app::admission;
use sederunt_core::call::Disconnect;
use sederunt_core::effect::CloseReason;
use sederunt_core::fact::{EndReason, LeaveReason};
use sederunt_core::id::PeerId;
use sederunt_core::input::Command;
use sederunt_core::time::UnixMs;
use sederunt_core::words::entry::PeerEvent;
use sederunt_core::words::{Msg, Request, entry, roster};
use sederunt_node::clock::ManualClock;
use sederunt_node::{ClientAddress, EntryError, HEARTBEAT_EVERY_MS, NodeError};
use tokio::sync::mpsc;
use tokio::task::coop;

use crate::world::{T0, World, start, until, within};

#[tokio::test]
async fn a_join_is_in_the_ledger_when_it_is_told() {
    let w = World::new().await;
    let meeting = w.meeting().await;
    let mut alice = w.client(meeting.id, "alice").await;
    assert_eq!(w.sessions().await.total, 0, "the set-up screen is no stay");

    alice.join().await;
    let live = w.store.active_session(meeting.id).await.unwrap().unwrap();
    assert_eq!((live.live_count, live.peak, live.started_at), (1, 1, T0));

    w.clock.advance(30_000);
    let mut bob = w.client(meeting.id, "bob").await;
    bob.join().await;
    assert_eq!(w.stays(live.id).await.len(), 2);
    alice
        .push("bob's join", |msg| {
            matches!(msg, Msg::Entry(entry::Tell::PeerInfo { event: PeerEvent::JoinRoom, .. }))
        })
        .await;

    w.clock.advance(30_000);
    alice.attached.disconnect(Disconnect::Clean).await;
    bob.push("alice's leave", |msg| {
        matches!(msg, Msg::Entry(entry::Tell::PeerInfo { event: PeerEvent::LeaveRoom, .. }))
    })
    .await;
    let stays = w.stays(live.id).await;
    assert_eq!(stays[0].stay.left_at, Some(T0.plus_ms(60_000)));
    assert_eq!(stays[0].stay.reason, Some(LeaveReason::Left));
    let row = &w.sessions().await.items[0];
    assert_eq!((row.live_count, row.peak, row.consumed_ms(w.node.now())), (1, 2, 90_000));
    assert_eq!((w.node.metrics().joins.get(), w.node.metrics().leaves.get()), (2, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_joins_at_once_make_one_session() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut tokens = Vec::new();
    for n in 0..50 {
        let participant = w.participant(meeting, &format!("p{n}")).await;
        tokens.push(w.token(&participant).await);
    }
    let joins = tokens.iter().map(|token| async {
        let mut client = w.attach(token, PeerId(w.node.mint_id()), 1024).await;
        client.join().await;
        client
    });
    let mut clients = Vec::new();
    // All of them are under way before the first is waited for.
    let mut joins: Vec<_> = joins.map(Box::pin).collect();
    std::future::poll_fn(|cx| {
        joins.retain_mut(|join| match join.as_mut().poll(cx) {
            std::task::Poll::Ready(client) => {
                clients.push(client);
                false
            }
            std::task::Poll::Pending => true,
        });
        if joins.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;

    let sessions = w.sessions().await;
    assert_eq!(sessions.total, 1);
    assert_eq!(
        (sessions.items[0].live_count, sessions.items[0].peak, sessions.items[0].stay_count),
        (50, 50, 50)
    );
}

#[tokio::test]
async fn an_empty_session_ends_after_its_keep_alive_and_its_room_goes() {
    let w = World::new().await;
    let meeting = w.meeting().await;
    let mut alice = w.client(meeting.id, "alice").await;
    alice.join().await;
    w.clock.advance(10_000);
    alice.attached.disconnect(Disconnect::Clean).await;
    until("alice's leave", || async { w.sessions().await.items[0].live_count == 0 }).await;

    w.clock.advance(59_999);
    let mut bob = w.client(meeting.id, "bob").await;
    bob.join().await;
    assert_eq!(w.sessions().await.total, 1, "within the keep-alive it is the same session");
    bob.attached.disconnect(Disconnect::Clean).await;
    until("bob's leave", || async { w.sessions().await.items[0].live_count == 0 }).await;

    w.clock.advance(75_000);
    until("the end", || async { w.sessions().await.items[0].ended_at.is_some() }).await;
    let ended = w.sessions().await.items[0].clone();
    assert_eq!(ended.ended_at, Some(T0.plus_ms(69_999 + 60_000)), "the late timer changes no time");
    assert_eq!(ended.end_reason, Some(EndReason::AllParticipantsLeft));
    until("the room's end", || async { w.node.metrics().rooms.get() == 0 }).await;

    let mut carol = w.client(meeting.id, "carol").await;
    carol.join().await;
    assert_eq!(w.sessions().await.total, 2);
}

#[tokio::test]
async fn a_lost_socket_resumes_within_the_grace() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let participant = w.participant(meeting, "alice").await;
    let token = w.token(&participant).await;
    let peer = PeerId(w.node.mint_id());
    let mut first = w.attach(&token, peer, 64).await;
    first.join().await;
    drop(first.attached);
    w.clock.advance(19_000);
    let mut again = w.attach(&token, peer, 64).await;
    again.join().await;
    w.clock.advance(41_000);
    again.attached.disconnect(Disconnect::Clean).await;
    until("the leave", || async { w.sessions().await.items[0].live_count == 0 }).await;
    let stays = w.stays(w.sessions().await.items[0].id).await;
    assert_eq!(stays.len(), 1, "one stay without a gap");
    assert_eq!(stays[0].stay.duration_ms(w.node.now()), 60_000);

    // The same peer id under another token is somebody else.
    let mut back = w.attach(&token, peer, 64).await;
    let thief = w.participant(meeting, "mallory").await;
    let thief_token = w.token(&thief).await;
    let mut refused = w.attach(&thief_token, peer, 64).await;
    assert_eq!(refused.closed().await, Some(CloseReason::PeerIdTaken));
    back.join().await;
}

#[tokio::test]
async fn a_stop_closes_stays_with_their_true_times_and_refuses_newcomers() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.client(meeting, "alice").await;
    alice.join().await;
    let late = w.participant(meeting, "late").await;
    let late_token = w.token(&late).await;
    w.clock.advance(42_000);
    alice.attached.hears();
    within("the stop", w.node.stop()).await;
    assert_eq!(alice.closed().await, Some(CloseReason::ServerStopping));
    let row = w.sessions().await.items[0].clone();
    assert_eq!((row.live_count, row.ended_at), (0, None), "the keep-alive decides about the session");
    let stay = &w.stays(row.id).await[0].stay;
    assert_eq!((stay.left_at, stay.reason), (Some(T0.plus_ms(42_000)), Some(LeaveReason::ServerStopped)));

    let ticket = admission::admit(&w.node, &late_token).await.unwrap();
    let (outbox, _inbox) = tokio::sync::mpsc::channel(1);
    let refused =
        admission::attach(&w.node, ticket, PeerId(w.node.mint_id()), Default::default(), outbox).await;
    assert!(matches!(refused, Err(EntryError::Node(NodeError::Stopping))), "{refused:?}");
}

/// A node that dies with its runtime, and the next one on the same ledger.
#[test]
fn a_restart_closes_what_the_dead_node_left_open_at_its_last_heartbeat() {
    let first = tokio::runtime::Runtime::new().unwrap();
    let (w, meeting, alice) = first.block_on(async {
        let w = World::new().await;
        let meeting = w.meeting().await.id;
        let mut alice = w.client(meeting, "alice").await;
        alice.join().await;
        for beat in 1..=2 {
            w.clock.advance(HEARTBEAT_EVERY_MS);
            until("the heartbeat", || async { w.node.metrics().heartbeats.get() == beat }).await;
        }
        // Dies in the middle of the next beat.
        w.clock.advance(HEARTBEAT_EVERY_MS - 1);
        (w, meeting, alice)
    });
    first.shutdown_background();
    std::mem::forget(alice);

    let clock = ManualClock::new(UnixMs(T0.0 + 30_000));
    let second = tokio::runtime::Runtime::new().unwrap();
    second.block_on(async {
        let node = start(&w.store, &clock, &w.key, "node-2").await;
        let row = w.sessions().await.items[0].clone();
        assert_eq!((row.live_count, row.ended_at), (0, None));
        let stay = w.stays(row.id).await[0].stay.clone();
        assert_eq!((stay.left_at, stay.reason), (Some(T0.plus_ms(10_000)), Some(LeaveReason::NodeLost)));

        // Its room was loaded, so nobody has to come for the session to end.
        clock.set(T0.plus_ms(70_000));
        until("the end", || async { w.sessions().await.items[0].ended_at.is_some() }).await;
        assert_eq!(w.sessions().await.items[0].ended_at, Some(T0.plus_ms(70_000)));
        assert!(w.store.active_session(meeting).await.unwrap().is_none());
        node.stop().await;
    });
}

/// Whoever is on its way back after a restart is kicked like those who are there.
#[test]
fn a_kick_after_a_restart_finds_those_who_are_not_back_yet() {
    let first = tokio::runtime::Runtime::new().unwrap();
    let (mut w, meeting, alice) = first.block_on(async {
        let w = World::new().await;
        let meeting = w.meeting().await.id;
        let mut alice = w.client(meeting, "alice").await;
        alice.join().await;
        w.client(meeting, "bob").await.join().await;
        (w, meeting, alice)
    });
    first.shutdown_background();
    let peer = alice.attached.peer;
    std::mem::forget(alice);

    let clock = ManualClock::new(UnixMs(T0.0 + 3_000));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        w.node = start(&w.store, &clock, &w.key, "node-2").await;
        let kick = Command::Kick {
            participants: Vec::new(),
            custom_ids: vec!["c-alice".to_owned()],
            reason: LeaveReason::Kicked,
        };
        let kicked = w.node.command(meeting, kick).await.unwrap();
        assert!(kicked.session.is_some() && kicked.removed.is_empty(), "its stay ended with the dead node");
        let removal = w.store.removal(meeting, peer, T0).await.unwrap();
        assert_eq!(removal.map(|removal| removal.reason), Some(LeaveReason::Kicked));
        let row = w.participant(meeting, "alice").await;
        let mut back = w.attach(&w.token(&row).await, peer, 8).await;
        assert_eq!(back.closed().await, Some(CloseReason::Removed));
        w.node.stop().await;
    });
}

#[tokio::test]
async fn commands_reach_the_room_or_answer_as_an_empty_one() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let kick =
        |reason| Command::Kick { participants: Vec::new(), custom_ids: vec!["c-bob".to_owned()], reason };
    for command in [Command::KickAll, kick(LeaveReason::Kicked)] {
        let none = w.node.command(meeting, command).await;
        assert!(none.unwrap_err().to_string().contains("active session"));
    }
    let nobody = w.node.command(meeting, kick(LeaveReason::ParticipantDeleted)).await.unwrap();
    assert_eq!((nobody.session, nobody.removed.len()), (None, 0));

    let mut alice = w.client(meeting, "alice").await;
    let mut bob = w.client(meeting, "bob").await;
    alice.join().await;
    bob.join().await;
    let kicked = w.node.command(meeting, kick(LeaveReason::Kicked)).await.unwrap();
    assert_eq!(kicked.removed.len(), 1);
    assert_eq!(bob.closed().await, Some(CloseReason::Removed));
    w.node.command(meeting, Command::KickAll).await.unwrap();
    assert_eq!(alice.closed().await, Some(CloseReason::Ended));
    let row = w.sessions().await.items[0].clone();
    assert_eq!(row.end_reason, Some(EndReason::HostEndedMeeting));
}

#[tokio::test]
async fn termination_needs_no_live_room() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let participant = w.participant(meeting, "alice").await;
    let token = w.token(&participant).await;
    w.node.command(meeting, Command::Terminate).await.unwrap();
    assert_eq!(w.store.meeting(meeting).await.unwrap().unwrap().terminated_at, Some(T0));
    assert!(matches!(admission::admit(&w.node, &token).await, Err(EntryError::Terminated)));
    until("the room's end", || async { w.node.metrics().rooms.get() == 0 }).await;
}

#[tokio::test]
async fn a_changed_meeting_changes_its_live_room() {
    let w = World::new().await;
    let mut meeting = w.meeting().await;
    let mut alice = w.client(meeting.id, "alice").await;
    alice.join().await;
    meeting.title = "Retro".to_owned();
    meeting.active = false;
    w.store.put_meeting(meeting.clone()).await.unwrap();
    w.node.meeting_changed(meeting.id).await.unwrap();
    assert_eq!(w.sessions().await.items[0].title.as_ref(), "Retro");
    let info = alice.ask(Request::Roster(roster::Ask::RoomInfo)).await.unwrap();
    assert!(
        matches!(&*info, Msg::Roster(roster::Tell::RoomInfo { title, .. }) if title == "Retro"),
        "those inside stay"
    );
    let bob = w.participant(meeting.id, "bob").await;
    let token = w.token(&bob).await;
    assert!(matches!(admission::admit(&w.node, &token).await, Err(EntryError::Inactive)));
}

/// A sender that has to give way between finding its room and sending does not find it gone: a new room begins with the
/// message it was opened for.
#[tokio::test]
async fn a_sender_that_is_held_up_keeps_its_room() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let participant = w.participant(meeting, "alice").await;
    let ticket = admission::admit(&w.node, &w.token(&participant).await).await.unwrap();
    let (sender, _inbox) = mpsc::channel(64);
    let pass = admission::pass(ticket, ClientAddress::default());
    let attach = w.node.attach(pass, PeerId(w.node.mint_id()), sender);
    let mut attach = std::pin::pin!(attach);
    let step = std::future::poll_fn(|cx| {
        // Without budget the first wait that tokio knows of gives way, whether it has to wait or not.
        while coop::has_budget_remaining() {
            let _ = std::pin::pin!(coop::consume_budget()).poll(cx);
        }
        Poll::Ready(attach.as_mut().poll(cx))
    });
    assert!(step.await.is_pending(), "the room has not run yet");

    // The room answers this after what came before, and then, being empty, it would end.
    w.node.meeting_changed(meeting).await.unwrap();
    let step = std::future::poll_fn(|cx| Poll::Ready(attach.as_mut().poll(cx)));
    assert!(matches!(step.await, Poll::Ready(Ok(_))), "the room has taken the socket in meanwhile");
}

/// Sockets that come while their room is being dropped for idleness find it or the next one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_when_a_room_retires_under_it() {
    let w = std::sync::Arc::new(World::new().await);
    let meeting = w.meeting().await.id;
    let participant = w.participant(meeting, "alice").await;
    let token = w.token(&participant).await;
    let visitors = (0..4).map(|_| {
        let (w, token) = (w.clone(), token.clone());
        tokio::spawn(async move {
            for _ in 0..100 {
                let mut client = w.attach(&token, PeerId(w.node.mint_id()), 64).await;
                // Whatever the answer is, there is one.
                let _ = client.ask(Request::Roster(roster::Ask::StageState)).await;
                client.attached.disconnect(Disconnect::Clean).await;
            }
        })
    });
    for visitor in visitors.collect::<Vec<_>>() {
        within("a visitor", visitor).await.unwrap();
    }
    until("the last room's end", || async { w.node.metrics().rooms.get() == 0 }).await;
    assert_eq!(w.sessions().await.total, 0);
}
