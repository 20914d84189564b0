//! A host mutes others (PROTOCOL §6.7), and so does the API.

use crate::error::RoomError;
use crate::hall::{Asked, Hall};
use crate::id::{ParticipantId, PeerId, ProducerId};
use crate::media::{MediaKind, ProducerState};
use crate::who::Ability;
use crate::words::media::Tell;

use super::set_paused;

/// `media.hostControlPeer`, and `hostControlAllPeers` when no peer is named. Screen shares are left alone.
pub(super) fn host_control(
    hall: &mut Hall,
    asked: &Asked,
    peer: Option<PeerId>,
    (audio, video): (bool, bool),
) -> Result<(), RoomError> {
    if !audio && !video {
        return Err(RoomError::Invalid { field: "audio", rule: "or \"video\" must be true" });
    }
    hall.joined(asked)?;
    if audio {
        hall.may(asked, Ability::MuteOthersAudio)?;
    }
    if video {
        hall.may(asked, Ability::MuteOthersVideo)?;
    }
    let victims: Vec<PeerId> = match peer {
        Some(id) => {
            let victim = hall.peers.get(id).filter(|peer| peer.is_in());
            vec![victim.ok_or(RoomError::NotFound("peer"))?.id]
        }
        None => hall.peers.iter().map(|peer| peer.id).filter(|id| *id != asked.me).collect(),
    };
    hall.reply(asked, Tell::HostControlDone { all: peer.is_none() });
    // Nobody knows of a host who is hidden.
    let initiator = hall.me(asked)?.visible().then_some(asked.me);
    for victim in victims {
        mute(hall, initiator, victim, (audio, video));
    }
    Ok(())
}

/// REST mute: the microphones of these people (by id, by custom id) who are in the room, or with `None` of all. Answers
/// whose microphones are muted now: all who were meant, also those who were silent before.
pub(in crate::features) fn command_mute(
    hall: &mut Hall,
    people: Option<(&[ParticipantId], &[String])>,
) -> Vec<(PeerId, ParticipantId)> {
    let meant = |participant: ParticipantId, custom: Option<&String>| {
        people.is_none_or(|(ids, custom_ids)| {
            ids.contains(&participant) || custom.is_some_and(|id| custom_ids.contains(id))
        })
    };
    let victims: Vec<(PeerId, ParticipantId)> = hall
        .peers
        .iter()
        .filter(|peer| peer.is_in() && meant(peer.participant(), peer.who.custom_participant_id.as_ref()))
        .map(|peer| (peer.id, peer.participant()))
        .collect();
    for (victim, _) in &victims {
        mute(hall, None, *victim, (true, false));
    }
    victims
}

fn mute(hall: &mut Hall, initiator: Option<PeerId>, victim: PeerId, (audio, video): (bool, bool)) {
    let Some(peer) = hall.peers.get(victim) else { return };
    let meant: Vec<ProducerId> = peer
        .media
        .producers()
        .filter(|state| !state.screen_share)
        .filter(|state| match state.kind {
            MediaKind::Audio => audio,
            MediaKind::Video => video,
        })
        .map(|state| state.producer)
        .collect();
    for producer in meant {
        if let Some(Some(producer)) = set_paused(hall, victim, producer, true) {
            if let Some(peer) = hall.peers.get_mut(victim).filter(|peer| peer.conn.is_none())
                && producer.is_microphone()
            {
                peer.media.mute_away();
            }
            hall.push_track(None, Tell::ProducerToggledBy { peer: victim, initiator, producer });
        }
    }
}

/// A microphone was published. If it was muted while its client was away and could not hear of it, it is muted again, and
/// now the client hears of it.
pub(super) fn published(hall: &mut Hall, id: PeerId, state: &ProducerState) {
    if !state.is_microphone() {
        return;
    }
    if hall.peers.get_mut(id).is_some_and(|peer| peer.media.take_muted_away()) {
        mute(hall, None, id, (true, false));
    }
}
