//! Who speaks (PROTOCOL §6.7).

use crate::id::{PeerId, ProducerId};

use super::ID_BYTES;

/// What a client may say.
#[derive(Debug, Clone)]
pub enum Ask {
    /// `media.audioActivity`. No reply.
    AudioActivity {
        /// Microphone.
        producer: ProducerId,
        /// 0..=10.
        energy: i32,
        /// No voice.
        silent: bool,
    },
}

/// What the room says.
#[derive(Debug, Clone, PartialEq)]
pub enum Tell {
    /// Media 40: position n ≥ 1 in the speaker list, or removal.
    SpeakerDiff(Vec<(PeerId, SpeakerChange)>),
}

impl Tell {
    /// Bytes that it holds beside a fixed size, roughly.
    pub fn text_bytes(&self) -> usize {
        let Self::SpeakerDiff(changes) = self;
        changes.len().saturating_mul(ID_BYTES)
    }
}

/// Change of a peer in the speaker list (PROTOCOL §6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpeakerChange {
    /// 1 = current speaker.
    Position(u32),
    /// Off the list.
    Removed,
}
