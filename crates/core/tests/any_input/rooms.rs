//! Breakout rooms by chance: what is asked of them, and what they say.

use std::sync::Arc;

use sederunt_core::family::RoomName;
use sederunt_core::id::{MeetingId, ParticipantId};
use sederunt_core::note::{Here, Note};
use sederunt_core::words::{Request, breakout};

use crate::make::Maker;

impl Maker {
    /// Rooms of this meeting, and some that are none.
    fn room(&mut self) -> MeetingId {
        MeetingId::from_u128(u128::from(self.rng.below(6)))
    }

    pub(crate) fn breakout_request(&mut self) -> Request {
        Request::Breakout(match self.rng.below(4) {
            0 => breakout::Ask::Rooms,
            1 => breakout::Ask::Create {
                rooms: vec![
                    RoomName { meeting: self.room(), title: self.text() };
                    self.rng.below(3) as usize
                ],
            },
            2 => breakout::Ask::Close { rooms: vec![self.room()] },
            _ => breakout::Ask::Move {
                from: self.room(),
                to: self.room(),
                people: (0..self.rng.below(4)).map(|n| ParticipantId::from_u128(u128::from(n))).collect(),
            },
        })
    }

    /// What another room might say.
    pub(crate) fn note(&mut self) -> (MeetingId, Note) {
        let from = self.room();
        let here = Here {
            title: self.text(),
            open: self.rng.chance(90),
            live: self.flag(),
            ended_at: None,
            people: Arc::default(),
        };
        let person = ParticipantId::from_u128(u128::from(self.rng.below(4)));
        let note = match self.rng.below(8) {
            0..5 => Note::Here(here),
            5 => Note::Kicked { participant: person, out: self.flag() },
            6 => Note::Mute { people: vec![person], custom_ids: Vec::new() },
            _ => Note::Close,
        };
        (from, note)
    }
}
