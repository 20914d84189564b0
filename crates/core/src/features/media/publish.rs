//! Publishing tracks (PROTOCOL §6.2, §6.3).

use crate::call::{ConnId, ReqId};
use crate::error::RoomError;
use crate::hall::{Asked, Hall};
use crate::id::{PeerId, ProducerId};
use crate::limit;
use crate::media::{MediaAnswer, MediaCmd, MediaFault, MediaKind, ProducerState};
use crate::who::Ability;
use crate::words::media::{Produce, Tell};

use super::calls::Then;
use super::{Media, drop_producers, host_control, hush, sending, set_paused, unexpected};

impl Media {
    /// `media.produce`: the others hear of it once the SFU has it.
    pub(super) fn produce(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        produce: Produce,
    ) -> Result<(), RoomError> {
        if !hall.joined(asked)?.media.is_complete() {
            return Err(RoomError::NotJoined);
        }
        let me = hall.may(asked, ability(produce.screen_share, produce.kind))?;
        check_texts(&produce)?;
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
            screen_share: produce.screen_share,
            offer: produce.offer,
        };
        self.call(hall, asked, cmd, Then::Produced(Box::new(state)))?;
        if let Some(peer) = hall.peers.get_mut(asked.me) {
            peer.media.publishing = peer.media.publishing.saturating_add(1);
        }
        Ok(())
    }

    /// `media.closeProducer`. The others are told at once: the track ends whatever the SDP says. Of a track that was
    /// [withdrawn](withdraw) the m-line is left to take down.
    pub(super) fn close_producer(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        producer: ProducerId,
        offer: Option<String>,
    ) -> Result<(), RoomError> {
        let me = hall.joined(asked)?;
        let Some(state) = me.media.producers.get(&producer).cloned() else {
            let left = me.media.withdrawn.contains(&producer) && offer.is_some();
            let transport = me.media.send.filter(|_| left).ok_or(RoomError::NotFound("producer"))?;
            self.call(
                hall,
                asked,
                MediaCmd::CloseProducer { transport, producer, offer },
                Then::ProducerClosed,
            )?;
            if let Some(peer) = hall.peers.get_mut(asked.me) {
                peer.media.withdrawn.remove(&producer);
            }
            return Ok(());
        };
        let cmd = MediaCmd::CloseProducer { transport: state.transport, producer, offer };
        self.call(hall, asked, cmd, Then::ProducerClosed)?;
        if let Some(peer) = hall.peers.get_mut(asked.me) {
            peer.media.producers.remove(&producer);
        }
        hush(hall, asked.me, &state);
        hall.push_track(Some(asked.me), Tell::ProducerGone { peer: asked.me, producer: state });
        Ok(())
    }
}

/// The SFU took a producer, or not. If the socket that asked is gone, its client does not know the producer
/// and will publish anew, so it is dropped.
pub(super) fn answered(
    hall: &mut Hall,
    id: PeerId,
    listener: Option<(ConnId, ReqId)>,
    state: ProducerState,
    result: Result<MediaAnswer, MediaFault>,
) {
    let Some(peer) = hall.peers.get_mut(id) else { return };
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
            hall.out.reply(conn, &re, Tell::Produced { producer, answer });
            hall.push_track(Some(id), Tell::ProducerCreated { peer: id, producer: state.clone() });
            host_control::published(hall, id, &state);
            // It may have left the stage meanwhile, or lost the right.
            withdraw(hall, id);
        }
        (Ok(_), None) => {
            hall.out.media(id, MediaCmd::DropProducer { producer: state.producer });
        }
        (Err(error), Some((conn, re))) => hall.out.refuse(conn, &re, error),
        (Err(_), None) => {}
    }
}

/// What a peer may not publish any more is not forwarded any more: all of it when it has left the stage, or what a host has
/// taken the right to. Screens end. Its client keeps microphone and camera, paused, and goes on with the same tracks when it
/// may again (PROTOCOL §7.7).
pub(super) fn withdraw(hall: &mut Hall, id: PeerId) {
    let Some(peer) = hall.peers.get_mut(id) else { return };
    let screens =
        if peer.may(Ability::ProduceScreenshare) { Vec::new() } else { peer.media.withdraw_screens() };
    let may = |state: &ProducerState| peer.may(ability(state.screen_share, state.kind));
    let kept: Vec<ProducerId> =
        peer.media.producers().filter(|state| !may(state)).map(|state| state.producer).collect();
    drop_producers(hall, id, screens);
    for producer in kept {
        if let Some(Some(producer)) = set_paused(hall, id, producer, true) {
            let tell = Tell::ProducerToggledBy { peer: id, initiator: Some(id), producer };
            hall.push_track(Some(id), tell);
        }
    }
}

/// What it takes to publish such a track.
pub(super) const fn ability(screen_share: bool, kind: MediaKind) -> Ability {
    match (screen_share, kind) {
        (true, _) => Ability::ProduceScreenshare,
        (false, MediaKind::Audio) => Ability::ProduceAudio,
        (false, MediaKind::Video) => Ability::ProduceVideo,
    }
}

fn check_texts(produce: &Produce) -> Result<(), RoomError> {
    let max = limit::APP_DATA_MAX_BYTES;
    let too_long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > max);
    if too_long(&produce.app_data) || too_long(&produce.mime_type) {
        return Err(RoomError::Limit { what: "bytes of app_data or mime_type", max });
    }
    Ok(())
}
