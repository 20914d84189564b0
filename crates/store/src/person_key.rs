//! What makes stays those of one person: the caller's own id for somebody, else the user of the workspace, else the
//! participant.

use sederunt_core::id::{Id, ParticipantId};

/// A person of an app, as a number: of a text the FNV-1a of 128 bits, which is the same in every version of this program. Two
/// people with one number are possible, for whoever chooses ids to that end; so what is found by a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PersonNo(pub u128);

const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0100_0000_0000_0000_0000_013b;

impl PersonNo {
    /// Of an id that somebody has chosen, or of the text of a participant's id.
    pub(crate) fn of(text: &str) -> Self {
        // A participant by its id is the same person however the id is written.
        if let Ok(id) = Id::parse(text) {
            return Self(id.as_u128());
        }
        let hash = text.bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
        Self(hash)
    }

    /// Of a stay: `own` is the caller's id or the user's.
    pub(crate) fn of_stay(own: Option<&str>, participant: ParticipantId) -> Self {
        own.map_or(Self(participant.as_u128()), Self::of)
    }

    /// The half that stands in an index.
    pub(crate) fn short(self) -> i64 {
        i64::from_be_bytes(((self.0 ^ (self.0 >> 64)) as u64).to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_standard() {
        assert_eq!(PersonNo::of("").0, OFFSET);
        assert_eq!(PersonNo::of("a").0, 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
        let id = "6bf2b8be-04dd-4191-b602-1128921a306b";
        assert_eq!(PersonNo::of(id), PersonNo::of(&id.to_uppercase()));
        assert_eq!(PersonNo::of_stay(None, Id::parse(id).unwrap().into()), PersonNo::of(id));
        assert_ne!(PersonNo::of_stay(Some("ada"), Id::parse(id).unwrap().into()), PersonNo::of(id));
    }
}
