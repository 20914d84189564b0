//! What the client is told of transports and tracks.

use sederunt_core::id::{ProducerId, TransportId};
use sederunt_core::media::{MediaKind, ProducerState};
use sederunt_core::words::media::{Consumer, JoinComplete, MediaPeer, Tell};
use sederunt_proto::event::media as n;
use sederunt_proto::media::Target::{Publisher, Subscriber};
use sederunt_proto::media::{self, edge as e};

use crate::translate::{Wire, wire};

/// What the client wants to read after a host's control.
const SUCCESS: &str = "success";

pub(in crate::translate) fn tell(tell: &Tell) -> Wire {
    match tell {
        Tell::MediaJoined => wire(n::JOIN_ROOM, &e::PeerJoinResponse {}),
        Tell::TransportOpened { transport, consuming, answer } => {
            transport_opened(*transport, *consuming, answer)
        }
        Tell::SelfJoinComplete(told) => join_complete(told),
        Tell::Produced { producer, answer: sdp } => {
            let response = e::ProducerCreateResponse {
                status: true,
                producer_id: producer.to_string(),
                description: Some(answer(Publisher, sdp)),
            };
            wire(n::PRODUCE, &response)
        }
        Tell::ProducerToggled => wire(n::TOGGLE_PRODUCER, &e::ProducerToggleResponse {}),
        Tell::ProducerClosed { answer: sdp } => {
            let description = sdp.as_ref().map(|sdp| answer(Publisher, sdp));
            wire(n::CLOSE_PRODUCER, &e::ProducerClosingResponse { description })
        }
        Tell::Consumed { consumers, offer } => consumed(consumers, offer.as_deref()),
        Tell::Renegotiated { transport } => {
            let response =
                media::RenegotiateResponse { transport_id: transport.to_string(), description: None };
            wire(n::RENEGOTIATE_SESSION_DESCRIPTION, &response)
        }
        Tell::ConsumersClosed { answer: sdp } => {
            let description = Some(answer(Subscriber, sdp));
            wire(n::CLOSE_CONSUMER, &e::ConsumerClosingResponse { description })
        }
        Tell::LayersSelected => wire(n::UPDATE_CONSUMERS_SIMULCAST_CONFIG, &e::EmptyResponse {}),
        Tell::HostControlDone { all } => host_control_done(*all),
        Tell::MediaPeerJoined(peer) => {
            let participant = Some(media_peer(peer));
            wire(n::PEER_JOINED_BROADCAST, &e::PeerJoinBroadcastResponse { participant })
        }
        Tell::ProducerCreated { peer, producer: state } => {
            let (participant_id, producer_state) = (peer.to_string(), Some(producer(state)));
            let push = e::PeerProducerCreateBroadcastResponse { participant_id, producer_state };
            wire(n::PEER_PRODUCER_CREATE_BROADCAST, &push)
        }
        Tell::ProducerToggledBy { peer, initiator, producer: state } => {
            let push = e::PeerProducerToggleBroadcastResponse {
                participant_id: peer.to_string(),
                producer_state: Some(producer(state)),
                // Without one the muted client takes it for somebody else's doing, too.
                initiator_participant_id: initiator.map(|peer| peer.to_string()),
            };
            wire(n::PEER_PRODUCER_TOGGLE_BROADCAST, &push)
        }
        Tell::ProducerGone { peer, producer: state } => {
            let (participant_id, producer_state) = (peer.to_string(), Some(producer(state)));
            let push = e::PeerProducerCloseBroadcastResponse { participant_id, producer_state };
            wire(n::PEER_PRODUCER_CLOSE_BROADCAST, &push)
        }
    }
}

fn answer(target: media::Target, sdp: &str) -> media::SessionDescription {
    media::SessionDescription { target: target.into(), r#type: "answer".to_owned(), sdp: sdp.to_owned() }
}

fn transport_opened(transport: TransportId, consuming: bool, sdp: &str) -> Wire {
    let target = if consuming { Subscriber } else { Publisher };
    let response = media::CreateTransportResponse {
        transport_id: transport.to_string(),
        description: Some(answer(target, sdp)),
        transcription_enabled: None,
        producer_ids: Vec::new(),
    };
    wire(n::CREATE_WEBRTC_TRANSPORT, &response)
}

fn host_control_done(all: bool) -> Wire {
    let status = SUCCESS.to_owned();
    if all {
        return wire(n::HOST_CONTROL_ALL_PEERS, &e::HostMediaControlForAllPeerResponse { status });
    }
    wire(n::HOST_CONTROL_PEER, &e::HostMediaControlForPeerResponse { status })
}

fn join_complete(told: &JoinComplete) -> Wire {
    let room_state = e::GetRoomStateResponse {
        room_uuid: told.session.to_string(),
        current_peer_id: told.me.to_string(),
        pinned_peer_ids: told.pinned.iter().map(ToString::to_string).collect(),
        ..Default::default()
    };
    let selected_peers = e::SelectedPeersResponse {
        audio_peers: told.audio_peers.iter().map(ToString::to_string).collect(),
        compulsory_peers: Vec::new(),
    };
    let response = e::PeerJoinCompleteResponse {
        room_state: Some(room_state),
        participants: told.participants.iter().map(media_peer).collect(),
        selected_peers: Some(selected_peers),
        max_preferred_streams: i32::try_from(told.max_preferred_streams).unwrap_or(i32::MAX),
    };
    wire(n::SELF_JOIN_COMPLETE, &response)
}

/// Of a track that the client need not ask for again.
const TRACK_IS_GONE: &str = "not_found_track_error";
/// Of a track that it asks for again in half a second, as after any code but two (PROTOCOL §6.4).
const ASK_AGAIN: &str = "not_ready_error";

fn consumed(consumers: &[Consumer], offer: Option<&str>) -> Wire {
    let refused = |producer: &ProducerId, code: &str| {
        let error_code = Some(code.to_owned());
        (producer.to_string(), media::ConsumerState { error_code, ..Default::default() })
    };
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
        Consumer::NotFound(producer) => refused(producer, TRACK_IS_GONE),
        Consumer::Later(producer) => refused(producer, ASK_AGAIN),
    };
    let map = consumers.iter().map(entry).collect();
    let description = offer.map(|sdp| media::SessionDescription {
        target: Subscriber.into(),
        r#type: "offer".to_owned(),
        sdp: sdp.to_owned(),
    });
    let response = e::ConsumePeerResponse {
        status: true,
        consumer_ids_map: Some(media::ProducerIdToConsumerMap { map }),
        description,
    };
    wire(n::CONSUME, &response)
}

fn media_peer(peer: &MediaPeer) -> e::RoomParticipants {
    e::RoomParticipants {
        peer_id: peer.peer.to_string(),
        producer_states: peer.producers.iter().map(producer).collect(),
        display_name: peer.display_name.clone(),
        user_id: Some(peer.participant.to_string()),
        capabilities: None,
    }
}

fn producer(state: &ProducerState) -> media::ProducerState {
    let kind = match state.kind {
        MediaKind::Audio => media::ProducerKind::Audio,
        MediaKind::Video => media::ProducerKind::Video,
    };
    media::ProducerState {
        producer_id: state.producer.to_string(),
        kind: kind.into(),
        pause: state.paused,
        screen_share: state.screen_share,
        app_data: state.app_data.clone(),
        producing_transport_id: Some(state.transport.to_string()),
        mime_type: state.mime_type.clone(),
        codec: None,
    }
}
