//! What the engine keeps of a scope: who is in it, which tracks it has, and who is heard if it is large.

use crate::floor::{Audience, Floor};
use crate::id::ProducerSlot;
use crate::limit::LARGE_ROOM_ABOVE;

/// A room.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// People who receive.
    pub(crate) people: usize,
    /// Its tracks, oldest first.
    pub(crate) producers: Vec<ProducerSlot>,
    /// In a large room, who is heard.
    pub(crate) floor: Option<Floor>,
}

impl Room {
    /// Not everybody can be heard.
    pub(crate) fn is_large(&self) -> bool {
        self.people > LARGE_ROOM_ABOVE
    }

    /// There is nothing to be kept of it.
    pub(crate) fn is_empty(&self) -> bool {
        self.people == 0 && self.producers.is_empty()
    }

    /// Whether this peer hears a sound that is heard so.
    pub(crate) fn hears(&self, peer: u128, audience: Audience) -> bool {
        match audience {
            Audience::All => true,
            Audience::Speakers => self.floor.as_ref().is_some_and(|floor| floor.speaks(peer)),
            Audience::Nobody => false,
        }
    }
}
