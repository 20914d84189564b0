//! What strangers and broken clients send. Nobody else notices.

use futures_util::SinkExt;
use sederunt_proto::event;
use sederunt_proto::frame::{self, FRAME_MAX_BYTES, ID_MAX_BYTES};
use sederunt_proto::media::edge as e;
use tokio_tungstenite::tungstenite::Message as WsMessage;

use crate::world::{World, refused};

#[tokio::test]
async fn frames_that_cannot_be_read_close_their_own_socket_only() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    alice.join("alice").await;
    let too_long_an_id = frame::encode(3, &"i".repeat(ID_MAX_BYTES + 1), None).to_vec();
    let cases: [(Vec<u8>, u16); 4] = [
        (b"\xff\xff\xff\xff\xff".to_vec(), 1007),
        (b"\x12\x7fshort".to_vec(), 1007),
        (too_long_an_id, 1007),
        (vec![0; FRAME_MAX_BYTES + 1], 1009),
    ];
    for (n, (bytes, code)) in cases.into_iter().enumerate() {
        let mut mallory = w.peer(meeting, &format!("m{n}")).await;
        mallory.ws.send(WsMessage::Binary(bytes.into())).await.unwrap();
        let ended = mallory.ended().await;
        assert_eq!(ended.as_ref().map(|(code, _)| *code), Some(code), "case {n}: {ended:?}");
        assert!(alice.is_alive().await);
    }
    assert_eq!(w.node.metrics().errors.get_or_create(&kind("bad_frame")).get(), 4);
    assert_eq!(w.live(meeting).await, 1);
}

fn kind(kind: &'static str) -> sederunt_node::metrics::Kind {
    sederunt_node::metrics::Kind { kind }
}

#[tokio::test]
async fn text_means_ping_or_nothing() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    for text in ["", "3", "hello", "{\"event\":3}"] {
        alice.ws.send(WsMessage::text(text)).await.unwrap();
    }
    alice.ws.send(WsMessage::text("2")).await.unwrap();
    use futures_util::StreamExt;
    let answer = alice.ws.next().await.unwrap().unwrap();
    assert_eq!(answer, WsMessage::text("3"));
    assert!(alice.is_alive().await);
}

/// Payloads that are no message, and messages with nonsense in them.
#[tokio::test]
async fn bad_payloads_get_an_error_and_the_socket_goes_on() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    alice.join("alice").await;
    let garbage = b"\xff\xff\xff".to_vec();
    for (number, name) in event::all() {
        let frame =
            if decodes_nothing(number) { continue } else { alice.ask_raw(number, garbage.clone()).await };
        let refused = refused(&frame).unwrap_or_else(|| panic!("{name} took garbage"));
        assert_eq!(refused.event == event::media::ERROR_RESPONSE, event::is_media(number), "{name}");
        assert!(!refused.message.is_empty());
    }
    let toggle = e::ProducerToggleRequest { producer_id: "not-an-id".to_owned(), pause: true };
    let refused =
        alice.ask::<e::ProducerToggleResponse>(event::media::TOGGLE_PRODUCER, &toggle).await.unwrap_err();
    assert_eq!(refused.message, "\"producer_id\" is not an id");
    let nowhere = alice.ask_raw(999_999, Vec::new()).await;
    assert_eq!(crate::world::refused(&nowhere).unwrap().code, Some(404));
    assert!(alice.is_alive().await);
}

/// Requests without a payload: whatever comes with them is not looked at.
fn decodes_nothing(number: u32) -> bool {
    use event::{chat, media, poll, room};
    matches!(
        number,
        room::LEAVE_ROOM
            | room::GET_ROOM_INFO
            | room::GET_CONNECTED_ROOMS_DUMP
            | room::GET_WAITING_ROOM_REQUESTS
            | room::GET_ROOM_STAGE_STATE
            | room::GET_STAGE_REQUESTS
            | room::REQUEST_STAGE_ACCESS
            | room::CANCEL_STAGE_REQUEST
            | room::JOIN_STAGE
            | room::KICK_ALL
            | chat::GET_MESSAGES
            | poll::GET_POLLS
            | media::LEAVE_ROOM
            | media::SELF_JOIN_COMPLETE
    )
}

/// No request is dropped in silence: before and after joining, each ends with a reply or an error. The exceptions are
/// those that the client does not wait for, and that must not be answered.
#[tokio::test]
async fn every_event_is_answered() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    for joined in [false, true] {
        for (number, name) in event::all() {
            let mut guest = w.peer_with(meeting, "guest", "group_call_participant").await;
            if joined {
                guest.join("guest").await;
            }
            let id = "every-1";
            guest.send_raw(number, id, Vec::new()).await;
            // Whatever the room has to say to it comes before the answer to the next request.
            guest.send_raw(event::room::GET_WAITING_ROOM_REQUESTS, "every-2", Vec::new()).await;
            let mut answered = false;
            loop {
                match guest.frame().await {
                    Ok(frame) if frame.id == id => answered = true,
                    Ok(frame) if frame.id == "every-2" => break,
                    Ok(_) => {}
                    Err(ended) => {
                        assert_eq!(ended.map(|(code, _)| code), Some(1000), "{name} closed the socket");
                        break;
                    }
                }
            }
            let silent = matches!(
                number,
                event::room::KICK | event::room::CANCEL_STAGE_REQUEST | event::media::AUDIO_ACTIVITY
            );
            assert!(answered || silent, "{name} was dropped (joined: {joined})");
        }
    }
}
