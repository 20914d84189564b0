//! What whoever waits is told (PROTOCOL §7.6). The official client asks for room, people, chat and polls as soon as it is told
//! to wait, and gives up joining when the first two are refused: so it hears that there is a room, and nobody in it.

use crate::hall::{Asked, Hall};
use crate::words::waiting::Tell;
use crate::words::{Msg, Request, chat, polls, roster};

/// The answer to a request of somebody who waits; `None` = as anybody's who is not in the room.
pub(super) fn answer(hall: &Hall, asked: &Asked, request: &Request) -> Option<Msg> {
    hall.peers.get(asked.me).filter(|peer| peer.waits())?;
    match request {
        Request::Roster(roster::Ask::RoomInfo) => {
            Some(Tell::RoomFromOutside { title: hall.config().title.clone() }.into())
        }
        Request::Roster(roster::Ask::RoomPeers { .. }) => Some(roster::Tell::RoomPeers(Vec::new()).into()),
        Request::Chat(chat::Ask::All) => Some(chat::Tell::All(Vec::new()).into()),
        Request::Polls(polls::Ask::List) => Some(polls::Tell::Polls(Vec::new()).into()),
        Request::Entry(_)
        | Request::Waiting(_)
        | Request::Roster(_)
        | Request::Chat(_)
        | Request::Broadcast(_)
        | Request::Plugin(_)
        | Request::Polls(_)
        | Request::Media(_)
        | Request::Speaker(_)
        | Request::Spotlight(_)
        | Request::Stage(_)
        | Request::Permissions(_)
        | Request::Breakout(_)
        | Request::NotOffered { .. } => None,
    }
}
