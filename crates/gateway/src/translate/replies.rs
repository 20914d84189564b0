//! What the room says → event number and payload.

use prost::Message;
use sederunt_core::effect::{Consumer, Msg, PeerEvent, SpeakerChange, StoreEvent, StoreItem};
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::input::{Broadcast, BroadcastTo, StoreAddress};
use sederunt_proto::{event, media, socket};

use super::peers::{chat, media_peer, peer, producer, unsigned};

/// Takes a peer off the speaker list (PROTOCOL §6.7).
const SPEAKER_REMOVED: i32 = 229_490_415;

/// What the client wants to read after a host's control.
const SUCCESS: &str = "success";

/// Event number and payload; `None` = the frame carries no payload at all.
type Wire = (u32, Option<Vec<u8>>);

fn wire(event: u32, message: &impl Message) -> Wire {
    (event, Some(message.encode_to_vec()))
}

fn answer(target: media::Target, sdp: &str) -> media::SessionDescription {
    media::SessionDescription { target: target.into(), r#type: "answer".to_owned(), sdp: sdp.to_owned() }
}

/// A message of the room of this meeting, as a frame's event and payload.
pub(crate) fn reply(meeting: MeetingId, msg: &Msg) -> Wire {
    room(meeting, msg).or_else(|| talk(msg)).or_else(|| connections(msg)).unwrap_or_else(|| media_room(msg))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "media_room lists every message")]
fn room(meeting: MeetingId, msg: &Msg) -> Option<Wire> {
    use socket::room as r;
    let wire = match msg {
        Msg::PeerInfo { event, peer: info } => {
            wire(peer_event(*event), &r::PeerInfoResponse { peer: Some(peer(info)) })
        }
        Msg::RoomInfo { title, created_at, session } => {
            let room = r::Room {
                room_id: meeting.to_string(),
                title: title.clone(),
                created_at: unsigned(*created_at) / 1000,
                active_recordings: Vec::new(),
                room_uuid: Some(session.to_string()),
            };
            wire(event::room::GET_ROOM_INFO, &r::RoomInfoResponse { room: Some(room) })
        }
        Msg::RoomPeers(peers) => {
            let peers = peers.iter().map(peer).collect();
            wire(event::room::GET_ROOM_PEERS_INFO, &r::RoomPeersInfoResponse { peers })
        }
        Msg::StageState { on_stage } => {
            let on_stage_peers = on_stage.iter().map(ToString::to_string).collect();
            let state = r::GetRoomStageStateResponse { on_stage_peers, ..Default::default() };
            wire(event::room::GET_ROOM_STAGE_STATE, &state)
        }
        Msg::WaitingRequests => {
            wire(event::room::GET_WAITING_ROOM_REQUESTS, &r::GetWaitingRoomRequests::default())
        }
        Msg::ConnectedRooms { title } => {
            let parent = r::ConnectedMeetingDump {
                id: Some(meeting.to_string()),
                title: Some(title.clone()),
                participants: Vec::new(),
            };
            let dump =
                r::GetConnectedRoomsDumpResponse { parent_meeting: Some(parent), meetings: Vec::new() };
            wire(event::room::GET_CONNECTED_ROOMS_DUMP, &dump)
        }
        Msg::BroadcastAck { to_peers: false } => (event::room::BROADCAST_MESSAGE, None),
        Msg::BroadcastAck { to_peers: true } => (event::room::BROADCAST_TO_ENTITY, None),
        Msg::Broadcast(message) => broadcast(message),
        Msg::Polls => wire(event::poll::GET_POLLS, &socket::polls::GetPollsResponse::default()),
        _ => return None,
    };
    Some(wire)
}

const fn peer_event(event: PeerEvent) -> u32 {
    match event {
        PeerEvent::PeerInfo => event::room::GET_PEER_INFO,
        PeerEvent::JoinRoom => event::room::JOIN_ROOM,
        PeerEvent::LeaveRoom => event::room::LEAVE_ROOM,
        PeerEvent::Kick => event::room::KICK,
        PeerEvent::KickAll => event::room::KICK_ALL,
    }
}

fn broadcast(message: &Broadcast) -> Wire {
    let (event, ids) = match &message.to {
        BroadcastTo::Room | BroadcastTo::Rooms => (event::room::BROADCAST_MESSAGE, Vec::new()),
        BroadcastTo::Peers(peers) => {
            (event::room::BROADCAST_TO_ENTITY, peers.iter().map(ToString::to_string).collect())
        }
    };
    let message = socket::room::BroadcastMessage {
        r#type: message.kind.clone(),
        payload: message.payload.clone(),
        timestamp: message.timestamp,
        ids,
        broadcast_type: None,
    };
    wire(event, &message)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "media_room lists every message")]
fn talk(msg: &Msg) -> Option<Wire> {
    use socket::chat as c;
    let wire = match msg {
        Msg::ChatAll(messages) => {
            let messages = messages.iter().map(chat).collect();
            wire(event::chat::GET_MESSAGES, &c::GetChatMessagesResponse { messages })
        }
        Msg::ChatPage { messages, next } => {
            let messages = messages.iter().map(chat).collect();
            let page = c::GetPaginatedChatMessageRoomResponse { messages, next: *next };
            wire(event::chat::GET_PAGINATED_MESSAGES, &page)
        }
        Msg::ChatSent(message) if message.targets.is_empty() => wire(
            event::chat::SEND_MESSAGE_TO_ROOM,
            &c::SendChatMessageToRoomResponse { message: Some(chat(message)) },
        ),
        Msg::ChatSent(message) => wire(
            event::chat::SEND_MESSAGE_TO_PEERS,
            &c::SendChatMessageToPeersResponse { message: Some(chat(message)) },
        ),
        Msg::ChatEdited(message) => {
            wire(event::chat::EDIT_MESSAGE, &c::EditChatMessageResponse { message: Some(chat(message)) })
        }
        Msg::ChatDeleted(id) => wire(
            event::chat::DELETE_MESSAGE,
            &c::DeleteChatMessageResponse { chat_id: id.to_string(), channel_id: None },
        ),
        Msg::ChatPinned(message) => {
            let response = c::PinChatMessageResponse {
                chat_id: message.id.to_string(),
                pinned: message.pinned,
                channel_id: None,
                message: Some(chat(message)),
            };
            wire(event::chat::PIN_MESSAGE, &response)
        }
        Msg::StoreItems { event, at, items } => store_items(*event, at, items),
        _ => return None,
    };
    Some(wire)
}

fn store_items(event: StoreEvent, at: &StoreAddress, items: &[StoreItem]) -> Wire {
    let number = match event {
        StoreEvent::Insert => event::plugin::STORE_INSERT_KEYS,
        StoreEvent::Get => event::plugin::STORE_GET_KEYS,
        StoreEvent::Delete => event::plugin::STORE_DELETE_KEYS,
    };
    let item = |item: &StoreItem| socket::plugin::PluginStoreItem {
        timestamp: item.at.0.to_string(),
        peer_id: item.peer.to_string(),
        store_key: item.key.clone(),
        payload: item.payload.clone(),
    };
    let response = socket::plugin::PluginStoreResponse {
        plugin_id: at.plugin.clone(),
        store_name: at.store.clone(),
        store_items: items.iter().map(item).collect(),
    };
    wire(number, &response)
}

/// Transports, producers and consumers of the client itself.
#[expect(clippy::wildcard_enum_match_arm, reason = "media_room lists every message")]
fn connections(msg: &Msg) -> Option<Wire> {
    use event::media as n;
    use media::Target::{Publisher, Subscriber};
    use media::edge as e;
    let wire = match msg {
        Msg::TransportOpened { transport, consuming, answer: sdp } => {
            let target = if *consuming { Subscriber } else { Publisher };
            let response = media::CreateTransportResponse {
                transport_id: transport.to_string(),
                description: Some(answer(target, sdp)),
                transcription_enabled: None,
                producer_ids: Vec::new(),
            };
            wire(n::CREATE_WEBRTC_TRANSPORT, &response)
        }
        Msg::Produced { producer, answer: sdp } => {
            let response = e::ProducerCreateResponse {
                status: true,
                producer_id: producer.to_string(),
                description: Some(answer(Publisher, sdp)),
            };
            wire(n::PRODUCE, &response)
        }
        Msg::ProducerToggled => wire(n::TOGGLE_PRODUCER, &e::ProducerToggleResponse {}),
        Msg::ProducerClosed { answer: sdp } => {
            let description = sdp.as_ref().map(|sdp| answer(Publisher, sdp));
            wire(n::CLOSE_PRODUCER, &e::ProducerClosingResponse { description })
        }
        Msg::Consumed { consumers, offer } => consumed(consumers, offer.as_deref()),
        Msg::Renegotiated { transport } => {
            let response =
                media::RenegotiateResponse { transport_id: transport.to_string(), description: None };
            wire(n::RENEGOTIATE_SESSION_DESCRIPTION, &response)
        }
        Msg::ConsumersClosed { answer: sdp } => {
            let description = Some(answer(Subscriber, sdp));
            wire(n::CLOSE_CONSUMER, &e::ConsumerClosingResponse { description })
        }
        Msg::LayersSelected => wire(n::UPDATE_CONSUMERS_SIMULCAST_CONFIG, &e::EmptyResponse {}),
        _ => return None,
    };
    Some(wire)
}

fn consumed(consumers: &[Consumer], offer: Option<&str>) -> Wire {
    let entry = |consumer: &Consumer| match consumer {
        Consumer::Ready { state, mid } => {
            let id = state.producer.to_string();
            let track = media::ProducerTrack {
                track_id: id.clone(),
                producer_id: id.clone(),
                // The client waits for a track on this m-line (PROTOCOL §0 point 7).
                stream_id: mid.clone(),
            };
            let consumer = media::ConsumerState {
                consumer_id: id.clone(),
                producer_state: Some(producer(state)),
                producer_track: Some(track),
                error_code: None,
            };
            (id, consumer)
        }
        Consumer::NotFound(producer) => {
            let error_code = Some("not_found_track_error".to_owned());
            (producer.to_string(), media::ConsumerState { error_code, ..Default::default() })
        }
    };
    let map = consumers.iter().map(entry).collect();
    let description = offer.map(|sdp| media::SessionDescription {
        target: media::Target::Subscriber.into(),
        r#type: "offer".to_owned(),
        sdp: sdp.to_owned(),
    });
    let response = media::edge::ConsumePeerResponse {
        status: true,
        consumer_ids_map: Some(media::ProducerIdToConsumerMap { map }),
        description,
    };
    wire(event::media::CONSUME, &response)
}

/// The media room, and what is not said anywhere above. Exhaustive: a new message does not compile until it is here.
fn media_room(msg: &Msg) -> Wire {
    use event::media as n;
    use media::edge as e;
    match msg {
        Msg::MediaJoined => wire(n::JOIN_ROOM, &e::PeerJoinResponse {}),
        Msg::SelfJoinComplete { .. } => self_join_complete(msg),
        Msg::MediaLeft => wire(n::LEAVE_ROOM, &e::PeerLeaveResponse { closed: false }),
        Msg::MediaPeerJoined(peer) => {
            let participant = Some(media_peer(peer));
            wire(n::PEER_JOINED_BROADCAST, &e::PeerJoinBroadcastResponse { participant })
        }
        Msg::MediaPeerLeft(peer) => {
            let participant_id = peer.to_string();
            wire(n::PEER_LEAVE_BROADCAST, &e::PeerLeaveBroadcastResponse { participant_id })
        }
        Msg::ProducerCreated { peer, producer: state } => {
            let (participant_id, producer_state) = (peer.to_string(), Some(producer(state)));
            let push = e::PeerProducerCreateBroadcastResponse { participant_id, producer_state };
            wire(n::PEER_PRODUCER_CREATE_BROADCAST, &push)
        }
        Msg::ProducerToggledBy { peer, initiator, producer: state } => {
            let push = e::PeerProducerToggleBroadcastResponse {
                participant_id: peer.to_string(),
                producer_state: Some(producer(state)),
                initiator_participant_id: Some(initiator.to_string()),
            };
            wire(n::PEER_PRODUCER_TOGGLE_BROADCAST, &push)
        }
        Msg::ProducerGone { peer, producer: state } => {
            let (participant_id, producer_state) = (peer.to_string(), Some(producer(state)));
            let push = e::PeerProducerCloseBroadcastResponse { participant_id, producer_state };
            wire(n::PEER_PRODUCER_CLOSE_BROADCAST, &push)
        }
        Msg::Pinned => wire(n::GLOBAL_PIN_PEER, &e::GlobalPeerPinningResponse {}),
        Msg::PinChanged(peer) => {
            let participant_id = peer.map(|peer| peer.to_string()).unwrap_or_default();
            wire(n::GLOBAL_PEER_PIN_BROADCAST, &e::GlobalPeerPinningBroadcastResponse { participant_id })
        }
        Msg::HostControlDone { all } => host_control_done(*all),
        Msg::DisplayNameChanged => {
            wire(n::CHANGE_DISPLAY_NAME, &e::PeerDisplayNameEditResponse { status: SUCCESS.to_owned() })
        }
        Msg::SpeakerDiff(changes) => speaker_diff(changes),
        Msg::PeerInfo { .. }
        | Msg::RoomInfo { .. }
        | Msg::RoomPeers(_)
        | Msg::StageState { .. }
        | Msg::WaitingRequests
        | Msg::ConnectedRooms { .. }
        | Msg::BroadcastAck { .. }
        | Msg::Broadcast(_)
        | Msg::Polls
        | Msg::ChatAll(_)
        | Msg::ChatPage { .. }
        | Msg::ChatSent(_)
        | Msg::ChatEdited(_)
        | Msg::ChatDeleted(_)
        | Msg::ChatPinned(_)
        | Msg::StoreItems { .. }
        | Msg::TransportOpened { .. }
        | Msg::Produced { .. }
        | Msg::ProducerToggled
        | Msg::ProducerClosed { .. }
        | Msg::Consumed { .. }
        | Msg::Renegotiated { .. }
        | Msg::ConsumersClosed { .. }
        | Msg::LayersSelected => unreachable!("said by room, talk or connections"),
    }
}

fn host_control_done(all: bool) -> Wire {
    let status = SUCCESS.to_owned();
    if all {
        let response = media::edge::HostMediaControlForAllPeerResponse { status };
        return wire(event::media::HOST_CONTROL_ALL_PEERS, &response);
    }
    wire(event::media::HOST_CONTROL_PEER, &media::edge::HostMediaControlForPeerResponse { status })
}

fn self_join_complete(msg: &Msg) -> Wire {
    use media::edge as e;
    let mut response = e::PeerJoinCompleteResponse::default();
    if let Msg::SelfJoinComplete { session, me, pinned, participants, audio_peers, max_preferred_streams } =
        msg
    {
        response.room_state = Some(e::GetRoomStateResponse {
            room_uuid: session.to_string(),
            current_peer_id: me.to_string(),
            pinned_peer_ids: pinned.iter().map(ToString::to_string).collect(),
            ..Default::default()
        });
        response.participants = participants.iter().map(media_peer).collect();
        response.selected_peers = Some(e::SelectedPeersResponse {
            audio_peers: audio_peers.iter().map(ToString::to_string).collect(),
            compulsory_peers: Vec::new(),
        });
        response.max_preferred_streams = i32::try_from(*max_preferred_streams).unwrap_or(i32::MAX);
    }
    wire(event::media::SELF_JOIN_COMPLETE, &response)
}

fn speaker_diff(changes: &[(PeerId, SpeakerChange)]) -> Wire {
    let entry = |(peer, change): &(PeerId, SpeakerChange)| media::edge::SelectedPeersDiffEntry {
        peer_id: peer.to_string(),
        priority: match change {
            SpeakerChange::Position(n) => i32::try_from(*n).unwrap_or(i32::MAX),
            SpeakerChange::Removed => SPEAKER_REMOVED,
        },
    };
    let entries = changes.iter().map(entry).collect();
    wire(event::media::SELECTED_PEER_DIFF, &media::edge::SelectedPeersDiffResponse { entries })
}
