//! Who is here: lists and details for clients, and leaving by request.

use crate::effect::{CloseReason, Msg, PeerEvent, PeerInfo};
use crate::error::RoomError;
use crate::fact::LeaveReason;
use crate::id::PeerId;

use super::Room;
use super::peers::Peer;
use super::request::Asked;

impl Room {
    pub(super) fn room_info(&mut self, asked: &Asked) -> Result<(), RoomError> {
        self.joined(asked)?;
        let Some(tally) = &self.tally else { return Err(RoomError::NotJoined) };
        let columns = tally.columns();
        let msg = Msg::RoomInfo {
            title: columns.title.clone(),
            created_at: columns.started_at,
            session: columns.session,
        };
        self.answer(asked, msg)
    }

    /// Oneself and the visible others, in order of joining. Those in the reconnect grace are still here.
    fn seen_by(&self, me: PeerId) -> impl Iterator<Item = &Peer> {
        self.peers.joined().into_iter().filter(move |peer| peer.id == me || peer.visible())
    }

    pub(super) fn room_peers(
        &mut self,
        asked: &Asked,
        search: &str,
        limit: u32,
        offset: u32,
    ) -> Result<(), RoomError> {
        self.joined(asked)?;
        let wanted = search.to_lowercase();
        let limit = if limit == 0 { usize::MAX } else { index(limit) };
        let peers: Vec<PeerInfo> = self
            .seen_by(asked.me)
            .filter(|peer| wanted.is_empty() || peer.display_name.to_lowercase().contains(&wanted))
            .skip(index(offset))
            .take(limit)
            .map(Peer::info)
            .collect();
        self.answer(asked, Msg::RoomPeers(peers))
    }

    pub(super) fn peer_info(&mut self, asked: &Asked, id: PeerId) -> Result<(), RoomError> {
        self.joined(asked)?;
        let seen = self.peers.get(id).filter(|peer| peer.id == asked.me || peer.visible());
        let peer = seen.ok_or(RoomError::NotFound("peer"))?.info();
        self.answer(asked, Msg::PeerInfo { event: PeerEvent::PeerInfo, peer })
    }

    pub(super) fn stage_state(&mut self, asked: &Asked) -> Result<(), RoomError> {
        self.joined(asked)?;
        let on_stage = self.seen_by(asked.me).map(|peer| peer.id).collect();
        self.answer(asked, Msg::StageState { on_stage })
    }

    /// `room.leaveRoom`.
    pub(super) fn leave_room(&mut self, asked: &Asked) -> Result<(), RoomError> {
        let peer = self.me(asked)?.info();
        self.reply(asked, Msg::PeerInfo { event: PeerEvent::LeaveRoom, peer });
        self.say_goodbye(asked);
        Ok(())
    }

    /// `media.leaveRoom`: what the official client sends when it leaves (PROTOCOL §6.9).
    pub(super) fn media_leave(&mut self, asked: &Asked) -> Result<(), RoomError> {
        self.answer(asked, Msg::MediaLeft)?;
        self.say_goodbye(asked);
        Ok(())
    }

    fn say_goodbye(&mut self, asked: &Asked) {
        if let Some(gone) = self.detach(asked.me, asked.stamp.now, LeaveReason::Left) {
            self.dismiss(&gone, None, CloseReason::Left);
            self.farewell(&gone);
        }
    }
}

/// A count of the wire as a count of ours.
pub(super) fn index(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
