//! Peers, producers and chat messages in the form of the wire.

use sederunt_core::chat::ChatMessage;
use sederunt_core::effect::{MediaPeer, PeerInfo, ProducerState};
use sederunt_core::input::MediaKind;
use sederunt_core::time::UnixMs;
use sederunt_proto::{media, socket};

/// Unix milliseconds for an unsigned field; times before 1970 are 0.
pub(super) fn unsigned(ms: UnixMs) -> u64 {
    u64::try_from(ms.0).unwrap_or(0)
}

pub(super) fn peer(info: &PeerInfo) -> socket::room::Peer {
    let recorder_type = if info.recorder { "RECORDER" } else { "NONE" };
    socket::room::Peer {
        peer_id: info.peer.to_string(),
        user_id: info.participant.to_string(),
        display_name: info.display_name.clone(),
        // A peer off stage neither publishes nor is subscribed to (PROTOCOL §0 point 9).
        stage_type: Some(socket::room::StageType::OnStage.into()),
        custom_participant_id: info.custom_participant_id.clone(),
        preset_id: None,
        display_picture_url: Some(info.picture.clone()),
        waitlisted: false,
        flags: Some(socket::room::PeerFlags {
            preset_name: info.preset_name.clone(),
            recorder_type: recorder_type.to_owned(),
            hidden_participant: info.hidden,
        }),
    }
}

pub(super) fn media_peer(peer: &MediaPeer) -> media::edge::RoomParticipants {
    media::edge::RoomParticipants {
        peer_id: peer.peer.to_string(),
        producer_states: peer.producers.iter().map(producer).collect(),
        display_name: peer.display_name.clone(),
        user_id: Some(peer.participant.to_string()),
        capabilities: None,
    }
}

pub(super) fn producer(state: &ProducerState) -> media::ProducerState {
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

pub(super) fn chat(message: &ChatMessage) -> socket::chat::ChatMessage {
    socket::chat::ChatMessage {
        chat_id: message.id.to_string(),
        peer_id: message.peer.to_string(),
        user_id: message.participant.to_string(),
        display_name: message.display_name.clone(),
        pinned: message.pinned,
        is_edited: message.edited,
        payload_type: message.payload_type,
        payload: message.payload.clone(),
        target_user_ids: message.targets.iter().map(ToString::to_string).collect(),
        created_at: unsigned(message.at) / 1000,
        created_at_ms: Some(unsigned(message.at)),
        channel_id: None,
        channel_index: None,
    }
}
