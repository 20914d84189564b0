//! Requests of clients: who asks, and where each is treated.

use crate::effect::Msg;
use crate::error::RoomError;
use crate::id::PeerId;
use crate::input::{ConnId, ReqId, Request};
use crate::time::Stamp;

use super::Room;
use super::peers::Peer;

/// Who asked, and when.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) stamp: Stamp,
    pub(super) conn: ConnId,
    pub(super) re: ReqId,
    pub(super) me: PeerId,
}

impl Room {
    /// Treats one request; a refusal becomes an error to its sender.
    pub(super) fn request(&mut self, stamp: Stamp, conn: ConnId, re: ReqId, request: Request) {
        // A request that was under way when its socket was closed.
        let Some(me) = self.peers.on(conn) else { return };
        let asked = Asked { stamp, conn, re, me };
        if let Err(error) = self.room_request(&asked, request) {
            self.out.refuse(conn, &asked.re, error);
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "one dispatch in three functions; the last one is exhaustive"
    )]
    fn room_request(&mut self, asked: &Asked, request: Request) -> Result<(), RoomError> {
        match request {
            Request::JoinRoom { display_name } => self.join(asked, &display_name),
            Request::LeaveRoom => self.leave_room(asked),
            Request::RoomInfo => self.room_info(asked),
            Request::RoomPeers { search, limit, offset } => self.room_peers(asked, &search, limit, offset),
            Request::PeerInfo { peer } => self.peer_info(asked, peer),
            Request::StageState => self.stage_state(asked),
            Request::WaitingRequests => self.answer(asked, Msg::WaitingRequests),
            Request::ConnectedRooms => {
                let title = self.config.title.clone();
                self.answer(asked, Msg::ConnectedRooms { title })
            }
            Request::Kick { peers } => self.client_kick(asked, &peers),
            Request::KickAll => self.client_kick_all(asked),
            Request::Broadcast(broadcast) => self.broadcast(asked, broadcast),
            Request::Polls => self.answer(asked, Msg::Polls),
            Request::NotOffered { name } => Err(RoomError::NotOffered(name)),
            chat_or_media => self.chat_request(asked, chat_or_media),
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "one dispatch in three functions; the last one is exhaustive"
    )]
    fn chat_request(&mut self, asked: &Asked, request: Request) -> Result<(), RoomError> {
        match request {
            Request::ChatAll => self.chat_all(asked),
            Request::ChatPage { time_ms, size, from, reversed, pinned, user } => {
                self.chat_page(asked, (time_ms, size, from), reversed, pinned, user.as_deref())
            }
            Request::ChatSend { peers, payload_type, payload } => {
                self.chat_send(asked, peers, payload_type, payload)
            }
            Request::ChatEdit { chat, payload } => self.chat_edit(asked, chat, payload),
            Request::ChatDelete { chat } => self.chat_delete(asked, chat),
            Request::ChatPin { chat, pinned } => self.chat_pin(asked, chat, pinned),
            Request::StoreGet { at, keys } => self.store_get(asked, at, &keys),
            Request::StoreInsert { at, items } => self.store_insert(asked, at, items),
            Request::StoreDelete { at, keys } => self.store_delete(asked, at, &keys),
            media => self.media_request(asked, media),
        }
    }

    fn media_request(&mut self, asked: &Asked, request: Request) -> Result<(), RoomError> {
        match request {
            Request::MediaJoin { prejoined } => self.media_join(asked, prejoined),
            Request::OpenTransport { consuming, offer } => self.open_transport(asked, consuming, offer),
            Request::SelfJoinComplete => self.self_join_complete(asked),
            Request::Produce(produce) => self.produce(asked, produce),
            Request::ToggleProducer { producer, paused } => self.toggle_producer(asked, producer, paused),
            Request::CloseProducer { producer, offer } => self.close_producer(asked, producer, offer),
            Request::Consume { transport, wants } => self.consume(asked, transport, wants),
            Request::Renegotiate { transport, answer } => self.renegotiate(asked, transport, answer),
            Request::CloseConsumers { transport, mids, offer } => {
                self.close_consumers(asked, transport, mids, offer)
            }
            Request::SelectLayers { transport, layers } => self.select_layers(asked, transport, layers),
            Request::AudioActivity { producer, energy, silent } => {
                self.audio_activity(asked, producer, energy, silent)
            }
            Request::Pin { peer } => self.pin(asked, peer),
            Request::HostControl { peer, audio, video } => self.host_control(asked, peer, audio, video),
            Request::ChangeDisplayName { peer, display_name } => {
                self.change_display_name(asked, peer, &display_name)
            }
            Request::MediaLeave => self.media_leave(asked),
            Request::JoinRoom { .. }
            | Request::LeaveRoom
            | Request::RoomInfo
            | Request::RoomPeers { .. }
            | Request::PeerInfo { .. }
            | Request::StageState
            | Request::WaitingRequests
            | Request::ConnectedRooms
            | Request::Kick { .. }
            | Request::KickAll
            | Request::Broadcast(_)
            | Request::Polls
            | Request::NotOffered { .. }
            | Request::ChatAll
            | Request::ChatPage { .. }
            | Request::ChatSend { .. }
            | Request::ChatEdit { .. }
            | Request::ChatDelete { .. }
            | Request::ChatPin { .. }
            | Request::StoreGet { .. }
            | Request::StoreInsert { .. }
            | Request::StoreDelete { .. } => Err(RoomError::NotOffered("this request")),
        }
    }

    /// Sends the reply.
    pub(super) fn reply(&mut self, asked: &Asked, msg: Msg) {
        self.out.reply(asked.conn, &asked.re, msg);
    }

    /// Sends the reply, and that is all.
    pub(super) fn answer(&mut self, asked: &Asked, msg: Msg) -> Result<(), RoomError> {
        self.reply(asked, msg);
        Ok(())
    }

    /// The asking peer, in the room or on the set-up screen.
    pub(super) fn me(&self, asked: &Asked) -> Result<&Peer, RoomError> {
        self.peers.get(asked.me).ok_or(RoomError::NotJoined)
    }

    /// The asking peer, which must be in the room.
    pub(super) fn joined(&self, asked: &Asked) -> Result<&Peer, RoomError> {
        self.me(asked)
            .and_then(|peer| if peer.joined.is_some() { Ok(peer) } else { Err(RoomError::NotJoined) })
    }

    /// The asking peer, which must be in the room and have this permission.
    pub(super) fn allowed(
        &self,
        asked: &Asked,
        permission: &'static str,
        has: impl FnOnce(&crate::who::Abilities) -> bool,
    ) -> Result<&Peer, RoomError> {
        let peer = self.joined(asked)?;
        if has(&peer.who.abilities) { Ok(peer) } else { Err(RoomError::NotAllowed(permission)) }
    }
}
