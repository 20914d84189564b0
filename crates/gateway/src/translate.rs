//! The client's messages and the room's, each in the other's words (PROTOCOL §4), one file a feature. No state, no I/O.

mod breakout;
mod broadcast;
mod chat;
mod entry;
mod media;
mod permissions;
mod plugin;
mod polls;
mod read;
mod refusals;
mod roster;
mod speaker;
mod spotlight;
mod stage;
#[cfg(test)]
mod tests;
mod waiting;

use prost::Message;
use sederunt_core::id::MeetingId;
use sederunt_core::words::chat::ChatMessage;
use sederunt_core::words::{Msg, Request};
use sederunt_proto::event::{self, media as m, plugin as plugin_event, room};

pub(crate) use refusals::{Refusal, error_frame, room_refusal};

/// A request, or why it cannot be put to the room.
type Translated = Result<Request, Refusal>;

/// Event number and payload; `None` = the frame carries no payload at all.
type Wire = (u32, Option<Vec<u8>>);

/// The payload of a chat message with links in it that the client can follow.
pub(crate) type Linked<'a> = &'a dyn Fn(&ChatMessage) -> String;

/// A feature's reading of an event and its payload; `None` = the event is none of its own.
type Understands = fn(u32, &[u8]) -> Option<Translated>;

/// What the features understand.
const ASKS: [Understands; 13] = [
    entry::ask,
    waiting::ask,
    roster::ask,
    chat::ask,
    broadcast::ask,
    plugin::ask,
    polls::ask,
    media::ask,
    speaker::ask,
    spotlight::ask,
    stage::ask,
    permissions::ask,
    breakout::ask,
];

/// A request of the client, or why it cannot be put to the room.
pub(crate) fn request(event: u32, payload: &[u8]) -> Translated {
    ASKS.iter().find_map(|ask| ask(event, payload)).unwrap_or_else(|| other(event))
}

/// A message of the room of this meeting, as a frame's event and payload.
pub(crate) fn reply(meeting: MeetingId, linked: Linked<'_>, msg: &Msg) -> Wire {
    match msg {
        Msg::Entry(tell) => entry::tell(tell),
        Msg::Waiting(tell) => waiting::tell(meeting, tell),
        Msg::Roster(tell) => roster::tell(meeting, tell),
        Msg::Chat(tell) => chat::tell(linked, tell),
        Msg::Broadcast(tell) => broadcast::tell(tell),
        Msg::Plugin(tell) => plugin::tell(tell),
        Msg::Polls(tell) => polls::tell(tell),
        Msg::Media(tell) => media::tell(tell),
        Msg::Speaker(tell) => speaker::tell(tell),
        Msg::Spotlight(tell) => spotlight::tell(tell),
        Msg::Stage(tell) => stage::tell(tell),
        Msg::Permissions(tell) => permissions::tell(tell),
        Msg::Breakout(tell) => breakout::tell(tell),
    }
}

fn wire(event: u32, message: &impl Message) -> Wire {
    (event, Some(message.encode_to_vec()))
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
        | room::GET_STAGE_PEERS
        | room::GET_ALL_ADDED_PARTICIPANTS
        | plugin_event::GET_PLUGINS..=plugin_event::CUSTOM_PLUGIN_EVENT_TO_PEERS
        | m::TOGGLE_CONSUMER
        | m::KICK_PEER
        | m::KICK_ALL => Ok(Request::NotOffered { name }),
        _ => Err(Refusal::bad(format!("{name} is not a request"))),
    }
}
