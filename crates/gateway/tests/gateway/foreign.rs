//! What somebody in one meeting says of people and rooms of another, and what is said twice: nothing of it happens there, and
//! nobody there hears of it. What is too much, or asked by who may not, is tested with its feature.

use std::collections::BTreeSet;

use prost::Message;
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_proto::event::{chat as ce, media as me, preset as pe, room as re};
use sederunt_proto::media::edge as e;
use sederunt_proto::socket::livestreaming::GrantStageAccessRequest;
use sederunt_proto::socket::{chat as c, preset as p, room as r};
use sederunt_store::ParticipantRow;

use crate::world::{Peer, World, refused};

/// Requests that name people and rooms; `foreign_things` has the others.
pub(crate) const PEOPLE_AND_ROOMS: [u32; 10] = [
    re::ACCEPT_WAITING_ROOM_REQUESTS,
    re::DENY_WAITING_ROOM_REQUESTS,
    re::GRANT_STAGE_ACCESS,
    re::DENY_STAGE_ACCESS,
    re::LEAVE_STAGE,
    re::KICK,
    re::DELETE_CONNECTED_ROOMS,
    re::MOVE_PEERS,
    pe::UPDATE_USER_PRESET,
    me::HOST_CONTROL_PEER,
];

/// Somebody in a meeting, with its row.
struct One {
    row: ParticipantRow,
    peer: Peer,
}

impl One {
    async fn new(w: &World, meeting: MeetingId, name: &str, preset: &str) -> Self {
        let row = w.participant(meeting, name, preset).await;
        let peer = w.connect(meeting, PeerId(w.node.mint_id()), &w.token(&row).await).await;
        Self { row, peer }
    }

    fn id(&self) -> String {
        self.row.id.to_string()
    }
}

async fn code(peer: &mut Peer, event: u32, payload: Vec<u8>) -> Option<i32> {
    let frame = peer.ask_raw(event, payload).await;
    refused(&frame).unwrap_or_else(|| panic!("{event} was not refused")).code
}

fn users(id: String) -> Vec<u8> {
    GrantStageAccessRequest { user_ids: vec![id] }.encode_to_vec()
}

/// A host with a room, a viewer off stage, and somebody who waits.
async fn crowd(w: &World, meeting: MeetingId) -> (One, One, One, String) {
    let mut host = One::new(w, meeting, "host", "webinar_presenter").await;
    host.peer.join("host").await;
    let mut viewer = One::new(w, meeting, "viewer", "webinar_viewer").await;
    viewer.peer.join_at("viewer", r::StageType::OffStage).await;
    let mut guest = One::new(w, meeting, "guest", "group_call_guest").await;
    let asked: r::PeerInfoResponse =
        guest.peer.ask(re::JOIN_ROOM, &r::JoinRoomRequest::default()).await.unwrap();
    assert!(asked.peer.unwrap().waitlisted);
    let room = r::CreateRoomRequestPayload { title: Some("Red".to_owned()) };
    let rooms = r::CreateConnectedRoomsRequest { payloads: vec![room] };
    let made: r::CreateConnectedRoomsResponse =
        host.peer.ask(re::CREATE_CONNECTED_ROOMS, &rooms).await.unwrap();
    let room = made.payloads[0].id.clone().unwrap();
    (host, viewer, guest, room)
}

#[tokio::test]
async fn nobody_reaches_into_another_meeting() {
    let w = World::new().await;
    let (ours, theirs) = (w.meeting().await.id, w.meeting().await.id);
    let (mut host, own_viewer, ..) = crowd(&w, ours).await;
    let (mut their_host, mut viewer, mut guest, room) = crowd(&w, theirs).await;
    for one in [&mut their_host, &mut viewer, &mut guest] {
        assert!(one.peer.is_alive().await);
        one.peer.pushes.clear();
    }
    let (main, them) = (theirs.to_string(), viewer.id());
    let go = |from: &str, to: &str, who: &str| {
        let person = r::MovePeerPayload { id: Some(who.to_owned()), preset_id: None };
        r::MovePeersBetweenRoomsRequest {
            source_meeting_id: Some(from.to_owned()),
            destination_meeting_id: Some(to.to_owned()),
            participants: vec![person],
        }
        .encode_to_vec()
    };
    let close =
        r::DisableConnectedRoomsRequest { payloads: vec![r::DisableRoomPayload { id: Some(room.clone()) }] };
    let kick = r::RemoveParticipantsRequest { peer_ids: vec![viewer.peer.id.clone()] };
    let mut asked = BTreeSet::from([pe::UPDATE_USER_PRESET, me::HOST_CONTROL_PEER]);
    for (event, payload) in [
        (re::ACCEPT_WAITING_ROOM_REQUESTS, users(guest.id())),
        (re::ACCEPT_WAITING_ROOM_REQUESTS, users(guest.peer.id.clone())),
        (re::DENY_WAITING_ROOM_REQUESTS, users(guest.id())),
        (re::GRANT_STAGE_ACCESS, users(them.clone())),
        (re::DENY_STAGE_ACCESS, users(them.clone())),
        (re::LEAVE_STAGE, users(their_host.id())),
        (re::KICK, kick.encode_to_vec()),
        (re::DELETE_CONNECTED_ROOMS, close.encode_to_vec()),
        (re::MOVE_PEERS, go(&main, &room, &them)),
        (re::MOVE_PEERS, go(&ours.to_string(), &room, &own_viewer.id())),
        (re::MOVE_PEERS, go(&room, &ours.to_string(), &them)),
    ] {
        assert_eq!(code(&mut host.peer, event, payload).await, Some(404), "{event}");
        asked.insert(event);
    }
    assert_eq!(asked, PEOPLE_AND_ROOMS.into());
    let patch = Some(p::PresetUpdates { can_edit_display_name: Some(false), ..Default::default() });
    let update_peers_presets = vec![p::UpdatePeerPreset { user_ids: them, patch }];
    let change = p::UpdatePeersPresetRequest { update_peers_presets }.encode_to_vec();
    assert_eq!(code(&mut host.peer, pe::UPDATE_USER_PRESET, change).await, Some(404));
    let mute = e::HostMediaControlForPeerRequest {
        participant_id: viewer.peer.id.clone(),
        audio: true,
        ..Default::default()
    };
    let frame = host.peer.ask_raw(me::HOST_CONTROL_PEER, mute.encode_to_vec()).await;
    assert!(refused(&frame).is_some());
    // Their token is of their meeting, whatever the address says.
    let url = w.url(ours, &viewer.peer.id, &viewer.peer.token);
    assert!(tokio_tungstenite::connect_async(url).await.is_err(), "a token of another meeting");

    for one in [&mut their_host, &mut viewer, &mut guest] {
        assert!(one.peer.is_alive().await);
        let heard: Vec<u32> = one.peer.pushes.iter().map(|frame| frame.event).collect();
        assert_eq!(heard, Vec::<u32>::new(), "{}", one.peer.id);
    }
    assert_eq!((w.live(ours).await, w.live(theirs).await), (2, 2));
}

/// The same frames again, as somebody sends them who has recorded them.
#[tokio::test]
async fn what_was_said_is_not_done_twice() {
    let w = World::new().await;
    let (mut host, mut viewer, mut guest, room) = crowd(&w, w.meeting().await.id).await;
    let (them, waits) = (viewer.id(), guest.id());
    host.peer.send_raw(re::ACCEPT_WAITING_ROOM_REQUESTS, "a", users(waits.clone())).await;
    let _: r::GetWaitingRoomRequests = guest.peer.push(re::WAITING_ROOM_REQUEST_ACCEPTED).await;
    guest.peer.join("guest").await;
    host.peer.send_raw(re::GRANT_STAGE_ACCESS, "b", users(them.clone())).await;
    let _: r::PeerStatusUpdate = viewer.peer.push(re::GRANT_STAGE_ACCESS).await;
    let on = viewer.peer.ask_raw(re::JOIN_STAGE, Vec::new()).await;
    assert_eq!(refused(&on), None);
    let off = host.peer.ask_raw(re::LEAVE_STAGE, users(them.clone())).await;
    assert_eq!(refused(&off), None);
    let close = r::DisableConnectedRoomsRequest { payloads: vec![r::DisableRoomPayload { id: Some(room) }] };
    let closed = host.peer.ask_raw(re::DELETE_CONNECTED_ROOMS, close.encode_to_vec()).await;
    assert_eq!(refused(&closed), None);
    let line = host.peer.say("once").await.chat_id;
    let unsay = c::DeleteChatMessageRequest { chat_id: line, channel_id: None }.encode_to_vec();
    assert_eq!(refused(&host.peer.ask_raw(ce::DELETE_MESSAGE, unsay.clone()).await), None);
    let kick = r::RemoveParticipantsRequest { peer_ids: vec![guest.peer.id.clone()] }.encode_to_vec();
    host.peer.send_raw(re::KICK, "c", kick.clone()).await;
    assert_eq!(guest.peer.ended().await.map(|(code, _)| code), Some(1000));

    // Let in once, taken off once, closed once; an invitation that was used is none.
    for (event, payload) in [
        (re::ACCEPT_WAITING_ROOM_REQUESTS, users(waits)),
        (re::LEAVE_STAGE, users(them)),
        (re::DELETE_CONNECTED_ROOMS, close.encode_to_vec()),
        (ce::DELETE_MESSAGE, unsay),
        (re::KICK, kick),
    ] {
        assert_eq!(code(&mut host.peer, event, payload).await, Some(404), "{event}");
    }
    assert_eq!(code(&mut viewer.peer, re::JOIN_STAGE, Vec::new()).await, Some(403));
}
