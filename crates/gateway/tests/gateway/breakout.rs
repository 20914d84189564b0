//! Breakout rooms, as the wire has them (PROTOCOL §7.9), and what the server refuses whatever a client believes.

use prost::Message;
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::{MeetingId, ParticipantId, PeerId};
use sederunt_core::input::Command;
use sederunt_core::limit::{BREAKOUT_ASKS_BURST, BREAKOUT_MOVE_MAX, BREAKOUT_ROOMS_MAX};
use sederunt_proto::event::{chat as chat_event, preset as pe, room as re};
use sederunt_proto::socket::{chat as c, preset as p, room as r};
use sederunt_store::ParticipantRow;

use crate::world::{Peer, World, refused};

fn titles(titles: &[&str]) -> r::CreateConnectedRoomsRequest {
    let room = |title: &&str| r::CreateRoomRequestPayload { title: Some((*title).to_owned()) };
    r::CreateConnectedRoomsRequest { payloads: titles.iter().map(room).collect() }
}

fn close(rooms: &[&str]) -> r::DisableConnectedRoomsRequest {
    let room = |id: &&str| r::DisableRoomPayload { id: Some((*id).to_owned()) };
    r::DisableConnectedRoomsRequest { payloads: rooms.iter().map(room).collect() }
}

fn transfer(from: &str, to: &str, people: &[&str]) -> r::MovePeersBetweenRoomsRequest {
    let person = |id: &&str| r::MovePeerPayload { id: Some((*id).to_owned()), preset_id: None };
    r::MovePeersBetweenRoomsRequest {
        source_meeting_id: Some(from.to_owned()),
        destination_meeting_id: Some(to.to_owned()),
        participants: people.iter().map(person).collect(),
    }
}

/// Code and message of a refusal.
async fn refusal(peer: &mut Peer, event: u32, ask: &impl Message) -> (Option<i32>, String) {
    let frame = peer.ask_raw(event, ask.encode_to_vec()).await;
    let refused = refused(&frame).unwrap_or_else(|| panic!("{event} was not refused"));
    (refused.code, refused.message)
}

async fn create(host: &mut Peer, names: &[&str]) -> Vec<String> {
    let made: r::CreateConnectedRoomsResponse =
        host.ask(re::CREATE_CONNECTED_ROOMS, &titles(names)).await.unwrap();
    let told: Vec<Option<&str>> = made.payloads.iter().map(|room| room.title.as_deref()).collect();
    assert_eq!(told, names.iter().map(|name| Some(*name)).collect::<Vec<_>>(), "as they were asked for");
    made.payloads.into_iter().map(|room| room.id.unwrap()).collect()
}

/// The people of a list, by room.
fn people(dump: &r::GetConnectedRoomsDumpResponse) -> Vec<(String, Vec<String>)> {
    let branch = |room: &r::ConnectedMeetingDump| {
        let names = room.participants.iter().map(|one| one.display_name.clone().unwrap()).collect();
        (room.title.clone().unwrap(), names)
    };
    dump.parent_meeting.iter().chain(&dump.meetings).map(branch).collect()
}

async fn dump(peer: &mut Peer) -> Vec<(String, Vec<String>)> {
    let dump: r::GetConnectedRoomsDumpResponse =
        peer.ask(re::GET_CONNECTED_ROOMS_DUMP, &r::GetConnectedRoomsDumpRequest {}).await.unwrap();
    people(&dump)
}

/// What a client does that is told to go: it joins there with the token it got.
async fn follow(w: &World, peer: &mut Peer, name: &str) -> (Peer, r::TransferPeer) {
    let sent: r::TransferPeer = peer.push(re::TRANSFER_PEER).await;
    let meeting: MeetingId = sent.meeting_id.as_ref().unwrap().parse().unwrap();
    let mut there = w.connect(meeting, PeerId(w.node.mint_id()), sent.auth_token.as_ref().unwrap()).await;
    there.join(name).await;
    (there, sent)
}

/// A host, and somebody who can be moved, in a meeting.
struct Two {
    w: World,
    meeting: MeetingId,
    hana: Peer,
    pia: Peer,
    pia_row: ParticipantRow,
    /// Pia's.
    token: String,
}

/// Both in, pia with this preset, let in if she has to be.
async fn two(preset: &str) -> Two {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut hana = w.peer(meeting, "hana").await;
    hana.join("hana").await;
    let pia_row = w.participant(meeting, "pia", preset).await;
    let token = w.token(&pia_row).await;
    let mut pia = w.connect(meeting, PeerId(w.node.mint_id()), &token).await;
    if knocks(&mut pia).await {
        let users = r::AcceptWaitingRoomRequests { user_ids: vec![pia_row.id.to_string()] };
        hana.send_raw(re::ACCEPT_WAITING_ROOM_REQUESTS, "in", users.encode_to_vec()).await;
        let _: r::GetWaitingRoomRequests = pia.push(re::WAITING_ROOM_REQUEST_ACCEPTED).await;
    }
    pia.join("pia").await;
    // Its client asks for the list as soon as it is in, and is not moved before.
    dump(&mut pia).await;
    Two { w, meeting, hana, pia, pia_row, token }
}

/// Whether somebody who asks to come in has to wait.
async fn knocks(peer: &mut Peer) -> bool {
    let joined: r::PeerInfoResponse = peer.ask(re::JOIN_ROOM, &r::JoinRoomRequest::default()).await.unwrap();
    joined.peer.unwrap().waitlisted
}

/// Kicked by the API in the meeting; who it says that it reached.
async fn kick_by_api(two: &Two) -> Vec<ParticipantId> {
    let kick = Command::Kick {
        participants: vec![two.pia_row.id],
        custom_ids: Vec::new(),
        reason: LeaveReason::Kicked,
    };
    let reply = two.w.node.command(two.meeting, kick).await.unwrap();
    reply.removed.into_iter().map(|(_, participant)| participant).chain(reply.elsewhere).collect()
}

#[tokio::test]
async fn whoever_is_kicked_in_a_room_is_out_of_the_meeting() {
    let mut two = two("group_call_guest").await;
    let (main, pia_id) = (two.meeting.to_string(), two.pia_row.id.to_string());
    let rooms = create(&mut two.hana, &["Red"]).await;
    let red: MeetingId = rooms[0].parse().unwrap();
    // Twice, by the API in the meeting and by a host in the room: each time she has to be let in again, and into the meeting.
    for by_api in [true, false] {
        let ask = transfer(&main, &rooms[0], &[&pia_id]);
        let _: r::MovePeersBetweenRoomsResponse = two.hana.ask(re::MOVE_PEERS, &ask).await.unwrap();
        let (mut there, _) = follow(&two.w, &mut two.pia, "pia").await;
        if by_api {
            assert_eq!(kick_by_api(&two).await, [two.pia_row.id]);
        } else {
            let ivy = two.w.participant(red, "ivy", "group_call_host").await;
            let mut ivy = two.w.connect(red, PeerId(two.w.node.mint_id()), &two.w.token(&ivy).await).await;
            ivy.join("ivy").await;
            let kick = r::RemoveParticipantsRequest { peer_ids: vec![there.id.clone()] };
            ivy.send_raw(re::KICK, "out", kick.encode_to_vec()).await;
        }
        let _: r::PeerInfoResponse = there.push(re::KICK).await;
        assert_eq!(there.ended().await, Some((1000, "removed from the meeting".to_owned())));
        let placed = two.w.store.placement(two.meeting, two.pia_row.id).await.unwrap();
        assert_eq!(placed, None, "nothing leads her back to the room");
        two.pia = two.w.connect(two.meeting, PeerId(two.w.node.mint_id()), &two.token).await;
        assert!(knocks(&mut two.pia).await, "she was let in once, and was kicked since");
        let users = r::AcceptWaitingRoomRequests { user_ids: vec![pia_id.clone()] };
        two.hana.send_raw(re::ACCEPT_WAITING_ROOM_REQUESTS, "in", users.encode_to_vec()).await;
        let _: r::GetWaitingRoomRequests = two.pia.push(re::WAITING_ROOM_REQUEST_ACCEPTED).await;
        two.pia.join("pia").await;
        dump(&mut two.pia).await;
    }
}

#[tokio::test]
async fn whoever_is_on_the_way_hears_that_the_meeting_has_ended() {
    let mut two = two("group_call_participant").await;
    let (main, pia_id) = (two.meeting.to_string(), two.pia_row.id.to_string());
    let rooms = create(&mut two.hana, &["Red"]).await;
    let ask = transfer(&main, &rooms[0], &[&pia_id]);
    let _: r::MovePeersBetweenRoomsResponse = two.hana.ask(re::MOVE_PEERS, &ask).await.unwrap();
    let sent: r::TransferPeer = two.pia.push(re::TRANSFER_PEER).await;
    let reply = two.w.node.command(two.meeting, Command::KickAll).await.unwrap();
    assert_eq!((reply.removed.len(), reply.elsewhere), (1, vec![two.pia_row.id]));
    // The room that she comes to is closed, and sends her back; there she hears why.
    let red: MeetingId = rooms[0].parse().unwrap();
    let mut there = two.w.connect(red, PeerId(two.w.node.mint_id()), &sent.auth_token.unwrap()).await;
    let back = refusal(&mut there, re::JOIN_ROOM, &r::JoinRoomRequest::default()).await;
    assert_eq!(back.0, Some(409), "{back:?}");
    let sent: r::TransferPeer = there.push(re::TRANSFER_PEER).await;
    let token = sent.auth_token.unwrap();
    let mut home = two.w.connect(two.meeting, PeerId(two.w.node.mint_id()), &token).await;
    home.send_raw(re::JOIN_ROOM, "j", r::JoinRoomRequest::default().encode_to_vec()).await;
    let _: r::PeerInfoResponse = home.push(re::KICK_ALL).await;
    assert_eq!(home.ended().await, Some((1000, "the meeting has ended".to_owned())));
    assert!(two.w.store.active_session(two.meeting).await.unwrap().is_none(), "no session was opened");
    // Once: whoever comes again by himself opens the next one.
    let mut again = two.w.connect(two.meeting, PeerId(two.w.node.mint_id()), &two.token).await;
    again.join("pia").await;
}

#[tokio::test]
async fn out_and_back_in_two_sessions() {
    let Two { w, meeting, mut hana, mut pia, pia_row: row, token } = two("group_call_participant").await;
    let pia_id = row.id.to_string();
    let main = meeting.to_string();

    let rooms = create(&mut hana, &["Red", "Blue"]).await;
    let told: r::CreateConnectedRoomsResponse = pia.push(re::CONNECTED_ROOMS_UPDATED).await;
    assert_eq!(told.payloads.len(), 2, "everybody hears of new rooms");
    let red: MeetingId = rooms[0].parse().unwrap();

    let moved: r::MovePeersBetweenRoomsResponse =
        hana.ask(re::MOVE_PEERS, &transfer(&main, &rooms[0], &[&pia_id])).await.unwrap();
    assert_eq!(moved.payloads.len(), 1);
    let (mut there, sent) = follow(&w, &mut pia, "pia").await;
    assert_eq!(sent.meeting_id, Some(rooms[0].clone()));
    assert_eq!((w.live(meeting).await, w.live(red).await), (1, 1));
    let session = w.store.active_session(red).await.unwrap().unwrap();
    let parent = w.store.active_session(meeting).await.unwrap().unwrap();
    assert_eq!(session.parent, Some(parent.id), "the session says what it is part of");
    let of_main = w.store.latest_stay(parent.id, row.id).await.unwrap().unwrap().stay;
    let of_red = w.store.latest_stay(session.id, row.id).await.unwrap().unwrap().stay;
    assert!(of_main.left_at.unwrap() <= of_red.joined_at, "one stay ends before the other begins");
    assert_eq!(of_main.reason, Some(sederunt_core::fact::LeaveReason::Moved));

    // The old token opens no way around: whoever belongs in a room is sent there.
    let mut again = w.connect(meeting, PeerId(w.node.mint_id()), &token).await;
    let join = r::JoinRoomRequest::default();
    assert_eq!(refusal(&mut again, re::JOIN_ROOM, &join).await.0, Some(409));
    let sent_again: r::TransferPeer = again.push(re::TRANSFER_PEER).await;
    assert_eq!(sent_again.meeting_id, sent.meeting_id);

    // It may go back, and nowhere else.
    let other = refusal(&mut there, re::MOVE_PEERS, &transfer(&rooms[0], &rooms[1], &[&pia_id])).await;
    assert!(other.0 == Some(403) && other.1.contains("can_switch_connected_meetings"), "{other:?}");
    let _: r::MovePeersBetweenRoomsResponse =
        there.ask(re::MOVE_PEERS, &transfer(&rooms[0], &main, &[&pia_id])).await.unwrap();
    dump(&mut there).await;
    let (mut pia, _) = follow(&w, &mut there, "pia").await;
    assert_eq!((w.live(meeting).await, w.live(red).await), (2, 0));
    // A room's token is of use as long as one belongs there.
    let token = sent.auth_token.unwrap();
    let mut late = w.connect(red, PeerId(w.node.mint_id()), &token).await;
    assert_eq!(refusal(&mut late, re::JOIN_ROOM, &join).await.0, Some(409));
    let back: r::TransferPeer = late.push(re::TRANSFER_PEER).await;
    assert_eq!(back.meeting_id, Some(main.clone()));
    assert_eq!(w.live(red).await, 0);

    let closed: r::DisableConnectedRoomsResponse =
        hana.ask(re::DELETE_CONNECTED_ROOMS, &close(&[&rooms[0], &rooms[1]])).await.unwrap();
    assert!(closed.payloads.iter().all(|room| room.status.as_deref() == Some("INACTIVE")));
    let told: r::DisableConnectedRoomsResponse = pia.push(re::CONNECTED_ROOMS_DELETED).await;
    assert_eq!(told.payloads.len(), 2);
    assert!(!w.store.meeting(red).await.unwrap().unwrap().active);
    let listed = dump(&mut hana).await;
    assert_eq!(listed, [("Weekly".to_owned(), vec!["hana".to_owned(), "pia".to_owned()])]);
}

#[tokio::test]
async fn what_makes_no_sense_or_is_not_allowed() {
    let w = World::new().await;
    let (meeting, foreign) = (w.meeting().await.id.to_string(), w.meeting().await.id);
    let mut hana = w.peer(meeting.parse().unwrap(), "hana").await;
    let ask = titles(&["Red"]);
    assert_eq!(refusal(&mut hana, re::CREATE_CONNECTED_ROOMS, &ask).await.0, Some(409), "not in yet");
    hana.join("hana").await;
    let row = w.participant(meeting.parse().unwrap(), "pia", "group_call_participant").await;
    let token = w.token(&row).await;
    let mut pia = w.connect(meeting.parse().unwrap(), PeerId(w.node.mint_id()), &token).await;
    pia.join("pia").await;
    let pia_id = row.id.to_string();
    let mut other = w.peer(foreign, "otto").await;
    other.join("otto").await;
    let (rooms, theirs) = (create(&mut hana, &["Red"]).await, create(&mut other, &["Theirs"]).await);

    for (event, ask) in [
        (re::CREATE_CONNECTED_ROOMS, titles(&["X"]).encode_to_vec()),
        (re::DELETE_CONNECTED_ROOMS, close(&[&rooms[0]]).encode_to_vec()),
        (re::MOVE_PEERS, transfer(&meeting, &rooms[0], &[&pia_id]).encode_to_vec()),
    ] {
        let frame = pia.ask_raw(event, ask).await;
        assert_eq!(refused(&frame).unwrap().code, Some(403), "{event}");
    }
    // Rooms of others, rooms that are none, people who are not there.
    let stranger = sederunt_core::id::Id::from_u128(9).to_string();
    for ask in [
        transfer(&meeting, &theirs[0], &[&pia_id]),
        transfer(&meeting, &foreign.to_string(), &[&pia_id]),
        transfer(&theirs[0], &rooms[0], &[&pia_id]),
        transfer(&meeting, &rooms[0], &[&stranger]),
        transfer(&meeting, &stranger, &[&pia_id]),
    ] {
        assert_eq!(refusal(&mut hana, re::MOVE_PEERS, &ask).await.0, Some(404), "{ask:?}");
    }
    assert_eq!(refusal(&mut hana, re::DELETE_CONNECTED_ROOMS, &close(&[&theirs[0]])).await.0, Some(404));
    // No ids, nothing, too much.
    let bad = transfer("main", &rooms[0], &[&pia_id]);
    let (code, message) = refusal(&mut hana, re::MOVE_PEERS, &bad).await;
    assert!(code == Some(400) && message.contains("source_meeting_id"), "{message}");
    let (code, message) = refusal(&mut hana, re::CREATE_CONNECTED_ROOMS, &titles(&[" "])).await;
    assert!(code == Some(400) && message.contains("\"title\" must have 1 to 256 characters"), "{message}");
    let long = "x".repeat(257);
    assert_eq!(refusal(&mut hana, re::CREATE_CONNECTED_ROOMS, &titles(&[&long])).await.0, Some(400));
    assert_eq!(refusal(&mut hana, re::CREATE_CONNECTED_ROOMS, &titles(&[])).await.0, Some(400));
    let many = vec!["R"; BREAKOUT_ROOMS_MAX];
    let (code, message) = refusal(&mut hana, re::CREATE_CONNECTED_ROOMS, &titles(&many)).await;
    assert!(code == Some(429) && message.contains("open breakout rooms (at most 50)"), "{message}");
    let crowd = vec![pia_id.as_str(); BREAKOUT_MOVE_MAX + 1];
    let ask = transfer(&meeting, &rooms[0], &crowd);
    assert_eq!(refusal(&mut hana, re::MOVE_PEERS, &ask).await.0, Some(429));
    // Nobody was moved by any of it.
    assert_eq!(w.live(meeting.parse().unwrap()).await, 2);
    assert_eq!(dump(&mut hana).await.last().unwrap(), &("Red".to_owned(), Vec::new()));
    // Nobody asks without end, and what one asks too often costs another nothing.
    let mut frames = Vec::new();
    for _ in 0..=BREAKOUT_ASKS_BURST {
        let ask = r::GetConnectedRoomsDumpRequest {};
        frames.push(hana.ask_raw(re::GET_CONNECTED_ROOMS_DUMP, ask.encode_to_vec()).await);
    }
    let last = refused(frames.last().unwrap()).unwrap();
    assert_eq!(last.code, Some(429));
    assert!(last.message.contains("requests for breakout rooms: at most 5 a second"), "{}", last.message);
    dump(&mut pia).await;
}

#[tokio::test]
async fn what_a_host_takes_is_not_given_back_by_a_room() {
    let Two { w, meeting, mut hana, mut pia, pia_row, .. } = two("group_call_participant").await;
    let pia_id = pia_row.id.to_string();
    let public = p::PublicChatPermission { can_send: Some(false), ..Default::default() };
    let chat = p::ChatPermissionUpdate { public: Some(public), private: None };
    let patch = Some(p::PresetUpdates { chat: Some(chat), ..Default::default() });
    let update_peers_presets = vec![p::UpdatePeerPreset { user_ids: pia_id.clone(), patch }];
    let ask = p::UpdatePeersPresetRequest { update_peers_presets };
    let _: p::UpdatePeersPresetResponse = hana.ask(pe::UPDATE_USER_PRESET, &ask).await.unwrap();

    let rooms = create(&mut hana, &["Red"]).await;
    let ask = transfer(&meeting.to_string(), &rooms[0], &[&pia_id]);
    let _: r::MovePeersBetweenRoomsResponse = hana.ask(re::MOVE_PEERS, &ask).await.unwrap();
    let (mut there, sent) = follow(&w, &mut pia, "pia").await;
    let line = c::SendChatMessageToRoomRequest { payload_type: 0, payload: "hello".to_owned() };
    assert_eq!(refusal(&mut there, chat_event::SEND_MESSAGE_TO_ROOM, &line).await.0, Some(403));
    let told = w.permissions_told(sent.auth_token.as_ref().unwrap()).await;
    assert_eq!(told["chat"]["public"]["can_send"], false);
    // What nobody took is there.
    assert_eq!(told["polls"]["can_vote"], true);
}
