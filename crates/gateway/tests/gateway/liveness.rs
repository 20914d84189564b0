//! Sockets that do not answer, and sockets that do not read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use prost::Message;
use sederunt_gateway::{PING_EVERY, SILENCE_MAX};
use sederunt_node::clock::Clock as _;
use sederunt_proto::event;
use sederunt_proto::socket::room as r;
use tokio::net::TcpSocket;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message as WsMessage;

use crate::world::{World, until};

/// Time stands still while anything happens and jumps to the next timer when nothing does.
#[tokio::test(start_paused = true)]
async fn the_server_pings_and_lets_go_of_the_silent() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let row = w.participant(meeting, "alice", "group_call_host").await;
    let token = w.token(&row).await;
    let id = w.node.mint_id().to_string();
    let (mut ws, _) = tokio_tungstenite::connect_async(w.url(meeting, &id, &token)).await.unwrap();

    let start = Instant::now();
    for n in 1..=6 {
        assert_eq!(ws.next().await.unwrap().unwrap(), WsMessage::text("2"));
        assert!(start.elapsed() >= PING_EVERY * n - Duration::from_millis(5));
        ws.send(WsMessage::text("3")).await.unwrap();
    }
    let last_word = Instant::now();
    let mut pings = 0;
    while let Some(Ok(word)) = ws.next().await {
        assert_eq!(word, WsMessage::text("2"));
        pings += 1;
    }
    assert_eq!(pings, 3, "three pings unanswered, then the end");
    assert!(last_word.elapsed() >= SILENCE_MAX - Duration::from_millis(5));
}

/// A client that falls asleep: its silence is noticed 35 s later, and it was there until it was last heard.
#[tokio::test]
async fn a_stay_ends_when_the_client_was_last_heard() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    alice.join("alice").await;
    w.clock.advance(60_000);
    assert!(alice.is_alive().await);
    let heard_at = w.clock.steady();
    let session = w.store.active_session(meeting).await.unwrap().unwrap().id;
    tokio::time::pause();
    w.clock.advance(35_000);
    // For the door's timers.
    tokio::time::advance(SILENCE_MAX + Duration::from_secs(1)).await;
    tokio::time::resume();
    let stay = async || w.store.stay(session, alice.id.parse().unwrap()).await.unwrap().unwrap().stay;
    until("the loss", || async { stay().await.away_since.is_some() }).await;
    assert_eq!(stay().await.away_since, Some(heard_at));
    // The grace runs from the notice.
    w.clock.advance(19_999);
    assert_eq!(w.live(meeting).await, 1);
    w.clock.advance(1);
    until("the end", || async { stay().await.left_at.is_some() }).await;
    assert_eq!(stay().await.left_at, Some(heard_at));
}

/// Bytes that the two kernels may hold for a connection over loopback, both ways, with room to spare.
const IN_KERNELS: usize = 64 << 20;

/// Sends the same message for ever and reads nothing; bytes sent until the server cuts.
async fn flood(w: &World, what: WsMessage) -> usize {
    let meeting = w.meeting().await.id;
    let row = w.participant(meeting, "flood", "group_call_host").await;
    let token = w.token(&row).await;
    let id = w.node.mint_id().to_string();
    // Small buffers, so that the test need not send many megabytes.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8 * 1024).unwrap();
    socket.set_send_buffer_size(64 * 1024).unwrap();
    let stream = socket.connect(w.address).await.unwrap();
    let (mut ws, _) = tokio_tungstenite::client_async(w.url(meeting, &id, &token), stream).await.unwrap();
    let mut sent = 0;
    while ws.send(what.clone()).await.is_ok() {
        sent += what.len();
        assert!(sent < IN_KERNELS, "the server reads on although nobody reads what it answers");
    }
    sent
}

/// Waits for a minute of a clock that goes on only while nothing else does.
async fn soon(what: &str, holds: impl Fn() -> bool) {
    let mut goes_on = tokio::time::interval(Duration::from_millis(1));
    for _ in 0..60_000 {
        if holds() {
            return;
        }
        goes_on.tick().await;
    }
    panic!("{what} does not come");
}

/// Nothing is read from whoever does not read the answers, so that nothing is gathered for it.
#[tokio::test(start_paused = true)]
async fn a_client_that_asks_and_does_not_read_is_not_read_either_and_cut() {
    let w = World::new().await;
    let metrics = w.node.metrics();
    let polls = sederunt_proto::frame::encode(event::poll::GET_POLLS, "7-00001", Some(Vec::new()));
    for (cut, what) in (1..).zip([WsMessage::Ping(vec![7; 125].into()), WsMessage::Binary(polls)]) {
        flood(&w, what).await;
        soon("counted", || metrics.slow_consumers.get() >= cut).await;
    }
    soon("gone", || metrics.sockets.get() == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_client_that_does_not_read_is_cut_and_the_others_hear_everything() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    let mut bob = w.peer(meeting, "bob").await;
    let mut sloth = w.peer(meeting, "sloth").await;
    alice.join("alice").await;
    bob.join("bob").await;
    sloth.join("sloth").await;
    let said = std::sync::Arc::new(AtomicBool::new(false));
    let done = said.clone();
    // Bob reads until the last message.
    let reader = tokio::spawn(async move {
        let mut heard = 0_u64;
        loop {
            let message: r::BroadcastMessage = bob.push(event::room::BROADCAST_MESSAGE).await;
            assert_eq!(message.timestamp, heard, "none is missing, none is out of order");
            heard += 1;
            if message.r#type == "last" {
                done.store(true, Ordering::Relaxed);
                return heard;
            }
        }
    });
    let mut sent = 0_u64;
    let mut say = |kind: &str| {
        let message = r::BroadcastMessage {
            r#type: kind.to_owned(),
            payload: vec![b' '; 16_000],
            timestamp: sent,
            ..Default::default()
        };
        sent += 1;
        message.encode_to_vec()
    };
    while w.node.metrics().slow_consumers.get() == 0 {
        // As slowly as anybody may.
        w.clock.advance(1_000 / i64::from(sederunt_core::limit::BROADCASTS_PER_SECOND));
        alice.ask_raw(event::room::BROADCAST_MESSAGE, say("more")).await;
    }
    alice.ask_raw(event::room::BROADCAST_MESSAGE, say("last")).await;
    assert_eq!(reader.await.unwrap(), sent);
    assert!(said.load(Ordering::Relaxed));
    assert!(alice.is_alive().await);
}
