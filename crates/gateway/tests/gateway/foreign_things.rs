//! What somebody in one meeting asks of messages, polls, stores and tracks of another: nothing of it happens there, and nobody there hears
//! of it. And that no request of the client's table which names something was left out, here or among the requests for people.

use std::collections::BTreeSet;

use prost::Message;
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_proto::event::{chat as ce, media as me, plugin as ge, poll as pe, preset as se, room as re};
use sederunt_proto::media::edge as e;
use sederunt_proto::media::{AudioActivityRequest, RenegotiateRequest, Simulcast, Target};
use sederunt_proto::socket::{chat as c, plugin as g, polls as o, preset as s, room as r};
use str0m::media::MediaKind;

use crate::events::{Made, table};
use crate::foreign::PEOPLE_AND_ROOMS;
use crate::media::{Page, description, world};
use crate::world::{Peer, World, refused};

/// Requests that name messages, polls, stores, or people by what they said or may.
const WORDS: [u32; 18] = [
    re::GET_PEER_INFO,
    re::GET_ROOM_PEERS_INFO,
    ce::GET_MESSAGES,
    ce::SEND_MESSAGE_TO_PEERS,
    ce::EDIT_MESSAGE,
    ce::DELETE_MESSAGE,
    ce::GET_PAGINATED_MESSAGES,
    ce::SEARCH_CHANNEL_MESSAGES,
    ce::PIN_MESSAGE,
    ge::STORE_INSERT_KEYS,
    ge::STORE_GET_KEYS,
    ge::STORE_DELETE_KEYS,
    ge::STORE_DELETE,
    pe::GET_POLLS,
    pe::VOTE_POLL,
    se::GET_USER_PRESETS,
    me::GLOBAL_PIN_PEER,
    me::CHANGE_DISPLAY_NAME,
];

/// Requests that name tracks or connections.
const TRACKS: [u32; 8] = [
    me::PRODUCE,
    me::CONSUME,
    me::TOGGLE_PRODUCER,
    me::CLOSE_PRODUCER,
    me::CLOSE_CONSUMER,
    me::UPDATE_CONSUMERS_SIMULCAST_CONFIG,
    me::RENEGOTIATE_SESSION_DESCRIPTION,
    me::AUDIO_ACTIVITY,
];

/// Requests that name nothing: they are of whoever asks, or of the room in which he is. And the broadcast to entities, which
/// `events` sends to people and meetings that are not here.
const NAMELESS: [u32; 21] = [
    re::JOIN_ROOM,
    re::LEAVE_ROOM,
    re::GET_ROOM_INFO,
    re::GET_STAGE_REQUESTS,
    re::REQUEST_STAGE_ACCESS,
    re::CANCEL_STAGE_REQUEST,
    re::JOIN_STAGE,
    re::GET_CONNECTED_ROOMS_DUMP,
    re::CREATE_CONNECTED_ROOMS,
    re::BROADCAST_MESSAGE,
    re::BROADCAST_TO_ENTITY,
    re::KICK_ALL,
    re::GET_WAITING_ROOM_REQUESTS,
    re::GET_ROOM_STAGE_STATE,
    ce::SEND_MESSAGE_TO_ROOM,
    pe::CREATE_POLL,
    me::CREATE_WEBRTC_TRANSPORT,
    me::JOIN_ROOM,
    me::LEAVE_ROOM,
    me::SELF_JOIN_COMPLETE,
    me::HOST_CONTROL_ALL_PEERS,
];

#[test]
fn no_request_that_names_something_is_left_out() {
    let served: BTreeSet<u32> =
        table().into_iter().filter(|(.., made)| *made == Made::Served).map(|(number, ..)| number).collect();
    let here: BTreeSet<u32> =
        PEOPLE_AND_ROOMS.into_iter().chain(WORDS).chain(TRACKS).chain(NAMELESS).collect();
    assert_eq!(here, served);
}

/// Somebody who hears nothing of what is asked elsewhere.
async fn has_heard_nothing(peer: &mut Peer) {
    assert!(peer.is_alive().await);
    let heard: Vec<u32> = peer.pushes.iter().map(|frame| frame.event).collect();
    assert_eq!(heard, Vec::<u32>::new());
}

fn keys() -> Vec<g::StoreKeys> {
    vec![g::StoreKeys { store_key: "k".to_owned(), payload: Some(b"theirs".to_vec()) }]
}

fn of_store(event: u32) -> Vec<u8> {
    let (plugin_id, store_name) = ("p".to_owned(), "s".to_owned());
    match event {
        ge::STORE_INSERT_KEYS => {
            g::PluginStoreInsertKeysRequest { plugin_id, store_name, insert_keys: keys() }.encode_to_vec()
        }
        ge::STORE_GET_KEYS => {
            g::PluginStoreGetKeysRequest { plugin_id, store_name, get_keys: keys() }.encode_to_vec()
        }
        ge::STORE_DELETE_KEYS => {
            g::PluginStoreDeleteKeysRequest { plugin_id, store_name, delete_keys: keys() }.encode_to_vec()
        }
        _ => g::PluginStoreDeleteRequest { plugin_id, store_name }.encode_to_vec(),
    }
}

/// The same key of a store of the same name.
fn own_keys() -> Vec<u8> {
    let insert_keys = vec![g::StoreKeys { store_key: "k".to_owned(), payload: Some(b"ours".to_vec()) }];
    g::PluginStoreInsertKeysRequest { plugin_id: "p".to_owned(), store_name: "s".to_owned(), insert_keys }
        .encode_to_vec()
}

async fn enter(w: &World, meeting: MeetingId, name: &str) -> (Peer, String) {
    let row = w.participant(meeting, name, "group_call_host").await;
    let mut peer = w.connect(meeting, PeerId(w.node.mint_id()), &w.token(&row).await).await;
    peer.join(name).await;
    (peer, row.id.to_string())
}

/// Requests that name what another meeting has.
fn of_theirs(peer: &str, user: &str, chat: &str, poll: &str) -> Vec<(u32, Vec<u8>)> {
    let edit = c::EditChatMessageRequest {
        chat_id: chat.to_owned(),
        payload_type: Some(0),
        payload: Some("mine now".to_owned()),
        ..Default::default()
    };
    let delete = c::DeleteChatMessageRequest { chat_id: chat.to_owned(), channel_id: None };
    let pin = c::PinChatMessageRequest { chat_id: chat.to_owned(), pinned: true, channel_id: None };
    let vote = o::VotePollRequest { poll_id: poll.to_owned(), index: 0 };
    let name = e::PeerDisplayNameEditRequest {
        participant_id: peer.to_owned(),
        display_name: "mine now".to_owned(),
    };
    let read = s::ReadPeersPresetRequest { user_ids: vec![user.to_owned()] };
    vec![
        (re::GET_PEER_INFO, r::GetPeerInfoRequest { peer_id: peer.to_owned() }.encode_to_vec()),
        (ce::EDIT_MESSAGE, edit.encode_to_vec()),
        (ce::DELETE_MESSAGE, delete.encode_to_vec()),
        (ce::PIN_MESSAGE, pin.encode_to_vec()),
        (pe::VOTE_POLL, vote.encode_to_vec()),
        (se::GET_USER_PRESETS, read.encode_to_vec()),
        (
            me::GLOBAL_PIN_PEER,
            e::GlobalPeerPinningRequest { participant_id: peer.to_owned() }.encode_to_vec(),
        ),
        (me::CHANGE_DISPLAY_NAME, name.encode_to_vec()),
    ]
}

/// Requests that are answered of the room in which they are asked.
fn of_ours(peer: &str) -> Vec<(u32, Vec<u8>)> {
    let page = c::GetPaginatedChatMessageRoomRequest {
        time_stamp: u64::MAX / 2,
        size: 50,
        reversed: true,
        ..Default::default()
    };
    let search = c::SearchChatMessagesRequest {
        search_term: "ourselves".to_owned(),
        size: 50,
        time_stamp: u64::MAX / 2,
        reversed: true,
        ..Default::default()
    };
    let whisper = c::SendChatMessageToPeersRequest {
        peer_ids: vec![peer.to_owned()],
        payload_type: 0,
        payload: "mine now".to_owned(),
    };
    vec![
        (re::GET_ROOM_PEERS_INFO, Vec::new()),
        (ce::GET_MESSAGES, Vec::new()),
        (ce::GET_PAGINATED_MESSAGES, page.encode_to_vec()),
        (ce::SEARCH_CHANNEL_MESSAGES, search.encode_to_vec()),
        (ce::SEND_MESSAGE_TO_PEERS, whisper.encode_to_vec()),
        (pe::GET_POLLS, Vec::new()),
        (ge::STORE_GET_KEYS, of_store(ge::STORE_GET_KEYS)),
        (ge::STORE_DELETE_KEYS, of_store(ge::STORE_DELETE_KEYS)),
        (ge::STORE_DELETE, of_store(ge::STORE_DELETE)),
        (ge::STORE_INSERT_KEYS, own_keys()),
    ]
}

#[tokio::test]
async fn nobody_reads_or_changes_what_is_said_in_another_meeting() {
    let w = World::new().await;
    let (ours, theirs) = (w.meeting().await.id, w.meeting().await.id);
    let (mut alice, _) = enter(&w, ours, "alice").await;
    let (mut far, far_user) = enter(&w, theirs, "far").await;
    let chat_id = far.say("among ourselves").await.chat_id;
    let options = vec!["a".to_owned(), "b".to_owned()];
    let poll = o::NewPollRequest { question: "Which?".to_owned(), options, ..Default::default() };
    let made: o::UpdatePollResponse = far.ask(pe::CREATE_POLL, &poll).await.unwrap();
    let poll_id = made.poll.unwrap().poll_id;
    assert_eq!(refused(&far.ask_raw(ge::STORE_INSERT_KEYS, of_store(ge::STORE_INSERT_KEYS)).await), None);
    assert!(far.is_alive().await);
    far.pushes.clear();

    let mut asked = BTreeSet::new();
    for (event, payload) in of_theirs(&far.id, &far_user, &chat_id, &poll_id) {
        let frame = alice.ask_raw(event, payload).await;
        let refused = refused(&frame).unwrap_or_else(|| panic!("{event} was not refused"));
        assert!(refused.code.is_none_or(|code| code == 404), "{event}: {refused:?}");
        asked.insert(event);
    }
    for (event, payload) in of_ours(&far.id) {
        let frame = alice.ask_raw(event, payload).await;
        let has = |what: &str| frame.payload.windows(what.len()).any(|bytes| bytes == what.as_bytes());
        let told = ["ourselves", "Which?", "theirs", &far_user].into_iter().find(|what| has(what));
        assert_eq!(told, None, "{event} tells of another meeting");
        asked.insert(event);
    }
    assert_eq!(asked, WORDS.into());
    has_heard_nothing(&mut far).await;
    // And nothing is gone there.
    let kept = far.ask_raw(ge::STORE_GET_KEYS, of_store(ge::STORE_GET_KEYS)).await;
    let kept = g::PluginStoreResponse::decode(kept.payload).unwrap();
    let [item] = kept.store_items.as_slice() else { panic!("{kept:?}") };
    assert_eq!(item.payload, b"theirs");
    let said = far.ask_raw(ce::GET_MESSAGES, Vec::new()).await;
    let said = c::GetChatMessagesResponse::decode(said.payload).unwrap();
    let [line] = said.messages.as_slice() else { panic!("{said:?}") };
    assert_eq!((line.payload.as_str(), line.pinned, line.is_edited), ("among ourselves", false, false));
}

#[tokio::test]
async fn nobody_touches_the_tracks_of_another_meeting() {
    let w = world().await;
    let (ours, theirs) = (w.meeting().await.id, w.meeting().await.id);
    let mut host = Page::open(&w, ours, "host").await;
    let mut far = Page::open(&w, theirs, "far").await;
    let producer = far.produce(MediaKind::Audio).await;
    assert!(far.peer.is_alive().await);
    far.peer.pushes.clear();

    let mut asked = BTreeSet::new();
    let sdp = || description(Target::Publisher, "offer", String::new());
    let (theirs_sends, theirs_receives) = (far.send_transport.clone(), far.receive_transport.clone());
    let layer = e::UpdateConsumerSimulcastConfigRequest {
        producer_id: producer.clone(),
        simulcast: Some(Simulcast { preferred_rid: Some("h".to_owned()), ..Default::default() }),
        ..Default::default()
    };
    let layers = e::UpdateConsumersSimulcastConfigRequest {
        requests: vec![layer],
        consuming_transport_id: Some(theirs_receives.clone()),
    };
    let publish = e::ProducerCreateRequest {
        kind: "audio".to_owned(),
        description: sdp(),
        producing_transport_id: Some(theirs_sends),
        ..Default::default()
    };
    let close = e::ProducerCloseRequest { producer_id: producer.clone(), ..Default::default() };
    let stop = e::ConsumerCloseRequest {
        consumer_ids: vec!["0".to_owned()],
        description: sdp(),
        consuming_transport_id: Some(theirs_receives.clone()),
    };
    let renegotiate = RenegotiateRequest { transport_id: theirs_receives, description: sdp() };
    for (event, payload) in [
        (me::PRODUCE, publish.encode_to_vec()),
        (
            me::TOGGLE_PRODUCER,
            e::ProducerToggleRequest { producer_id: producer.clone(), pause: true }.encode_to_vec(),
        ),
        (me::CLOSE_PRODUCER, close.encode_to_vec()),
        (me::CLOSE_CONSUMER, stop.encode_to_vec()),
        (me::UPDATE_CONSUMERS_SIMULCAST_CONFIG, layers.encode_to_vec()),
        (me::RENEGOTIATE_SESSION_DESCRIPTION, renegotiate.encode_to_vec()),
    ] {
        let frame = host.peer.ask_raw(event, payload).await;
        assert!(refused(&frame).is_some(), "{event} was not refused");
        asked.insert(event);
    }
    // Nobody waits for an answer to this one.
    let loud = AudioActivityRequest { producer_id: producer.clone(), energy: 100, silent: false };
    host.peer.send_raw(me::AUDIO_ACTIVITY, "loud", loud.encode_to_vec()).await;
    let want = e::ConsumePeerRequest {
        producing_peer_id: far.peer.id.clone(),
        producer_id: Some(producer.clone()),
        ..Default::default()
    };
    let wants = e::ConsumePeersRequest {
        requests: vec![want],
        consuming_transport_id: Some(host.receive_transport.clone()),
    };
    let answer: e::ConsumePeerResponse = host.peer.ask(me::CONSUME, &wants).await.unwrap();
    let consumer = answer.consumer_ids_map.unwrap().map.remove(&producer).unwrap();
    assert_eq!(consumer.error_code.as_deref(), Some("not_found_track_error"));
    assert!(answer.description.is_none());
    asked.extend([me::AUDIO_ACTIVITY, me::CONSUME]);
    assert_eq!(asked, TRACKS.into());
    has_heard_nothing(&mut far.peer).await;
}
