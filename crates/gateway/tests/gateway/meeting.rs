//! Two people meet (PROTOCOL §5, §7), without media.

use futures_util::SinkExt;
use sederunt_core::id::PeerId;
use sederunt_proto::event::{chat as ce, media as me, plugin as pe, room as re};
use sederunt_proto::media::edge as e;
use sederunt_proto::socket::{chat as c, plugin as p, room as r};
use tokio_tungstenite::tungstenite::Message as WsMessage;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::world::{T0, World, until};

#[tokio::test]
async fn two_peers_join_in_the_order_of_the_client() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;

    // init(): without this answer it fails (PROTOCOL §8).
    let at = p::PluginStoreGetKeysRequest {
        plugin_id: meeting.to_string(),
        store_name: "__rtk_plugins__".to_owned(),
        get_keys: Vec::new(),
    };
    let keys: p::PluginStoreResponse = alice.ask(pe::STORE_GET_KEYS, &at).await.unwrap();
    assert_eq!((keys.plugin_id, keys.store_name), (at.plugin_id, at.store_name));

    let complete = alice.join("alice").await;
    assert!(complete.participants.is_empty());
    let room: r::RoomInfoResponse =
        alice.ask(re::GET_ROOM_INFO, &r::RoomPeersInfoRequest::default()).await.unwrap();
    let room = room.room.unwrap();
    assert_eq!((room.title.as_str(), room.created_at), ("Weekly", T0.0.unsigned_abs() / 1000));
    assert_eq!(room.room_uuid, Some(complete.room_state.unwrap().room_uuid));

    let mut bob = w.peer(meeting, "bob").await;
    let complete = bob.join("Bob the Builder").await;
    assert_eq!(complete.participants[0].peer_id, alice.id);
    let peers: r::RoomPeersInfoResponse =
        bob.ask(re::GET_ROOM_PEERS_INFO, &r::RoomPeersInfoRequest::default()).await.unwrap();
    assert_eq!(peers.peers.len(), 2, "oneself included");
    let parent: r::GetConnectedRoomsDumpResponse =
        bob.ask(re::GET_CONNECTED_ROOMS_DUMP, &r::GetConnectedRoomsDumpRequest {}).await.unwrap();
    assert_eq!(parent.parent_meeting.unwrap().id, Some(meeting.to_string()));

    // What the first peer sees, in this order (PROTOCOL §5.3).
    let joined: r::PeerInfoResponse = alice.push(re::JOIN_ROOM).await;
    let seen = joined.peer.unwrap();
    assert_eq!((seen.peer_id.as_str(), seen.display_name.as_str()), (bob.id.as_str(), "Bob the Builder"));
    assert_eq!(seen.custom_participant_id.as_deref(), Some("c-bob"));
    assert!(alice.pushes.is_empty(), "nothing comes before the join");
    let joined: e::PeerJoinBroadcastResponse = alice.push(me::PEER_JOINED_BROADCAST).await;
    assert_eq!(joined.participant.unwrap().peer_id, bob.id);
    assert_eq!(w.live(meeting).await, 2);
}

#[tokio::test]
async fn a_leave_is_told_to_the_others() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    let mut bob = w.peer(meeting, "bob").await;
    alice.join("alice").await;
    bob.join("bob").await;
    bob.send_raw(me::LEAVE_ROOM, "x", Vec::new()).await;
    let close = CloseFrame { code: CloseCode::Normal, reason: "".into() };
    bob.ws.send(WsMessage::Close(Some(close))).await.unwrap();
    let left: e::PeerLeaveBroadcastResponse = alice.push(me::PEER_LEAVE_BROADCAST).await;
    assert_eq!(left.participant_id, bob.id);
    let left: r::PeerInfoResponse = alice.push(re::LEAVE_ROOM).await;
    assert_eq!(left.peer.unwrap().peer_id, bob.id);
    assert_eq!(w.live(meeting).await, 1);
    // The page of another one is closed, without a word to the room.
    let mut carol = w.peer(meeting, "carol").await;
    carol.join("carol").await;
    let away = CloseFrame { code: CloseCode::Away, reason: "".into() };
    carol.ws.send(WsMessage::Close(Some(away))).await.unwrap();
    let left: r::PeerInfoResponse = alice.push(re::LEAVE_ROOM).await;
    assert_eq!(left.peer.unwrap().peer_id, carol.id);
}

#[tokio::test]
async fn chat_reaches_the_room_and_its_history() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    let mut bob = w.peer(meeting, "bob").await;
    alice.join("alice").await;
    bob.join("bob").await;
    let mut ids = Vec::new();
    for n in 0..5 {
        w.clock.advance(1_000);
        ids.push(alice.say(&format!("line {n}")).await.chat_id);
        let got: c::SendChatMessageToRoomResponse = bob.push(ce::SEND_MESSAGE_TO_ROOM).await;
        assert_eq!(got.message.unwrap().payload, format!("line {n}"));
    }
    let page = |from: &c::ChatMessage| c::GetPaginatedChatMessageRoomRequest {
        // The edge is inclusive: the official UI asks from one millisecond beyond what it has.
        time_stamp: from.created_at_ms.unwrap() - 1,
        size: 2,
        reversed: true,
        ..Default::default()
    };
    let all: c::GetChatMessagesResponse =
        bob.ask(ce::GET_MESSAGES, &c::GetChatMessagesResponse::default()).await.unwrap();
    assert_eq!(all.messages.iter().map(|m| &m.chat_id).collect::<Vec<_>>(), ids.iter().collect::<Vec<_>>());
    assert_eq!(all.messages[0].created_at * 1000, all.messages[0].created_at_ms.unwrap());
    let older: c::GetPaginatedChatMessageRoomResponse =
        bob.ask(ce::GET_PAGINATED_MESSAGES, &page(&all.messages[4])).await.unwrap();
    let lines: Vec<_> = older.messages.iter().map(|m| m.payload.as_str()).collect();
    assert_eq!((lines, older.next), (vec!["line 3", "line 2"], true));

    let edit = c::EditChatMessageRequest {
        chat_id: ids[0].clone(),
        payload: Some("better".to_owned()),
        ..Default::default()
    };
    let edited: c::EditChatMessageResponse = alice.ask(ce::EDIT_MESSAGE, &edit).await.unwrap();
    assert!(edited.message.unwrap().is_edited);
    let pin = c::PinChatMessageRequest { chat_id: ids[0].clone(), pinned: true, channel_id: None };
    let pinned: c::PinChatMessageResponse = alice.ask(ce::PIN_MESSAGE, &pin).await.unwrap();
    assert_eq!(pinned.message.unwrap().payload, "better");
    let gone = c::DeleteChatMessageRequest { chat_id: ids[1].clone(), channel_id: None };
    alice.ask::<c::DeleteChatMessageResponse>(ce::DELETE_MESSAGE, &gone).await.unwrap();
    let deleted: c::DeleteChatMessageResponse = bob.push(ce::DELETE_MESSAGE).await;
    assert_eq!(deleted.chat_id, ids[1]);
    let missing = alice.ask::<c::DeleteChatMessageResponse>(ce::DELETE_MESSAGE, &gone).await.unwrap_err();
    assert_eq!(missing.code, Some(404));
}

#[tokio::test]
async fn a_private_message_reaches_its_targets_only() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    let mut bob = w.peer(meeting, "bob").await;
    let mut carol = w.peer(meeting, "carol").await;
    for (peer, name) in [(&mut alice, "alice"), (&mut bob, "bob"), (&mut carol, "carol")] {
        peer.join(name).await;
    }
    let line = c::SendChatMessageToPeersRequest {
        peer_ids: vec![alice.id.clone(), bob.id.clone()],
        payload_type: 0,
        payload: "psst".to_owned(),
    };
    let sent: c::SendChatMessageToPeersResponse = alice.ask(ce::SEND_MESSAGE_TO_PEERS, &line).await.unwrap();
    assert_eq!(sent.message.unwrap().target_user_ids.len(), 2);
    let got: c::SendChatMessageToPeersResponse = bob.push(ce::SEND_MESSAGE_TO_PEERS).await;
    assert_eq!(got.message.unwrap().payload, "psst");
    alice.say("hello all").await;
    let _: c::SendChatMessageToRoomResponse = carol.push(ce::SEND_MESSAGE_TO_ROOM).await;
    assert!(carol.pushes.iter().all(|frame| frame.event != ce::SEND_MESSAGE_TO_PEERS));
}

#[tokio::test]
async fn a_kicked_peer_is_told_and_the_host_is_not() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    let mut bob = w.peer_with(meeting, "bob", "group_call_participant").await;
    alice.join("alice").await;
    bob.join("bob").await;

    // Bob may not.
    let kick = r::RemoveParticipantsRequest { peer_ids: vec![alice.id.clone()] };
    bob.send_raw(re::KICK, "k-1", prost::Message::encode_to_vec(&kick)).await;
    assert!(bob.is_alive().await);
    assert_eq!(w.live(meeting).await, 2);

    let kick = r::RemoveParticipantsRequest { peer_ids: vec![bob.id.clone()] };
    alice.send_raw(re::KICK, "k-2", prost::Message::encode_to_vec(&kick)).await;
    let ended = bob.ended().await;
    assert_eq!(ended, Some((1000, "removed from the meeting".to_owned())), "1000 ends the reconnect loop");
    assert!(bob.pushes.iter().any(|frame| frame.event == re::KICK));
    let left: r::PeerInfoResponse = alice.push(re::LEAVE_ROOM).await;
    assert_eq!(left.peer.unwrap().peer_id, bob.id);
    assert!(alice.is_alive().await);
    assert!(alice.pushes.iter().all(|frame| frame.event != re::KICK), "it would believe it was kicked");

    alice.send_raw(re::KICK_ALL, "k-3", Vec::new()).await;
    assert_eq!(alice.ended().await.map(|(code, _)| code), Some(1000));
    assert!(alice.pushes.iter().any(|frame| frame.event == re::KICK_ALL));
    assert!(w.store.active_session(meeting).await.unwrap().is_none());
}

#[tokio::test]
async fn a_socket_that_was_lost_resumes_the_same_stay() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    let mut bob = w.peer(meeting, "bob").await;
    alice.join("alice").await;
    bob.join("bob").await;
    let (id, token): (PeerId, _) = (bob.id.parse().unwrap(), bob.token.clone());
    drop(bob);
    let session = w.store.active_session(meeting).await.unwrap().unwrap().id;
    let away = || async { w.store.stay(session, id).await.unwrap().unwrap().stay.away_since.is_some() };
    until("the loss", away).await;
    let mut bob = w.connect(meeting, id, &token).await;
    bob.join("bob").await;
    assert!(!away().await);
    assert_eq!(w.live(meeting).await, 2);
    alice.say("still here?").await;
    let _: c::SendChatMessageToRoomResponse = bob.push(ce::SEND_MESSAGE_TO_ROOM).await;
    assert!(
        alice.pushes.iter().all(|frame| frame.event != re::LEAVE_ROOM),
        "the loss is not told within the grace"
    );
}

#[tokio::test]
async fn a_peer_id_belongs_to_one_token() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    alice.join("alice").await;
    let id: PeerId = alice.id.parse().unwrap();

    let mallory = w.participant(meeting, "mallory", "group_call_host").await;
    let token = w.token(&mallory).await;
    let mut thief = w.connect(meeting, id, &token).await;
    let ended = thief.ended().await;
    assert_eq!(ended, Some((1000, "the peer id is in use by another participant".to_owned())));
    assert!(alice.is_alive().await);

    let token = alice.token.clone();
    let mut second = w.connect(meeting, id, &token).await;
    assert_eq!(alice.ended().await, Some((1000, "replaced by another connection".to_owned())));
    second.join("alice").await;
    assert_eq!(w.live(meeting).await, 1);
}

#[tokio::test]
async fn broadcasts_stores_pins_and_names() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    let mut bob = w.peer(meeting, "bob").await;
    alice.join("alice").await;
    bob.join("bob").await;

    let spotlight = r::BroadcastMessage {
        r#type: "spotlight".to_owned(),
        payload: b"{}".to_vec(),
        timestamp: 7,
        ..Default::default()
    };
    let ack = alice.ask_raw(re::BROADCAST_MESSAGE, prost::Message::encode_to_vec(&spotlight)).await;
    assert_eq!(
        (ack.event, ack.payload.len()),
        (re::BROADCAST_MESSAGE, 0),
        "with a payload it would hear itself"
    );
    let got: r::BroadcastMessage = bob.push(re::BROADCAST_MESSAGE).await;
    assert_eq!((got.r#type.as_str(), got.payload.as_slice(), got.timestamp), ("spotlight", &b"{}"[..], 7));

    let insert = p::PluginStoreInsertKeysRequest {
        plugin_id: meeting.to_string(),
        store_name: "poll-box".to_owned(),
        insert_keys: vec![p::StoreKeys { store_key: "k".to_owned(), payload: Some(b"1".to_vec()) }],
    };
    let mine: p::PluginStoreResponse = alice.ask(pe::STORE_INSERT_KEYS, &insert).await.unwrap();
    assert_eq!(mine.store_items[0].peer_id, alice.id);
    let theirs: p::PluginStoreResponse = bob.push(pe::STORE_INSERT_KEYS).await;
    assert_eq!(theirs, mine);

    let pin = e::GlobalPeerPinningRequest { participant_id: bob.id.clone() };
    alice.ask::<e::GlobalPeerPinningResponse>(me::GLOBAL_PIN_PEER, &pin).await.unwrap();
    for peer in [&mut alice, &mut bob] {
        let pinned: e::GlobalPeerPinningBroadcastResponse = peer.push(me::GLOBAL_PEER_PIN_BROADCAST).await;
        assert_eq!(pinned.participant_id, pin.participant_id, "the initiator hears it too");
    }
    let name =
        e::PeerDisplayNameEditRequest { participant_id: alice.id.clone(), display_name: "Al".to_owned() };
    let done: e::PeerDisplayNameEditResponse = alice.ask(me::CHANGE_DISPLAY_NAME, &name).await.unwrap();
    assert_eq!(done.status, "success");
    let all = e::HostMediaControlForAllPeerRequest { audio: true, video: true, screen_share: false };
    let done: e::HostMediaControlForAllPeerResponse =
        alice.ask(me::HOST_CONTROL_ALL_PEERS, &all).await.unwrap();
    assert_eq!(done.status, "success");
}

#[tokio::test]
async fn a_stop_sends_the_client_away_for_a_while() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    alice.join("alice").await;
    let (stopped, ended) = tokio::join!(w.node.stop(), alice.ended());
    let () = stopped;
    assert_eq!(
        ended,
        Some((1012, "the server is restarting".to_owned())),
        "anything but 1000: it comes back"
    );
}
