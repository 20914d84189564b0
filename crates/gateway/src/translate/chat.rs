//! Chat.

use sederunt_core::id::PeerId;
use sederunt_core::words::chat::{Ask, ChatMessage, Tell};
use sederunt_proto::event::chat as n;
use sederunt_proto::socket::chat as c;
use sederunt_proto::socket::chat::get_paginated_chat_message_filters::Filters;

use super::read::{count, id, ids, read, unsigned};
use super::{Linked, Refusal, Translated, Wire, wire};

pub(super) fn ask(event: u32, payload: &[u8]) -> Option<Translated> {
    let ask = match event {
        n::GET_MESSAGES => Ok(Ask::All),
        n::SEND_MESSAGE_TO_ROOM => send_to_room(payload),
        n::SEND_MESSAGE_TO_PEERS => send_to_peers(payload),
        n::EDIT_MESSAGE => edit(payload),
        n::DELETE_MESSAGE => delete(payload),
        n::PIN_MESSAGE => pin(payload),
        n::GET_PAGINATED_MESSAGES => page(payload),
        n::SEARCH_CHANNEL_MESSAGES => search(payload),
        _ => return None,
    };
    Some(ask.map(Into::into))
}

fn send_to_room(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<c::SendChatMessageToRoomRequest>(payload)?;
    Ok(send(None, q.payload_type, q.payload))
}

fn send_to_peers(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<c::SendChatMessageToPeersRequest>(payload)?;
    let peers = Some(ids("peer_ids", &q.peer_ids)?);
    Ok(send(peers, q.payload_type, q.payload))
}

/// Which files it names is looked up on the way to the room.
fn send(peers: Option<Vec<PeerId>>, payload_type: i32, payload: String) -> Ask {
    match payload_type {
        1..=3 => Ask::SendFiles { peers, payload_type, payload, files: Vec::new() },
        _ => Ask::Send { peers, payload_type, payload },
    }
}

fn edit(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<c::EditChatMessageRequest>(payload)?;
    let payload = q.payload.ok_or_else(|| Refusal::bad("\"payload\" is missing"))?;
    let chat = id("chat_id", &q.chat_id)?;
    Ok(match q.payload_type {
        Some(payload_type @ 1..=3) => Ask::EditFiles { chat, payload_type, payload, files: Vec::new() },
        Some(_) | None => Ask::Edit { chat, payload },
    })
}

fn delete(payload: &[u8]) -> Result<Ask, Refusal> {
    Ok(Ask::Delete { chat: id("chat_id", &read::<c::DeleteChatMessageRequest>(payload)?.chat_id)? })
}

fn pin(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<c::PinChatMessageRequest>(payload)?;
    Ok(Ask::Pin { chat: id("chat_id", &q.chat_id)?, pinned: q.pinned })
}

fn page(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<c::GetPaginatedChatMessageRoomRequest>(payload)?;
    let (pinned, user) = match q.filters.and_then(|f| f.filters) {
        Some(Filters::Pinned(pinned)) => (Some(pinned), None),
        Some(Filters::UserId(user)) => (None, Some(user)),
        None => (None, None),
    };
    Ok(Ask::Page {
        time_ms: i64::try_from(q.time_stamp).unwrap_or(i64::MAX),
        size: count(q.size),
        from: count(q.from),
        reversed: q.reversed,
        pinned,
        user,
    })
}

fn search(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<c::SearchChatMessagesRequest>(payload)?;
    if q.channel_id.is_some_and(|channel| !channel.is_empty()) {
        return Err(Refusal::bad("there are no channels"));
    }
    Ok(Ask::Search {
        term: q.search_term,
        time_ms: i64::try_from(q.time_stamp).unwrap_or(i64::MAX),
        size: count(q.size),
        from: count(q.from),
        reversed: q.reversed,
    })
}

pub(super) fn tell(linked: Linked<'_>, tell: &Tell) -> Wire {
    let message = |message: &ChatMessage| message_of(linked, message);
    match tell {
        Tell::All(messages) => {
            let messages = messages.iter().map(message).collect();
            wire(n::GET_MESSAGES, &c::GetChatMessagesResponse { messages })
        }
        Tell::Found(messages) => {
            let messages = messages.iter().map(message).collect();
            wire(n::SEARCH_CHANNEL_MESSAGES, &c::GetChatMessagesResponse { messages })
        }
        Tell::Page { messages, next } => {
            let messages = messages.iter().map(message).collect();
            let page = c::GetPaginatedChatMessageRoomResponse { messages, next: *next };
            wire(n::GET_PAGINATED_MESSAGES, &page)
        }
        Tell::Sent(sent) => {
            let message = Some(message(sent));
            if sent.targets.is_empty() {
                wire(n::SEND_MESSAGE_TO_ROOM, &c::SendChatMessageToRoomResponse { message })
            } else {
                wire(n::SEND_MESSAGE_TO_PEERS, &c::SendChatMessageToPeersResponse { message })
            }
        }
        Tell::Edited(edited) => {
            wire(n::EDIT_MESSAGE, &c::EditChatMessageResponse { message: Some(message(edited)) })
        }
        Tell::Deleted(id) => {
            let chat_id = id.to_string();
            wire(n::DELETE_MESSAGE, &c::DeleteChatMessageResponse { chat_id, channel_id: None })
        }
        Tell::Pinned(pinned) => {
            let response = c::PinChatMessageResponse {
                chat_id: pinned.id.to_string(),
                pinned: pinned.pinned,
                channel_id: None,
                message: Some(message(pinned)),
            };
            wire(n::PIN_MESSAGE, &response)
        }
    }
}

fn message_of(linked: Linked<'_>, message: &ChatMessage) -> c::ChatMessage {
    c::ChatMessage {
        chat_id: message.id.to_string(),
        peer_id: message.peer.to_string(),
        user_id: message.participant.to_string(),
        display_name: message.display_name.clone(),
        pinned: message.pinned,
        is_edited: message.edited,
        payload_type: message.payload_type,
        payload: linked(message),
        target_user_ids: message.targets.iter().map(ToString::to_string).collect(),
        created_at: unsigned(message.at) / 1000,
        created_at_ms: Some(unsigned(message.at)),
        channel_id: None,
        channel_index: None,
    }
}
