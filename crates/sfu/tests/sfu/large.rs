//! Large rooms: the loudest are heard, whoever begins to speak at once, and what a subscriber gets of a voice has no gap.

use std::collections::BTreeSet;
use std::time::Duration;

use sederunt_sfu::limit::{HEARD_VOICES_MAX, LARGE_ROOM_ABOVE, SCREEN_SOUNDS_MAX, VOICE_HOLD};
use sederunt_sfu::{Command, Kind, ProducerKey};

use crate::media::Shape;
use crate::world::{Line, World};

const SECOND: Duration = Duration::from_secs(1);
const FRAME_TICKS: u32 = 960;
/// Packets of a sound on their way, each way, and one step of time.
const WAY: Duration = Duration::from_millis(60);
const LOUD: i8 = -30;
const QUIET: i8 = -60;

/// People with a microphone each. The first six speak.
struct Room {
    w: World,
    voices: Vec<ProducerKey>,
    /// Sounds of screens.
    screens: Vec<ProducerKey>,
}

impl Room {
    /// With so many people, of whom these listen to all others.
    fn new(seed: u64, people: usize, listeners: &[usize]) -> Self {
        Self::over(World::new(seed), people, listeners)
    }

    /// The same, whatever lines carry.
    fn wide(seed: u64, people: usize, listeners: &[usize]) -> Self {
        let mut w = World::new(seed);
        w.mute_reports = true;
        Self::over(w, people, listeners)
    }

    fn over(mut w: World, people: usize, listeners: &[usize]) -> Self {
        let people: Vec<usize> = (0..people).map(|_| w.join()).collect();
        w.connect();
        let voices: Vec<ProducerKey> = people.iter().map(|p| w.produce(*p, Kind::Audio, &[])).collect();
        let mut room = Self { w, voices, screens: Vec::new() };
        for person in people {
            room.speak(person, if person < HEARD_VOICES_MAX { LOUD } else { QUIET });
        }
        for listener in listeners {
            let others = room.voices.iter().enumerate().filter(|(index, _)| index != listener);
            let wants: Vec<_> = others.map(|(_, key)| (*key, "f")).collect();
            room.w.consume(*listener, &wants);
        }
        room.w.run(2 * SECOND);
        room
    }

    fn speak(&mut self, person: usize, level: i8) {
        self.w.clients[person].sources[0].level = Some(level);
    }

    /// Packets that a listener has of a voice.
    fn count(&self, listener: usize, voice: usize) -> usize {
        self.w.clients[listener].received(self.voices[voice]).len()
    }

    /// Whom a listener hears in the second that follows once everything on its way has come.
    fn heard(&mut self, listener: usize) -> Vec<usize> {
        self.w.run(WAY);
        let before: Vec<usize> = (0..self.voices.len()).map(|voice| self.count(listener, voice)).collect();
        self.w.run(SECOND);
        (0..self.voices.len()).filter(|voice| self.count(listener, *voice) > before[*voice] + 40).collect()
    }

    /// Numbers have no gap, and the time is that of the publisher, however long a voice was not heard.
    fn check(&self, listener: usize) {
        for voice in &self.voices {
            for pair in self.w.clients[listener].received(*voice).windows(2) {
                assert_eq!(pair[1].seq, pair[0].seq + 1, "{pair:?}");
                let frames = pair[1].frame - pair[0].frame;
                assert_eq!(pair[1].time.wrapping_sub(pair[0].time), frames * FRAME_TICKS, "{pair:?}");
            }
        }
    }
}

/// Six who speak, but for `except`, and with these.
fn speakers(except: &[usize], with: &[usize]) -> Vec<usize> {
    let six = (0..HEARD_VOICES_MAX).filter(|voice| !except.contains(voice));
    let all: BTreeSet<usize> = six.chain(with.iter().copied()).collect();
    all.into_iter().collect()
}

#[test]
fn in_a_room_of_thirty_everybody_is_heard() {
    let last = LARGE_ROOM_ABOVE - 1;
    let mut room = Room::wide(1, LARGE_ROOM_ABOVE, &[last]);
    assert_eq!(room.heard(last), (0..last).collect::<Vec<_>>());
    let stats = room.w.stats();
    assert_eq!((stats.rooms_large, stats.packets_unheard, stats.voices_replaced), (0, 0, 0));
}

#[test]
fn in_a_larger_one_six_are_heard_and_a_seventh_who_is_louder_replaces_one_at_once() {
    let (last, loud) = (LARGE_ROOM_ABOVE, 20);
    let mut room = Room::wide(2, LARGE_ROOM_ABOVE + 1, &[last, 0, loud]);
    room.speak(3, LOUD - 1);
    room.w.run(SECOND);
    assert_eq!(room.heard(last), speakers(&[], &[]));
    assert_eq!(room.w.stats().rooms_large, 1);
    // Who speaks hears as many others: his own voice is none of the six.
    let heard = room.heard(0);
    assert_eq!(heard.len(), HEARD_VOICES_MAX, "{heard:?}");
    assert!((1..HEARD_VOICES_MAX).all(|voice| heard.contains(&voice)), "{heard:?}");

    let (replaced, first) = (room.w.stats().voices_replaced, room.w.clients[loud].sources[0].frames + 1);
    let before = room.count(last, loud);
    room.speak(loud, LOUD + 10);
    assert_eq!(room.heard(last), speakers(&[3], &[loud]));
    assert_eq!(room.w.clients[last].received(room.voices[loud])[before].frame, first, "the first word");
    assert_eq!(room.heard(loud), speakers(&[], &[]), "the sixth of the others, too");
    assert_eq!(room.w.stats().voices_replaced, replaced + 1);

    // Back again, and nothing was lost for those who hear it.
    room.speak(loud, QUIET);
    room.w.run(SECOND);
    room.speak(3, LOUD);
    assert_eq!(room.heard(last), speakers(&[], &[]));
    [last, 0, loud].into_iter().for_each(|listener| room.check(listener));
    let stats = room.w.stats();
    assert!(stats.packets_unheard > 50 * 20 * 5, "{stats:?}");
}

#[test]
fn nobody_who_pauses_between_words_is_cut() {
    let last = LARGE_ROOM_ABOVE;
    let mut room = Room::wide(3, LARGE_ROOM_ABOVE + 1, &[last]);
    room.speak(9, LOUD - 10);
    let before = room.count(last, 0);
    for _ in 0..4 {
        room.speak(0, QUIET - 30);
        room.w.run(VOICE_HOLD - SECOND / 50);
        room.speak(0, LOUD);
        room.w.run(SECOND / 10);
    }
    room.w.run(WAY);
    let heard = room.count(last, 0) - before;
    assert!(heard > 90, "{heard}");
    let sent = room.w.clients[last].received(room.voices[0]);
    assert_eq!(sent[sent.len() - 1].frame - sent[before].frame + 1, heard as u32, "all of it");
    room.speak(0, QUIET - 30);
    room.w.run(VOICE_HOLD * 2);
    assert_eq!(room.heard(last), speakers(&[0], &[9]), "who has finished makes room");
}

#[test]
fn a_muted_voice_leaves_its_place_and_a_new_one_has_none_before_it_speaks() {
    let last = LARGE_ROOM_ABOVE;
    let mut room = Room::wide(4, LARGE_ROOM_ABOVE + 1, &[last]);
    room.speak(9, LOUD - 10);
    let producer = room.voices[2];
    room.w.call(2, Command::PauseProducer { producer, paused: true }).unwrap();
    assert_eq!(room.heard(last).len(), HEARD_VOICES_MAX);
    room.speak(9, LOUD);
    room.w.run(SECOND);
    assert_eq!(room.heard(last), speakers(&[2], &[9]));
    room.w.call(2, Command::PauseProducer { producer, paused: false }).unwrap();
    assert_eq!(room.heard(last), speakers(&[2], &[9]), "as loud as the others, not louder");
    room.speak(2, LOUD + 10);
    let heard = room.heard(last);
    assert!(heard.len() == HEARD_VOICES_MAX && heard.contains(&2), "{heard:?}");
    room.check(last);
}

#[test]
fn a_room_that_shrinks_hears_everybody_again() {
    let last = LARGE_ROOM_ABOVE;
    let mut room = Room::wide(5, LARGE_ROOM_ABOVE + 1, &[last]);
    assert_eq!(room.heard(last).len(), HEARD_VOICES_MAX);
    room.w.send(11, Command::ClosePeer);
    room.w.clients[11].sources.clear();
    let all: Vec<usize> = (0..last).filter(|voice| *voice != 11).collect();
    assert_eq!(room.heard(last), all);
    assert_eq!(room.w.stats().rooms_large, 0);
    // A connection that replaces another is nobody new.
    room.w.reopen(5, true);
    assert_eq!(room.w.stats().rooms_large, 0);
    room.w.join();
    assert_eq!(room.w.stats().rooms_large, 1);
    assert_eq!(room.heard(last), speakers(&[], &[]));
    room.check(last);
}

#[test]
fn the_sound_of_a_screen_is_heard_however_quiet_it_is() {
    let last = LARGE_ROOM_ABOVE;
    let mut room = Room::wide(6, LARGE_ROOM_ABOVE + 1, &[last]);
    for person in 10..=10 + SCREEN_SOUNDS_MAX {
        let screen = room.w.produce_screen_sound(person);
        room.w.clients[person].sources[1].level = Some(-127);
        room.screens.push(screen);
        room.w.consume(last, &[(screen, "f")]);
        room.w.run(SECOND);
    }
    let count = |room: &Room| -> Vec<usize> {
        room.screens.iter().map(|screen| room.w.clients[last].received(*screen).len()).collect()
    };
    let before = count(&room);
    assert_eq!(room.heard(last), speakers(&[], &[]));
    let heard: Vec<bool> = count(&room).iter().zip(before).map(|(now, before)| *now > before + 40).collect();
    assert_eq!(heard, [true, true, false], "as many as have places");
}

#[test]
fn redundancy_repeats_nothing_that_was_not_sent() {
    let last = LARGE_ROOM_ABOVE;
    let mut room = Room::wide(7, LARGE_ROOM_ABOVE + 1, &[last]);
    // It goes on for a minute after the losses.
    (room.w.loss_down, room.w.deaf) = (200, Some(last));
    room.w.run(20 * SECOND);
    room.w.loss_down = 0;
    room.w.run(SECOND);
    assert_eq!(room.w.stats().red_subscribers, 1);
    let from: Vec<u32> = room.w.clients.iter().map(|client| client.sources[0].frames).collect();
    for _ in 0..6 {
        room.speak(0, QUIET - 20);
        room.speak(8, LOUD + 10);
        room.w.run(SECOND);
        room.speak(8, QUIET - 20);
        room.speak(0, LOUD + 10);
        room.w.run(SECOND);
    }
    let client = &room.w.clients[last];
    for voice in [0, 8] {
        let (came, carried) = (client.received(room.voices[voice]), client.carried(room.voices[voice]));
        let came: BTreeSet<u32> = came.iter().map(|got| got.frame).filter(|f| *f > from[voice]).collect();
        assert!((250..500).contains(&came.len()), "in turns: {}", came.len());
        let repeated: BTreeSet<u32> = carried
            .values()
            .flatten()
            .map(|block| block.frame)
            .filter(|frame| *frame > from[voice])
            .collect();
        assert!(repeated.len() > 150);
        // Nothing is lost any more, so all that was sent has come by itself; the first of all may be from before.
        let secret: Vec<&u32> =
            repeated.difference(&came).filter(|frame| **frame > from[voice] + 2).collect();
        assert_eq!(secret, [] as [&u32; 0], "of {voice}");
    }
}

#[test]
fn a_line_has_to_carry_only_those_who_are_heard() {
    let last = LARGE_ROOM_ABOVE;
    let mut room = Room::new(8, LARGE_ROOM_ABOVE + 1, &[]);
    for client in &mut room.w.clients {
        client.sources[0].shape = Some(Shape { bytes: 80, key_every: 0, key_phase: 0 });
    }
    room.w.run(SECOND);
    // All thirty take some 1.7 Mbit/s.
    room.w.lines.insert(last, Line::new(room.w.now, 700, SECOND / 4));
    let wants: Vec<_> = room.voices[..last].iter().map(|key| (*key, "f")).collect();
    room.w.consume(last, &wants);
    room.w.run(5 * SECOND);
    assert_eq!(room.heard(last), speakers(&[], &[]));
    assert_eq!((room.w.stats().lines_estimated, room.w.stats().voices_paused), (1, 0));
    room.check(last);
}
