//! The waiting room on real sockets, in the client's own frames (PROTOCOL §7.6).

use prost::Message;
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::limit::{WAITING_MAX, WAITS_MAX};
use sederunt_node::metrics::Kind;
use sederunt_proto::event::{self, room};
use sederunt_proto::socket::{chat, room as r};
use sederunt_store::ParticipantRow;

use crate::world::{Peer, Refused, World, refused};

/// Asks to join, and returns whether it has to wait.
async fn knocks(peer: &mut Peer) -> bool {
    let joined: r::PeerInfoResponse =
        peer.ask(room::JOIN_ROOM, &r::JoinRoomRequest::default()).await.unwrap();
    joined.peer.unwrap().waitlisted
}

/// A guest who waits.
async fn guest(w: &World, meeting: MeetingId, name: &str) -> (ParticipantRow, Peer) {
    let row = w.participant(meeting, name, "group_call_guest").await;
    let mut peer = w.connect(meeting, PeerId(w.node.mint_id()), &w.token(&row).await).await;
    assert!(knocks(&mut peer).await, "{name} does not wait");
    (row, peer)
}

async fn list(peer: &mut Peer) -> Vec<String> {
    names(peer.ask(room::GET_WAITING_ROOM_REQUESTS, &r::GetWaitingRoomRequests::default()).await.unwrap())
}

fn names(list: r::GetWaitingRoomRequests) -> Vec<String> {
    list.requests.into_iter().map(|request| request.display_name).collect()
}

/// The list that comes by itself.
async fn told(host: &mut Peer) -> Vec<String> {
    names(host.push(room::GET_WAITING_ROOM_REQUESTS).await)
}

/// Sends what is not answered when it succeeds.
async fn sends(peer: &mut Peer, event: u32, user_ids: Vec<String>) {
    let payload = r::AcceptWaitingRoomRequests { user_ids }.encode_to_vec();
    peer.send_raw(event, "w", payload).await;
}

/// Sends something, and returns how it is refused.
async fn refusal(peer: &mut Peer, event: u32, user_ids: Vec<String>) -> Refused {
    let payload = r::AcceptWaitingRoomRequests { user_ids }.encode_to_vec();
    refused(&peer.ask_raw(event, payload).await).expect("a refusal")
}

#[tokio::test]
async fn whoever_waits_is_let_in_or_sent_away_by_a_host_and_counts_from_then_on() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let (gus_row, mut gus) = guest(&w, meeting, "gus").await;
    assert_eq!(w.live(meeting).await, 0, "whoever waits opens no session");
    assert!(w.store.active_session(meeting).await.unwrap().is_none());
    // What the client asks for as soon as it waits.
    let info: r::RoomInfoResponse =
        gus.ask(room::GET_ROOM_INFO, &r::RoomInfoResponse::default()).await.unwrap();
    let info = info.room.unwrap();
    assert_eq!((info.created_at, info.room_uuid), (0, None));
    let peers: r::RoomPeersInfoResponse =
        gus.ask(room::GET_ROOM_PEERS_INFO, &r::RoomPeersInfoRequest::default()).await.unwrap();
    assert_eq!(peers.peers, []);
    let lines: chat::GetChatMessagesResponse =
        gus.ask(event::chat::GET_MESSAGES, &chat::GetChatMessagesResponse::default()).await.unwrap();
    assert_eq!(lines.messages, []);

    let mut host = w.peer(meeting, "host").await;
    host.join("host").await;
    assert_eq!(told(&mut host).await, ["gus"], "a host who comes later is told");
    let (eve_row, mut eve) = guest(&w, meeting, "eve").await;
    assert_eq!(told(&mut host).await, ["gus", "eve"]);
    assert_eq!(list(&mut host).await, ["gus", "eve"]);
    assert_eq!(list(&mut eve).await, Vec::<String>::new(), "whoever waits is told of nobody");
    host.say("between us").await;

    sends(&mut host, room::ACCEPT_WAITING_ROOM_REQUESTS, vec![gus_row.id.to_string()]).await;
    assert_eq!(told(&mut host).await, ["eve"]);
    let _: r::GetWaitingRoomRequests = gus.push(room::WAITING_ROOM_REQUEST_ACCEPTED).await;
    assert_eq!(w.live(meeting).await, 1, "let in is not in");
    gus.join("gus").await;
    assert_eq!(w.live(meeting).await, 2);
    sends(&mut host, room::DENY_WAITING_ROOM_REQUESTS, vec![eve_row.id.to_string()]).await;
    let _: r::GetWaitingRoomRequests = eve.push(room::WAITING_ROOM_REQUEST_DENIED).await;
    assert_eq!(told(&mut host).await, Vec::<String>::new());
    let heard: Vec<u32> = eve.pushes.iter().map(|frame| frame.event).collect();
    assert_eq!(heard, Vec::<u32>::new(), "whoever waits hears of nothing in the room");
    assert_eq!(w.live(meeting).await, 2);
    // It may ask again.
    assert!(knocks(&mut eve).await);
    assert_eq!(told(&mut host).await, ["eve"]);
}

#[tokio::test]
async fn nobody_lets_in_who_may_not() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut host = w.peer(meeting, "host").await;
    host.join("host").await;
    let mut member = w.peer_with(meeting, "member", "group_call_participant").await;
    member.join("member").await;
    let (row, mut gus) = guest(&w, meeting, "gus").await;
    let user = row.id.to_string();
    assert_eq!(told(&mut host).await, ["gus"]);
    for event in [room::ACCEPT_WAITING_ROOM_REQUESTS, room::DENY_WAITING_ROOM_REQUESTS] {
        let no = refusal(&mut member, event, vec![user.clone()]).await;
        assert_eq!(no.code, Some(403), "{no:?}");
        assert!(no.message.contains("accept_waiting_requests"), "{no:?}");
        // Oneself.
        let own = vec![user.clone(), gus.id.clone()];
        let no = refusal(&mut gus, event, own).await;
        assert_eq!(no.code, Some(409), "{no:?}");
        // Nobody, somebody who is in already, no id at all, and too many.
        for wrong in [vec![], vec![host.id.clone()], vec![w.node.mint_id().to_string()]] {
            assert_eq!(refusal(&mut host, event, wrong).await.code, Some(404));
        }
        assert_eq!(refusal(&mut host, event, vec!["gus".to_owned()]).await.code, Some(400));
        let many = (0..=WAITS_MAX).map(|_| user.clone()).collect();
        assert_eq!(refusal(&mut host, event, many).await.code, Some(429));
    }
    assert!(knocks(&mut gus).await, "nothing has let it in");
    // What was said once does nothing twice.
    sends(&mut host, room::ACCEPT_WAITING_ROOM_REQUESTS, vec![user.clone()]).await;
    let _: r::GetWaitingRoomRequests = gus.push(room::WAITING_ROOM_REQUEST_ACCEPTED).await;
    assert_eq!(
        refusal(&mut host, room::ACCEPT_WAITING_ROOM_REQUESTS, vec![user.clone()]).await.code,
        Some(404)
    );
    gus.join("gus").await;
    assert_eq!(refusal(&mut host, room::DENY_WAITING_ROOM_REQUESTS, vec![user]).await.code, Some(404));
    assert_eq!(w.live(meeting).await, 3);
}

#[tokio::test]
async fn a_full_waiting_room_says_so() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let row = w.participant(meeting, "many", "group_call_guest").await;
    let token = w.token(&row).await;
    let mut waiting = Vec::new();
    for _ in 0..WAITING_MAX {
        let mut peer = w.connect(meeting, PeerId(w.node.mint_id()), &token).await;
        assert!(knocks(&mut peer).await);
        waiting.push(peer);
    }
    let mut late = w.connect(meeting, PeerId(w.node.mint_id()), &token).await;
    let full: Result<r::PeerInfoResponse, Refused> =
        late.ask(room::JOIN_ROOM, &r::JoinRoomRequest::default()).await;
    let full = full.unwrap_err();
    assert_eq!((full.code, full.message.contains("waiting room is full")), (Some(429), true), "{full:?}");
    let kind = Kind { kind: "WAITING_ROOM_FULL" };
    assert_eq!(w.node.metrics().refusals.get_or_create(&kind).get(), 1);
    // A host is no guest, and one who is let in makes room.
    let mut host = w.peer(meeting, "host").await;
    host.join("host").await;
    sends(&mut host, room::ACCEPT_WAITING_ROOM_REQUESTS, vec![row.id.to_string()]).await;
    let _: r::GetWaitingRoomRequests = waiting[0].push(room::WAITING_ROOM_REQUEST_ACCEPTED).await;
    assert!(!knocks(&mut late).await, "it is the same person");
}
