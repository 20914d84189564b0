//! What the client asks of the media room.

use sederunt_core::media::MediaKind;
use sederunt_core::words::media::{Ask, Produce, Want};
use sederunt_proto::event::media as m;
use sederunt_proto::media::{self, edge as e};

use crate::translate::read::{id, maybe_id, read};
use crate::translate::{Refusal, Translated};

pub(in crate::translate) fn ask(event: u32, payload: &[u8]) -> Option<Translated> {
    let ask = match event {
        m::JOIN_ROOM => join(payload),
        m::SELF_JOIN_COMPLETE => Ok(Ask::SelfJoinComplete),
        m::CREATE_WEBRTC_TRANSPORT => open_transport(payload),
        m::RENEGOTIATE_SESSION_DESCRIPTION => renegotiate(payload),
        m::PRODUCE => produce(payload),
        m::TOGGLE_PRODUCER => toggle_producer(payload),
        m::CLOSE_PRODUCER => close_producer(payload),
        m::CONSUME => consume(payload),
        m::CLOSE_CONSUMER => close_consumers(payload),
        m::UPDATE_CONSUMERS_SIMULCAST_CONFIG => select_layers(payload),
        m::HOST_CONTROL_PEER => host_control_peer(payload),
        m::HOST_CONTROL_ALL_PEERS => host_control_all(payload),
        _ => return None,
    };
    Some(ask.map(Into::into))
}

fn sdp(description: Option<media::SessionDescription>) -> Result<String, Refusal> {
    maybe_sdp(description).ok_or_else(|| Refusal::bad("\"description.sdp\" is missing"))
}

fn maybe_sdp(description: Option<media::SessionDescription>) -> Option<String> {
    description.map(|d| d.sdp).filter(|sdp| !sdp.is_empty())
}

fn join(payload: &[u8]) -> Result<Ask, Refusal> {
    Ok(Ask::Join { prejoined: read::<e::PeerJoinRequest>(payload)?.prejoined })
}

fn open_transport(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<media::CreateTransportRequest>(payload)?;
    Ok(Ask::OpenTransport { consuming: q.consuming, offer: sdp(q.description)? })
}

fn renegotiate(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<media::RenegotiateRequest>(payload)?;
    Ok(Ask::Renegotiate { transport: id("transport_id", &q.transport_id)?, answer: sdp(q.description)? })
}

fn produce(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<e::ProducerCreateRequest>(payload)?;
    let kind = match q.kind.as_str() {
        "audio" => MediaKind::Audio,
        "video" => MediaKind::Video,
        _ => return Err(Refusal::bad("\"kind\" must be audio or video")),
    };
    Ok(Ask::Produce(Produce {
        kind,
        paused: q.paused,
        screen_share: q.screen_share,
        offer: sdp(q.description)?,
        mid: q.app_data.as_deref().and_then(mid_of),
        app_data: q.app_data,
        mime_type: q.mime_type,
        transport: maybe_id("producing_transport_id", q.producing_transport_id.as_deref())?,
    }))
}

/// `mid` of the client's `app_data`: the reliable link between a producer and its m-line (PROTOCOL §6.2).
fn mid_of(app_data: &str) -> Option<String> {
    match serde_json::from_str::<serde_json::Value>(app_data).ok()?.get("mid")? {
        serde_json::Value::String(mid) => Some(mid.clone()),
        serde_json::Value::Number(mid) => Some(mid.to_string()),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Array(_)
        | serde_json::Value::Object(_) => None,
    }
}

fn toggle_producer(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<e::ProducerToggleRequest>(payload)?;
    Ok(Ask::ToggleProducer { producer: id("producer_id", &q.producer_id)?, paused: q.pause })
}

fn close_producer(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<e::ProducerCloseRequest>(payload)?;
    let producer = id("producer_id", &q.producer_id)?;
    Ok(Ask::CloseProducer { producer, offer: maybe_sdp(q.description) })
}

fn consume(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<e::ConsumePeersRequest>(payload)?;
    let want = |want: e::ConsumePeerRequest| {
        let producer = maybe_id("producer_id", want.producer_id.as_deref())?;
        Ok(Want {
            producing_peer: id("producing_peer_id", &want.producing_peer_id)?,
            producer: producer.ok_or_else(|| Refusal::bad("\"producer_id\" is missing"))?,
            preferred_rid: want.simulcast.and_then(|simulcast| simulcast.preferred_rid),
        })
    };
    let wants = q.requests.into_iter().map(want).collect::<Result<_, Refusal>>()?;
    let transport = maybe_id("consuming_transport_id", q.consuming_transport_id.as_deref())?;
    Ok(Ask::Consume { transport, wants })
}

fn close_consumers(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<e::ConsumerCloseRequest>(payload)?;
    Ok(Ask::CloseConsumers {
        transport: maybe_id("consuming_transport_id", q.consuming_transport_id.as_deref())?,
        mids: q.consumer_ids,
        offer: sdp(q.description)?,
    })
}

fn select_layers(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<e::UpdateConsumersSimulcastConfigRequest>(payload)?;
    let mut layers = Vec::with_capacity(q.requests.len());
    for wish in q.requests {
        let producer = id("producer_id", &wish.producer_id)?;
        if let Some(rid) = wish.simulcast.and_then(|simulcast| simulcast.preferred_rid) {
            layers.push((producer, rid));
        }
    }
    let transport = maybe_id("consuming_transport_id", q.consuming_transport_id.as_deref())?;
    Ok(Ask::SelectLayers { transport, layers })
}

fn host_control_peer(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<e::HostMediaControlForPeerRequest>(payload)?;
    let peer = Some(id("participant_id", &q.participant_id)?);
    Ok(Ask::HostControl { peer, audio: q.audio, video: q.video })
}

fn host_control_all(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<e::HostMediaControlForAllPeerRequest>(payload)?;
    Ok(Ask::HostControl { peer: None, audio: q.audio, video: q.video })
}
