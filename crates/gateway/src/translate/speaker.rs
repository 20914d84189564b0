//! Who speaks.

use sederunt_core::id::PeerId;
use sederunt_core::words::speaker::{Ask, SpeakerChange, Tell};
use sederunt_proto::event::media as m;
use sederunt_proto::media::{AudioActivityRequest, edge as e};

use super::read::{id, read};
use super::{Refusal, Translated, Wire, wire};

/// Takes a peer off the speaker list (PROTOCOL §6.7).
const SPEAKER_REMOVED: i32 = 229_490_415;

pub(super) fn ask(event: u32, payload: &[u8]) -> Option<Translated> {
    match event {
        m::AUDIO_ACTIVITY => Some(activity(payload).map(Into::into)),
        _ => None,
    }
}

fn activity(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<AudioActivityRequest>(payload)?;
    let producer = id("producer_id", &q.producer_id)?;
    Ok(Ask::AudioActivity { producer, energy: q.energy, silent: q.silent })
}

pub(super) fn tell(tell: &Tell) -> Wire {
    let Tell::SpeakerDiff(changes) = tell;
    let entry = |(peer, change): &(PeerId, SpeakerChange)| e::SelectedPeersDiffEntry {
        peer_id: peer.to_string(),
        priority: match change {
            SpeakerChange::Position(n) => i32::try_from(*n).unwrap_or(i32::MAX),
            SpeakerChange::Removed => SPEAKER_REMOVED,
        },
    };
    let entries = changes.iter().map(entry).collect();
    wire(m::SELECTED_PEER_DIFF, &e::SelectedPeersDiffResponse { entries })
}
