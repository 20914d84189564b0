//! Rights of people, and how a host changes them in a session (PROTOCOL §7.5).

use crate::id::{ParticipantId, PeerId};
use crate::rights::{Patch, Rights};

use super::{ID_BYTES, ITEM_BYTES, Needs};

/// What a preset weighs as JSON.
const PRESET_BYTES: usize = 1_024;

/// What a client may ask.
#[derive(Debug, Clone)]
pub enum Ask {
    /// `preset.getUserPresets`.
    Read {
        /// Whose.
        participants: Vec<ParticipantId>,
    },
    /// `preset.updateUserPreset`.
    Change {
        /// For whom, and what; of two for one person the later counts.
        patches: Vec<(ParticipantId, Patch)>,
    },
}

impl Ask {
    /// What it needs of the ledger.
    pub const fn needs(&self) -> Needs {
        match self {
            Self::Read { .. } => Needs::Truth,
            Self::Change { .. } => Needs::Writing,
        }
    }

    /// Bytes that it holds beside a fixed size, roughly, where it waits for the disk.
    pub const fn text_bytes(&self) -> usize {
        let people = match self {
            Self::Read { participants } => participants.len(),
            Self::Change { patches } => patches.len(),
        };
        people.saturating_mul(ID_BYTES)
    }
}

/// What the room says.
#[derive(Debug, Clone, PartialEq)]
pub enum Tell {
    /// Event 327680: what people may do now.
    Presets(Vec<PeerRights>),
    /// Event 327681, reply, and push to whom it concerns: what was changed, as it is now.
    Changed(Vec<Changed>),
}

/// What a peer may do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerRights {
    /// The peer.
    pub peer: PeerId,
    /// The participant.
    pub participant: ParticipantId,
    /// What it may.
    pub rights: Rights,
}

/// Some rights of somebody, as they are now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Whose.
    pub participant: ParticipantId,
    /// Which.
    pub of: Rights,
    /// What it may now; what is not in `of` may be here, too.
    pub rights: Rights,
}

impl Tell {
    /// Bytes that it holds beside a fixed size, roughly.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Presets(list) => list.len().saturating_mul(PRESET_BYTES),
            Self::Changed(list) => list.len().saturating_mul(ITEM_BYTES),
        }
    }
}
