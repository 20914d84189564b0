//! What a host does to others: kick, mute, pin; and one's own name (PROTOCOL §6.7, §6.8).

use std::collections::BTreeSet;

use crate::effect::Msg;
use crate::error::RoomError;
use crate::fact::LeaveReason;
use crate::id::{PeerId, ProducerId};
use crate::input::MediaKind;

use super::Room;
use super::conn::cut;
use super::request::Asked;

impl Room {
    /// `room.kick`. Never answered on success: any frame of that number tells the client that it was kicked
    /// (PROTOCOL §0 point 8). Oneself and unknown peers are skipped.
    pub(super) fn client_kick(&mut self, asked: &Asked, peers: &[PeerId]) -> Result<(), RoomError> {
        self.allowed(asked, "kick_participant", |a| a.kick)?;
        let victims: BTreeSet<PeerId> = peers
            .iter()
            .copied()
            .filter(|id| *id != asked.me && self.peers.get(*id).is_some_and(|peer| peer.joined.is_some()))
            .collect();
        if victims.is_empty() {
            return Err(RoomError::NotFound("peer"));
        }
        self.kick(victims, asked.stamp.now, LeaveReason::Kicked);
        Ok(())
    }

    /// `room.kickAll`. Never answered, but pushed to everybody, the initiator included.
    pub(super) fn client_kick_all(&mut self, asked: &Asked) -> Result<(), RoomError> {
        self.allowed(asked, "kick_participant", |a| a.kick)?;
        self.kick_all(asked.stamp.now);
        Ok(())
    }

    /// `media.hostControlPeer`, and `hostControlAllPeers` when no peer is named. Screen shares are left alone.
    pub(super) fn host_control(
        &mut self,
        asked: &Asked,
        peer: Option<PeerId>,
        audio: bool,
        video: bool,
    ) -> Result<(), RoomError> {
        if !audio && !video {
            return Err(RoomError::Invalid { field: "audio", rule: "or \"video\" must be true" });
        }
        self.allowed(asked, "disable_participant_audio", |a| a.mute_others_audio || !audio)?;
        self.allowed(asked, "disable_participant_video", |a| a.mute_others_video || !video)?;
        let victims: Vec<PeerId> = match peer {
            Some(id) => {
                let victim = self.peers.get(id).filter(|peer| peer.joined.is_some());
                vec![victim.ok_or(RoomError::NotFound("peer"))?.id]
            }
            None => self.peers.iter().map(|peer| peer.id).filter(|id| *id != asked.me).collect(),
        };
        self.reply(asked, Msg::HostControlDone { all: peer.is_none() });
        for victim in victims {
            self.mute(asked.me, victim, audio, video);
        }
        Ok(())
    }

    fn mute(&mut self, initiator: PeerId, victim: PeerId, audio: bool, video: bool) {
        let Some(peer) = self.peers.get(victim) else { return };
        let meant: Vec<ProducerId> = peer
            .media
            .producers
            .values()
            .filter(|state| !state.screen_share)
            .filter(|state| match state.kind {
                MediaKind::Audio => audio,
                MediaKind::Video => video,
            })
            .map(|state| state.producer)
            .collect();
        for producer in meant {
            if let Some(Some(producer)) = self.set_paused(victim, producer, true) {
                let msg = Msg::ProducerToggledBy { peer: victim, initiator, producer };
                self.out.push(self.peers.media_audience(None), msg);
            }
        }
    }

    /// `media.globalPinPeer`; pushed to everybody, the initiator included.
    pub(super) fn pin(&mut self, asked: &Asked, peer: Option<PeerId>) -> Result<(), RoomError> {
        self.allowed(asked, "pin_participant", |a| a.pin)?;
        if let Some(id) = peer {
            let seen = self.peers.get(id).filter(|peer| peer.id == asked.me || peer.visible());
            seen.ok_or(RoomError::NotFound("peer"))?;
        }
        self.pinned = peer;
        self.reply(asked, Msg::Pinned);
        self.out.push(self.peers.media_audience(None), Msg::PinChanged(peer));
        Ok(())
    }

    /// `media.changeDisplayName`: one's own. The ledger keeps the name of the join.
    pub(super) fn change_display_name(
        &mut self,
        asked: &Asked,
        peer: PeerId,
        display_name: &str,
    ) -> Result<(), RoomError> {
        self.allowed(asked, "can_edit_display_name", |a| a.edit_display_name)?;
        if peer != asked.me {
            return Err(RoomError::Invalid { field: "participant_id", rule: "must be your own" });
        }
        if display_name.trim().is_empty() {
            return Err(RoomError::Invalid { field: "display_name", rule: "must not be empty" });
        }
        if let Some(me) = self.peers.get_mut(asked.me) {
            me.display_name = cut(display_name);
        }
        self.answer(asked, Msg::DisplayNameChanged)
    }
}
