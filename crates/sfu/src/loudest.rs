//! Large rooms: who comes and goes, and whose voice goes to whom.

use std::cmp::Reverse;

use crate::command::Kind;
use crate::engine::Sfu;
use crate::floor::{Audience, Floor, Sound};
use crate::id::{ProducerSlot, Scope};
use crate::room::Room;
use crate::track::Producer;

impl Sfu {
    /// Somebody receives in a room from now on.
    pub(crate) fn person_came(&mut self, scope: Scope) {
        self.rooms.entry(scope).or_default().people += 1;
        self.size_room(scope);
    }

    /// Somebody does not receive any more.
    pub(crate) fn person_went(&mut self, scope: Scope) {
        let Some(room) = self.rooms.get_mut(&scope) else { return };
        room.people = room.people.saturating_sub(1);
        self.size_room(scope);
        self.forget_room(scope);
    }

    /// A room has a new track.
    pub(crate) fn track_came(&mut self, scope: Scope, slot: ProducerSlot) {
        let room = self.rooms.entry(scope).or_default();
        room.producers.push(slot);
        if room.floor.is_some() {
            self.leave_floor(slot);
        }
    }

    /// A track is no more.
    pub(crate) fn track_went(&mut self, scope: Scope, slot: ProducerSlot) {
        let Some(room) = self.rooms.get_mut(&scope) else { return };
        room.producers.retain(|known| *known != slot);
        if let Some(floor) = &mut room.floor {
            floor.leave(slot);
        }
        self.forget_room(scope);
    }

    /// A packet of a sound has come that is not heard by all.
    pub(crate) fn ask_floor(&mut self, slot: ProducerSlot, level: i8) {
        let Self { rooms, producers, now, .. } = self;
        let Some(producer) = producers.get(slot) else { return };
        let Some(floor) = rooms.get_mut(&producer.peer.scope).and_then(|room| room.floor.as_mut()) else {
            return;
        };
        let level_of = |other| producers.get(other).map_or(i8::MIN, |other| other.loudness.level(*now));
        let turned = floor.ask(sound(slot, producer), level, level_of);
        self.stats.voices_replaced += u64::from(turned.len() > 1);
        self.turn(&turned);
    }

    /// A sound is muted, or new and has said nothing yet: it has no place where there are not enough for all.
    pub(crate) fn leave_floor(&mut self, slot: ProducerSlot) {
        let Some(producer) = self.producers.get(slot) else { return };
        let room = self.rooms.get_mut(&producer.peer.scope);
        if let Some(floor) = room.and_then(|room| room.floor.as_mut()) {
            floor.leave(slot);
            self.turn(&[slot]);
        }
    }

    /// A room that has become large lets the loudest be heard; one that has become small, everybody.
    fn size_room(&mut self, scope: Scope) {
        let Some(room) = self.rooms.get_mut(&scope) else { return };
        if room.is_large() == room.floor.is_some() {
            return;
        }
        self.stats.rooms_large -= u64::from(room.floor.is_some());
        room.floor = room.is_large().then(Floor::default);
        self.stats.rooms_large += u64::from(room.floor.is_some());
        let now = self.now;
        let Self { producers, .. } = self;
        let sounds = room.producers.iter().filter_map(|slot| Some((*slot, producers.get(*slot)?)));
        let sounds = sounds.filter(|(_, producer)| producer.kind == Kind::Audio);
        let mut sounds: Vec<(ProducerSlot, &Producer)> = sounds.collect();
        // The oldest of those that are as loud.
        sounds.sort_by_key(|(_, producer)| Reverse(producer.loudness.level(now)));
        if let Some(floor) = &mut room.floor {
            let level_of = |other| producers.get(other).map_or(i8::MIN, |other| other.loudness.level(now));
            for (slot, producer) in sounds.iter().filter(|(_, producer)| !producer.paused) {
                floor.ask(sound(*slot, producer), producer.loudness.level(now), level_of);
            }
        }
        let sounds: Vec<ProducerSlot> = sounds.into_iter().map(|(slot, _)| slot).collect();
        self.turn(&sounds);
    }

    /// Sees that these go to whoever is to hear them. Who hears one no more gets what follows as one stretch with what it has.
    fn turn(&mut self, turned: &[ProducerSlot]) {
        let Self { rooms, producers, consumers, .. } = self;
        for slot in turned {
            let Some(producer) = producers.get_mut(*slot).filter(|p| p.kind == Kind::Audio) else { continue };
            let floor = rooms.get(&producer.peer.scope).and_then(|room| room.floor.as_ref());
            producer.audience = floor.map_or(Audience::All, |floor| floor.audience(*slot));
            if producer.audience != Audience::Nobody {
                continue;
            }
            for consumer in &producer.consumers {
                if let Some(consumer) = consumers.get_mut(*consumer) {
                    consumer.selector.stop();
                }
            }
        }
    }

    fn forget_room(&mut self, scope: Scope) {
        if self.rooms.get(&scope).is_some_and(Room::is_empty) {
            self.rooms.remove(&scope);
        }
    }
}

fn sound(producer: ProducerSlot, of: &Producer) -> Sound {
    Sound { producer, whose: of.peer.id, screen: of.screen }
}
