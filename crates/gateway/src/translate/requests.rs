//! What the client says → what the room is asked.

use prost::Message;
use sederunt_core::input::{Broadcast, BroadcastTo, MediaKind, Produce, Request, StoreAddress, Want};
use sederunt_proto::event::{self, chat, media as m, plugin, poll, preset, room};
use sederunt_proto::media::edge as e;
use sederunt_proto::{media, socket};
use std::str::FromStr;

use super::Refusal;

type Translated = Result<Request, Refusal>;

/// A request of the client, or why it cannot be put to the room.
pub(crate) fn request(event: u32, payload: &[u8]) -> Translated {
    match event >> 16 {
        0 => from_room(event, payload),
        1 => from_chat(event, payload),
        2 => from_plugin(event, payload),
        _ if event::is_media(event) => from_media(event, payload),
        _ if event == poll::GET_POLLS => Ok(Request::Polls),
        _ => other(event),
    }
}

/// Events that are no request of ours: features that are not offered, pushes, and numbers nobody knows.
fn other(event: u32) -> Translated {
    let Some(name) = event::name(event) else {
        return Err(Refusal { code: 404, message: format!("there is no event {event}") });
    };
    match event {
        room::UPDATE_PEER_INFO
        | room::UPDATE_ROOM_INFO
        | room::CLOSE_ROOM
        | room::GET_STAGE_PEERS..=room::DENY_STAGE_ACCESS
        | room::JOIN_STAGE
        | room::LEAVE_STAGE
        | room::CREATE_CONNECTED_ROOMS..=room::MOVE_PEERS
        | room::GET_ALL_ADDED_PARTICIPANTS
        | room::ACCEPT_WAITING_ROOM_REQUESTS
        | room::DENY_WAITING_ROOM_REQUESTS
        | chat::SEARCH_CHANNEL_MESSAGES
        | plugin::GET_PLUGINS..=plugin::CUSTOM_PLUGIN_EVENT_TO_PEERS
        | plugin::STORE_DELETE
        | poll::CREATE_POLL
        | poll::VOTE_POLL
        | preset::GET_USER_PRESETS
        | preset::UPDATE_USER_PRESET
        | m::TOGGLE_CONSUMER
        | m::KICK_PEER
        | m::KICK_ALL => Ok(Request::NotOffered { name }),
        _ => Err(Refusal::bad(format!("{name} is not a request"))),
    }
}

fn read<T: Message + Default>(payload: &[u8]) -> Result<T, Refusal> {
    T::decode(payload).map_err(|e| Refusal::bad(format!("the payload cannot be read: {e}")))
}

fn id<T: FromStr>(field: &'static str, text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::bad(format!("\"{field}\" is not an id")))
}

fn ids<T: FromStr>(field: &'static str, texts: &[String]) -> Result<Vec<T>, Refusal> {
    texts.iter().map(|text| id(field, text)).collect()
}

/// An id that may be left out; the empty text counts as left out.
fn maybe_id<T: FromStr>(field: &'static str, text: Option<&str>) -> Result<Option<T>, Refusal> {
    text.filter(|text| !text.is_empty()).map(|text| id(field, text)).transpose()
}

fn sdp(description: Option<media::SessionDescription>) -> Result<String, Refusal> {
    maybe_sdp(description).ok_or_else(|| Refusal::bad("\"description.sdp\" is missing"))
}

fn maybe_sdp(description: Option<media::SessionDescription>) -> Option<String> {
    description.map(|d| d.sdp).filter(|sdp| !sdp.is_empty())
}

/// Sizes and offsets are signed on the wire; a negative one means none.
fn count(n: i32) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

fn from_room(event: u32, payload: &[u8]) -> Translated {
    use socket::room as r;
    Ok(match event {
        room::GET_PEER_INFO => {
            Request::PeerInfo { peer: id("peer_id", &read::<r::GetPeerInfoRequest>(payload)?.peer_id)? }
        }
        room::GET_ROOM_PEERS_INFO => {
            let q = read::<r::RoomPeersInfoRequest>(payload)?;
            Request::RoomPeers { search: q.seach_query, limit: count(q.limit), offset: count(q.offset) }
        }
        room::JOIN_ROOM => {
            let peer = read::<r::JoinRoomRequest>(payload)?.peer.unwrap_or_default();
            Request::JoinRoom { display_name: peer.display_name }
        }
        room::LEAVE_ROOM => Request::LeaveRoom,
        room::GET_ROOM_INFO => Request::RoomInfo,
        room::GET_CONNECTED_ROOMS_DUMP => Request::ConnectedRooms,
        room::GET_WAITING_ROOM_REQUESTS => Request::WaitingRequests,
        room::GET_ROOM_STAGE_STATE => Request::StageState,
        room::KICK => Request::Kick {
            peers: ids("peer_ids", &read::<r::RemoveParticipantsRequest>(payload)?.peer_ids)?,
        },
        room::KICK_ALL => Request::KickAll,
        room::BROADCAST_MESSAGE | room::BROADCAST_TO_ENTITY => {
            let message = read::<r::BroadcastMessage>(payload)?;
            let to = if event == room::BROADCAST_MESSAGE {
                BroadcastTo::Room
            } else if message.broadcast_type() == r::BroadcastType::Rooms {
                BroadcastTo::Rooms
            } else {
                BroadcastTo::Peers(ids("ids", &message.ids)?)
            };
            Request::Broadcast(Broadcast {
                kind: message.r#type,
                payload: message.payload,
                timestamp: message.timestamp,
                to,
            })
        }
        _ => return other(event),
    })
}

fn from_chat(event: u32, payload: &[u8]) -> Translated {
    use socket::chat as c;
    use socket::chat::get_paginated_chat_message_filters::Filters;
    Ok(match event {
        chat::GET_MESSAGES => Request::ChatAll,
        chat::SEND_MESSAGE_TO_ROOM => {
            let q = read::<c::SendChatMessageToRoomRequest>(payload)?;
            Request::ChatSend { peers: None, payload_type: q.payload_type, payload: q.payload }
        }
        chat::SEND_MESSAGE_TO_PEERS => {
            let q = read::<c::SendChatMessageToPeersRequest>(payload)?;
            let peers = Some(ids("peer_ids", &q.peer_ids)?);
            Request::ChatSend { peers, payload_type: q.payload_type, payload: q.payload }
        }
        chat::EDIT_MESSAGE => {
            let q = read::<c::EditChatMessageRequest>(payload)?;
            let payload = q.payload.ok_or_else(|| Refusal::bad("\"payload\" is missing"))?;
            Request::ChatEdit { chat: id("chat_id", &q.chat_id)?, payload }
        }
        chat::DELETE_MESSAGE => Request::ChatDelete {
            chat: id("chat_id", &read::<c::DeleteChatMessageRequest>(payload)?.chat_id)?,
        },
        chat::PIN_MESSAGE => {
            let q = read::<c::PinChatMessageRequest>(payload)?;
            Request::ChatPin { chat: id("chat_id", &q.chat_id)?, pinned: q.pinned }
        }
        chat::GET_PAGINATED_MESSAGES => {
            let q = read::<c::GetPaginatedChatMessageRoomRequest>(payload)?;
            let (pinned, user) = match q.filters.and_then(|f| f.filters) {
                Some(Filters::Pinned(pinned)) => (Some(pinned), None),
                Some(Filters::UserId(user)) => (None, Some(user)),
                None => (None, None),
            };
            Request::ChatPage {
                time_ms: i64::try_from(q.time_stamp).unwrap_or(i64::MAX),
                size: count(q.size),
                from: count(q.from),
                reversed: q.reversed,
                pinned,
                user,
            }
        }
        _ => return other(event),
    })
}

fn from_plugin(event: u32, payload: &[u8]) -> Translated {
    use socket::plugin as p;
    let names = |keys: Vec<p::StoreKeys>| keys.into_iter().map(|key| key.store_key).collect();
    Ok(match event {
        plugin::STORE_GET_KEYS => {
            let q = read::<p::PluginStoreGetKeysRequest>(payload)?;
            let at = StoreAddress { plugin: q.plugin_id, store: q.store_name };
            Request::StoreGet { at, keys: names(q.get_keys) }
        }
        plugin::STORE_INSERT_KEYS => {
            let q = read::<p::PluginStoreInsertKeysRequest>(payload)?;
            let at = StoreAddress { plugin: q.plugin_id, store: q.store_name };
            let item = |key: p::StoreKeys| (key.store_key, key.payload.unwrap_or_default());
            Request::StoreInsert { at, items: q.insert_keys.into_iter().map(item).collect() }
        }
        plugin::STORE_DELETE_KEYS => {
            let q = read::<p::PluginStoreDeleteKeysRequest>(payload)?;
            let at = StoreAddress { plugin: q.plugin_id, store: q.store_name };
            Request::StoreDelete { at, keys: names(q.delete_keys) }
        }
        _ => return other(event),
    })
}

fn from_media(event: u32, payload: &[u8]) -> Translated {
    Ok(match event {
        m::JOIN_ROOM => Request::MediaJoin { prejoined: read::<e::PeerJoinRequest>(payload)?.prejoined },
        m::LEAVE_ROOM => Request::MediaLeave,
        m::SELF_JOIN_COMPLETE => Request::SelfJoinComplete,
        m::CREATE_WEBRTC_TRANSPORT => {
            let q = read::<media::CreateTransportRequest>(payload)?;
            Request::OpenTransport { consuming: q.consuming, offer: sdp(q.description)? }
        }
        m::RENEGOTIATE_SESSION_DESCRIPTION => {
            let q = read::<media::RenegotiateRequest>(payload)?;
            Request::Renegotiate {
                transport: id("transport_id", &q.transport_id)?,
                answer: sdp(q.description)?,
            }
        }
        m::PRODUCE | m::TOGGLE_PRODUCER | m::CLOSE_PRODUCER | m::AUDIO_ACTIVITY => {
            return from_producing(event, payload);
        }
        m::CONSUME | m::CLOSE_CONSUMER | m::UPDATE_CONSUMERS_SIMULCAST_CONFIG => {
            return from_consuming(event, payload);
        }
        m::GLOBAL_PIN_PEER => {
            let q = read::<e::GlobalPeerPinningRequest>(payload)?;
            Request::Pin { peer: maybe_id("participant_id", Some(&q.participant_id))? }
        }
        m::HOST_CONTROL_PEER => {
            let q = read::<e::HostMediaControlForPeerRequest>(payload)?;
            let peer = Some(id("participant_id", &q.participant_id)?);
            Request::HostControl { peer, audio: q.audio, video: q.video }
        }
        m::HOST_CONTROL_ALL_PEERS => {
            let q = read::<e::HostMediaControlForAllPeerRequest>(payload)?;
            Request::HostControl { peer: None, audio: q.audio, video: q.video }
        }
        m::CHANGE_DISPLAY_NAME => {
            let q = read::<e::PeerDisplayNameEditRequest>(payload)?;
            let peer = id("participant_id", &q.participant_id)?;
            Request::ChangeDisplayName { peer, display_name: q.display_name }
        }
        _ => return other(event),
    })
}

fn from_producing(event: u32, payload: &[u8]) -> Translated {
    Ok(match event {
        m::PRODUCE => {
            let q = read::<e::ProducerCreateRequest>(payload)?;
            let kind = match q.kind.as_str() {
                "audio" => MediaKind::Audio,
                "video" => MediaKind::Video,
                _ => return Err(Refusal::bad("\"kind\" must be audio or video")),
            };
            Request::Produce(Produce {
                kind,
                paused: q.paused,
                screen_share: q.screen_share,
                offer: sdp(q.description)?,
                mid: q.app_data.as_deref().and_then(mid_of),
                app_data: q.app_data,
                mime_type: q.mime_type,
                transport: maybe_id("producing_transport_id", q.producing_transport_id.as_deref())?,
            })
        }
        m::TOGGLE_PRODUCER => {
            let q = read::<e::ProducerToggleRequest>(payload)?;
            Request::ToggleProducer { producer: id("producer_id", &q.producer_id)?, paused: q.pause }
        }
        m::CLOSE_PRODUCER => {
            let q = read::<e::ProducerCloseRequest>(payload)?;
            let producer = id("producer_id", &q.producer_id)?;
            Request::CloseProducer { producer, offer: maybe_sdp(q.description) }
        }
        m::AUDIO_ACTIVITY => {
            let q = read::<media::AudioActivityRequest>(payload)?;
            let producer = id("producer_id", &q.producer_id)?;
            Request::AudioActivity { producer, energy: q.energy, silent: q.silent }
        }
        _ => return other(event),
    })
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

fn from_consuming(event: u32, payload: &[u8]) -> Translated {
    Ok(match event {
        m::CONSUME => {
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
            Request::Consume { transport, wants }
        }
        m::CLOSE_CONSUMER => {
            let q = read::<e::ConsumerCloseRequest>(payload)?;
            Request::CloseConsumers {
                transport: maybe_id("consuming_transport_id", q.consuming_transport_id.as_deref())?,
                mids: q.consumer_ids,
                offer: sdp(q.description)?,
            }
        }
        m::UPDATE_CONSUMERS_SIMULCAST_CONFIG => {
            let q = read::<e::UpdateConsumersSimulcastConfigRequest>(payload)?;
            let mut layers = Vec::with_capacity(q.requests.len());
            for wish in q.requests {
                let producer = id("producer_id", &wish.producer_id)?;
                if let Some(rid) = wish.simulcast.and_then(|simulcast| simulcast.preferred_rid) {
                    layers.push((producer, rid));
                }
            }
            let transport = maybe_id("consuming_transport_id", q.consuming_transport_id.as_deref())?;
            Request::SelectLayers { transport, layers }
        }
        _ => return other(event),
    })
}
