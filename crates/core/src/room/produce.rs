//! Publishing: produce, mute, close, and who speaks (PROTOCOL §6.2, §6.3, §6.7).

use crate::effect::{MediaCmd, Msg, ProducerState};
use crate::error::RoomError;
use crate::id::{PeerId, ProducerId};
use crate::input::{ConnId, MediaAnswer, MediaFault, MediaKind, Produce, ReqId};
use crate::limit;
use crate::who::Abilities;

use super::Room;
use super::calls::Then;
use super::media::{sending, unexpected};
use super::request::Asked;

impl Room {
    /// `media.produce`: the others hear of it once the SFU has it.
    pub(super) fn produce(&mut self, asked: &Asked, produce: Produce) -> Result<(), RoomError> {
        let me = self.joined(asked)?;
        if !me.media.complete {
            return Err(RoomError::NotJoined);
        }
        check_produce(&me.who.abilities, &produce)?;
        let transport = sending(me, produce.transport)?;
        if me.media.producers.len().saturating_add(me.media.publishing) >= limit::PRODUCERS_PER_PEER_MAX {
            let max = limit::PRODUCERS_PER_PEER_MAX;
            return Err(RoomError::Limit { what: "producers of one peer", max });
        }
        let producer = ProducerId(asked.stamp.fresh);
        let state = ProducerState {
            producer,
            kind: produce.kind,
            paused: produce.paused,
            screen_share: produce.screen_share,
            app_data: produce.app_data,
            transport,
            mime_type: produce.mime_type,
        };
        let cmd = MediaCmd::Produce {
            transport,
            producer,
            kind: produce.kind,
            mid: produce.mid,
            paused: produce.paused,
            offer: produce.offer,
        };
        self.call(asked, cmd, Then::Produced(Box::new(state)))?;
        if let Some(peer) = self.peers.get_mut(asked.me) {
            peer.media.publishing = peer.media.publishing.saturating_add(1);
        }
        Ok(())
    }

    /// The SFU took a producer, or not. If the socket that asked is gone, its client does not know the producer
    /// and will publish anew, so it is dropped.
    pub(super) fn producer_answered(
        &mut self,
        id: PeerId,
        listener: Option<(ConnId, ReqId)>,
        state: ProducerState,
        result: Result<MediaAnswer, MediaFault>,
    ) {
        let Some(peer) = self.peers.get_mut(id) else { return };
        peer.media.publishing = peer.media.publishing.saturating_sub(1);
        let taken = match result {
            Ok(MediaAnswer::Answer(answer)) => Ok(answer),
            Ok(MediaAnswer::Offer { .. } | MediaAnswer::Done) => Err(unexpected()),
            Err(fault) => Err(RoomError::Media(fault)),
        };
        match (taken, listener) {
            (Ok(answer), Some((conn, re))) => {
                let producer = state.producer;
                peer.media.producers.insert(producer, state.clone());
                self.out.reply(conn, &re, Msg::Produced { producer, answer });
                let audience = self.peers.media_audience(Some(id));
                self.out.push(audience, Msg::ProducerCreated { peer: id, producer: state });
            }
            (Ok(_), None) => {
                self.out.media(id, MediaCmd::DropProducer { producer: state.producer });
            }
            (Err(error), Some((conn, re))) => self.out.refuse(conn, &re, error),
            (Err(_), None) => {}
        }
    }

    /// `media.toggleProducer`.
    pub(super) fn toggle_producer(
        &mut self,
        asked: &Asked,
        producer: ProducerId,
        paused: bool,
    ) -> Result<(), RoomError> {
        self.joined(asked)?;
        let changed = self.set_paused(asked.me, producer, paused).ok_or(RoomError::NotFound("producer"))?;
        self.reply(asked, Msg::ProducerToggled);
        if let Some(producer) = changed {
            let msg = Msg::ProducerToggledBy { peer: asked.me, initiator: asked.me, producer };
            self.out.push(self.peers.media_audience(Some(asked.me)), msg);
        }
        Ok(())
    }

    /// Mutes or unmutes. `None` = no such producer; `Some(None)` = it was so before.
    pub(super) fn set_paused(
        &mut self,
        peer: PeerId,
        producer: ProducerId,
        paused: bool,
    ) -> Option<Option<ProducerState>> {
        let state = self.peers.get_mut(peer)?.media.producers.get_mut(&producer)?;
        if state.paused == paused {
            return Some(None);
        }
        state.paused = paused;
        let state = state.clone();
        if paused {
            self.hush(peer, &state);
        }
        self.out.media(peer, MediaCmd::PauseProducer { producer, paused });
        Some(Some(state))
    }

    /// `media.closeProducer`. The others are told at once: the track ends whatever the SDP says.
    pub(super) fn close_producer(
        &mut self,
        asked: &Asked,
        producer: ProducerId,
        offer: Option<String>,
    ) -> Result<(), RoomError> {
        let me = self.joined(asked)?;
        let state = me.media.producers.get(&producer).ok_or(RoomError::NotFound("producer"))?.clone();
        let cmd = MediaCmd::CloseProducer { transport: state.transport, producer, offer };
        self.call(asked, cmd, Then::ProducerClosed)?;
        if let Some(peer) = self.peers.get_mut(asked.me) {
            peer.media.producers.remove(&producer);
        }
        self.hush(asked.me, &state);
        let msg = Msg::ProducerGone { peer: asked.me, producer: state };
        self.out.push(self.peers.media_audience(Some(asked.me)), msg);
        Ok(())
    }

    /// A track is muted or gone: with its microphone nobody is the speaker.
    pub(super) fn hush(&mut self, peer: PeerId, track: &ProducerState) {
        if track.kind == MediaKind::Audio && !track.screen_share {
            self.speakers.hush(peer);
        }
    }

    /// After every input: the speaker left, was lost or fell mute, and those who stay are told that nobody speaks.
    pub(super) fn tell_silence(&mut self) {
        if let Some(changes) = self.speakers.take_silence() {
            self.out.push(self.peers.media_audience(None), Msg::SpeakerDiff(changes));
        }
    }

    /// `media.audioActivity`. Never answered; a report about a track that just went is nothing to complain about.
    pub(super) fn audio_activity(
        &mut self,
        asked: &Asked,
        producer: ProducerId,
        energy: i32,
        silent: bool,
    ) -> Result<(), RoomError> {
        let me = self.joined(asked)?;
        let Some(state) = me.media.producers.get(&producer) else { return Ok(()) };
        if state.kind != MediaKind::Audio || state.screen_share || !me.visible() {
            return Ok(());
        }
        let silent = silent || state.paused;
        if let Some(changes) = self.speakers.note(asked.stamp.now, asked.me, energy, silent) {
            self.out.push(self.peers.media_audience(None), Msg::SpeakerDiff(changes));
        }
        Ok(())
    }
}

fn check_produce(abilities: &Abilities, produce: &Produce) -> Result<(), RoomError> {
    let (allowed, permission) = match (produce.screen_share, produce.kind) {
        (true, _) => (abilities.produce_screenshare, "media.screenshare.can_produce"),
        (false, MediaKind::Audio) => (abilities.produce_audio, "media.audio.can_produce"),
        (false, MediaKind::Video) => (abilities.produce_video, "media.video.can_produce"),
    };
    if !allowed {
        return Err(RoomError::NotAllowed(permission));
    }
    let max = limit::APP_DATA_MAX_BYTES;
    let too_long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > max);
    if too_long(&produce.app_data) || too_long(&produce.mime_type) {
        return Err(RoomError::Limit { what: "bytes of app_data or mime_type", max });
    }
    Ok(())
}
