//! A meeting in which little is said costs little: the server looks, and the line of those who are in it.

use std::time::Duration;

use sederunt_sfu::{Command, Kind, ProducerKey};

use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);
const WHILE_S: u64 = 20;

/// People with microphone and camera who see and hear each other, and then switch these off.
fn muted(people: usize, off: &[Kind]) -> World {
    let mut w = World::new(people as u64);
    let all: Vec<usize> = (0..people).map(|_| w.join()).collect();
    w.connect();
    let tracks: Vec<[(Kind, ProducerKey); 2]> = all
        .iter()
        .map(|person| {
            [(Kind::Audio, &[][..]), (Kind::Video, &["q", "h", "f"])]
                .map(|(kind, rids)| (kind, w.produce(*person, kind, rids)))
        })
        .collect();
    for person in &all {
        let others = tracks.iter().enumerate().filter(|(n, _)| n != person).flat_map(|(_, two)| *two);
        let wants: Vec<_> = others.map(|(_, track)| (track, "f")).collect();
        w.consume(*person, &wants);
    }
    w.run(3 * SECOND);
    for (person, two) in tracks.iter().enumerate() {
        for (_, producer) in two.iter().filter(|(kind, _)| off.contains(kind)) {
            w.call(person, Command::PauseProducer { producer: *producer, paused: true }).unwrap();
        }
        for source in &mut w.clients[person].sources {
            source.muted = off.contains(if source.video { &Kind::Video } else { &Kind::Audio });
        }
    }
    w.run(3 * SECOND);
    w
}

/// For each of its people in a second: looks, and datagrams that are sent and forward nothing.
fn costs(w: &mut World) -> (u64, u64) {
    let before = w.stats();
    w.run(Duration::from_secs(WHILE_S));
    let after = w.stats();
    let of_itself = |stats: sederunt_sfu::Stats| stats.datagrams_sent - stats.packets_forwarded;
    let each = WHILE_S * w.clients.len() as u64;
    ((after.looks - before.looks) / each, (of_itself(after) - of_itself(before)) / each)
}

#[test]
fn who_is_sent_nothing_is_looked_at_and_sent_to_seldom() {
    for people in [1, 2, 6] {
        let (looks, datagrams) = costs(&mut muted(people, &[Kind::Audio, Kind::Video]));
        // The library would fill up a line to 50 kbit/s: 100 datagrams.
        assert!(looks <= 60 && datagrams <= 35, "{people}: {looks} looks, {datagrams} datagrams");
    }
}

#[test]
fn sound_alone_is_not_filled_up() {
    for people in [2, 6] {
        let (looks, datagrams) = costs(&mut muted(people, &[Kind::Video]));
        let most = 60 + 50 * people as u64;
        assert!(looks <= most && datagrams <= 35, "{people}: {looks} looks, {datagrams} datagrams");
    }
}
