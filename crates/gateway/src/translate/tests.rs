//! Every word of the room has its event, and nothing a client sends can break the translation.

use std::sync::Arc;

use prost::Message;
use sederunt_core::error::RoomError;
use sederunt_core::family::{Family, RoomName};
use sederunt_core::id::{ChatId, Id, MeetingId, ParticipantId, PeerId, ProducerId, SessionId, TransportId};
use sederunt_core::media::{MediaFault, MediaKind, ProducerState};
use sederunt_core::standing::Seat;
use sederunt_core::time::UnixMs;
use sederunt_core::words::broadcast::{Broadcast, BroadcastTo};
use sederunt_core::words::chat::ChatMessage;
use sederunt_core::words::entry::{PeerEvent, PeerInfo};
use sederunt_core::words::media::{Consumer, JoinComplete, MediaPeer};
use sederunt_core::words::plugin::StoreAddress;
use sederunt_core::words::speaker::SpeakerChange;
use sederunt_core::words::stage::StageRequest;
use sederunt_core::words::{self, Msg, Request};
use sederunt_dice::Dice;
use sederunt_proto::event::{self, chat, media, plugin, poll, preset, room};
use sederunt_proto::socket::{livestreaming as l, room as r};

use super::{reply, request, room_refusal};

const SESSION: SessionId = SessionId::from_u128(1);
const PEER: PeerId = PeerId::from_u128(2);
const TRANSPORT: TransportId = TransportId::from_u128(3);
const PRODUCER: ProducerId = ProducerId::from_u128(4);

fn info() -> PeerInfo {
    PeerInfo {
        peer: PEER,
        participant: ParticipantId::default(),
        display_name: String::new(),
        custom_participant_id: None,
        picture: String::new(),
        preset_name: String::new(),
        hidden: false,
        recorder: false,
        seat: Seat::OnStage,
    }
}

fn peer_info(event: PeerEvent) -> Msg {
    Msg::Entry(words::entry::Tell::PeerInfo { event, peer: info() })
}

fn line(targets: Vec<ParticipantId>) -> ChatMessage {
    ChatMessage {
        id: ChatId::default(),
        session: SESSION,
        peer: PEER,
        participant: ParticipantId::default(),
        display_name: String::new(),
        pinned: false,
        edited: false,
        payload_type: 0,
        payload: "hi".to_owned(),
        files: Vec::new(),
        targets,
        at: UnixMs(-1),
    }
}

fn producer() -> ProducerState {
    ProducerState {
        producer: PRODUCER,
        kind: MediaKind::Audio,
        paused: false,
        screen_share: false,
        app_data: None,
        transport: TRANSPORT,
        mime_type: None,
    }
}

fn broadcast(to: BroadcastTo) -> Msg {
    Msg::Broadcast(words::broadcast::Tell::Broadcast(Broadcast {
        kind: "x".to_owned(),
        payload: Vec::new(),
        timestamp: 1,
        to,
    }))
}

fn store() -> StoreAddress {
    StoreAddress { plugin: "p".to_owned(), store: "s".to_owned() }
}

fn room_words() -> Vec<(Msg, u32)> {
    let host = |title: &str| title.to_owned();
    vec![
        (peer_info(PeerEvent::PeerInfo), room::GET_PEER_INFO),
        (peer_info(PeerEvent::JoinRoom), room::JOIN_ROOM),
        (peer_info(PeerEvent::LeaveRoom), room::LEAVE_ROOM),
        (peer_info(PeerEvent::Kick), room::KICK),
        (peer_info(PeerEvent::KickAll), room::KICK_ALL),
        (
            Msg::Roster(words::roster::Tell::RoomInfo {
                title: host("t"),
                created_at: UnixMs(1),
                session: SESSION,
            }),
            room::GET_ROOM_INFO,
        ),
        (Msg::Roster(words::roster::Tell::RoomPeers(Vec::new())), room::GET_ROOM_PEERS_INFO),
        (
            Msg::Roster(words::roster::Tell::StageState {
                on_stage: vec![PEER],
                invited: Vec::new(),
                asking: Vec::new(),
            }),
            room::GET_ROOM_STAGE_STATE,
        ),
        (Msg::Waiting(words::waiting::Tell::Waits(info())), room::JOIN_ROOM),
        (Msg::Waiting(words::waiting::Tell::List(vec![info()])), room::GET_WAITING_ROOM_REQUESTS),
        (Msg::Waiting(words::waiting::Tell::Accepted), room::WAITING_ROOM_REQUEST_ACCEPTED),
        (Msg::Waiting(words::waiting::Tell::Denied), room::WAITING_ROOM_REQUEST_DENIED),
        (Msg::Waiting(words::waiting::Tell::RoomFromOutside { title: host("t") }), room::GET_ROOM_INFO),
        (breakout(words::breakout::Tell::Rooms(Arc::new(family()))), room::GET_CONNECTED_ROOMS_DUMP),
        (breakout(words::breakout::Tell::Created(vec![red()])), room::CREATE_CONNECTED_ROOMS),
        (breakout(words::breakout::Tell::RoomsOpened(vec![red()])), room::CONNECTED_ROOMS_UPDATED),
        (breakout(words::breakout::Tell::Closed(vec![red()])), room::DELETE_CONNECTED_ROOMS),
        (breakout(words::breakout::Tell::RoomsClosed(vec![red()])), room::CONNECTED_ROOMS_DELETED),
        (breakout(moved(Vec::new())), room::MOVE_PEERS),
        (
            breakout(words::breakout::Tell::Transfer { to: red().meeting, token: host("t") }),
            room::TRANSFER_PEER,
        ),
        (Msg::Broadcast(words::broadcast::Tell::BroadcastAck { to_entity: false }), room::BROADCAST_MESSAGE),
        (Msg::Broadcast(words::broadcast::Tell::BroadcastAck { to_entity: true }), room::BROADCAST_TO_ENTITY),
        (broadcast(BroadcastTo::Room), room::BROADCAST_MESSAGE),
        (broadcast(BroadcastTo::Peers(vec![PEER])), room::BROADCAST_TO_ENTITY),
        (broadcast(BroadcastTo::Rooms(vec![MeetingId::from_u128(1)])), room::BROADCAST_TO_ENTITY),
        (Msg::Polls(words::polls::Tell::Polls(Vec::new())), poll::GET_POLLS),
        (Msg::Chat(words::chat::Tell::All(vec![line(Vec::new())])), chat::GET_MESSAGES),
        (
            Msg::Chat(words::chat::Tell::Page { messages: Vec::new(), next: false }),
            chat::GET_PAGINATED_MESSAGES,
        ),
        (Msg::Chat(words::chat::Tell::Sent(line(Vec::new()))), chat::SEND_MESSAGE_TO_ROOM),
        (
            Msg::Chat(words::chat::Tell::Sent(line(vec![ParticipantId::default()]))),
            chat::SEND_MESSAGE_TO_PEERS,
        ),
        (Msg::Chat(words::chat::Tell::Edited(line(Vec::new()))), chat::EDIT_MESSAGE),
        (Msg::Chat(words::chat::Tell::Found(Vec::new())), chat::SEARCH_CHANNEL_MESSAGES),
        (Msg::Chat(words::chat::Tell::Deleted(ChatId::default())), chat::DELETE_MESSAGE),
        (Msg::Chat(words::chat::Tell::Pinned(line(Vec::new()))), chat::PIN_MESSAGE),
        (Msg::Plugin(words::plugin::Tell::Inserted(store(), Vec::new())), plugin::STORE_INSERT_KEYS),
        (Msg::Plugin(words::plugin::Tell::Got(store(), Vec::new())), plugin::STORE_GET_KEYS),
        (Msg::Plugin(words::plugin::Tell::Deleted(store(), Vec::new())), plugin::STORE_DELETE_KEYS),
        (Msg::Plugin(words::plugin::Tell::Cleared(store(), Vec::new())), plugin::STORE_DELETE),
        (Msg::Permissions(words::permissions::Tell::Presets(Vec::new())), preset::GET_USER_PRESETS),
        (Msg::Permissions(words::permissions::Tell::Changed(Vec::new())), preset::UPDATE_USER_PRESET),
    ]
}

fn stage_words() -> Vec<(Msg, u32)> {
    let request =
        StageRequest { peer: PEER, participant: ParticipantId::default(), display_name: String::new() };
    let seat = |seat| {
        Msg::Stage(words::stage::Tell::SeatIs { peer: PEER, participant: ParticipantId::default(), seat })
    };
    vec![
        (Msg::Stage(words::stage::Tell::Requests(vec![request])), room::GET_STAGE_REQUESTS),
        (Msg::Stage(words::stage::Tell::Granted), room::GRANT_STAGE_ACCESS),
        (Msg::Stage(words::stage::Tell::Denied), room::DENY_STAGE_ACCESS),
        (Msg::Stage(words::stage::Tell::TakenOff), room::LEAVE_STAGE),
        (seat(Seat::Audience), room::PEER_STAGE_STATUS_UPDATE),
        (seat(Seat::OnStage), room::PEER_STAGE_STATUS_UPDATE),
    ]
}

fn media_words() -> Vec<(Msg, u32)> {
    let sdp = || "v=0".to_owned();
    let peer = || MediaPeer {
        peer: PEER,
        participant: ParticipantId::default(),
        display_name: String::new(),
        producers: vec![producer()],
    };
    let complete = Msg::Media(words::media::Tell::SelfJoinComplete(JoinComplete {
        session: SESSION,
        me: PEER,
        pinned: vec![PEER],
        participants: vec![peer()],
        audio_peers: Vec::new(),
        max_preferred_streams: 9,
    }));
    let consumers = vec![
        Consumer::Ready { state: producer(), mid: "0".to_owned() },
        Consumer::NotFound(ProducerId::default()),
        Consumer::Later(PRODUCER),
    ];
    let created = Msg::Media(words::media::Tell::ProducerCreated { peer: PEER, producer: producer() });
    let toggled = Msg::Media(words::media::Tell::ProducerToggledBy {
        peer: PEER,
        initiator: Some(PEER),
        producer: producer(),
    });
    let gone = Msg::Media(words::media::Tell::ProducerGone { peer: PEER, producer: producer() });
    let opened = Msg::Media(words::media::Tell::TransportOpened {
        transport: TRANSPORT,
        consuming: true,
        answer: sdp(),
    });
    vec![
        (Msg::Media(words::media::Tell::MediaJoined), media::JOIN_ROOM),
        (opened, media::CREATE_WEBRTC_TRANSPORT),
        (complete, media::SELF_JOIN_COMPLETE),
        (Msg::Media(words::media::Tell::Produced { producer: PRODUCER, answer: sdp() }), media::PRODUCE),
        (Msg::Media(words::media::Tell::ProducerToggled), media::TOGGLE_PRODUCER),
        (Msg::Media(words::media::Tell::ProducerClosed { answer: Some(sdp()) }), media::CLOSE_PRODUCER),
        (Msg::Media(words::media::Tell::Consumed { consumers, offer: Some(sdp()) }), media::CONSUME),
        (
            Msg::Media(words::media::Tell::Renegotiated { transport: TRANSPORT }),
            media::RENEGOTIATE_SESSION_DESCRIPTION,
        ),
        (Msg::Media(words::media::Tell::ConsumersClosed { answer: sdp() }), media::CLOSE_CONSUMER),
        (Msg::Media(words::media::Tell::LayersSelected), media::UPDATE_CONSUMERS_SIMULCAST_CONFIG),
        (Msg::Entry(words::entry::Tell::MediaLeft), media::LEAVE_ROOM),
        (Msg::Media(words::media::Tell::MediaPeerJoined(peer())), media::PEER_JOINED_BROADCAST),
        (Msg::Entry(words::entry::Tell::MediaPeerLeft(PEER)), media::PEER_LEAVE_BROADCAST),
        (created, media::PEER_PRODUCER_CREATE_BROADCAST),
        (toggled, media::PEER_PRODUCER_TOGGLE_BROADCAST),
        (gone, media::PEER_PRODUCER_CLOSE_BROADCAST),
        (Msg::Spotlight(words::spotlight::Tell::Pinned), media::GLOBAL_PIN_PEER),
        (Msg::Spotlight(words::spotlight::Tell::PinChanged(None)), media::GLOBAL_PEER_PIN_BROADCAST),
        (Msg::Media(words::media::Tell::HostControlDone { all: false }), media::HOST_CONTROL_PEER),
        (Msg::Media(words::media::Tell::HostControlDone { all: true }), media::HOST_CONTROL_ALL_PEERS),
        (Msg::Roster(words::roster::Tell::DisplayNameChanged), media::CHANGE_DISPLAY_NAME),
        (
            Msg::Speaker(words::speaker::Tell::SpeakerDiff(vec![
                (PEER, SpeakerChange::Position(1)),
                (PEER, SpeakerChange::Removed),
            ])),
            media::SELECTED_PEER_DIFF,
        ),
    ]
}

#[test]
fn every_word_of_the_room_has_its_event() {
    for (word, number) in room_words().into_iter().chain(stage_words()).chain(media_words()) {
        let (event, payload) = reply(MeetingId(Id::default()), &|m| m.payload.clone(), &word);
        assert_eq!(event, number, "{word:?}");
        // A message without content is an empty payload, which the client decodes; an acknowledgement, and what the
        // client takes by its number alone, has none.
        let bare = matches!(
            word,
            Msg::Broadcast(words::broadcast::Tell::BroadcastAck { .. })
                | Msg::Stage(
                    words::stage::Tell::Granted | words::stage::Tell::Denied | words::stage::Tell::TakenOff
                )
        );
        assert_eq!(payload.is_none(), bare, "{word:?}");
    }
}

/// What the client says of the stage, and the seats in its own numbers.
#[test]
fn the_stage_is_understood_and_told() {
    let someone = ParticipantId::from_u128(7);
    let granted = l::GrantStageAccessRequest { user_ids: vec![someone.to_string()] }.encode_to_vec();
    let Ok(Request::Stage(words::stage::Ask::Grant { participants })) =
        request(room::GRANT_STAGE_ACCESS, &granted)
    else {
        panic!("a grant")
    };
    assert_eq!(participants, [someone]);
    let wrong = l::LeaveStageRequest { user_ids: vec!["x".to_owned()] }.encode_to_vec();
    assert_eq!(request(room::LEAVE_STAGE, &wrong).unwrap_err().code, 400);
    for (number, seat) in [(4, Seat::Audience), (3, Seat::Asking), (2, Seat::Invited), (1, Seat::OnStage)] {
        let word = words::stage::Tell::SeatIs { peer: PEER, participant: someone, seat };
        let (_, payload) = reply(MeetingId(Id::default()), &|m| m.payload.clone(), &Msg::Stage(word));
        let update = r::PeerStatusUpdate::decode(payload.unwrap().as_slice()).unwrap();
        assert_eq!((update.stage_type, update.user_id), (Some(number), someone.to_string()));
    }
}

#[test]
fn no_payload_breaks_the_translation() {
    let mut dice = Dice::new(1);
    for (number, _) in event::all() {
        for length in 0..200_u64 {
            // Field numbers and lengths of real messages are small, so small bytes reach further in.
            let payload: Vec<u8> = (0..length % 40)
                .map(|_| if dice.one_in(4) { dice.roll() as u8 } else { dice.below(50) as u8 })
                .collect();
            let _ = request(number, &payload);
        }
    }
}

#[test]
fn a_refusal_says_what_the_matter_is() {
    let sdp = RoomError::Media(MediaFault::InvalidDescription("m-line 3".to_owned()));
    let refusal = room_refusal(&sdp);
    assert_eq!((refusal.code, refusal.message.contains("m-line 3")), (400, true));
    assert_eq!(room_refusal(&RoomError::NotAllowed("kick_participant")).code, 403);
}

fn breakout(tell: words::breakout::Tell) -> Msg {
    Msg::Breakout(tell)
}

fn red() -> RoomName {
    RoomName { meeting: MeetingId::from_u128(0xbed), title: "Red".to_owned() }
}

fn family() -> Family {
    Family::alone(MeetingId::from_u128(0xdad), "Main".to_owned())
}

fn moved(missing: Vec<ParticipantId>) -> words::breakout::Tell {
    words::breakout::Tell::Moved { to: red().meeting, missing }
}

/// The client looks for one word in the bytes of the answer to a move, and for nothing else.
#[test]
fn a_move_reads_as_failed_exactly_when_somebody_was_not_moved() {
    let says_failed = |missing| {
        let (_, payload) = reply(MeetingId::from_u128(1), &|m| m.payload.clone(), &breakout(moved(missing)));
        String::from_utf8_lossy(&payload.unwrap()).contains("error")
    };
    assert!(!says_failed(Vec::new()));
    assert!(says_failed(vec![ParticipantId::from_u128(3)]));
}

/// A move with presets would make people what they are not: it is refused with words, not done without them.
#[test]
fn people_keep_their_presets() {
    let person = |preset: Option<&str>| sederunt_proto::socket::room::MovePeerPayload {
        id: Some(ParticipantId::from_u128(3).to_string()),
        preset_id: preset.map(str::to_owned),
    };
    let ask = |preset| {
        let asked = sederunt_proto::socket::room::MovePeersBetweenRoomsRequest {
            source_meeting_id: Some(MeetingId::from_u128(1).to_string()),
            destination_meeting_id: Some(red().meeting.to_string()),
            participants: vec![person(preset)],
        };
        request(room::MOVE_PEERS, &asked.encode_to_vec())
    };
    assert!(matches!(ask(None), Ok(Request::Breakout(words::breakout::Ask::Move { .. }))));
    assert!(ask(Some("")).is_ok());
    assert_eq!(ask(Some("other")).unwrap_err().code, 501);
}
