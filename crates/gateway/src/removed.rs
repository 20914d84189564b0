//! A socket that is let in only to hear that it was removed.

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_node::{EntryError, Node, ToSocket};
use tokio::time::timeout;

use crate::conversation::{self, Conversation, Said};
use crate::http::Refused;
use crate::socket::{WRITE_MAX, close};

/// Words for a client that comes back after its removal.
#[derive(Debug)]
pub(crate) struct Removed {
    meeting: MeetingId,
    words: Vec<ToSocket>,
}

/// The refusal as a status, or as words when the peer was removed.
pub(crate) async fn instead_of(
    node: &Node,
    refusal: EntryError,
    token: &str,
    peer: Option<&str>,
) -> Result<Removed, Refused> {
    let peer = peer.and_then(|peer| peer.parse::<PeerId>().ok());
    let Some(peer) = peer else { return Err(refusal.into()) };
    match node.removal_words(token, peer, &refusal).await {
        Some((meeting, words)) => Ok(Removed { meeting, words }),
        None => Err(refusal.into()),
    }
}

/// Says it, and closes.
pub(crate) async fn tell(mut socket: WebSocket, Removed { meeting, words }: Removed) {
    let mut conversation = Conversation::new(meeting, None);
    let mut closing: CloseFrame = conversation::let_go();
    for word in words {
        match conversation.say(word) {
            Said::Frame(frame) => {
                let Ok(Ok(())) = timeout(WRITE_MAX, socket.send(Message::Binary(frame))).await else {
                    return;
                };
            }
            Said::Close(frame) => closing = frame,
        }
    }
    close(&mut socket, closing).await;
}
