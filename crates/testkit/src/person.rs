//! One socket of a participant, in the room's own words.

use std::sync::Arc;

use sederunt_core::call::{Disconnect, ReqId};
use sederunt_core::effect::CloseReason;
use sederunt_core::error::RoomError;
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::words::{Msg, Request, entry};
use sederunt_node::{Attached, ToSocket};
use tokio::sync::mpsc;

use crate::wait::within;

/// A socket that is attached to its room.
#[derive(Debug)]
pub struct Person {
    /// The room's end of it.
    pub attached: Attached,
    /// The meeting.
    pub meeting: MeetingId,
    /// The client's own peer id.
    pub peer: PeerId,
    /// Words of the room that nobody asked for, as they came.
    pub pushes: Vec<Arc<Msg>>,
    inbox: mpsc::Receiver<ToSocket>,
    asked: u32,
}

impl Person {
    pub(crate) fn new(
        attached: Attached,
        inbox: mpsc::Receiver<ToSocket>,
        meeting: MeetingId,
        peer: PeerId,
    ) -> Self {
        Self { attached, meeting, peer, pushes: Vec::new(), inbox, asked: 0 }
    }

    /// The next word of the room; `None` = it has let go of the socket.
    pub async fn next(&mut self) -> Option<ToSocket> {
        within("a word of the room", self.inbox.recv()).await
    }

    /// Asks, and returns the answer; pushes that come first are kept.
    pub async fn ask(&mut self, request: Request) -> Result<Arc<Msg>, RoomError> {
        self.asked += 1;
        let id = ReqId::from(&*format!("r-{}", self.asked));
        self.attached.request(id.clone(), request).await.unwrap();
        loop {
            match self.next().await.expect("the room has let go") {
                ToSocket::Tell { re: None, msg, .. } => self.pushes.push(msg),
                ToSocket::Tell { re: Some(re), msg, .. } if re == id => return Ok(msg),
                ToSocket::Refuse { re, error } if re == id => return Err(error),
                other @ (ToSocket::Tell { .. } | ToSocket::Refuse { .. } | ToSocket::Close(_)) => {
                    panic!("unexpected: {other:?}")
                }
            }
        }
    }

    /// Enters the room.
    pub async fn join(&mut self) {
        let request = Request::Entry(entry::Ask::JoinRoom { display_name: String::new() });
        let joined = self.ask(request).await.unwrap();
        assert!(matches!(*joined, Msg::Entry(entry::Tell::PeerInfo { .. })), "{joined:?}");
    }

    /// Something comes from the client: it is awake.
    pub fn is_heard(&self) {
        self.attached.hears();
    }

    /// The socket ends.
    pub async fn disconnect(self, how: Disconnect) {
        self.attached.disconnect(how).await;
    }

    /// Reads on until the room closes the socket.
    pub async fn closed(&mut self) -> Option<CloseReason> {
        loop {
            match self.next().await {
                Some(ToSocket::Close(reason)) => return Some(reason),
                Some(ToSocket::Tell { msg, .. }) => self.pushes.push(msg),
                Some(ToSocket::Refuse { .. }) => {}
                None => return None,
            }
        }
    }

    /// Reads on until a push satisfies `wanted`.
    pub async fn push(&mut self, what: &str, wanted: impl Fn(&Msg) -> bool) {
        while !self.pushes.iter().any(|msg| wanted(msg)) {
            match self.next().await {
                Some(ToSocket::Tell { msg, .. }) => self.pushes.push(msg),
                other => panic!("{what} did not come, but {other:?}"),
            }
        }
    }
}
