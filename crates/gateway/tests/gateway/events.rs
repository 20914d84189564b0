//! Every event of the client's table, sent as anything may be sent: nothing in it, garbage in it, more in it than makes sense,
//! and twice. Each is served or refused in the client's own form, and nobody else is harmed.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_proto::event::{self, room};
use sederunt_proto::frame::{FRAME_MAX_BYTES, Frame};
use sederunt_proto::socket::room as r;

use crate::world::{Peer, Refused, World, refused};

/// What the server makes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    Served,
    Absent,
    Push,
}

/// The checked-in table.
pub(crate) fn table() -> Vec<(u32, &'static str, Made)> {
    let text = include_str!("../../../proto/events.txt");
    let row = |line: &'static str| {
        let [number, name, how] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let made = match how {
            "served" => Made::Served,
            "absent" => Made::Absent,
            "push" => Made::Push,
            other => panic!("{other}"),
        };
        (number.parse().unwrap(), name, made)
    };
    text.lines().filter(|line| !line.starts_with('#')).map(row).collect()
}

/// Those that the client does not wait for, and that are not answered when they come to nothing.
fn is_quiet(number: u32) -> bool {
    matches!(number, room::KICK | room::CANCEL_STAGE_REQUEST | event::media::AUDIO_ACTIVITY)
}

/// A few bytes, and as many as a frame takes: as the text of a first field, as many empty first fields, and as no message.
fn payloads() -> BTreeMap<&'static str, Vec<u8>> {
    let room_for_head = 256;
    let size = FRAME_MAX_BYTES - room_for_head;
    let mut text = vec![0x0a];
    prost::encoding::encode_varint((size - 8) as u64, &mut text);
    text.resize(size, b'a');
    let fields: Vec<u8> = [0x0a, 0x00].repeat(size / 2);
    BTreeMap::from([
        ("nothing", Vec::new()),
        ("garbage", b"\xff\xff\xff".to_vec()),
        ("a field of no end", b"\x0a\xff\xff\xff\xff\x0f".to_vec()),
        ("a text of a frame", text),
        ("fields of a frame", fields),
        ("zeros of a frame", vec![0; size]),
    ])
}

#[test]
fn the_table_is_the_servers() {
    let known: BTreeSet<(u32, &str)> = event::all().collect();
    let listed: BTreeSet<(u32, &str)> = table().into_iter().map(|(number, name, _)| (number, name)).collect();
    assert_eq!(listed, known);
    assert_eq!(table().len(), known.len(), "each once");
}

/// The frame that ends the wait for `id`, if one comes before the answer to the next request does.
async fn answer(peer: &mut Peer, id: &str) -> Result<Option<Frame>, u16> {
    // Whatever the room has to say to it comes before the answer to the next request.
    peer.send_raw(room::GET_WAITING_ROOM_REQUESTS, "then", Vec::new()).await;
    let mut answered = None;
    loop {
        match peer.frame().await {
            Ok(frame) if frame.id == id => {
                assert!(answered.replace(frame).is_none(), "answered twice");
            }
            Ok(frame) if frame.id == "then" => return Ok(answered),
            Ok(_) => {}
            Err(ended) => return ended.map(|(code, _)| code).map_or(Err(0), Err),
        }
    }
}

fn check(number: u32, name: &str, made: Made, with: &str, answered: Option<&Frame>) {
    let refusal = answered.and_then(refused);
    if let Some(Refused { event, code, message }) = &refusal {
        let form = if event::is_media(number) { event::media::ERROR_RESPONSE } else { event::ERROR };
        assert_eq!(*event, form, "{name} with {with}");
        assert!(!message.is_empty() && message.len() < 500, "{name} with {with}: {message}");
        assert_eq!(code.is_none(), event::is_media(number), "{name} with {with}");
    }
    let says = |text: &str| refusal.as_ref().is_some_and(|refusal| refusal.message.contains(text));
    let (absent, no_request) = (says("is not offered by this server"), says("is not a request"));
    match made {
        Made::Absent => assert!(absent, "{name} with {with}: {refusal:?}"),
        Made::Push => assert!(no_request, "{name} with {with}: {refusal:?}"),
        Made::Served => {
            assert!(!absent && !no_request, "{name} with {with} is not served: {refusal:?}");
            assert!(answered.is_some() || is_quiet(number), "{name} with {with} was dropped");
        }
    }
}

/// Somebody whose connection ends with what it sends, as it should.
fn may_end(number: u32, ended: u16) -> bool {
    ended == 1000 && matches!(number, room::LEAVE_ROOM | event::media::LEAVE_ROOM)
}

#[tokio::test]
async fn every_event_is_served_or_refused_whatever_is_in_it() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    alice.join("alice").await;
    let mut guest: Option<Peer> = None;
    for (number, name, made) in table() {
        for (with, payload) in payloads() {
            // Once, and what is small once more.
            for id in ["first", "first again"].into_iter().take(if payload.len() > 64 { 1 } else { 2 }) {
                let peer = match &mut guest {
                    Some(peer) => peer,
                    none => none.insert(newcomer(&w, meeting).await),
                };
                peer.send_raw(number, id, payload.clone()).await;
                match answer(peer, id).await {
                    Ok(answered) => check(number, name, made, with, answered.as_ref()),
                    Err(ended) => {
                        assert!(may_end(number, ended), "{name} with {with} closed the socket: {ended}");
                        guest = None;
                    }
                }
            }
        }
        assert!(alice.is_alive().await, "{name}");
        let heard = alice.pushes.drain(..).map(|frame| frame.payload.len()).max();
        assert!(heard.is_none_or(|bytes| bytes < 64 * 1024), "{name} throws {heard:?} bytes at others");
    }
    for number in [999_999, 65_535, u32::MAX, 0x0400_0001] {
        let frame = alice.ask_raw(number, Vec::new()).await;
        assert!(refused(&frame).unwrap().message.contains("there is no event"), "{number}");
    }
    assert!(w.live(meeting).await >= 1);
}

async fn newcomer(w: &World, meeting: MeetingId) -> Peer {
    let mut guest = w.peer_with(meeting, "guest", "group_call_participant").await;
    guest.join("guest").await;
    guest
}

fn broadcast(ids: &[&str], rooms: bool, kind: &str, bytes: usize) -> r::BroadcastMessage {
    r::BroadcastMessage {
        r#type: kind.to_owned(),
        payload: vec![b'1'; bytes],
        timestamp: 7,
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        broadcast_type: rooms.then(|| r::BroadcastType::Rooms.into()),
    }
}

/// Floods, people of another room, other rooms, and what is too large: refused with the bound, counted, and felt by nobody.
#[tokio::test]
async fn broadcasts_are_bounded_and_stay_in_their_room() {
    let w = World::new().await;
    let (meeting, other) = (w.meeting().await.id, w.meeting().await.id);
    let mut alice = w.peer(meeting, "alice").await;
    let mut bob = w.peer_with(meeting, "bob", "group_call_participant").await;
    let mut far = w.peer(other, "far").await;
    alice.join("alice").await;
    bob.join("bob").await;
    far.join("far").await;
    let (here, there) = (meeting.to_string(), other.to_string());
    // Peers of another room are not here, and no other meeting is connected.
    let to = broadcast(&[&far.id, &alice.id], false, "x", 2).encode_to_vec();
    assert_eq!(refused(&bob.ask_raw(room::BROADCAST_TO_ENTITY, to).await), None);
    let got: r::BroadcastMessage = alice.push(room::BROADCAST_TO_ENTITY).await;
    assert_eq!((got.r#type.as_str(), got.payload.as_slice()), ("x", &b"11"[..]));
    let code = |frame: &Frame| refused(frame).and_then(|refused| refused.code);
    let to = broadcast(&[&here, &there], true, "x", 2).encode_to_vec();
    assert_eq!(code(&bob.ask_raw(room::BROADCAST_TO_ENTITY, to).await), Some(404));
    let to = broadcast(&[&here], true, "all", 2).encode_to_vec();
    assert_eq!(refused(&bob.ask_raw(room::BROADCAST_TO_ENTITY, to).await), None);
    let got: r::BroadcastMessage = alice.push(room::BROADCAST_TO_ENTITY).await;
    assert_eq!((got.r#type.as_str(), got.broadcast_type()), ("all", r::BroadcastType::Rooms));
    // Too large, too many receivers, no ids, and a spotlight without the right to it.
    let bytes = sederunt_core::limit::BROADCAST_MAX_BYTES + 1;
    let people: Vec<String> = (0..1_001).map(|n| PeerId::from_u128(n + 1).to_string()).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    for (event, message, wanted) in [
        (room::BROADCAST_MESSAGE, broadcast(&[], false, "x", bytes), 429),
        (room::BROADCAST_MESSAGE, broadcast(&[], false, &"k".repeat(257), 2), 429),
        (room::BROADCAST_TO_ENTITY, broadcast(&people, false, "x", 2), 429),
        (room::BROADCAST_TO_ENTITY, broadcast(&["x"], false, "x", 2), 400),
        (room::BROADCAST_TO_ENTITY, broadcast(&["x"], true, "x", 2), 400),
        (room::BROADCAST_MESSAGE, broadcast(&[], false, "spotlight", 2), 403),
    ] {
        assert_eq!(code(&bob.ask_raw(event, message.encode_to_vec()).await), Some(wanted));
    }
    // The clock stands still: what is left of the burst, and then nothing.
    let mut sent = 0;
    let refusal = loop {
        let frame = bob.ask_raw(room::BROADCAST_MESSAGE, broadcast(&[], false, "x", 2).encode_to_vec()).await;
        match refused(&frame) {
            None => sent += 1,
            Some(refused) => break refused,
        }
    };
    assert_eq!(sent, 8, "two of ten were sent before");
    assert_eq!(
        (refusal.code, refusal.message.as_str()),
        (Some(429), "too many broadcasts: at most 5 a second")
    );
    let counted =
        |kind| w.node.metrics().room_limits.get_or_create(&sederunt_node::metrics::Kind { kind }).get();
    assert_eq!((counted("broadcasts"), counted("bytes of a broadcast")), (1, 1));
    // It is his alone.
    let frame = alice.ask_raw(room::BROADCAST_MESSAGE, broadcast(&[], false, "x", 2).encode_to_vec()).await;
    assert_eq!(refused(&frame), None);
    assert!(far.is_alive().await);
    assert!(
        !far.pushes
            .iter()
            .any(|frame| [room::BROADCAST_MESSAGE, room::BROADCAST_TO_ENTITY].contains(&frame.event))
    );
}
