//! A host mutes others (PROTOCOL §6.7).

use crate::error::RoomError;
use crate::hall::{Asked, Hall};
use crate::id::{PeerId, ProducerId};
use crate::media::MediaKind;
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
    for victim in victims {
        mute(hall, asked.me, victim, (audio, video));
    }
    Ok(())
}

fn mute(hall: &mut Hall, initiator: PeerId, victim: PeerId, (audio, video): (bool, bool)) {
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
            hall.push_media(None, Tell::ProducerToggledBy { peer: victim, initiator, producer });
        }
    }
}
