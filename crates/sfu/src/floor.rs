//! Who is heard in a large room: the loudest, decided once for everybody in it and not once a subscriber.
//!
//! Nobody waits to be heard: a packet that is clearly louder than the quietest of those who are takes that one's place, and is
//! itself forwarded. Nobody's words are cut: how loud a voice is, is the loudest it was lately (`Loudness`).

use smallvec::SmallVec;

use crate::id::ProducerSlot;
use crate::limit::{HEARD_VOICES_MAX, LOUDER_DB, SCREEN_SOUNDS_MAX};

/// Who hears a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Everybody.
    All,
    /// Those whose own voice is heard by all, in place of that: nobody hears himself.
    Speakers,
    /// Nobody, for now.
    Nobody,
}

/// A sound in a large room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sound {
    pub(crate) producer: ProducerSlot,
    /// Whose it is: the `id` of its peer.
    pub(crate) whose: u128,
    /// Of a screen.
    pub(crate) screen: bool,
}

/// Those of a packet that turned: whoever is heard now, and who gave way.
pub(crate) type Turned = SmallVec<[ProducerSlot; 3]>;

/// The sounds of a large room that are heard.
#[derive(Debug, Default)]
pub(crate) struct Floor {
    /// Of screens. They keep their places: whoever shows something means it to be heard, however quiet it is.
    screens: SmallVec<[ProducerSlot; SCREEN_SOUNDS_MAX]>,
    voices: SmallVec<[Sound; HEARD_VOICES_MAX]>,
    /// The loudest of the others.
    next: Option<ProducerSlot>,
}

impl Floor {
    /// Who hears this one.
    pub(crate) fn audience(&self, producer: ProducerSlot) -> Audience {
        if self.screens.contains(&producer) || self.voices.iter().any(|voice| voice.producer == producer) {
            Audience::All
        } else if self.next == Some(producer) {
            Audience::Speakers
        } else {
            Audience::Nobody
        }
    }

    /// Whether the voice of this peer is heard by all.
    pub(crate) fn speaks(&self, whose: u128) -> bool {
        self.voices.iter().any(|voice| voice.whose == whose)
    }

    /// A packet of this level has come of one that is not heard by all. `level_of` says how loud the others were lately, in dB
    /// below the loudest there is.
    pub(crate) fn ask(&mut self, sound: Sound, level: i8, level_of: impl Fn(ProducerSlot) -> i8) -> Turned {
        let candidate = sound.producer;
        let is_louder = |other: ProducerSlot| level >= level_of(other).saturating_add(LOUDER_DB);
        let mut turned = Turned::new();
        if sound.screen && self.screens.len() < SCREEN_SOUNDS_MAX {
            self.screens.push(candidate);
        } else if self.voices.len() < HEARD_VOICES_MAX {
            self.voices.push(sound);
        } else if let Some(quietest) = self.voices.iter_mut().min_by_key(|voice| level_of(voice.producer))
            && is_louder(quietest.producer)
        {
            let gives_way = std::mem::replace(quietest, sound).producer;
            turned.extend(self.next.replace(gives_way));
            turned.push(gives_way);
        } else if self.next != Some(candidate) && self.next.is_none_or(is_louder) {
            turned.extend(self.next.replace(candidate));
        } else {
            return turned;
        }
        if self.next == Some(candidate) && self.audience(candidate) == Audience::All {
            self.next = None;
        }
        if !turned.contains(&candidate) {
            turned.push(candidate);
        }
        turned
    }

    /// This one is muted, or ended. Its place is for whoever is next to say something.
    pub(crate) fn leave(&mut self, producer: ProducerSlot) {
        self.screens.retain(|known| *known != producer);
        self.voices.retain(|voice| voice.producer != producer);
        self.next.take_if(|known| *known == producer);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Sounds with a level each; the first ones are people's, each of its own.
    struct Room {
        sounds: Vec<Sound>,
        levels: HashMap<ProducerSlot, i8>,
        floor: Floor,
    }

    impl Room {
        fn new(levels: &[i8]) -> Self {
            let mut slots = slotmap::SlotMap::<ProducerSlot, ()>::with_key();
            let one = |whose| Sound { producer: slots.insert(()), whose, screen: false };
            let sounds: Vec<Sound> = (0..levels.len() as u128).map(one).collect();
            let levels = sounds.iter().map(|sound| sound.producer).zip(levels.iter().copied()).collect();
            Self { sounds, levels, floor: Floor::default() }
        }

        /// A packet of this level; the numbers of those who turned.
        fn say(&mut self, index: usize, level: i8) -> Vec<usize> {
            let sound = self.sounds[index];
            self.levels.insert(sound.producer, level);
            let turned = self.floor.ask(sound, level, |slot| self.levels[&slot]);
            let mut turned: Vec<usize> = turned.iter().map(|slot| self.index(*slot)).collect();
            turned.sort_unstable();
            turned
        }

        fn index(&self, slot: ProducerSlot) -> usize {
            self.sounds.iter().position(|sound| sound.producer == slot).unwrap()
        }

        fn of(&self, audience: Audience) -> Vec<usize> {
            (0..self.sounds.len())
                .filter(|index| self.floor.audience(self.sounds[*index].producer) == audience)
                .collect()
        }
    }

    /// Six who speak at -30 dB, and two more.
    fn full() -> Room {
        let mut room = Room::new(&[-30; 8]);
        for index in 0..HEARD_VOICES_MAX {
            assert_eq!(room.say(index, -30), [index], "there is a place");
        }
        room
    }

    #[test]
    fn the_first_have_places_and_the_next_is_heard_by_those() {
        let mut room = full();
        assert_eq!(room.say(6, -40), [6]);
        assert_eq!(room.say(7, -38), [] as [usize; 0], "2 dB are not clear");
        assert_eq!(room.say(7, -37), [6, 7]);
        let voices: Vec<usize> = (0..HEARD_VOICES_MAX).collect();
        assert_eq!(
            (room.of(Audience::All), room.of(Audience::Speakers), room.of(Audience::Nobody)),
            (voices, vec![7], vec![6])
        );
        assert!(room.floor.speaks(0) && !room.floor.speaks(7));
    }

    #[test]
    fn who_is_clearly_louder_is_heard_at_once_in_place_of_the_quietest() {
        let mut room = full();
        room.say(7, -90);
        room.levels.insert(room.sounds[3].producer, -45);
        assert_eq!(room.say(6, -43), [6, 7], "not louder than the quietest, but than the next");
        assert_eq!(room.say(6, -42), [3, 6]);
        assert_eq!(room.of(Audience::All), [0, 1, 2, 4, 5, 6]);
        assert_eq!(room.of(Audience::Speakers), [3]);
        assert_eq!(room.say(7, -10), [3, 6, 7], "the next gives way to who has given way");
        assert_eq!(room.of(Audience::Speakers), [6]);
        assert!(!room.floor.speaks(6) && room.floor.speaks(7));
    }

    #[test]
    fn a_place_that_is_left_is_taken_by_the_next_who_says_anything() {
        let mut room = full();
        room.say(6, -60);
        room.floor.leave(room.sounds[2].producer);
        assert_eq!(room.of(Audience::Nobody), [2, 7]);
        assert_eq!(room.say(6, -80), [6]);
        assert_eq!((room.of(Audience::All).len(), room.of(Audience::Speakers)), (6, vec![]));
        room.say(7, -90);
        room.floor.leave(room.sounds[7].producer);
        assert_eq!(room.of(Audience::Nobody), [2, 7]);
    }

    #[test]
    fn screens_have_places_of_their_own_as_far_as_they_go() {
        let mut room = Room::new(&[-30; HEARD_VOICES_MAX + SCREEN_SOUNDS_MAX + 2]);
        let screens = HEARD_VOICES_MAX..HEARD_VOICES_MAX + SCREEN_SOUNDS_MAX + 1;
        for index in screens.clone() {
            room.sounds[index].screen = true;
        }
        for index in 0..HEARD_VOICES_MAX {
            room.say(index, -30);
        }
        for index in screens.clone() {
            assert_eq!(room.say(index, -127), [index]);
        }
        assert_eq!(room.of(Audience::All).len(), HEARD_VOICES_MAX + SCREEN_SOUNDS_MAX);
        assert_eq!(room.of(Audience::Speakers), [screens.end - 1], "one too many is a voice like others");
        assert_eq!(room.say(screens.end, -10), [0, screens.end - 1, screens.end]);
        assert!(!room.floor.speaks(screens.start as u128), "a screen is no voice");
        room.floor.leave(room.sounds[screens.start].producer);
        assert_eq!(room.say(screens.end - 1, -127), [screens.end - 1]);
    }
}
